using System.Buffers;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats;

/// <summary>
/// Reads measurements of Open mHealth and IEEE 1752.1 (<c>header</c> with schema_id, <c>body</c> one object or, as SPHR writes it, a list) into Observations.
/// Values keep their digits, times their offset; members of a body that have no place of their own go into the note, so that nothing is dropped.
/// </summary>
internal static class MeasurementReader
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth, AllowDuplicateProperties = false };

    public static IEnumerable<ReadItem> Read(JsonSource source, ResourceIntake intake, ReadContext outer, CancellationToken cancel)
    {
        if (JsonText.FirstFault(source.Bytes.Span) is var (what, offset))
        {
            yield return new ReadStopped(source.At(offset, null), new Error("json.text", $"{what}."));
            yield break;
        }

        var (parts, stopped) = PartsOf(source, intake.Limits);
        if (parts is null)
        {
            yield return stopped!;
            yield break;
        }

        var (schema, device) = Header(source, parts);
        var context = outer with { Category = DataCategory.Lifelog, SourceName = outer.SourceName ?? device };
        if (schema is null || !IsKnown(schema))
        {
            yield return new NotUnderstood(new SourcePosition(source.File, Path: "header.schema_id"), new Error("measurement.schema", "Measurements of this kind are not known; they stay in the original file."));
            yield break;
        }

        for (var i = 0; i < parts.Bodies.Count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            var (start, length) = parts.Bodies[i];
            var position = source.At(start, parts.AreList ? $"body[{i}]" : "body");
            foreach (var item in One(source.Bytes.Slice(start, length), schema, position, intake, context))
            {
                yield return item;
                if (item is ReadStopped)
                    yield break;
            }
        }
    }

    private static bool IsKnown(string schema) =>
        schema is MeasurementKinds.BloodPressureSchema or MeasurementKinds.ActivitySchema || MeasurementKinds.Of(schema) is not null;

    private static IEnumerable<ReadItem> One(ReadOnlyMemory<byte> json, string schema, SourcePosition position, ResourceIntake intake, ReadContext context)
    {
        Result<byte[]> made;
        try
        {
            using var body = JsonDocument.Parse(json, Reading);
            made = Observation(body.RootElement, schema);
        }
        catch (JsonException broken)
        {
            var (reason, at) = JsonSource.Broken(broken, position);
            return [new NotUnderstood(at, reason)];
        }

        return made.IsOk ? intake.Take(made.Value, position, context) : [new NotUnderstood(position, made.Error)];
    }

    private static Result<byte[]> Observation(JsonElement body, string schema)
    {
        if (body.ValueKind is not JsonValueKind.Object)
            return new Error("measurement.shape", "The body of a measurement is an object; this is none.");
        if (TimeFrame.Of(body) is not { } time)
            return new Error("measurement.time", "The measurement does not say when it was made, so it cannot be placed; it stays in the original file.");

        var buffer = new ArrayBufferWriter<byte>(512);
        using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var observation = new ObservationWriter(writer, body);
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "Observation");
        writer.WriteString("status"u8, "final");
        var fault = schema switch
        {
            MeasurementKinds.BloodPressureSchema => observation.BloodPressure(),
            MeasurementKinds.ActivitySchema => observation.Activity(),
            _ => observation.Simple(MeasurementKinds.Of(schema)!),
        };
        if (fault is not null)
            return fault;
        observation.Time(time);
        observation.Rest();
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private sealed record Parts(int HeaderStart, int HeaderLength, IReadOnlyList<(int Start, int Length)> Bodies, bool AreList);

    private static (Parts? Parts, ReadStopped? Stopped) PartsOf(JsonSource source, ReadLimits limits)
    {
        var reader = new Utf8JsonReader(source.Bytes.Span, new JsonReaderOptions { MaxDepth = limits.Depth });
        var (headerStart, headerLength) = (0, 0);
        var bodies = new List<(int, int)>();
        var areList = false;
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
            {
                var isHeader = reader.ValueTextEquals("header"u8);
                var isBody = reader.ValueTextEquals("body"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isBody && reader.TokenType is JsonTokenType.StartArray)
                {
                    areList = true;
                    while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    {
                        if (bodies.Count == limits.Resources)
                            return (null, new ReadStopped(new SourcePosition(source.File, Path: "body"), new Error("file.resources", $"The file holds more than {limits.Resources} measurements, which is the most that are read.")));
                        start = (int)reader.TokenStartIndex;
                        reader.Skip();
                        bodies.Add((start, (int)reader.BytesConsumed - start));
                    }

                    continue;
                }

                reader.Skip();
                if (isHeader)
                    (headerStart, headerLength) = (start, (int)reader.BytesConsumed - start);
                if (isBody)
                    bodies.Add((start, (int)reader.BytesConsumed - start));
            }

            reader.Read();
            return (new Parts(headerStart, headerLength, bodies, areList), null);
        }
        catch (JsonException broken)
        {
            var (reason, position) = JsonSource.Broken(broken, source.At(0, null));
            return (null, new ReadStopped(position, reason));
        }
    }

    private static (string? Schema, string? Device) Header(JsonSource source, Parts parts)
    {
        if (parts.HeaderLength == 0)
            return (null, null);
        try
        {
            using var header = JsonDocument.Parse(source.Bytes.Slice(parts.HeaderStart, parts.HeaderLength), Reading);
            return (Fields.Object(header.RootElement, "schema_id") is { } schema ? Fields.Text(schema, "name") : null,
                Fields.Object(header.RootElement, "acquisition_provenance") is { } provenance ? Fields.Text(provenance, "source_name") : null);
        }
        catch (JsonException)
        {
            return (null, null);
        }
    }
}
