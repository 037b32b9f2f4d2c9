using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.Formats;

/// <summary>One kind of measurement file in an SPHR archive.</summary>
internal sealed record MeasurementFileKind(string FileName, string DocumentType, string Loinc, string Namespace, string Schema, string Version);

/// <summary>
/// Collects the measurements of one kind while the records pass by, packed in memory, and writes them as one Open mHealth or IEEE 1752.1 file in the shape of SPHR
/// (<c>{header, body: […]}</c>).
/// </summary>
internal sealed class MeasurementFiles : IDisposable
{
    private static readonly MeasurementFileKind[] Kinds =
    [
        new("blood-pressure", "omh-blood-pressure-4.0", MeasurementKinds.BloodPressurePanel, "omh", "blood-pressure", "4.0"),
        new("body-weight", "omh-body-weight-2.0", MeasurementKinds.Weight, "omh", "body-weight", "2.0"),
        new("physical-activity", "ieee-physical-activity-1.0", MeasurementKinds.Steps, "ieee", "physical-activity", "1.0"),
    ];

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly MemoryStream _packed = new();
    private readonly DeflateStream _packer;

    private MeasurementFiles(MeasurementFileKind kind)
    {
        Kind = kind;
        _packer = new DeflateStream(_packed, CompressionLevel.Fastest, leaveOpen: true);
    }

    public MeasurementFileKind Kind { get; }

    public int Count { get; private set; }

    public static IReadOnlyList<MeasurementFiles> Start() => [.. Kinds.Select(kind => new MeasurementFiles(kind))];

    /// <summary>Takes an Observation of this kind that says when it was made and holds its values; passes over every other resource.</summary>
    public void Add(CanonicalResource resource)
    {
        if (!string.Equals(resource.Type, "Observation", StringComparison.Ordinal) || resource.Json.Span.IndexOf(Encoding.UTF8.GetBytes($"\"{Kind.Loinc}\"")) < 0)
            return;
        using var document = JsonDocument.Parse(resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        if (!HasCode(document.RootElement, Kind.Loinc) || Body(document.RootElement) is not { } body)
            return;
        if (Count++ > 0)
            _packer.Write(",\n"u8);
        _packer.Write(body);
    }

    public async Task WriteTo(Stream output, DateTimeOffset made, string id, CancellationToken cancel)
    {
        await _packer.DisposeAsync();
        _packed.Position = 0;
        await output.WriteAsync(Encoding.UTF8.GetBytes(
            $"{{\"header\":{{\"uuid\":\"{id}\",\"schema_id\":{{\"namespace\":\"{Kind.Namespace}\",\"name\":\"{Kind.Schema}\",\"version\":\"{Kind.Version}\"}}," +
            $"\"source_creation_date_time\":\"{made.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture)}\",\"modality\":\"self_reported\",\"external_data_sheets\":[]}},\n\"body\":[\n"), cancel);
        await using (var unpacker = new DeflateStream(_packed, CompressionMode.Decompress))
            await unpacker.CopyToAsync(output, cancel);
        await output.WriteAsync("\n]}\n"u8.ToArray(), cancel);
    }

    public void Dispose()
    {
        _packer.Dispose();
        _packed.Dispose();
    }

    private byte[]? Body(JsonElement observation)
    {
        using var buffer = new MemoryStream();
        using var writer = new Utf8JsonWriter(buffer, Writing);
        writer.WriteStartObject();
        var written = Kind.Schema switch
        {
            MeasurementKinds.BloodPressureSchema => Component(writer, observation, MeasurementKinds.Systolic) && Component(writer, observation, MeasurementKinds.Diastolic),
            MeasurementKinds.ActivitySchema => Steps(writer, observation),
            _ => Quantity(writer, "body_weight", Fields.Object(observation, "valueQuantity"), unit: null),
        };
        if (!written || !Time(writer, observation))
            return null;
        writer.WriteEndObject();
        writer.Flush();
        return buffer.ToArray();
    }

    private static bool Steps(Utf8JsonWriter writer, JsonElement observation)
    {
        writer.WriteString("activity_name"u8, "Walking");
        return Quantity(writer, "base_movement_quantity", Fields.Object(observation, "valueQuantity"), "steps");
    }

    private static bool Component(Utf8JsonWriter writer, JsonElement observation, MeasurementKind kind) =>
        Fields.Items(observation, "component").FirstOrDefault(part => HasCode(part, kind.Loinc)) is { ValueKind: JsonValueKind.Object } found
        && Quantity(writer, kind.Member, Fields.Object(found, "valueQuantity"), "mmHg");

    private static bool Quantity(Utf8JsonWriter writer, string member, JsonElement? quantity, string? unit)
    {
        if (quantity is not { } given || !given.TryGetProperty("value"u8, out var value) || value.ValueKind is not JsonValueKind.Number || given.TryGetProperty("comparator"u8, out _))
            return false;
        if ((unit ?? Ucum.WordOf(Fields.Text(given, "code") ?? "")) is not { } word)
            return false;
        writer.WriteStartObject(member);
        writer.WritePropertyName("value"u8);
        writer.WriteRawValue(value.GetRawText());
        writer.WriteString("unit"u8, word);
        writer.WriteEndObject();
        return true;
    }

    // A day or a month is written as the interval it is; Open mHealth knows times with an offset only.
    private static bool Time(Utf8JsonWriter writer, JsonElement observation)
    {
        var moment = Fields.Text(observation, "effectiveDateTime") ?? Fields.Text(observation, "effectiveInstant");
        var period = Fields.Object(observation, "effectivePeriod");
        var from = FhirDate.Parse(moment ?? (period is { } one ? Fields.Text(one, "start") : null));
        var to = moment is not null ? from : period is { } other ? FhirDate.Parse(Fields.Text(other, "end")) : null;
        if (from is null || to is null)
            return false;
        writer.WriteStartObject("effective_time_frame"u8);
        if (moment is { Length: > 10 })
        {
            writer.WriteString("date_time"u8, Text(from.Value.From));
        }
        else
        {
            writer.WriteStartObject("time_interval"u8);
            writer.WriteString("start_date_time"u8, Text(from.Value.From));
            writer.WriteString("end_date_time"u8, Text(moment is null && Fields.Text(period!.Value, "end")!.Length > 10 ? to.Value.From : to.Value.To));
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        return true;
    }

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture);

    private static bool HasCode(JsonElement element, string loinc) =>
        Fields.Codings(element, "code").Any(coding => string.Equals(coding.Code, loinc, StringComparison.Ordinal) && CodeSystems.Same(coding.System, "http://loinc.org"));
}
