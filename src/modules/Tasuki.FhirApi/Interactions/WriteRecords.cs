using System.Buffers;
using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>create, update, patch and delete, each also with a condition. A refused change says which way is open (<see cref="WriteRules"/>).</summary>
internal sealed class WriteRecords(Call call)
{
    private static readonly Error Missing = new("record.missing", "There is no such record, or it is not open to this caller.");

    public async Task<Answer> Create(string type, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused) = PlanCreate(type, interaction);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    /// <summary>The change a create comes to, for this request or a transaction.</summary>
    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanCreate(string type, Interaction interaction)
    {
        if (Closed(type, ScopeActions.Create) is { } closed)
            return (null, default, closed);
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body);
        if (incoming is null)
            return (null, default, refused);
        RecordQuery? condition = null;
        if (interaction.IfNoneExist is { } text)
        {
            var parsed = Condition(type, QueryText.Parse(text));
            if (!parsed.IsOk)
                return (null, default, Failures.Answer(parsed.Error));
            condition = parsed.Value with { BeforeOpening = call.Cost.Walk(incoming.Resident) };
        }

        return (new RecordChange.Create(incoming.Record(call, interaction.FullUrl), condition), incoming.Resident, null);
    }

    public async Task<Answer> Update(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (Closed(type, ScopeActions.Update) is { } closed)
            return closed;
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk)
            return Failures.Answer(target.Error);
        if (target.Value is null)
            return await Create(type, interaction with { IfNoneExist = null }, cancel);
        var (change, resident, refused) = PlanUpdate(type, target.Value, interaction);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanUpdate(string type, string id, Interaction interaction)
    {
        if (Closed(type, ScopeActions.Update) is { } closed)
            return (null, default, closed);
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body);
        if (incoming is null)
            return (null, default, refused);
        if (incoming.Resource.OriginalId is { } said && !string.Equals(said, id, StringComparison.Ordinal))
            return (null, default, Failures.Answer(new Error("resource.id", "The id in the body is not the one in the address.")));
        if (call.ResidentOf(id) != incoming.Resident)
            return (null, default, Failures.Answer(Missing));
        return IfMatch(interaction) is { IsOk: true } version
            ? (new RecordChange.Update(id, incoming.Record(call, interaction.FullUrl), version.Value), incoming.Resident, null)
            : (null, default, Failures.Answer(IfMatch(interaction).Error!));
    }

    public async Task<Answer> Patch(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (Closed(type, ScopeActions.Update) is { } closed)
            return closed;
        if (interaction.ContentType is not "application/json-patch+json")
            return Failures.Answer(new Error("body.media", "A patch is a JSON Patch: application/json-patch+json."));
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk || target.Value is null)
            return Failures.Answer(target.Error ?? Missing);
        var standing = await new ReadRecords(call).Find(type, target.Value, cancel);
        if (!standing.IsOk)
            return Failures.Answer(standing.Error);
        var wanted = IfMatch(interaction);
        if (!wanted.IsOk)
            return Failures.Answer(wanted.Error);
        if (wanted.Value is { } version && version != standing.Value.Version)
            return Failures.Answer(new Error("change.version", $"Version {version} was to be changed, and version {standing.Value.Version} stands."));
        var whole = new ArrayBufferWriter<byte>();
        standing.Value.WriteJson(whole);
        var patched = JsonPatch.Apply(whole.WrittenMemory, interaction.Body);
        // Held against the version that was read: what was written meanwhile is not overwritten.
        return patched.IsOk
            ? await Update(type, target.Value, interaction with { Query = [], Body = patched.Value, IfMatch = Tags.Of(standing.Value.Version) }, cancel) : Failures.Answer(patched.Error);
    }

    public async Task<Answer> Delete(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (Closed(type, ScopeActions.Delete) is { } closed)
            return closed;
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk)
            return Failures.Answer(target.Error);
        if (target.Value is null)
            return new Answer(204, default);
        var (change, resident, refused) = PlanDelete(type, target.Value, interaction);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanDelete(string type, string id, Interaction interaction)
    {
        if (Closed(type, ScopeActions.Delete) is { } closed)
            return (null, default, closed);
        var version = IfMatch(interaction);
        return !version.IsOk ? (null, default, Failures.Answer(version.Error))
            : call.ResidentOf(id) is { } resident ? (new RecordChange.Delete(id, version.Value), resident, null) : (null, default, Failures.Answer(Missing));
    }

    /// <summary>Whether the caller may change it as it stands, and whether it is of the type the address says.</summary>
    public Error? Permit(StoredRecord record, RecordChange change) => WriteRules.Refusal(call.Caller, record);

    public static Answer Answered(Call call, ChangedRecord changed, Preference prefer)
    {
        if (changed.Outcome is ChangeOutcome.Deleted)
            return new Answer(204, default) { Version = changed.Version };
        var body = ReadOnlyMemory<byte>.Empty;
        if (prefer.OutcomeOnly)
        {
            body = Outcome.Of(new Issue("information", "informational", "Done."));
        }
        else if (!prefer.Minimal && changed.Record is { } record)
        {
            var output = new ArrayBufferWriter<byte>(1024);
            record.WriteJson(output);
            body = output.WrittenMemory;
        }

        return new Answer(changed.Outcome is ChangeOutcome.Created ? 201 : 200, body)
        {
            Version = changed.Version, LastModified = changed.Updated, Location = $"{call.Root}/{changed.Type}/{changed.Id}/_history/{changed.Version}",
        };
    }

    private async Task<Answer> Apply(RecordChange change, ResidentNo resident, Interaction interaction, CancellationToken cancel)
    {
        var session = await call.Session(resident, write: true, cancel);
        var done = session.IsOk ? await session.Value.Change([change], Permit, cancel) : session.Error;
        return done.IsOk ? Answered(call, done.Value[0], interaction.Prefer) : Failures.Answer(done.Error);
    }

    // A type closed to everybody, or to these scopes. A scope with a condition reads: what it would write cannot be held against it before it is written.
    private Answer? Closed(string type, ScopeActions action)
    {
        if (WriteRules.Refusal(type) is { } closed)
            return Failures.Answer(closed);
        var within = call.Within(type, action);
        return !within.IsOk ? Failures.Answer(within.Error)
            : within.Value is RecordPredicate.Everything ? null : Failures.Answer(new Error("scope.insufficient", "A scope with a condition does not write."));
    }

    // The id of the address, or of the one record its condition finds; null when the condition finds none.
    private async Task<Result<string?>> Target(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (id is not null)
            return id;
        var condition = Condition(type, interaction.Query);
        if (!condition.IsOk)
            return condition.Error;
        var residents = await call.Residents(cancel);
        if (!residents.IsOk)
            return residents.Error;
        var found = new List<string>();
        foreach (var resident in residents.Value)
        {
            var page = await call.Vault.Search(call.Caller.Actor, resident, call.Caller.ReadPurpose, condition.Value with { Limit = 2, BeforeOpening = call.Cost.Walk(resident) }, cancel);
            // A condition that was not looked at to the end has not found nothing.
            if (!page.IsOk && page.Error.Code is not "gate.refused")
                return page.Error;
            if (page.IsOk)
                found.AddRange(page.Value.Records.Select(record => record.Id));
        }

        return found.Count > 1 ? new Error("change.ambiguous", "The condition finds more than one record.") : Result.Of(found.FirstOrDefault());
    }

    private Result<RecordQuery> Condition(string type, IReadOnlyList<(string Name, string Value)> parameters)
    {
        // The scope narrows a condition as it narrows a search: it is computed over what the caller may see.
        var within = call.Within(type, ScopeActions.Search);
        if (!within.IsOk)
            return within.Error;
        var parsed = new SearchParser(call.Root, call.ResidentOf, lenient: false).Parse([type], parameters);
        if (!parsed.IsOk)
            return parsed.Error;
        return parsed.Value.Where is RecordPredicate.And { Parts.Count: > 1 } where
            ? new RecordQuery { Where = new RecordPredicate.And([where, within.Value]), Order = RecordOrder.Stored }
            : new Error("query.value", "A condition names at least one search parameter.");
    }

    private static Result<int?> IfMatch(Interaction interaction) =>
        interaction.IfMatch is not { } tag ? Result.Of<int?>(null)
        : Tags.Version(tag) is { } version ? Result.Of<int?>(version) : new Error("change.version", "If-Match carries no version this server gave: W/\"1\" is one.");
}

/// <summary>The text of a search, as <c>If-None-Exist</c> and the entries of a Bundle carry it.</summary>
internal static class QueryText
{
    public static IReadOnlyList<(string Name, string Value)> Parse(string text) =>
    [
        .. text.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair =>
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            return at < 0 ? (Plain(pair), "") : (Plain(pair[..at]), Plain(pair[(at + 1)..]));
        }),
    ];

    private static string Plain(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
