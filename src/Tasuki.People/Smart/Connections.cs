using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A connection with all that decides whether it lives, from one statement.</summary>
/// <param name="Staff">Of a clinician.</param>
/// <param name="Organisation">The one the clinician belongs to.</param>
internal sealed record LoadedConnection(SmartConnection Connection, Account Account, SmartApp App, SignInSessionRow? Session, int Recoveries, StaffRow? Staff, OrganisationRow? Organisation);

/// <summary>How a connection stands with the resident's own page of apps.</summary>
internal enum ConnectionStanding : byte
{
    Lives,

    /// <summary>The municipality has stopped the app or looks at it again: nothing is given, and what was agreed to counts again if it is let in again.</summary>
    AppStopped,

    /// <summary>What was given was taken back, by another app of the resident for one: nothing is given any more.</summary>
    GrantEnded,
}

/// <summary>A connection that is not over, as its resident is shown it.</summary>
internal sealed record ShownConnection(LoadedConnection Loaded, ConnectionContent Content, ConnectionStanding Standing);

/// <summary>
/// The apps somebody connected. Whether one lives is asked at every request and never cached: its end, its time, the app's approval, the account's way of signing
/// in, a recovery of the account, the sign-in it hangs on, and a clinician's own standing. Whether the vault's grant lives is the gate's own question.
/// </summary>
internal sealed class Connections(TasukiDb db, SmartSeals seals, RecordVault vault, TimeProvider clock)
{
    public const string Table = "smart_connection";

    public IQueryable<LoadedConnection> Load(IQueryable<SmartConnection> rows) =>
        from c in rows
        join a in db.Set<Account>() on c.AccountNo equals a.No
        join p in db.Set<SmartApp>() on c.AppNo equals p.No
        join s in db.Set<SignInSessionRow>() on c.SessionNo equals (long?)s.No into sessions
        from s in sessions.DefaultIfEmpty()
        join m in db.Set<StaffRow>() on c.AccountNo equals m.AccountNo into members
        from m in members.DefaultIfEmpty()
        join o in db.Set<OrganisationRow>() on m.OrganisationNo equals (long?)o.No into organisations
        from o in organisations.DefaultIfEmpty()
        select new LoadedConnection(c, a, p, s, db.Set<RecoveryRow>().Count(r => r.AccountNo == c.AccountNo && r.State == RecoveryState.Done), m, o);

    public async Task<LoadedConnection?> Find(long no, CancellationToken cancel)
    {
        var found = await Load(db.Set<SmartConnection>().Where(c => c.No == no)).AsNoTracking().SingleOrDefaultAsync(cancel);
        if (found is not null)
            found.Connection.Live = IsLive(found);
        return found;
    }

    public bool IsLive(LoadedConnection found) => IsLive(seals, clock.GetUtcNow(), found);

    public static bool IsLive(SmartSeals seals, DateTimeOffset now, LoadedConnection found) => IsInTime(now, found.Connection, found.Session, found.Staff) && IsWhole(seals, found);

    /// <summary>What the rows say for themselves, whenever it is asked.</summary>
    public static bool IsWhole(SmartSeals seals, LoadedConnection found) => found.App.State is AppState.Approved && IsWholeBesideTheApp(seals, found) && seals.IsWhole(found.App);

    private static bool IsWholeBesideTheApp(SmartSeals seals, LoadedConnection found)
    {
        var c = found.Connection;
        return seals.IsWhole(c)
            && seals.Accounts.IsWhole(found.Account) && c.Stamp.AsSpan().SequenceEqual(seals.StampOf(found.Account, found.Recoveries))
            && (c.SessionNo is null || (found.Session is { Ended: null } s && seals.Accounts.IsWhole(s)))
            && (c.ResidentNo is not null || StaffStanding.Clinician(seals.Accounts, found.Staff, found.Organisation) is not null);
    }

