using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// batch: each entry for itself. transaction: all changes in one, of one person, all or none, in FHIR's order (DELETE, POST, PUT, then GET); references among the entries
/// are rewritten to the ids given. A Consent may end with them. Each entry is checked as if it came alone.
/// </summary>
internal sealed class RunBundle(Call call, Func<Interaction, CancellationToken, Task<Answer>> dispatch)
{
    public const int MostEntries = 5_000;

    private static readonly Error AnotherPerson = new("resource.subject", "A transaction is about one person; this entry is about another.");
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
            if (root.ValueKind is not JsonValueKind.Object || Text(root, "resourceType") is not "Bundle" || Text(root, "type") is not ("batch" or "transaction"))
                return Failures.Answer(new Error("resource.type", "What is sent to the base is a Bundle of type batch or transaction."));
            var isTransaction = Text(root, "type") is "transaction";
            if (!root.TryGetProperty("entry"u8, out var list))
                return Written(isTransaction, []);
            if (list.ValueKind is not JsonValueKind.Array || list.GetArrayLength() > MostEntries)
                return new Answer(413, Outcome.Of(new Issue("error", "too-costly", $"A Bundle holds at most {MostEntries} entries.")));
            var entries = new List<Interaction>();
            foreach (var (index, entry) in list.EnumerateArray().Index())
            {
                var parsed = Entry(entry, interaction);
                if (!parsed.IsOk)
                    return Failures.Answer(new Error(parsed.Error.Code, $"Entry {index + 1}: {parsed.Error.Message}"));
                entries.Add(parsed.Value);
            }

            return isTransaction ? await Transaction(entries, cancel) : await Batch(entries, cancel);
        }
    }

    private async Task<Answer> Batch(List<Interaction> entries, CancellationToken cancel)
    {
        var answers = new List<Answer>(entries.Count);
        foreach (var entry in entries)
            answers.Add(await dispatch(entry, cancel));
        return Written(isTransaction: false, answers);
    }

    private async Task<Answer> Transaction(List<Interaction> entries, CancellationToken cancel)
    {
        var answers = new Answer?[entries.Count];
        var changes = new List<(int Index, RecordChange Change)>();
        var ends = new List<(int Index, PlannedEnd End)>();
        ResidentNo? resident = null;
        var writes = new WriteRecords(call);
        foreach (var (index, entry) in entries.Index().OrderBy(one => Order(one.Item.Method)))
        {
            if (entry.Method is "GET")
                continue;
            if (entry is { Method: "PUT", Path: ["Consent", var consent] })
            {
                var end = await new EndConsent(call).Plan(ViewTypes.Of("Consent"), consent, RuledAction.Update, entry, cancel);
                if (end.Refused is { } not)
                    return At(index, not);
                if ((resident ??= end.Of!.Resident) != end.Of!.Resident)
                    return At(index, Failures.Answer(AnotherPerson));
                ends.Add((index, end));
                continue;
            }

            var (change, whose, refused) = entry switch
            {
                { Method: "POST", Path: [var type] } when HeldTypes.IsRecord(type) => writes.PlanCreate(type, entry),
                { Method: "PUT", Path: [var type, var id] } when HeldTypes.IsRecord(type) => await writes.PlanUpdate(type, id, entry, RuledAction.Update, cancel),
                { Method: "DELETE", Path: [var type, var id] } when HeldTypes.IsRecord(type) => await writes.PlanDelete(type, id, entry, cancel),
                _ => (null, default, Failures.Answer(new Error("interaction.unknown", "A transaction creates (POST Type), updates (PUT Type/id), deletes (DELETE Type/id), ends a Consent (PUT Consent/id) and reads (GET)."))),
            };
            if (refused is not null)
                return At(index, refused);
            if ((resident ??= whose) != whose)
                return At(index, Failures.Answer(AnotherPerson));
            changes.Add((index, change!));
        }

        if (resident is { } one)
        {
            var session = await call.Session(one, write: true, cancel);
            var done = session.IsOk ? await session.Value.Change([.. changes.Select(change => change.Change)], writes.Permit, cancel, [.. ends.Where(end => end.End.Ends).Select(end => end.End.Id)]) : session.Error;
            if (!done.IsOk)
                return Failures.Answer(session.IsOk ? WriteRecords.NotWritten(done.Error) : done.Error);
            for (var i = 0; i < changes.Count; i++)
                answers[changes[i].Index] = writes.Answered(changes[i].Change, done.Value[i], entries[changes[i].Index].Prefer);
            foreach (var (index, end) in ends)
                answers[index] = await new EndConsent(call).Answered(end, entries[index], cancel);
        }

        foreach (var (index, entry) in entries.Index().Where(entry => entry.Item.Method is "GET"))
            answers[index] = await dispatch(entry, cancel);
        return Written(isTransaction: true, answers!);
    }

    private static Answer At(int index, Answer refused)
    {
        // The first issue says which entry it was.
        using var outcome = JsonDocument.Parse(refused.Body);
        var issues = outcome.RootElement.GetProperty("issue"u8).EnumerateArray().Select(issue => new Issue(
            Text(issue, "severity")!, Text(issue, "code")!, $"Entry {index + 1}: {Text(issue, "diagnostics")}",
            issue.TryGetProperty("expression"u8, out var expression) ? expression[0].GetString() : null)).ToList();
        return refused with { Body = Outcome.Of(issues) };
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

    private Result<Interaction> Entry(JsonElement entry, Interaction whole)
    {
        if (entry.ValueKind is not JsonValueKind.Object || !entry.TryGetProperty("request"u8, out var request) || request.ValueKind is not JsonValueKind.Object
            || Text(request, "method") is not { } method || Text(request, "url") is not { } url)
        {
            return new Error("resource.structure", "it needs request.method and request.url.");
        }

        if (QueryText.Fault(url) is { } broken)
            return broken;
        if (url.StartsWith(call.Root + "/", StringComparison.Ordinal))
            url = url[(call.Root.Length + 1)..];
        var question = url.IndexOf('?', StringComparison.Ordinal);
        var path = (question < 0 ? url : url[..question]).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        if (path is ["", ..] or [] && method is not "GET")
            return new Error("interaction.unknown", "its address names no type.");
        return new Interaction(
            method, path, question < 0 ? [] : QueryText.Parse(url[question..]),
            entry.TryGetProperty("resource"u8, out var resource) ? Encoding.UTF8.GetBytes(resource.GetRawText()) : default)
        {
            ContentType = "application/fhir+json", IfMatch = Text(request, "ifMatch"), IfNoneMatch = Text(request, "ifNoneMatch"), IfNoneExist = Text(request, "ifNoneExist"), Prefer = whole.Prefer,
            FullUrl = Text(entry, "fullUrl"),
        };
    }

    private static int Order(string method) => method switch { "DELETE" => 0, "POST" => 1, "PUT" => 2, "PATCH" => 3, _ => 4 };

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
