using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// <c>index.phr</c> of an export (HL7 PHR format, SPHR): a Composition that says what this is, a DocumentManifest, and one DocumentReference for each file. So any
/// reader of SPHR finds the records, and ours knows which files only repeat them.
/// </summary>
internal static class ExportIndex
{
    public const string Name = "index.phr";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> Write(Stream output, IReadOnlyList<ExportedFile> files, DateTimeOffset made, CancellationToken cancel)
    {
        await Line(output, json => Composition(json, made), cancel);
        await Line(output, json => Manifest(json, files), cancel);
        for (var i = 0; i < files.Count; i++)
        {
            var number = i + 1;
            await Line(output, json => Reference(json, number, files[number - 1]), cancel);
        }

        return files.Count;
    }

    private static void Composition(Utf8JsonWriter json, DateTimeOffset made)
    {
        json.WriteString("resourceType", "Composition");
        json.WriteString("id", "cover");
        json.WriteStartObject("identifier");
        json.WriteString("system", ExportMarks.Export);
        json.WriteString("value", "1");
        json.WriteEndObject();
        json.WriteString("status", "final");
        Concept(json, "type", "http://loinc.org", "34133-9");
        json.WriteString("date", made.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        json.WriteStartArray("author");
        json.WriteStartObject();
        json.WriteString("display", "Tasuki");
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("title", $"ExportPHR{made.ToOffset(Kernel.TokyoDay.Offset).ToString("yyyyMMdd", CultureInfo.InvariantCulture)}");
    }

    private static void Manifest(Utf8JsonWriter json, IReadOnlyList<ExportedFile> files)
    {
        json.WriteString("resourceType", "DocumentManifest");
        json.WriteString("id", "files");
        json.WriteString("status", "current");
        json.WriteStartArray("content");
        for (var i = 1; i <= files.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("reference", $"DocumentReference/file-{i.ToString(CultureInfo.InvariantCulture)}");
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Reference(Utf8JsonWriter json, int number, ExportedFile file)
    {
        json.WriteString("resourceType", "DocumentReference");
        json.WriteString("id", $"file-{number.ToString(CultureInfo.InvariantCulture)}");
        json.WriteString("status", "current");
        Concept(json, "type", ExportMarks.DocumentType, file.Path.StartsWith("fhir/", StringComparison.Ordinal) ? ExportMarks.Records : ExportMarks.Copy);
        json.WriteStartArray("content");
        json.WriteStartObject();
        json.WriteStartObject("attachment");
        json.WriteString("contentType", file.Path.EndsWith(".ndjson", StringComparison.Ordinal) ? "application/fhir+ndjson" : "application/octet-stream");
        json.WriteString("url", string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteNumber("size", Math.Min(file.Bytes, uint.MaxValue));
        json.WriteString("title", file.Name ?? file.Path);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Concept(Utf8JsonWriter json, string name, string system, string code)
    {
        json.WriteStartObject(name);
        json.WriteStartArray("coding");
        json.WriteStartObject();
        json.WriteString("system", system);
        json.WriteString("code", code);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async Task Line(Stream output, Action<Utf8JsonWriter> write, CancellationToken cancel)
    {
        await using (var json = new Utf8JsonWriter(output, Writing))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
            await json.FlushAsync(cancel);
        }

        await output.WriteAsync("\n"u8.ToArray(), cancel);
    }
}
