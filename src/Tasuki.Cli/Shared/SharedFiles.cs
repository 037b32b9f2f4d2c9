using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Cli.Shared;

/// <summary>One resource as it stands in a file.</summary>
/// <param name="Line">Of its first byte, from 1.</param>
/// <param name="Column">Of its first byte, from 1.</param>
/// <param name="FullUrl">What a Bundle's entry calls it.</param>
/// <param name="Fault">Why the place holds nothing to be taken over; null where it does.</param>
internal sealed record SharedPiece(string File, int Line, int Column, ReadOnlyMemory<byte> Json, string? FullUrl, string? Fault)
{
    public string Position => $"{File}:{Line}";

    /// <summary>The place in the file of a line and column in the piece.</summary>
    public string At(int line, int column) => $"{File}:{Line + line - 1}:{(line == 1 ? Column + column - 1 : column)}";

    public string At(int offset)
    {
        var (line, column) = SharedFiles.PlaceOf(Json.Span, offset);
        return At(line, column);
    }
}

/// <summary>The resources of NDJSON files, of folders of them, and of Bundles. What a file is, its content says.</summary>
internal static class SharedFiles
{
    private const long LargestFile = 64L << 20;
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <summary>Errors <c>file.missing</c>, <c>file.size</c> and those of <see cref="CanonicalResource.Parse"/> for a Bundle that is no JSON, with the file's name.</summary>
    public static async Task<Result<List<SharedPiece>>> Read(IReadOnlyList<string> paths, CancellationToken cancel)
    {
        var pieces = new List<SharedPiece>();
        foreach (var path in paths)
        {
            var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.ndjson").Order(StringComparer.Ordinal).ToList() : [path];
            foreach (var file in files)
            {
                if (!File.Exists(file))
                    return new Error("file.missing", $"There is no file or folder {file}.");
                if (new FileInfo(file).Length > LargestFile)
                    return new Error("file.size", $"{file} is larger than {LargestFile >> 20} MB.");
                ReadOnlyMemory<byte> bytes = await File.ReadAllBytesAsync(file, cancel);
                if (bytes.Span.StartsWith("\uFEFF"u8))
                    bytes = bytes[3..];
                if (Split(Path.GetFileName(file), bytes, pieces) is { } wrong)
                    return wrong;
            }
        }

        return pieces.Count > 0 ? pieces : new Error("file.missing", "There is nothing to be read: no line, no entry, and no file whose name ends with .ndjson.");
    }

    public static (int Line, int Column) PlaceOf(ReadOnlySpan<byte> text, int offset)
    {
        var before = text[..Math.Min(offset, text.Length)];
        return (before.Count((byte)'\n') + 1, before.Length - before.LastIndexOf((byte)'\n'));
    }

    private static Error? Split(string name, ReadOnlyMemory<byte> bytes, List<SharedPiece> pieces)
    {
        if (!IsBundle(bytes.Span))
        {
            Lines(name, bytes, pieces);
            return null;
        }

        if (CanonicalResource.Parse(bytes).Error is { } broken)
            return broken with { Message = $"{name}: {broken.Message}" };
        Entries(name, bytes, pieces);
        return null;
    }

    private static void Lines(string name, ReadOnlyMemory<byte> bytes, List<SharedPiece> pieces)
    {
        for (var number = 1; bytes.Length > 0; number++)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (line.Span.IndexOfAnyExcept(" \t\r"u8) >= 0)
                pieces.Add(new SharedPiece(name, number, 1, line, null, null));
        }
    }

    // The outermost object says what it is; of lines the first one does.
    private static bool IsBundle(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = Reading.MaxDepth, AllowMultipleValues = true });
            while (reader.Read() && reader.CurrentDepth <= 1)
            {
                if (reader.TokenType is not JsonTokenType.PropertyName)
                    continue;
                var isType = reader.ValueTextEquals("resourceType"u8);
                reader.Read();
                if (isType)
                    return reader.TokenType is JsonTokenType.String && reader.ValueTextEquals("Bundle"u8);
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // Line by line it is said where.
        }

        return false;
    }

    private static void Entries(string name, ReadOnlyMemory<byte> bytes, List<SharedPiece> pieces)
    {
        var reader = new Utf8JsonReader(bytes.Span, Reading);
        reader.Read();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var isEntries = reader.ValueTextEquals("entry"u8);
            reader.Read();
            if (!isEntries || reader.TokenType is not JsonTokenType.StartArray)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            {
                if (reader.TokenType is JsonTokenType.StartObject)
                    pieces.Add(Entry(name, bytes, ref reader));
                else
                    reader.Skip();
            }
        }
    }

    private static SharedPiece Entry(string name, ReadOnlyMemory<byte> bytes, ref Utf8JsonReader reader)
    {
        var (start, json, fullUrl, method) = ((int)reader.TokenStartIndex, ReadOnlyMemory<byte>.Empty, (string?)null, (string?)null);
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var (isResource, isUrl, isRequest) = (reader.ValueTextEquals("resource"u8), reader.ValueTextEquals("fullUrl"u8), reader.ValueTextEquals("request"u8));
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            if (isUrl && reader.TokenType is JsonTokenType.String)
                fullUrl = reader.GetString();
            reader.Skip();
            var value = bytes[from..(int)reader.BytesConsumed];
            if (isResource)
                (start, json) = (from, value);
            else if (isRequest)
                method = MethodOf(value);
        }

        var (line, column) = PlaceOf(bytes.Span, start);
        return new SharedPiece(name, line, column, json, fullUrl, json.IsEmpty ? "The entry holds no resource." : method is null or "POST" or "PUT" ? null : "The entry asks for something else than to be stored.");
    }

    private static string? MethodOf(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request, new JsonDocumentOptions { MaxDepth = Reading.MaxDepth });
        return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("method", out var method) && method.ValueKind is JsonValueKind.String ? method.GetString() : null;
    }
}
