using System.Collections.Immutable;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.People;

/// <summary>One category an app asks for, as the consent page shows it, with all it could do to some record of it.</summary>
internal sealed record AskedCategory(DataCategory Category, ScopeActions Actions)
{
    public bool Read => (Actions & ScopeActions.Reading) is not ScopeActions.None;

    public bool Write => (Actions & ScopeActions.Writing) is not ScopeActions.None;
}

/// <summary>A request in the words of the house: categories instead of resource types, and how long it may last. And what is left of it after a person has chosen.</summary>
internal static class AskedAccess
{
    public static IReadOnlyList<AskedCategory> Categories(SmartScopes scopes) =>
    [
        .. Enum.GetValues<DataCategory>().OrderBy(c => c is DataCategory.Other).ThenBy(c => c)
            .Select(category => new AskedCategory(category, ActionsOf(scopes.Resources.Where(r => Touches(r, category))))).Where(c => c.Actions is not ScopeActions.None),
    ];

    /// <summary>What could be done to records that are nobody's, such as organisations.</summary>
    public static ScopeActions Shared(SmartScopes scopes) => ActionsOf(scopes.Resources.Where(r => r.Type is null || SmartTypes.CategoriesOf(r.Type).Count == 0));

    public static bool Writes(SmartScopes scopes) => scopes.Resources.Any(r => (r.Actions & ScopeActions.Writing) is not ScopeActions.None);

    /// <summary>The app would see who looked at the person's records and what the person gave to whom.</summary>
    public static bool SeesAccess(SmartScopes scopes) => scopes.Resources.Any(r => r.Type is null or "AuditEvent" or "Consent" && (r.Actions & ScopeActions.Reading) is not ScopeActions.None);

    /// <summary>The app could end what the person gave to others.</summary>
    public static bool EndsConsents(SmartScopes scopes) => scopes.Resources.Any(r => r.Type is null or "Consent" && (r.Actions & ScopeActions.Update) is not ScopeActions.None);

    /// <summary>
    /// What of a request a resident could agree to: what works of its scopes, where a scope of a <c>user</c> speaks of their own records like one of a <c>patient</c>. Asked before the page is
    /// shown and again when its form comes. Errors <c>scope.resident</c>, <c>scope.condition</c>.
    /// </summary>
    public static Result<SmartScopes> OfferedToResident(SmartScopes asked) => asked.Has(SmartScopes.Launch)
        ? new Error("scope.resident", "The scope 'launch' is for a page of a clinician: with a resident an app is launched by 'launch/patient'.") : Offered(asked);

    /// <summary>
    /// The same of a clinician. Without a launch from a page of ours there is no patient and no list to choose one from. The access ends with the sign-in, and a clinician is no resource at
    /// <c>/fhir</c>: <c>offline_access</c> and <c>fhirUser</c> are left out, and the answer's scope says so. Errors <c>scope.clinician</c>, <c>scope.condition</c>.
    /// </summary>
    public static Result<SmartScopes> OfferedToClinician(SmartScopes asked) =>
        asked.Has(SmartScopes.LaunchPatient) || (asked.Resources.Any(r => r.Context is ScopeContext.Patient) && !asked.Has(SmartScopes.Launch))
            ? new Error("scope.clinician", "A clinician is asked for scopes of a user; scopes of a patient need a launch from a page of theirs, and there is no list to choose a patient from.")
            : Offered(asked).Map(s => s with { Words = [.. s.Words.Where(w => w is not (SmartScopes.Offline or SmartScopes.FhirUser))] });

    private static Result<SmartScopes> Offered(SmartScopes asked) => asked.Working() is var left && left.Resources.Length == 0 && asked.Resources.Length > 0
        ? new Error("scope.condition", "A scope with a condition reads and searches; it does not write.") : left;

    /// <summary>Shortest first; never longer than the app asked to work without the person.</summary>
    public static IReadOnlyList<KeptFor> Times(SmartScopes scopes) =>
        scopes.Has(SmartScopes.Offline) ? [KeptFor.Once, KeptFor.Month, KeptFor.Quarter, KeptFor.Year] : scopes.Has(SmartScopes.Online) ? [KeptFor.Once, KeptFor.SignedIn] : [KeptFor.Once];

    /// <summary>A clinician is not asked for how long: as long as the app asked, and never longer than their sign-in.</summary>
    public static KeptFor OfClinician(SmartScopes scopes) => scopes.Has(SmartScopes.Online) ? KeptFor.SignedIn : KeptFor.Once;

    public static TimeSpan Length(KeptFor kept) => kept switch
    {
        KeptFor.Month => TimeSpan.FromDays(30),
        KeptFor.Quarter => TimeSpan.FromDays(91),
        KeptFor.Year => TimeSpan.FromDays(365),
        KeptFor.SignedIn => SignInSessions.Longest,
        _ => SmartServer.CodeLife + SmartServer.AccessLife,
    };

    /// <summary>The scopes without what was not chosen. A scope stays as long as one of its categories does: the grant at the gate holds the others back.</summary>
    public static SmartScopes Narrow(SmartScopes asked, IReadOnlyCollection<DataCategory> chosen, bool write, KeptFor kept)
    {
        var resources = asked.Resources
            .Where(r => SmartTypes.CategoriesOf(r.Type) is { Count: 0 } || SmartTypes.CategoriesOf(r.Type).Any(chosen.Contains))
            .Select(r => write ? r : r with { Actions = r.Actions & ScopeActions.Reading }).Where(r => r.Actions is not ScopeActions.None);
        var words = asked.Words.Where(w => w switch
        {
            SmartScopes.Offline => kept is KeptFor.Month or KeptFor.Quarter or KeptFor.Year,
            SmartScopes.Online => kept is KeptFor.SignedIn,
            _ => true,
        });
        return new SmartScopes([.. resources], [.. words]);
    }

    /// <summary>The access classes of a choice. A sensitive class only where its category was chosen too.</summary>
    public static AccessClasses Classes(IReadOnlyCollection<DataCategory> chosen, IReadOnlyCollection<DataCategory> sensitive)
    {
        var classes = AccessClasses.Of([.. chosen]);
        foreach (var category in sensitive.Where(chosen.Contains))
            classes = classes.With(new AccessClass(category, Sensitive: true));
        return classes;
    }

    private static ScopeActions ActionsOf(IEnumerable<SmartScope> scopes) => scopes.Aggregate(ScopeActions.None, (all, r) => all | r.Actions);

    private static bool Touches(SmartScope scope, DataCategory category) => SmartTypes.CategoriesOf(scope.Type).Contains(category);
}
