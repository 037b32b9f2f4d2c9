using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Terminology;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Profiles.Packages;

/// <summary>Reads the definitions out of one FHIR package (a gzipped tar with <c>package/package.json</c>), one file at a time, within limits.</summary>
internal static class PackageReader
{
    /// <summary>
    /// Errors <c>package.broken</c> (no gzip, no tar, no JSON), <c>package.size</c> (a limit was passed), <c>package.path</c> (an entry would lie outside),
    /// <c>package.empty</c> (no definition lies where a package has them). The message names the package file and the entry.
    /// </summary>
    public static Result<List<StoredDefinition>> Read(string path, PackageLimits limits)
    {
        var package = Path.GetFileName(path);
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > limits.PackedBytes)
                return TooLarge(package, $"has {file.Length} bytes; {limits.PackedBytes} are allowed");
            using var unzipped = new GZipStream(file, CompressionMode.Decompress);
            using var counted = new CountedStream(unzipped, limits.UnpackedBytes);
            using var tar = new TarReader(counted);
            return Entries(tar, package, limits);
        }
        catch (PackageTooLargeException)
        {
            return TooLarge(package, $"unpacks to more than {limits.UnpackedBytes} bytes");
        }
        catch (Exception thrown) when (thrown is InvalidDataException or EndOfStreamException or FormatException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new Error("package.broken", $"The package {package} cannot be read: {What(thrown)}.");
        }
    }

    private static Result<List<StoredDefinition>> Entries(TarReader tar, string package, PackageLimits limits)
    {
        var definitions = new List<StoredDefinition>();
        var (files, kept, entries) = (0, 0L, 0);
        while (tar.GetNextEntry() is { } entry)
        {
            if (++entries > limits.Files * 2L)
                return TooLarge(package, $"holds more than {limits.Files * 2L} entries");
            if (entry.Name.StartsWith('/') || entry.Name.Contains('\\', StringComparison.Ordinal) || entry.Name.Split('/').Contains("..", StringComparer.Ordinal))
                return new Error("package.path", $"The package {package} holds an entry whose path leads out of it.");
            // Links lead elsewhere and hold nothing; nothing of a package is ever written to the disk.
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is not { } data)
                continue;
            if (++files > limits.Files)
                return TooLarge(package, $"holds more than {limits.Files} files");
            // tar of a folder called ./package.
            if (!IsDefinitionFile(entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name))
                continue;
            if (entry.Length > limits.FileBytes)
                return TooLarge(package, $"holds {Shown(entry.Name)} of {entry.Length} bytes; {limits.FileBytes} are allowed");
            var bytes = new byte[entry.Length];
            data.ReadExactly(bytes);
            var read = Definition(WithoutMark(bytes), package, Shown(entry.Name));
            if (read.Error is { } error)
                return error;
            if (read.Value is not { } definition)
                continue;
            kept += definition.KeptBytes;
            if (kept > limits.KeptBytes)
                return TooLarge(package, $"holds definitions of more than {limits.KeptBytes} bytes");
            definitions.Add(definition);
        }

        return files == 0 ? new Error("package.broken", $"The package {package} holds no file.")
            : definitions.Count == 0 ? new Error("package.empty", $"The package {package} holds no definition (StructureDefinition, ValueSet, CodeSystem) in its folder package.") : definitions;
    }

    // Examples lie in a folder of their own, or beside the definitions; other folders (openapi, xml, other) hold none.
    private static bool IsDefinitionFile(string name) =>
        name.StartsWith("package/", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal)
        && !name.StartsWith("package/example", StringComparison.Ordinal) && !name.StartsWith("package/other/", StringComparison.Ordinal) && name is not "package/package.json";

    private static Result<StoredDefinition?> Definition(ReadOnlyMemory<byte> bytes, string package, string file)
    {
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
            if (Json.Text(json.RootElement, "resourceType") is not { } type || !Enum.TryParse<DefinitionKind>(type, out var kind) || Json.Text(json.RootElement, "url") is not { } url)
                return Result.Of<StoredDefinition?>(null);
            return new StoredDefinition(kind, url, Json.Text(json.RootElement, "version"), package, file, bytes.Span);
        }
        catch (JsonException thrown)
        {
            return new Error("package.broken", $"The package {package} holds {file}, which is not JSON (line {thrown.LineNumber + 1}).");
        }
    }

    private static Error TooLarge(string package, string what) => new("package.size", $"The package {package} {what}.");

    private static string What(Exception thrown) => thrown switch
    {
        UnauthorizedAccessException => "it may not be opened",
        FileNotFoundException => "it is not there",
        EndOfStreamException => "it ends too early",
        _ => "it is no gzipped tar",
    };

    private static string Shown(string name)
    {
        var shown = new StringBuilder(name.Length);
        foreach (var letter in name.Length > 200 ? name[..200] : name)
            shown.Append(char.IsControl(letter) ? '?' : letter);
        return shown.ToString();
    }

    private static ReadOnlyMemory<byte> WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
}
