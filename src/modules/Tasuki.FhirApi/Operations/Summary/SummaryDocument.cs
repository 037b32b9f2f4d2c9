using System.Buffers;
using System.Text.Json;
using Tasuki.FhirApi.Interactions;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>
/// The summary of one person as <c>DocumentReference/$docref</c> answers it (International Patient Access): a document that is made when it is fetched, at the address of
/// <see cref="Summarize"/>. It is stored nowhere and has no id of its own.
/// </summary>
internal static class SummaryDocument
{
    public const string Type = "60591-5";
    public const string Loinc = "http://loinc.org";

    /// <summary>Null where the caller may not see that person's Patient, without which there is no summary.</summary>
    public static async Task<MadeEntry?> Of(Call call, string patient, CancellationToken cancel)
    {
        if (call.Within("Patient", People.ScopeActions.Read) is not { IsOk: true } || await new ReadRecords(call).Find("Patient", patient, cancel) is not { IsOk: true })
            return null;
        return new MadeEntry(DrawnId.Urn(), Write($"{call.Root}/Patient/{patient}/$summary", patient, call.Clock.GetUtcNow()));
    }

    private static ReadOnlyMemory<byte> Write(string address, string patient, DateTimeOffset now)
    {
        var output = new ArrayBufferWriter<byte>(1_024);
        using (var writer = new Utf8JsonWriter(output, Outcome.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "DocumentReference"u8);
            writer.WriteString("status"u8, "current"u8);
            writer.WriteStartObject("type"u8);
            Coding(writer, Loinc, Type, "Patient summary Document");
            writer.WriteEndObject();
            writer.WriteStartArray("category"u8);
            writer.WriteStartObject();
            Coding(writer, Loinc, Type, "Patient summary Document");
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteStartObject("subject"u8);
            writer.WriteString("reference"u8, $"Patient/{patient}");
            writer.WriteEndObject();
            writer.WriteString("date"u8, Instants.Of(now));
            writer.WriteStartArray("content"u8);
            writer.WriteStartObject();
            writer.WriteStartObject("attachment"u8);
            writer.WriteString("contentType"u8, "application/fhir+json"u8);
            writer.WriteString("url"u8, address);
            writer.WriteString("title"u8, "International Patient Summary"u8);
            writer.WriteEndObject();
            writer.WriteStartObject("format"u8);
            writer.WriteString("system"u8, "urn:ietf:rfc:3986"u8);
            writer.WriteString("code"u8, Summarize.Profile);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        return output.WrittenMemory;
    }

    private static void Coding(Utf8JsonWriter writer, string system, string code, string display)
    {
        writer.WriteStartArray("coding"u8);
        writer.WriteStartObject();
        writer.WriteString("system"u8, system);
        writer.WriteString("code"u8, code);
        writer.WriteString("display"u8, display);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }
}
