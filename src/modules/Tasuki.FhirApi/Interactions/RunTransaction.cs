using Tasuki.FhirApi.Views;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// transaction: all changes in one, of one person, all or none. In steps: references that are searches are resolved; each entry is planned, in FHIR's order (DELETE, POST, PUT, PATCH),
/// and checked as if it came alone; each GET is tried, for one that fails fails all; what entries call each other is linked; all is changed, Consents end with it; then GET.
/// Conditions ask what stood before.
/// </summary>
internal sealed class RunTransaction(Call call, List<Interaction> entries, Func<Interaction, CancellationToken, Task<Answer>> dispatch)
{
    private static readonly Error AnotherPerson = new("resource.subject", "A transaction is about one person; this entry is about another.");

    private static readonly Error Deleted = new("resource.reference", "A reference that is a search finds the record that another entry deletes.");

    private static readonly Error Unknown = new(
        "interaction.unknown",
        "A transaction creates (POST Type), updates (PUT Type/id or Type?condition), patches (PATCH, likewise), deletes (DELETE, likewise), ends a Consent (PUT or PATCH Consent/id) and reads (GET).");

    private static readonly Answer ReadsDeleted = new(410, Outcome.Of(new Issue("error", "deleted", "It reads the record that another entry deletes.")));

    private readonly WriteRecords _writes = new(call);
    private readonly Answer?[] _answers = new Answer?[entries.Count];
    private readonly List<(int Index, RecordChange Change)> _changes = [];
    private readonly List<(int Index, RecordChange Change, int First)> _same = [];
    private readonly Dictionary<string, int> _byCondition = new(StringComparer.Ordinal);
    private readonly List<(int Index, PlannedEnd End)> _ends = [];
    private ResidentNo? _resident;
    private bool _isLost;

    /// <summary>The answers in the order of the entries, or why nothing was changed.</summary>
    public static async Task<(IReadOnlyList<Answer> Answers, Answer? Refused)> Run(
        Call call, IReadOnlyList<Interaction> entries, Func<Interaction, CancellationToken, Task<Answer>> dispatch, CancellationToken cancel)
    {
        for (var tries = 0; tries < Races.TriesOfMany; tries++)
        {
            // The planning puts what references find into the entries: each has its own.
            var run = new RunTransaction(call, [.. entries], dispatch);
            var done = await run.Once(cancel);
            if (!run._isLost)
                return done;
        }

        return ([], Failures.Answer(Races.Contended));
    }

    private async Task<(IReadOnlyList<Answer> Answers, Answer? Refused)> Once(CancellationToken cancel)
    {
        var referred = new List<(int Index, string Id)>();
        if (await new ConditionalReferences(call).Resolve(entries, referred, cancel) is var (unresolved, why))
            return ([], Entries.At(unresolved, why));
        foreach (var (index, entry) in entries.Index().OrderBy(one => Order(one.Item.Method)))
        {
            if (entry.Method is not "GET" && await Plan(index, entry, cancel) is { } refused)
                return ([], Entries.At(index, refused));
        }

        foreach (var (index, id) in referred)
        {
            if (call.Vault.ResidentOf(id) != _resident)
                return ([], Entries.At(index, Failures.Answer(AnotherPerson)));
            if (_changes.Exists(one => one.Change is RecordChange.Delete gone && string.Equals(gone.Id, id, StringComparison.Ordinal)))
                return ([], Entries.At(index, Failures.Answer(Deleted)));
        }

        var reads = entries.Index().Where(entry => entry.Item.Method is "GET").ToList();
        foreach (var (index, entry) in reads)
        {
            var answer = ReadsGone(entry) ? ReadsDeleted : await dispatch(entry, cancel);
            if (answer.IsFailure)
                return ([], Entries.At(index, answer));
            _answers[index] = answer;
        }

        if (await Change(cancel) is { } not)
            return ([], not);
        foreach (var (index, entry) in reads)
        {
            // What another request took away in between cannot undo what is written: then it is answered as it stood.
            if (_changes.Count + _ends.Count > 0 && await dispatch(entry, cancel) is { IsFailure: false } answer)
                _answers[index] = answer;
        }

        return (_answers!, null);
    }

    private bool ReadsGone(Interaction entry) =>
        entry.Path is [var type, var id] && _changes.Exists(one => one.Change is RecordChange.Delete gone && string.Equals(gone.Id, id, StringComparison.Ordinal)) && HeldTypes.IsRecord(type);