    /// <summary>Until its code was redeemed, which gave out its first token, a connection lives no longer than the code.</summary>
    public static bool IsInTime(DateTimeOffset now, SmartConnection c, SignInSessionRow? session, StaffRow? staff) =>
        now < c.Until && (c.LastUsed is not null || now < c.Created + SmartServer.CodeLife) && StaffStanding.IsInTime(now, staff) && (c.SessionNo is null || (session is { } s && now - s.LastSeen <= SignInSessions.Idle && now - s.Created <= SignInSessions.Longest));

    /// <summary>The stamp an account has now.</summary>
    public async Task<byte[]> StampOf(Account account, CancellationToken cancel) =>
        seals.StampOf(account, await db.Set<RecoveryRow>().CountAsync(r => r.AccountNo == account.No && r.State == RecoveryState.Done, cancel));

    public Task<ConnectionContent?> Content(SmartConnection c, CancellationToken cancel) => Content(seals, c, cancel);

    public static async Task<ConnectionContent?> Content(SmartSeals seals, SmartConnection c, CancellationToken cancel) =>
        await seals.Open(SmartSeals.Resident(c.ResidentNo), Table, "content", c.No, c.Content, cancel) is { IsOk: true } plain ? JsonSerializer.Deserialize<ConnectionContent>(plain.Value) : null;

    /// <summary>Those of a resident that are not over, newest first, with what was agreed to. Also of an app the municipality has stopped: it could be let in again.</summary>
    public async Task<IReadOnlyList<ShownConnection>> Of(ResidentNo resident, Apps apps, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var shown = new List<ShownConnection>();
        foreach (var one in await Load(db.Set<SmartConnection>().Where(c => c.ResidentNo == resident.Value && c.Ended == null && c.Until > now)).AsNoTracking().ToListAsync(cancel))
        {
            if (IsInTime(now, one.Connection, one.Session, one.Staff) && IsWholeBesideTheApp(seals, one) && await apps.Open(one.App, cancel) && await Content(one.Connection, cancel) is { } content)
                shown.Add(new ShownConnection(one, content, await StandingOf(one, resident, cancel)));
        }

        return [.. shown.OrderByDescending(l => l.Loaded.Connection.Created)];
    }

    private async Task<ConnectionStanding> StandingOf(LoadedConnection found, ResidentNo resident, CancellationToken cancel)
    {
        if (found.Connection.GrantNo is not null && !await HasGrant(found.Connection, resident, cancel))
            return ConnectionStanding.GrantEnded;
        return found.App.State is AppState.Approved ? ConnectionStanding.Lives : ConnectionStanding.AppStopped;
    }

    /// <summary>Whether the connection still holds a live grant to read. Looks, and leaves no entry: nobody opens anything.</summary>
    public async Task<bool> HasGrant(SmartConnection c, ResidentNo resident, CancellationToken cancel) =>
        (await vault.Reached(ActorOf(c), Purpose.AppUse, 1, new ResidentNo(resident.Value - 1), resident, cancel)).Count > 0;

    /// <summary>
    /// Ends a connection: first what every next request asks for, then the vault's grants. What has ended is no error. Its tokens are dead with it and go with the next sweep: a request
    /// that is just looking at one, or just giving one out, finds an end and not a hole.
    /// </summary>
    /// <param name="by">The resident, or the app itself, which may always give back what it has.</param>
    public async Task End(SmartConnection c, Actor by, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var none = Array.Empty<byte>();
        await db.Set<SmartConnection>().Where(x => x.No == c.No && x.Ended == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Ended, now).SetProperty(x => x.Mac, none), cancel);
        if (c.ResidentNo is not { } resident)
            return;
        foreach (var grant in new[] { c.GrantNo, c.EntryGrantNo })
        {
            if (grant is { } no)
                await vault.Revoke(by, new ResidentNo(resident), no, cancel);
        }
    }

    /// <summary>How an app stands at the gate by a connection: apart from the same app on another device or with another person.</summary>
    public static Actor ActorOf(SmartConnection c) => Actor.Application(GranteeOf(c.AppNo, c.No));

    public static string GranteeOf(long app, long connection) => string.Create(CultureInfo.InvariantCulture, $"{app}/{connection}");
}
