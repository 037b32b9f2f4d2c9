using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>What a person chose on the consent page.</summary>
internal sealed record ConsentChoice(DataCategory[] Categories, DataCategory[] Sensitive, bool Write, KeptFor Kept);

/// <summary>
/// Connects an app after a person agreed, in this order: the patient's record is found, the choice is held against what was asked, the vault grants what was chosen
/// and no more, the connection is written, the person is told. A stop in between leaves at most a grant nobody holds a token for, which ends by itself.
/// </summary>
internal sealed class ConnectApp(
    TasukiDb db, WriteConnection write, RecordVault vault, SignedInResident resident, StaffStanding standing, LaunchContexts launches, SecurityNotices notices, JobQueue jobs, TimeProvider clock)
{
    public static readonly Error NothingChosen = new("consent.nothing", "No category was chosen.");
    private static readonly Error NotYours = new("consent.person", "The request is not one this person can agree to.");

    /// <summary>The principal the code is made for. Errors <c>consent.nothing</c>, <c>consent.person</c>, and those of the vault.</summary>
    public async Task<Result<ClaimsPrincipal>> AsResident(Account account, ClaimsPrincipal user, SmartApp app, SmartScopes asked, ConsentChoice choice, string fhirBase, CancellationToken cancel)
    {
        if (account.Resident is not { } no || AskedAccess.OfferedToResident(asked) is not { IsOk: true, Value: var offered } || !AskedAccess.Times(offered).Contains(choice.Kept))
            return NotYours;
        asked = offered;
        var chosen = AskedAccess.Categories(asked).Select(c => c.Category).Intersect(choice.Categories).ToArray();
        if (asked.Resources.Length > 0 && chosen.Length == 0)
            return NothingChosen;
        if (await PatientId(cancel) is not { } patient)
            return NotYours;

        var until = clock.GetUtcNow() + AskedAccess.Length(choice.Kept);
        var scopes = AskedAccess.Narrow(asked, chosen, choice.Write, choice.Kept);
        var connection = AccountSeals.RandomNo();
        var grants = await write.Grant(no, Connections.GranteeOf(app.No, connection), asked, chosen, choice, until, cancel);
        if (!grants.IsOk)
            return grants.Error;
        var content = new ConnectionContent(scopes.ToString(), chosen, [.. choice.Sensitive.Where(chosen.Contains)], choice.Write, choice.Kept, patient, null);
        if (await SessionOf(user, cancel) is not { } session)
            return NotYours;
        await EndUnlessTakenUp(connection, cancel);
        var written = await write.Row(connection, app, account, choice.Kept is KeptFor.SignedIn or KeptFor.Once ? session : null, grants.Value, until, content, cancel);
        if (!written.IsOk)
            return written.Error;
        var now = clock.GetUtcNow();
        await notices.Tell<SmartTexts>(account, $"app connected {connection}", "notice-connected", language => [app.Opened!.Name, app.Opened.Operator, Moment.Of(language, now)], SmartServer.ConnectedAppsPath, cancel);
        return Principal(account, scopes, connection, until, fhirBase, patient, $"{fhirBase}/Patient/{patient}");
    }

    /// <summary>The app stands in for the clinician: their own rights decide at the gate, nothing is granted, and it ends with their sign-in. Errors as above.</summary>
    public async Task<Result<ClaimsPrincipal>> AsClinician(Account account, ClaimsPrincipal user, SmartApp app, SmartScopes asked, string? launch, string fhirBase, CancellationToken cancel)
    {
        if (AskedAccess.OfferedToClinician(asked) is not { IsOk: true, Value: var offered })
            return NotYours;
        asked = offered;
        if (await standing.Clinician(account.No, cancel) is not { } clinician)
            return NotYours;
        ResidentNo? about = null;
        string? patient = null;
        if (asked.Has(SmartScopes.Launch))
        {
            about = await launches.TakeUp(launch, app.No, account.No, cancel);
            if (about is not { } one)
                return NotYours;
            var opened = await vault.Open(clinician.Through(app.No), one, Purpose.Care, cancel);
            if (!opened.IsOk)
                return opened.Error;
            patient = await PatientId(opened.Value, cancel);
        }

        var kept = AskedAccess.OfClinician(asked);
        var until = clock.GetUtcNow() + AskedAccess.Length(kept);
        var connection = AccountSeals.RandomNo();
        var content = new ConnectionContent(asked.ToString(), [], [], AskedAccess.Writes(asked), kept, patient, about?.Value);
        if (await SessionOf(user, cancel) is not { } session)
            return NotYours;
        await EndUnlessTakenUp(connection, cancel);
        var written = await write.Row(connection, app, account, session, (null, null), until, content, cancel);
        return written.IsOk ? Principal(account, asked, connection, until, fhirBase, patient, fhirUser: null) : written.Error;
    }

    // Saved with the connection's own row.
    private Task EndUnlessTakenUp(long connection, CancellationToken cancel) =>
        jobs.Add(EndUnredeemed.Name, TokenStore.Text(connection)!, cancel, subject: connection, due: clock.GetUtcNow() + EndUnredeemed.After);

    private async Task<long?> SessionOf(ClaimsPrincipal user, CancellationToken cancel)
    {
        if (user.FindFirstValue(Claims.Session) is not { } token)
            return null;
        var hash = SHA256.HashData(Convert.FromBase64String(token));
        return await db.Set<SignInSessionRow>().Where(s => s.TokenHash == hash).Select(s => (long?)s.No).SingleOrDefaultAsync(cancel);
    }

    private ClaimsPrincipal Principal(Account account, SmartScopes scopes, long connection, DateTimeOffset until, string fhirBase, string? patient, string? fhirUser)
    {
        var principal = SmartClaims.Principal(account.No, scopes.ToList(), connection, fhirBase);
        if (patient is not null && (scopes.Has(SmartScopes.LaunchPatient) || scopes.Has(SmartScopes.Launch) || scopes.Resources.Any(r => r.Context is ScopeContext.Patient)))
            principal.SetClaim(SmartClaims.Patient, patient);
        if (fhirUser is not null && scopes.Has(SmartScopes.FhirUser))
            principal.SetClaim(SmartClaims.FhirUser, fhirUser);
        principal.SetRefreshTokenLifetime(until - clock.GetUtcNow());
        return principal.SetDestinations(SmartClaims.Destinations);
    }

    private async Task<string?> PatientId(CancellationToken cancel) => await resident.Open(Purpose.OwnUse, cancel) is { IsOk: true } session ? await PatientId(session.Value, cancel) : null;

    // The first record of every account is the person's own; later ones may have come in files.
    private static async Task<string?> PatientId(Session session, CancellationToken cancel) =>
        await session.Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel) is { IsOk: true, Value.Records: [var own, ..] } ? own.Id : null;
}
