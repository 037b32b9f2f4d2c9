using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi;

/// <summary>One request's caller at the vault: which residents, which types within the scopes, which sessions, what its searches cost.</summary>
/// <param name="budget">Of the municipality; a call without one has the usual limits to itself.</param>
internal sealed class Call(ApiCaller caller, RecordVault vault, string root, TimeProvider clock, SearchBudget? budget = null) : IDisposable
{
    /// <summary>A search that names nobody runs over at most this many.</summary>
    public const int MostResidents = 1_000;

    private static readonly Error NotToWrite = new("write.grant", "What the person agreed to lets this caller read, and not write.");
    public static readonly Error Insufficient = new("scope.insufficient", "The token's scopes do not cover this.");
    private readonly Dictionary<(ResidentNo, bool), Task<Result<Session>>> _sessions = [];
    private SearchCost? _cost;
    private bool _refused;

    public ApiCaller Caller => caller;

    /// <summary>Of the packages this server has; without any, none is known.</summary>
    public WrittenProfiles Profiles { get; init; } = WrittenProfiles.Load(weight: null, packages: null).Value;

    /// <summary>What the municipality let an app in by; null for an app it does not know.</summary>
    public Func<long, CancellationToken, ValueTask<string?>> NameOfApp { get; init; } = static (_, _) => new((string?)null);

    public RecordVault Vault => vault;

    /// <summary>Counts what this request's searches open.</summary>
    public SearchCost Cost => _cost ??= new SearchCost(this, budget ?? new SearchBudget(SearchLimits.Usual, clock));

    public TimeProvider Clock => clock;

    /// <summary>The base of all addresses, without a slash at its end.</summary>
    public string Root => root;

    /// <summary>
    /// What the scopes leave of a type for these actions: <see cref="RecordPredicate.Everything"/>, or a condition. Error <c>scope.insufficient</c>. Scopes narrow what the gate gives.
    /// </summary>
    public Result<RecordPredicate> Within(string type, ScopeActions actions)
    {
        var conditions = new List<RecordPredicate>();
        foreach (var scope in caller.Scopes.Resources)
        {
            if (!Counts(scope.Context) || (scope.Actions & actions) != actions || (scope.Type is not null && !string.Equals(scope.Type, type, StringComparison.Ordinal)))
                continue;
            if (scope.Conditions.IsEmpty)
                return new RecordPredicate.Everything();
            conditions.Add(new RecordPredicate.And([new RecordPredicate.OfType([type]), .. scope.Conditions.Select(Condition)]));
        }

        return conditions.Count == 0 ? Insufficient : new RecordPredicate.Or(conditions);
    }

    /// <summary>The types of stored records the scopes open for reading or searching, each with what is left of it.</summary>
    public IReadOnlyList<(string Type, RecordPredicate Within)> Open(ScopeActions actions) =>
        [.. HeldTypes.Records.Select(type => (Type: type, Within: Within(type, actions))).Where(one => one.Within.IsOk).Select(one => (one.Type, one.Within.Value))];

    /// <summary>The residents a request that names nobody runs over. Error <c>query.residents</c> when they are too many.</summary>
    public async Task<Result<IReadOnlyList<ResidentNo>>> Residents(CancellationToken cancel)
    {
        if (Named is { } one)
            return Result.Of<IReadOnlyList<ResidentNo>>([one]);
        var reached = await vault.Reached(caller.Actor, caller.ReadPurpose, MostResidents + 1, cancel);
        return reached.Count > MostResidents
            ? new Error("query.residents", $"More than {MostResidents} persons share with this caller: name one by the parameter 'patient'.") : Result.Of(reached);
    }

    /// <summary>Whose record an id is, if this call may be about them at all; the gate decides about the rest.</summary>
    public ResidentNo? ResidentOf(string id) => vault.ResidentOf(id) is { } resident && May(resident) ? resident : null;

    /// <summary>Whether this call may be about that resident at all.</summary>
    public bool May(ResidentNo resident) => Named is null || Named == resident;

    /// <summary>The person whose Patient this id is, where the gate opens to this caller; null looks like a missing one. Whether the Patient itself may be seen is another question.</summary>
    public async Task<ResidentNo?> PatientOf(string id, CancellationToken cancel) =>
        ResidentOf(id) is { } resident && (await Session(resident, write: false, cancel)).IsOk && (vault.IsFirst(id) || await Seen("Patient", id, cancel) is not null) ? resident : null;

    public bool HasOpened(ResidentNo resident) => _sessions.ContainsKey((resident, false));

    /// <summary>A refusal by the scopes, which comes before the gate, stands in the log of the person it was about, once for a request: of the launched patient, or whose record was named.</summary>
    public async Task LogRefused(Interaction request)
    {
        if (_refused || (caller.Resident ?? (request.Path is [_, var id, ..] ? ResidentOf(id) : null)) is not { } resident)
            return;
        _refused = true;
        await vault.LogRefused(caller.Actor, resident, caller.ReadPurpose);
    }

    public Task<Result<Session>> Session(ResidentNo resident, bool write, CancellationToken cancel) =>
        _sessions.TryGetValue((resident, write), out var known) ? known
        : _sessions[(resident, write)] = write ? ToWrite(resident, cancel) : vault.Open(caller.Actor, resident, caller.ReadPurpose, cancel);

    /// <summary>What is about nobody. Scopes narrow it as they narrow a person's.</summary>
    public SharedSession Shared => vault.OpenShared(caller.Actor);

    /// <summary>Whether this caller sees a record of that type under this id. Scopes are not asked: they say what may be done, and not what is there.</summary>
    public async Task<StoredRecord?> Seen(string type, string id, CancellationToken cancel) =>
        vault.IsShared(id) ? await Shared.Read(id, cancel) is { IsOk: true } shared && string.Equals(shared.Value.Type, type, StringComparison.Ordinal) ? shared.Value : null
        : ResidentOf(id) is { } resident && await Session(resident, write: false, cancel) is { IsOk: true } session && await session.Value.Read(id, cancel) is { IsOk: true } found
            && string.Equals(found.Value.Type, type, StringComparison.Ordinal) ? found.Value : null;

    // What is written is looked for, found and changed only where it may be read too. Error as a missing one where nothing is open at all.
    private async Task<Result<Session>> ToWrite(ResidentNo resident, CancellationToken cancel)
    {
        var session = await vault.OpenToWrite(caller.Actor, resident, caller.ReadPurpose, caller.WritePurpose, cancel);
        return session is { IsOk: false, Error.Code: "gate.only-to-read" } ? NotToWrite : session;
    }

    public void Dispose() => _cost?.Dispose();

    // A launched patient is the only one, unless a clinician holds scopes of their own.
    private ResidentNo? Named => caller.Kind is ApiCallerKind.ResidentApp || !caller.Scopes.Resources.Any(scope => scope.Context is not ScopeContext.Patient) ? caller.Resident : null;

    private bool Counts(ScopeContext context) => context switch
    {
        ScopeContext.Patient => caller.Resident is not null,
        ScopeContext.User => caller.Kind is not ApiCallerKind.Backend,
        _ => caller.Kind is ApiCallerKind.Backend,
    };

    // As a search reads it (R4, 3.1.1.4): any of the values between the commas.
    private static RecordPredicate Condition(ScopeCondition condition)
    {
        RecordPredicate[] values = [.. ValueParser.Split(condition.Value, ',').Select(ValueParser.TokenOf).OfType<TokenTest>().Select(test => new RecordPredicate.Parameter(condition.Parameter, test))];
        return values is [var only] ? only : new RecordPredicate.Or(values);
    }
}
