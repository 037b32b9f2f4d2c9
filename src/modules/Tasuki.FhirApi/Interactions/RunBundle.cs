using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>A Bundle sent to the base. batch: each entry for itself, and none knows another. transaction: all or none (<see cref="RunTransaction"/>).</summary>
internal sealed class RunBundle(Call call, Func<Interaction, CancellationToken, Task<Answer>> dispatch)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth, AllowDuplicateProperties = false };

    public async Task<Answer> Run(Interaction interaction, CancellationToken cancel)
    {
        if (JsonText.Fault(interaction.Body.Span) is { } fault)
            return Failures.Answer(fault);
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(interaction.Body, Reading);
        }
        catch (JsonException broken)
        {
            return Failures.Answer(CanonicalResource.JsonError(broken));
        }

        using (document)
        {
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object || Entries.Text(root, "resourceType") is not "Bundle" || Entries.Text(root, "type") is not ("batch" or "transaction"))
                return Failures.Answer(new Error("resource.type", "What is sent to the base is a Bundle of type batch or transaction."));
            var isTransaction = Entries.Text(root, "type") is "transaction";
            var (entries, refused) = Entries.Of(call, root, interaction);
            if (refused is not null)
                return refused;
            if (!isTransaction)
                return Written(isTransaction, await Batch(entries, cancel));
            var (answers, not) = await RunTransaction.Run(call, entries, dispatch, cancel);
            return not ?? Written(isTransaction, answers);
        }
    }

    private async Task<List<Answer>> Batch(List<Interaction> entries, CancellationToken cancel)
    {
        var answers = new List<Answer>(entries.Count);
        foreach (var entry in entries)
        {
            var writes = entry is { Method: "POST", Path: [_] } or { Method: "PUT" };
            answers.Add(writes && BundleReferences.Nowhere(entry.Body) is { } nowhere ? Entries.Nowhere(nowhere) : await dispatch(entry, cancel));
        }

        return answers;
    }

    private Answer Written(bool isTransaction, IReadOnlyList<Answer> answers)
    {
        var output = new ArrayBufferWriter<byte>(1024 + (answers.Count * 128));
        using (var writer = new Utf8JsonWriter(output, Outcome.Writing))
        {
            writer.WriteStartObject();
            writer.WriteString("resourceType"u8, "Bundle"u8);
            writer.WriteString("type"u8, isTransaction ? "transaction-response"u8 : "batch-response"u8);
            if (answers.Count > 0)
            {
                writer.WriteStartArray("entry"u8);
                foreach (var answer in answers)
                    Write(writer, answer);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        return new Answer(200, output.WrittenMemory);
    }

    private static void Write(Utf8JsonWriter writer, Answer answer)
    {
        writer.WriteStartObject();
        if (!answer.Body.IsEmpty && !answer.IsFailure)
        {
            writer.WritePropertyName("resource"u8);
            writer.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        }

        writer.WriteStartObject("response"u8);
        writer.WriteString("status"u8, answer.Status.ToString(CultureInfo.InvariantCulture));
        if (answer.Location is { } location)
            writer.WriteString("location"u8, location);
        if (answer.Version is { } version)
            writer.WriteString("etag"u8, Tags.Of(version));
        if (answer.LastModified is { } modified)
            writer.WriteString("lastModified"u8, Searching.Instants.Of(modified));
        if (answer.IsFailure)
        {
            writer.WritePropertyName("outcome"u8);
            writer.WriteRawValue(answer.Body.Span, skipInputValidation: true);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
