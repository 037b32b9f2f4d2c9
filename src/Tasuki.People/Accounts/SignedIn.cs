using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What is known of a resident apart from records: sealed under their own key, opened for the request.</summary>
public sealed record ResidentProfile(ResidentNo No, string Name, string? NameKana, DateOnly? BirthDate, string? Gender, bool Confirmed);

/// <summary>
/// The resident who is signed in, and the only way from a request to the gate. Scoped to the request. Everything is read from the signed-in principal; nothing
/// of it can be given from outside.
/// </summary>
public sealed class SignedInResident
{
    private static readonly Error NotSignedIn = new("people.not-signed-in", "Nobody is signed in as a resident.");
    private static readonly Error NotFresh = new("people.not-fresh", "This needs a strong factor proved within the last five minutes.");

    private readonly IHttpContextAccessor _http;
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;
    private readonly SignInSessions _sessions;
    private readonly Recoveries _recoveries;
    private readonly CurrentAccount _current;
    private readonly RecordVault _vault;
    private readonly JobQueue _jobs;
    private readonly TimeProvider _clock;
    private ResidentProfile? _profile;

    internal SignedInResident(IHttpContextAccessor http, TasukiDb db, AccountSeals seals, SignInSessions sessions, Recoveries recoveries, CurrentAccount current, RecordVault vault, JobQueue jobs, TimeProvider clock)
    {
        (_http, _db, _seals, _sessions, _recoveries, _current, _vault, _jobs, _clock) = (http, db, seals, sessions, recoveries, current, vault, jobs, clock);
    }

    private ClaimsPrincipal User => _http.HttpContext?.User ?? new ClaimsPrincipal();

    /// <summary>Null when nobody is signed in as a resident, for one whose account is closing, and for one who is recovering an account.</summary>
    public async Task<ResidentProfile?> Profile(CancellationToken cancel)
    {
        if (_profile is not null || !Claims.IsResident(User))
            return _profile;
        var no = Number();
        var row = await _db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no.Value, cancel);
        if (row is null)
            return null;
        var opened = await _seals.Open<SealedProfile>(no, "resident", "profile", no.Value, row.Profile, cancel);
        if (!opened.IsOk)
            return null;
        var p = opened.Value;
        return _profile = new ResidentProfile(no, p.FullName, p.FullKana, p.BirthDate, p.Gender, row.State is ResidentState.Confirmed && _seals.IsWhole(row));
    }

    /// <summary>Opens the gate for the signed-in resident. Errors of <see cref="RecordVault.Open"/>, and <c>people.not-signed-in</c>.</summary>
    public async Task<Result<Session>> Open(string purpose, CancellationToken cancel) =>
        Claims.IsResident(User) ? await _vault.Open(Actor.Resident(Number()), Number(), purpose, cancel) : NotSignedIn;

    /// <summary>
    /// Closes the account of the signed-in resident, ends all its sessions but leaves signing in possible to cancel. Returns when the key is destroyed. Errors
    /// of <see cref="RecordVault.Close"/>, <c>people.not-signed-in</c>, <c>people.not-fresh</c>.
    /// </summary>
    public async Task<Result<DateTimeOffset>> CloseAccount(CancellationToken cancel)
    {
        if (!Claims.IsResident(User))
            return NotSignedIn;
        if (!Claims.IsFresh(User, _clock.GetUtcNow()))
            return NotFresh;
        var until = await _vault.Close(Actor.Resident(Number()), Number(), cancel);
        if (!until.IsOk)
            return until;
        await _jobs.Add(EraseResidentRows.Name, $"{Number()} {until.Value.UtcTicks}", cancel, Number(), due: until.Value);
        await _db.SaveChangesAsync(cancel);
        if (await _current.Get(cancel) is { } account)
            await _recoveries.Stop(account, except: null, cancel);
        await EndEverything(cancel);
        return until;
    }

    /// <summary>When the signed-in resident's account, which is closing, will be erased; null when it is not closing.</summary>
    public async Task<DateTimeOffset?> ClosingAt(CancellationToken cancel) => Claims.IsClosing(User) ? await _vault.ClosingAt(Number(), cancel) : null;

    /// <summary>Takes the closing back. For the session that signed in to a closing account (policy <see cref="PeoplePolicies.Closing"/>), with a fresh factor. Ends it: the person signs in anew.</summary>
    public async Task<Result<Done>> CancelClosure(CancellationToken cancel)
    {
        if (!Claims.IsClosing(User))
            return NotSignedIn;
        if (!Claims.IsFresh(User, _clock.GetUtcNow()))
            return NotFresh;
        var cancelled = await _vault.CancelClosure(Actor.Resident(Number()), Number(), cancel);
        if (cancelled.IsOk)
            await EndEverything(cancel);
        return cancelled;
    }

    // The account's sessions end in the database; the cookie of this browser goes with the answer when it has not started.
    private async Task EndEverything(CancellationToken cancel)
    {
        await _sessions.EndAll(long.Parse(User.FindFirstValue(Claims.Account)!, CultureInfo.InvariantCulture), except: null, cancel);
        if (_http.HttpContext is { Response.HasStarted: false } context)
            await _sessions.SignOut(context, cancel);
    }

    private ResidentNo Number() => new(long.Parse(User.FindFirstValue(Claims.Resident)!, CultureInfo.InvariantCulture));
}
