using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Tasuki.Sandbox;
using Tasuki.Testing;

namespace Tasuki.Fhir.Tests;

/// <summary>Resources of many hands: every published sample and package, and the records of made-up residents.</summary>
internal static class Corpus
{
    public sealed record Piece(string Name, byte[] Json);

    /// <summary>Every JSON resource among the samples, in the order of their names. Empty when the samples are not here.</summary>
    public static IEnumerable<Piece> Published()
    {
        if (!Samples.Here)
            yield break;
        foreach (var file in Directory.EnumerateFiles(Samples.Root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(Samples.Root, file);
            foreach (var (inner, bytes) in Files(file))
            {
                var json = WithoutMark(bytes);
                if (IsResource(json))
                    yield return new Piece(inner.Length > 0 ? $"{name}!{inner}" : name, json);
            }
        }
    }

    /// <summary>The records of some residents of the sandbox.</summary>
    public static IEnumerable<Piece> MadeUp(int residents, int perKind)
    {
        var kinds = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var resident in Population.Generate(new PopulationOptions(residents, PopulationOptions.DemoSeed)))
        {
            foreach (var resource in resident.Records.Select(record => record.Resource).Prepend(resident.Patient))
            {
                var kind = $"{resource.Type} {RecordFacts.Of(resource).Code?.Code}";
                var times = kinds[kind] = kinds.GetValueOrDefault(kind) + 1;
                if (times <= perKind)
                    yield return new Piece($"{kind} {times}", resource.Json.ToArray());
            }
        }
    }

    private static IEnumerable<(string Name, byte[] Bytes)> Files(string file)
    {
        if (file.EndsWith(".tgz", StringComparison.Ordinal))
        {
            using var stream = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is null || !entry.Name.EndsWith(".json", StringComparison.Ordinal))
                    continue;
                using var bytes = new MemoryStream();
                entry.DataStream.CopyTo(bytes);
                yield return (entry.Name, bytes.ToArray());
            }
        }
        else if (file.EndsWith(".json", StringComparison.Ordinal))
        {
            yield return ("", File.ReadAllBytes(file));
        }
        else if (file.EndsWith(".phr", StringComparison.Ordinal))
        {
            var line = 0;
            foreach (var text in File.ReadLines(file))
                yield return ($"{++line}", System.Text.Encoding.UTF8.GetBytes(text));
        }
    }

    private static byte[] WithoutMark(byte[] bytes) => bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;

    private static bool IsResource(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("resourceType"u8, out var type)
                && type.ValueKind is JsonValueKind.String && ResourceTypes.IsKnown(type.GetString()!);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
