using System.Buffers;
using Tasuki.Fhir;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// create, update, patch and delete, each also with a condition. What the caller does not see is missing before anything else is said; then a refused change says which
/// way is open (<see cref="WriteRules"/>); then the body is looked at.
/// </summary>
internal sealed class WriteRecords(Call call)
{
    private static readonly Error NotThisKind = new("write.grant", "What the person agreed to does not let this caller write records of this kind.");

    // What profiles say of a change that they do not refuse.
    private readonly Dictionary<RecordChange, IReadOnlyList<Issue>> _said = new(ReferenceEqualityComparer.Instance);

    public async Task<Answer> Create(string type, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused) = PlanCreate(type, interaction);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    /// <summary>The change a create comes to, for this request or a transaction.</summary>
    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanCreate(string type, Interaction interaction)
    {
        if ((OutOfScope(type, ScopeActions.Create) ?? WriteRules.Refusal(type, RuledAction.Create, call.Caller.Kind, RecordStanding.New)) is { } closed)
            return (null, default, Failures.Answer(closed));
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body);
        if (incoming is null)
            return (null, default, refused);
        RecordQuery? condition = null;
        if (interaction.IfNoneExist is { } text)
        {
            var parsed = QueryText.Fault(text) is { } broken ? broken : Condition(type, QueryText.Parse(text));
            if (!parsed.IsOk)
                return (null, default, Failures.Answer(parsed.Error));
            condition = parsed.Value with { BeforeOpening = call.Cost.Walk(incoming.Resident) };
        }

