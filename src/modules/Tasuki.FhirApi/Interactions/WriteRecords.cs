using System.Buffers;
using Tasuki.Fhir;
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

    private static readonly Error NoId = new("resource.id", "The resource in the body has no id: an update of one record has the id of the address in its body too.");
    private static readonly Error OtherId = new("resource.id", "The id in the body is not the one in the address.");
    private static readonly Error PatchReads = new("scope.insufficient", "A patch works on what stands: it takes a scope that reads the record beside the one that updates it.");
    private static readonly Error ClientsId = new(
        "interaction.method", "The condition finds no record, and the resource in the body has an id: records get their ids here (updateCreate is false). Leave the id out to create one.");

    // What profiles say of a change that they do not refuse.
    private readonly Dictionary<RecordChange, IReadOnlyList<Issue>> _said = new(ReferenceEqualityComparer.Instance);

    public async Task<Answer> Create(string type, Interaction interaction, CancellationToken cancel)
    {
        return await Races.Won(async () =>
        {
            var (change, resident, refused) = PlanCreate(type, interaction, cancel);
            return refused ?? await Apply(change!, resident, interaction, cancel);
        });
    }

    /// <summary>The change a create comes to, for this request or a transaction.</summary>
    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanCreate(string type, Interaction interaction, CancellationToken cancel) =>
        interaction.IfNoneExist is not { } text ? PlanCreate(type, interaction, (Result<RecordQuery>?)null, cancel)
        : PlanCreate(type, interaction, QueryText.Fault(text) is { } broken ? broken : new ByCondition(call).Query(type, QueryText.Parse(text)), cancel);

    public async Task<Answer> Update(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Update) is { } closed)
            return Failures.Answer(closed);
        return await Races.Won(async () =>
        {
            if (id is not null)
                return await UpdateOne(type, id, interaction, cancel);
            var target = await new ByCondition(call).Find(type, interaction.Query, cancel);
            return !target.IsOk ? Failures.Answer(target.Error)
                : target.Value is { } found ? await UpdateOne(type, found.Id, interaction, cancel) : await CreateUnlessThere(type, interaction, cancel);
        });
    }

    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanUpdate(string type, string id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Update) is { } closed)
            return (null, default, Failures.Answer(closed));
        var held = await Held(type, id, RuledAction.Update, interaction, cancel);
        return held.IsOk ? PlanUpdate(type, id, interaction, held.Value.Version, held.Value.Standing, cancel) : (null, default, Failures.Answer(held.Error));
    }

    private (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanUpdate(string type, string id, Interaction interaction, int? version, StoredRecord standing, CancellationToken cancel)
    {
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body, interaction.Place, cancel, standing.Resource);
        if (incoming is null)
            return (null, default, refused);
        // A condition names the record already (R4, http, 3.1.0.4.3); an address asks for the id once more.
        if (incoming.Resource.OriginalId is not { } said ? interaction.Path is [_, _] : !string.Equals(said, id, StringComparison.Ordinal))
            return (null, default, Failures.Answer(incoming.Resource.OriginalId is null ? NoId : OtherId));
        return call.ResidentOf(id) == incoming.Resident
            ? (Saying(new RecordChange.Update(id, incoming.Record(call), version), incoming), incoming.Resident, null)
            : (null, default, Failures.Answer(IncomingResource.AnotherSubject));
    }

    public Task<Answer> Patch(string type, string? id, Interaction interaction, CancellationToken cancel) => Races.Won(() => PatchOnce(type, id, interaction, cancel));

    private async Task<Answer?> PatchOnce(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused, standing) = await Patched(type, id, interaction, cancel);
        if (refused is not null)
            return refused;
        // What changes nothing is no new version.
        return change is RecordChange.Update { Record.Resource.Json: var json } && json.Span.SequenceEqual(standing!.Resource.Json.Span)
            ? Answered(call, new ChangedRecord(standing.Id, type, standing.Version, standing.Updated, ChangeOutcome.Found, standing), interaction.Prefer, _said.GetValueOrDefault(change) ?? [], isReadable: true)
            : await Apply(change!, resident, interaction, cancel);
    }

    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanPatch(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused, _) = await Patched(type, id, interaction, cancel);
        return (change, resident, refused);
    }

    public async Task<Answer> Delete(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if (OutOfScope(type, ScopeActions.Delete) is { } closed)
            return Failures.Answer(closed);
        return await Races.Won(() => DeleteOnce(type, id, interaction, cancel));
    }

    private async Task<Answer?> DeleteOnce(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        StoredRecord? found = null;
        if (id is null)
        {
            var target = await new ByCondition(call).Find(type, interaction.Query, cancel);
            if (!target.IsOk)
                return Failures.Answer(target.Error);
            if ((found = target.Value) is null)
                return Preconditions.OfNothing(interaction) is { } not ? Failures.Answer(not) : new Answer(204, default);
            id = found.Id;
        }

        var (change, resident, refused) = await PlanDelete(type, id, interaction, cancel, found);
        var answer = refused ?? await Apply(change!, resident, interaction, cancel);
        // Nothing is left to be done, and whoever saw it go may hear so.
        return answer is { Status: 404 } && await new ReadRecords(call).Gone(type, id, cancel) is not null ? new Answer(204, default) : answer;
    }

    /// <param name="found">What a condition found: what it does not find any more by then is not deleted for it.</param>
    public async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> PlanDelete(string type, string id, Interaction interaction, CancellationToken cancel, StoredRecord? found = null)
    {
        if (OutOfScope(type, ScopeActions.Delete) is { } closed)
            return (null, default, Failures.Answer(closed));
        var held = await Held(type, id, RuledAction.Delete, interaction, cancel);
        return !held.IsOk ? (null, default, Failures.Answer(held.Error))
            : call.ResidentOf(id) is { } resident ? (new RecordChange.Delete(id, held.Value.Version ?? found?.Version), resident, null) : (null, default, Failures.Answer(Failures.Missing));
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

    /// <summary>To write is not to read: without a scope that reads all of the type, the record stays out of the answer.</summary>
    public static Answer Answered(Call call, ChangedRecord changed, Preference prefer, IReadOnlyList<Issue> said) =>
        Answered(call, changed, prefer, said, call.Within(changed.Type, ScopeActions.Read) is { IsOk: true, Value: RecordPredicate.Everything });

    /// <summary>What a patch without a scope to read is answered; null with one. Its tests would say what stands, and its result the rest.</summary>
    public static Error? PatchUnread(Call call, string type) => call.Within(type, ScopeActions.Read).IsOk ? null : PatchReads;

    private static Answer Answered(Call call, ChangedRecord changed, Preference prefer, IReadOnlyList<Issue> said, bool isReadable)
    {
        if (changed.Outcome is ChangeOutcome.Deleted)
            return new Answer(204, default) { Version = changed.Version };
        var body = ReadOnlyMemory<byte>.Empty;
        if (prefer.OutcomeOnly)
        {
            body = Outcome.Of([new Issue("information", "informational", "Done."), .. said]);
        }
        else if (!prefer.Minimal && isReadable && changed.Record is { } record)
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

    private async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused, StoredRecord? Standing)> Patched(string type, string? id, Interaction interaction, CancellationToken cancel)
    {
        if ((OutOfScope(type, ScopeActions.Update) ?? PatchUnread(call, type)) is { } closed)
            return Not(closed);
        if (interaction.ContentType is not "application/json-patch+json")
            return Not(new Error("body.media", "A patch is a JSON Patch: application/json-patch+json."));
        if (id is null)
        {
            var target = await new ByCondition(call).Find(type, interaction.Query, cancel);
            if (!target.IsOk)
                return Not(target.Error);
            id = target.Value?.Id;
        }

        if (id is null || await call.Seen(type, id, cancel) is not { } standing || !await IsReadable(type, id, cancel))
            return Not(Failures.Missing);
        if (WriteRules.Refusal(call.Caller, RuledAction.Patch, standing) is { } ruled)
            return Not(ruled);
        var wanted = Preconditions.Of(interaction, standing);
        if (!wanted.IsOk)
            return Not(wanted.Error);
        var whole = new ArrayBufferWriter<byte>();
        standing.WriteJson(whole);
        var patched = JsonPatch.Apply(whole.WrittenMemory, interaction.Body);
        if (!patched.IsOk)
            return Not(patched.Error);
        // Held against the version that was read: what was written meanwhile is not overwritten.
        var (change, resident, refused) = PlanUpdate(type, id, interaction with { Query = [], Body = patched.Value }, standing.Version, standing, cancel);
        return (change, resident, refused, standing);

        static (RecordChange?, ResidentNo, Answer?, StoredRecord?) Not(Error error) => (null, default, Failures.Answer(error), null);
    }

    private async Task<Answer?> UpdateOne(string type, string id, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused) = await PlanUpdate(type, id, interaction, cancel);
        return refused ?? await Apply(change!, resident, interaction, cancel);
    }

    // The condition goes with the create: what another made meanwhile is found under the write, null is answered, and it is updated instead of made twice.
    private async Task<Answer?> CreateUnlessThere(string type, Interaction interaction, CancellationToken cancel)
    {
        var (change, resident, refused) = PlanCreateUnlessThere(type, interaction, mustBeNew: false, cancel);
        if (refused is not null)
            return refused;
        var done = await Change(change!, resident, cancel);
        return done is { IsOk: true, Value.Outcome: ChangeOutcome.Found } || Races.IsLost(done.Error) ? null : await Answered(change!, done, interaction, cancel);
    }

    /// <summary>The create that a conditional update comes to when its condition finds nothing.</summary>
    /// <param name="mustBeNew">What another made meanwhile is an error, and not the answer.</param>
    public (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanCreateUnlessThere(string type, Interaction interaction, bool mustBeNew, CancellationToken cancel)
    {
        if (Preconditions.OfNothing(interaction) is { } not)
            return (null, default, Failures.Answer(not));
        var (change, resident, refused) = PlanCreate(type, interaction, new ByCondition(call).Query(type, interaction.Query), cancel, mustBeNew);
        return refused is null && ((RecordChange.Create)change!).Record.Resource.OriginalId is not null ? (null, default, Failures.Answer(ClientsId)) : (change, resident, refused);
    }

    private (RecordChange? Change, ResidentNo Resident, Answer? Refused) PlanCreate(string type, Interaction interaction, Result<RecordQuery>? condition, CancellationToken cancel, bool mustBeNew = false)
    {
        if ((OutOfScope(type, ScopeActions.Create) ?? WriteRules.Refusal(type, RuledAction.Create, call.Caller.Kind, RecordStanding.New)) is { } closed)
            return (null, default, Failures.Answer(closed));
        var (incoming, refused) = IncomingResource.Of(call, type, interaction.Body, interaction.Place, cancel);
        if (incoming is null)
            return (null, default, refused);
        if (condition is { IsOk: false, Error: { } wrong })
            return (null, default, Failures.Answer(wrong));
        var query = condition is { } asked ? asked.Value with { BeforeOpening = call.Cost.Walk(incoming.Resident) } : null;
        return (Saying(new RecordChange.Create(incoming.Record(call), query) { MustBeNew = mustBeNew }, incoming), incoming.Resident, null);
    }

    // Null: another was faster, and what was planned does not hold any more.
    private async Task<Answer?> Apply(RecordChange change, ResidentNo resident, Interaction interaction, CancellationToken cancel)
    {
        var done = await Change(change, resident, cancel);
        return Races.IsLost(done.Error) ? null : await Answered(change, done, interaction, cancel);
    }

    private async Task<Result<ChangedRecord>> Change(RecordChange change, ResidentNo resident, CancellationToken cancel)
    {
        var session = await call.Session(resident, write: true, cancel);
        if (!session.IsOk)
            return change is RecordChange.Create ? NotOpen(call, resident, session.Error) : session.Error;
        var done = await session.Value.Change([change], Permit, cancel);
        return done.IsOk ? done.Value[0] : NotWritten(done.Error);
    }

    private async Task<Answer> Answered(RecordChange change, Result<ChangedRecord> done, Interaction interaction, CancellationToken cancel)
    {
        if (!done.IsOk)
            return Failures.Answer(done.Error);
        var isReadable = done.Value.Record is not null && !interaction.Prefer.Minimal && !interaction.Prefer.OutcomeOnly && await IsReadable(done.Value.Type, done.Value.Id, cancel);
        return Answered(call, done.Value, interaction.Prefer, _said.GetValueOrDefault(change) ?? [], isReadable);
    }

    // A condition of a scope is held against the record itself; nearly no scope has one.
    private async Task<bool> IsReadable(string type, string id, CancellationToken cancel) =>
        call.Within(type, ScopeActions.Read) is { IsOk: true, Value: var within } && (within is RecordPredicate.Everything || (await new ReadRecords(call).Find(type, id, cancel)).IsOk);

    /// <summary>What is said where the gate does not open for the person a new record is about: a Patient that is not open is answered like one that never was.</summary>
    public static Error NotOpen(Call call, ResidentNo resident, Error error) => error.Code is "gate.refused" && call.Caller.Resident != resident ? IncomingResource.AnotherSubject : error;

    /// <summary>What a session that may write says of a class that is not among those it writes.</summary>
    public static Error NotWritten(Error error) => error.Code is "gate.refused" ? NotThisKind : error;

    // What stands under an id, by the rules and by what the request asks of it: the version to be held against.
    private async Task<Result<(int? Version, StoredRecord Standing)>> Held(string type, string id, RuledAction action, Interaction interaction, CancellationToken cancel) =>
        await call.Seen(type, id, cancel) is not { } standing ? Failures.Missing
        : WriteRules.Refusal(call.Caller, action, standing) is { } ruled ? ruled : Preconditions.Of(interaction, standing).Map(version => (version, standing));

    private RecordChange Saying(RecordChange change, IncomingResource incoming)
    {
        _said[change] = incoming.Said;
        return change;
    }
}