    private async Task<Answer?> Plan(int index, Interaction entry, CancellationToken cancel)
    {
        if (entry is { Method: "PUT" or "PATCH", Path: ["Consent", var consent] })
        {
            var end = await new EndConsent(call).Plan(ViewTypes.Of("Consent"), consent, entry.Method is "PUT" ? RuledAction.Update : RuledAction.Patch, entry, cancel);
            if (end.Refused is { } not)
                return not;
            _ends.Add((index, end));
            return IsAbout(end.Of!.Resident);
        }

        // Of a view nothing else is changed: its own address says why.
        if (entry is { Path: [var view, ..] } && HeldTypes.IsView(view))
            return await dispatch(entry, cancel) is { IsFailure: true } ruled ? ruled : Failures.Answer(Unknown);
        var (change, whose, refused) = entry switch
        {
            { Path: [var type, ..] } when !HeldTypes.IsRecord(type) => Refused(Unknown),
            { Method: "POST", Path: [var type] } => _writes.PlanCreate(type, entry, cancel),
            { Method: "PUT", Path: [var type, var id] } => await _writes.PlanUpdate(type, id, entry, cancel),
            { Method: "PUT", Path: [var type] } => await ConditionalUpdate(type, entry, cancel),
            { Method: "PATCH", Path: [var type, var id] } => await _writes.PlanPatch(type, id, entry, cancel),
            { Method: "PATCH", Path: [var type] } => await _writes.PlanPatch(type, null, entry, cancel),
            { Method: "DELETE", Path: [var type, var id] } => await _writes.PlanDelete(type, id, entry, cancel),
            { Method: "DELETE", Path: [var type] } => await ConditionalDelete(type, entry, cancel),
            _ => Refused(Unknown),
        };
        // Nothing is left to be deleted: a condition finds nothing, or the caller saw it go.
        var isGone = refused is { Status: 404 } && entry is { Method: "DELETE", Path: [var of, var gone] } && HeldTypes.IsRecord(of) && await new ReadRecords(call).Gone(of, gone, cancel) is not null;
        if (refused is not null && !isGone)
            return refused;
        if (change is null)
        {
            _answers[index] = new Answer(204, default);
            return null;
        }

        // What two entries ask for by one condition is one record (R4, http, 3.1.0.11.2: identities do not overlap).
        if (ConditionOf(entry) is { } condition && !_byCondition.TryAdd(condition, _changes.Count) && change is RecordChange.Create)
        {
            var first = _byCondition[condition];
            if (entry.Method is "PUT")
                return Failures.Answer(new Error("change.twice", $"Its condition finds no record, and entry {_changes[first].Index + 1} creates one by the same."));
            _same.Add((index, change, first));
            return IsAbout(whose);
        }

        _changes.Add((index, change));
        return IsAbout(whose);
    }

    private static string? ConditionOf(Interaction entry) => entry switch
    {
        { Method: "POST", Path: [var type], IfNoneExist: { } text } => $"{type}?{string.Join('&', QueryText.Parse(text))}",
        { Method: "PUT", Path: [var type] } => $"{type}?{string.Join('&', entry.Query)}",
        _ => null,
    };

    private async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> ConditionalUpdate(string type, Interaction entry, CancellationToken cancel)
    {
        if (_writes.OutOfScope(type, ScopeActions.Update) is { } closed)
            return Refused(closed);
        var target = await new ByCondition(call).Find(type, entry.Query, cancel);
        return !target.IsOk ? Refused(target.Error)
            : target.Value is { } one ? await _writes.PlanUpdate(type, one.Id, entry, cancel) : _writes.PlanCreateUnlessThere(type, entry, mustBeNew: true, cancel);
    }

    private async Task<(RecordChange? Change, ResidentNo Resident, Answer? Refused)> ConditionalDelete(string type, Interaction entry, CancellationToken cancel)
    {
        if (_writes.OutOfScope(type, ScopeActions.Delete) is { } closed)
            return Refused(closed);
        var target = await new ByCondition(call).Find(type, entry.Query, cancel);
        if (!target.IsOk)
            return Refused(target.Error);
        if (target.Value is not { } one)
            return Preconditions.OfNothing(entry) is { } not ? Refused(not) : default;
        return await _writes.PlanDelete(type, one.Id, entry, cancel, one);
    }

    private async Task<Answer?> Change(CancellationToken cancel)
    {
        if (_resident is not { } one)
            return null;
        var linked = Linked(out var refused);
        if (refused is not null)
            return refused;
        var session = await call.Session(one, write: true, cancel);
        if (!session.IsOk)
        {
            // Said of the entry that a Patient who never was would be said of.
            var made = _changes.FindIndex(change => change.Change is RecordChange.Create);
            return made < 0 ? Failures.Answer(session.Error) : Entries.At(_changes[made].Index, Failures.Answer(WriteRecords.NotOpen(call, one, session.Error)));
        }

        var done = await session.Value.Change(linked, _writes.Permit, cancel, [.. _ends.Where(end => end.End.Ends).Select(end => end.End.Id)]);
        if (!done.IsOk)
        {
            _isLost = Races.IsLost(done.Error);
            var why = Failures.Answer(WriteRecords.NotWritten(done.Error));
            return done.Error.At is { } at ? Entries.At(_changes[at].Index, why) : why;
        }

        for (var i = 0; i < _changes.Count; i++)
            _answers[_changes[i].Index] = _writes.Answered(_changes[i].Change, done.Value[i], entries[_changes[i].Index].Prefer);
        foreach (var (index, _, first) in _same)
            _answers[index] = _writes.Answered(_changes[first].Change, done.Value[first] with { Outcome = ChangeOutcome.Found }, entries[index].Prefer);
        foreach (var (index, end) in _ends)
            _answers[index] = await new EndConsent(call).Answered(end, entries[index], cancel);
        return null;
    }

    private RecordChange[] Linked(out Answer? refused)
    {
        refused = null;
        var references = new BundleReferences(call.Root);
        for (var i = 0; i < _changes.Count; i++)
            references.Add(i, _changes[i].Change, _changes[i].Index, entries[_changes[i].Index].FullUrl);
        foreach (var (index, change, first) in _same)
            references.Add(first, change, index, entries[index].FullUrl);
        var linked = new RecordChange[_changes.Count];
        for (var i = 0; i < linked.Length; i++)
        {
            linked[i] = references.Linked(_changes[i].Change, entries[_changes[i].Index], out var nowhere);
            if (nowhere is not null)
                refused ??= Entries.At(_changes[i].Index, Entries.Nowhere(nowhere));
        }

        return linked;
    }

    private Answer? IsAbout(ResidentNo whose) => (_resident ??= whose) == whose ? null : Failures.Answer(AnotherPerson);

    private static (RecordChange?, ResidentNo, Answer?) Refused(Error error) => (null, default, Failures.Answer(error));

    private static int Order(string method) => method switch { "DELETE" => 0, "POST" => 1, "PUT" => 2, "PATCH" => 3, _ => 4 };
}