        return (Saying(new RecordChange.Create(incoming.Record(call), condition), incoming), incoming.Resident, null);
    }

    public async Task<Answer> Update(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Update) is { } closed)
            return Failures.Answer(closed);
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk)
            return Failures.Answer(target.Error);
        if (target.Value is null)
            return await Create(type, interaction with { IfNoneExist = null }, cancel);
        var (change, resident, refused) = await PlanUpdate(type, target.Value, interaction, RuledAction.Update, cancel);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanUpdate(string type, string id, Interaction interaction, RuledAction action, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Update) is { } closed)
            return (null, default, Failures.Answer(closed));
        if (await Refusal(type, id, action, cancel) is { } no)
            return (null, default, Failures.Answer(no));
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body);
        if (incoming is null)
            return (null, default, refused);
        if (incoming.Resource.OriginalId is { } said && !string.Equals(said, id, StringComparison.Ordinal))
            return (null, default, Failures.Answer(new Error("resource.id", "The id in the body is not the one in the address.")));
        if (call.ResidentOf(id) != incoming.Resident)
            return (null, default, Failures.Answer(Failures.Missing));
        return IfMatch(interaction) is { IsOk: true } version
            ? (Saying(new RecordChange.Update(id, incoming.Record(call), version.Value), incoming), incoming.Resident, null)
            : (null, default, Failures.Answer(IfMatch(interaction).Error!));
    }

    public async Task<Answer> Patch(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused) = await PlanPatch(type, id, interaction, cancel);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanPatch(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Update) is { } closed)
            return (null, default, Failures.Answer(closed));
        if (interaction.ContentType is not "application/json-patch+json")
            return (null, default, Failures.Answer(new Error("body.media", "A patch is a JSON Patch: application/json-patch+json.")));
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk || target.Value is null || await call.Seen(type, target.Value, cancel) is not { } standing)
            return (null, default, Failures.Answer(target.Error ?? Failures.Missing));
        if (WriteRules.Refusal(call.Caller, RuledAction.Patch, standing) is { } ruled)
            return (null, default, Failures.Answer(ruled));
        var wanted = IfMatch(interaction);
        if (!wanted.IsOk)
            return (null, default, Failures.Answer(wanted.Error));
        if (wanted.Value is { } version && version != standing.Version)
            return (null, default, Failures.Answer(new Error("change.version", $"Version {version} was to be changed, and version {standing.Version} stands.")));
        var whole = new ArrayBufferWriter<byte>();
        standing.WriteJson(whole);
        var patched = JsonPatch.Apply(whole.WrittenMemory, interaction.Body);
        if (!patched.IsOk)
            return (null, default, Failures.Answer(patched.Error));
        // Held against the version that was read: what was written meanwhile is not overwritten.
        var held = interaction with { Query = [], Body = patched.Value, IfMatch = Tags.Of(standing.Version) };
        return await PlanUpdate(type, target.Value, held, RuledAction.Patch, cancel);
    }

    public async Task<Answer> Delete(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Delete) is { } closed)
            return Failures.Answer(closed);
        var target = await Target(type, id, interaction, cancel);
        if (!target.IsOk)
            return Failures.Answer(target.Error);
        if (target.Value is null)
            return new Answer(204, default);
        var (change, resident, refused) = await PlanDelete(type, target.Value, interaction, cancel);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanDelete(string type, string id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Delete) is { } closed)
            return (null, default, Failures.Answer(closed));
        if (await Refusal(type, id, RuledAction.Delete, cancel) is { } no)
            return (null, default, Failures.Answer(no));
        var version = IfMatch(interaction);
        return !version.IsOk ? (null, default, Failures.Answer(version.Error))
            : call.ResidentOf(id) is { } resident ? (new RecordChange.Delete(id, version.Value), resident, null) : (null, default, Failures.Answer(Failures.Missing));
    }

    /// <summary>The rule once more, of the record as it stands when it is changed.</summary>
    public Error? Permit(StoredRecord record, RecordChange change) =>
        WriteRules.Refusal(call.Caller, change is RecordChange.Delete ? RuledAction.Delete : RuledAction.Update, record);

    /// <summary>A scope with a condition reads: what it would write cannot be held against it before it is written.</summary>
    public Error? OutOfScope(string type, ScopeActions action)
    {
        var within = call.Within(type, action);
        return !within.IsOk ? within.Error
            : within.Value is RecordPredicate.Everything ? null : new Error("scope.insufficient", "A scope with a condition does not write.");
    }

    public Answer Answered(RecordChange change, ChangedRecord changed, Preference prefer) => Answered(call, changed, prefer, _said.GetValueOrDefault(change) ?? []);

    public static Answer Answered(Call call, ChangedRecord changed, Preference prefer, IReadOnlyList<Issue> said)
    {
        if (changed.Outcome is ChangeOutcome.Deleted)
            return new Answer(204, default) { Version = changed.Version };
        var body = ReadOnlyMemory<byte>.Empty;
        if (prefer.OutcomeOnly)
        {
            body = Outcome.Of([new Issue("information", "informational", "Done."), .. said]);
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
        if (!session.IsOk)
            return Failures.Answer(session.Error);
        var done = await session.Value.Change([change], Permit, cancel);
        return done.IsOk ? Answered(change, done.Value[0], interaction.Prefer) : Failures.Answer(NotWritten(done.Error));
    }

    /// <summary>What a session that may write says of a class that is not among those it writes.</summary>
    public static Error NotWritten(Error error) => error.Code is "gate.refused" ? NotThisKind : error;

    private async Task<Error?> Refusal(string type, string id, RuledAction action, CancellationToken cancel) =>
        await call.Seen(type, id, cancel) is { } standing ? WriteRules.Refusal(call.Caller, action, standing) : Failures.Missing;

    private RecordChange Saying(RecordChange change, IncomingResource incoming)
    {
        _said[change] = incoming.Said;
        return change;
    }

    /// <summary>The id of the address, or of the one record its condition finds; null when the condition finds none.</summary>
    public async Task<Result<string?>> Target(string type, string? id, Interaction interaction, CancellationToken cancel)
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

    /// <summary>What a condition asks, within what the caller may search.</summary>
    public Result<RecordQuery> Condition(string type, IReadOnlyList<(string Name, string Value)> parameters)
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
