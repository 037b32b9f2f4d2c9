using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A session as its owner sees it.</summary>
internal sealed record SessionView(long No, DateTimeOffset Created, DateTimeOffset LastSeen, string Device, SignInWay Way, bool IsThis);

/// <summary>
/// Who is signed in. The cookie carries the account and a random token, the database the token's hash: a session ended in the database ends at the next request, and a
/// row written into the database makes no cookie. The row carries a MAC that it loses with its end: a session revived, prolonged or made a full one by SQL is none. Ends after 30 minutes without a request, and after 12 hours in any case.
/// </summary>
internal sealed class SignInSessions(TasukiDb db, AccountSeals seals, RecordVault vault, AcceptTerms terms, UseDays use, StaffStanding standing, TimeProvider clock)
{
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan Longest = TimeSpan.FromHours(12);
    public static readonly TimeSpan Fresh = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    /// <summary>Signs in after every factor was proved: always a new session, so that a token known before is worth nothing. True when the account is closing.</summary>
    /// <param name="authenticated">When the person proved themself to the provider: the session is as fresh as that. Null where the provider does not say, and then it is not fresh.</param>
    public async Task<bool> Begin(HttpContext context, Account account, SignInWay way, CancellationToken cancel, DateTimeOffset? authenticated = null)
    {
        var closing = account.Resident is { } resident && await vault.ClosingAt(resident, cancel) is not null;
        await Begin(context, account, SessionKind.Normal, way, null, closing ? Claims.Closing : null, way is SignInWay.Provider ? Seconds(authenticated) : Now, cancel);
        return closing;
    }

    /// <summary>A session of somebody who is recovering the account. It proved nothing yet that counts as fresh, and opens the page of that recovery alone.</summary>
    public Task BeginRecovering(HttpContext context, Account account, long recovery, CancellationToken cancel) =>
        Begin(context, account, SessionKind.Recovering, SignInWay.Unsaid, recovery, Claims.Recovering, null, cancel);

    private async Task Begin(HttpContext context, Account account, SessionKind kind, SignInWay way, long? recovery, string? state, string? proved, CancellationToken cancel)
    {
        if (account.Kind is AccountKind.Synthetic)
            throw new InvalidOperationException("The resident of the service's own probes reached sign-in.");
        var now = clock.GetUtcNow();
        var token = RandomNumberGenerator.GetBytes(32);
        var no = AccountSeals.RandomNo();
        var device = await seals.Seal(account.Resident, "sign_in_session", "device", no, DeviceLabel.Of(context.Request.Headers.UserAgent), cancel);
        if (!device.IsOk)
            throw new InvalidOperationException("An account whose key is gone reached sign-in.");

        await EndThis(context.User, cancel);
        var row = new SignInSessionRow
        {
            No = no, AccountNo = account.No, TokenHash = SHA256.HashData(token), Created = now, LastSeen = now, Kind = kind, RecoveryNo = recovery, Way = way, Mac = [], Device = device.Value,
        };
        row.Mac = seals.MacOf(row, now);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        if (kind is SessionKind.Normal && account.Kind is AccountKind.Resident)
            await use.Note(account.No, cancel);
        var asked = state is null && account.Resident is { } resident && (await terms.Asked(resident, cancel)).IsAny;
        await WriteCookie(context, account, token, state, proved, asked);
    }

    /// <summary>The person of this session proved a strong factor just now, or to the provider at that moment.</summary>
    public Task Refresh(HttpContext context, Account account, DateTimeOffset? authenticated = null) => WriteCookie(
        context, account, Convert.FromBase64String(context.User.FindFirstValue(Claims.Session)!), context.User.FindFirstValue(Claims.State), Seconds(authenticated) ?? Now, Claims.MustAccept(context.User));

    /// <summary>The person of this session agreed to the terms in force and read the notice. That proves no factor.</summary>
    public Task Accepted(HttpContext context, Account account) => WriteCookie(
        context, account, Convert.FromBase64String(context.User.FindFirstValue(Claims.Session)!), context.User.FindFirstValue(Claims.State), context.User.FindFirstValue(Claims.Proved), mustAccept: false);

    /// <summary>Asks the database at every request whether the cookie still stands for anybody.</summary>
    public async Task Validate(CookieValidatePrincipalContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
            return;
        var cancel = context.HttpContext.RequestAborted;
        if (context.Principal is not { } principal || await Current(principal, cancel) is not { } current)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Claims.Scheme);
            return;
        }

        var now = clock.GetUtcNow();
        if (now - current.Session.LastSeen > Grain)
        {
            var mac = seals.MacOf(current.Session, now);
            await db.Set<SignInSessionRow>().Where(s => s.No == current.Session.No && s.Ended == null)
                .ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeen, now).SetProperty(x => x.Mac, mac), cancel);
        }

        // The name is for the page alone; it never goes into the cookie.
        var identity = principal.Identities.First().Clone();
        if (current.Session.Kind is SessionKind.Normal && await NameOf(current.Account, current.Resident, cancel) is { } name)
            identity.AddClaim(new Claim(ClaimTypes.Name, name));
        if (current.Resident is { Protected: true })
            identity.AddClaim(new Claim(Claims.Protected, "1"));
        if (current.Session.RecoveryNo is { } recovery)
            identity.AddClaim(new Claim(Claims.Recovery, recovery.ToString(CultureInfo.InvariantCulture)));
        context.ReplacePrincipal(new ClaimsPrincipal(identity));
    }

    public async Task<IReadOnlyList<SessionView>> Of(Account account, ClaimsPrincipal principal, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var views = new List<SessionView>();
        var hash = HashOf(principal);
        foreach (var row in await Living(account.No, now).Where(s => s.Kind == SessionKind.Normal).AsNoTracking().OrderByDescending(s => s.LastSeen).ToListAsync(cancel))
        {
            var device = await seals.Open<string>(account.Resident, "sign_in_session", "device", row.No, row.Device, cancel);
            if (device.IsOk && seals.IsWhole(row))
                views.Add(new SessionView(row.No, row.Created, row.LastSeen, device.Value, row.Way, hash is not null && row.TokenHash.AsSpan().SequenceEqual(hash)));
        }

        return views;
    }

    public Task End(long account, long session, CancellationToken cancel) => EndWhere(db.Set<SignInSessionRow>().Where(s => s.AccountNo == account && s.No == session), cancel);

    public Task EndRecovering(long account, long recovery, CancellationToken cancel) =>
        EndWhere(db.Set<SignInSessionRow>().Where(s => s.AccountNo == account && s.RecoveryNo == recovery), cancel);

    /// <summary>Ends every session of the account but, where asked, the one that asks.</summary>
    public Task EndAll(long account, ClaimsPrincipal? except, CancellationToken cancel)
    {
        var hash = except is null ? null : HashOf(except);
        var all = db.Set<SignInSessionRow>().Where(s => s.AccountNo == account);
        return EndWhere(hash is null ? all : all.Where(s => s.TokenHash != hash), cancel);
    }

    public async Task SignOut(HttpContext context, CancellationToken cancel)
    {
        await EndThis(context.User, cancel);
        await context.SignOutAsync(Claims.Scheme);
    }

    private async Task<(Account Account, SignInSessionRow Session, ResidentRow? Resident)?> Current(ClaimsPrincipal principal, CancellationToken cancel)
    {
        if (HashOf(principal) is not { } hash || !long.TryParse(principal.FindFirstValue(Claims.Account), CultureInfo.InvariantCulture, out var no))
            return null;
        var now = clock.GetUtcNow();
        var found = await Living(no, now).AsNoTracking().Where(s => s.TokenHash == hash)
            .Join(db.Set<Account>().AsNoTracking(), s => s.AccountNo, a => a.No, (s, a) => new { Session = s, Account = a }).SingleOrDefaultAsync(cancel);
        if (found is null || !seals.IsWhole(found.Account) || principal.FindFirstValue(Claims.Resident) != found.Account.ResidentNo?.ToString(CultureInfo.InvariantCulture))
            return null;
        if (found.Account.Kind is AccountKind.Staff && !principal.HasClaim(Claims.Role, (await standing.RoleOf(no, cancel))?.ToString() ?? ""))
            return null;
        if (!seals.IsWhole(found.Session) || (found.Session.Kind is SessionKind.Recovering) != principal.HasClaim(Claims.State, Claims.Recovering))
            return null;
        if (found.Session.RecoveryNo is { } recovery && !await IsWaiting(recovery, no, now, cancel))
            return null;
        var resident = await ResidentOf(found.Account, cancel);
        // Of somebody who died nobody is signed in; nor where the row that says so was altered.
        if (found.Account.ResidentNo is not null && (resident is null || resident.Standing is ResidentStanding.Died || !seals.IsWhole(resident)))
            return null;
        return (found.Account, found.Session, resident);
    }

    private async Task<ResidentRow?> ResidentOf(Account account, CancellationToken cancel) =>
        account.ResidentNo is { } no ? await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no, cancel) : null;

    private async Task<bool> IsWaiting(long recovery, long account, DateTimeOffset now, CancellationToken cancel) =>
        await db.Set<RecoveryRow>().AsNoTracking().SingleOrDefaultAsync(r => r.No == recovery && r.AccountNo == account, cancel) is { State: RecoveryState.Waiting } row
        && row.Ends > now && seals.IsWhole(row);

    private IQueryable<SignInSessionRow> Living(long account, DateTimeOffset now)
    {
        var (idle, longest) = (now - Idle, now - Longest);
        return db.Set<SignInSessionRow>().Where(s => s.AccountNo == account && s.Ended == null && s.LastSeen >= idle && s.Created >= longest);
    }

    public async Task<string?> NameOf(Account account, CancellationToken cancel) => await NameOf(account, await ResidentOf(account, cancel), cancel);

    private async Task<string?> NameOf(Account account, ResidentRow? row, CancellationToken cancel)
    {
        if (account.ResidentNo is { } no)
        {
            var profile = row is null ? default : await seals.Open<SealedProfile>(account.Resident, "resident", "profile", no, row.Profile, cancel);
            return row is not null && profile.IsOk ? profile.Value.FullName : null;
        }

        var staff = await db.Set<StaffRow>().AsNoTracking().SingleOrDefaultAsync(s => s.AccountNo == account.No, cancel);
        var names = staff is null ? default : await seals.Open<StaffNames>(null, "staff", "names", account.No, staff.Names, cancel);
        return staff is not null && names.IsOk ? names.Value.Name : null;
    }

    private string Now => Seconds(clock.GetUtcNow())!;

    private static string? Seconds(DateTimeOffset? at) => at?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private async Task WriteCookie(HttpContext context, Account account, byte[] token, string? state, string? proved, bool mustAccept)
    {
        var identity = new ClaimsIdentity(Claims.Scheme);
        identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, account.No.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new Claim(Claims.Account, account.No.ToString(CultureInfo.InvariantCulture)));
        identity.AddClaim(new Claim(Claims.Session, Convert.ToBase64String(token)));
        if (proved is not null)
            identity.AddClaim(new Claim(Claims.Proved, proved));
        if (mustAccept)
            identity.AddClaim(new Claim(Claims.Terms, "asked"));
        if (account.ResidentNo is { } resident)
            identity.AddClaim(new Claim(Claims.Resident, resident.ToString(CultureInfo.InvariantCulture)));
        if (state is not null)
            identity.AddClaim(new Claim(Claims.State, state));
        if (account.Kind is AccountKind.Staff && await standing.RoleOf(account.No, context.RequestAborted) is { } role)
            identity.AddClaim(new Claim(Claims.Role, role.ToString()));
        await context.SignInAsync(Claims.Scheme, new ClaimsPrincipal(identity));
    }

    private async Task EndThis(ClaimsPrincipal principal, CancellationToken cancel)
    {
        if (HashOf(principal) is { } hash)
            await EndWhere(db.Set<SignInSessionRow>().Where(s => s.TokenHash == hash), cancel);
    }

    private Task EndWhere(IQueryable<SignInSessionRow> rows, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        var none = Array.Empty<byte>();
        return rows.Where(s => s.Ended == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.Ended, now).SetProperty(x => x.Mac, none), cancel);
    }

    private static byte[]? HashOf(ClaimsPrincipal principal) =>
        principal.FindFirstValue(Claims.Session) is { } token ? SHA256.HashData(Convert.FromBase64String(token)) : null;
}

/// <summary>What the cookie says. The names are ours alone.</summary>
internal static class Claims
{
    public const string Scheme = "tasuki";
    public const string Account = "tasuki.account";
    public const string Session = "tasuki.session";
    public const string Resident = "tasuki.resident";
    public const string Role = "tasuki.role";
    public const string Proved = "tasuki.proved";
    public const string State = "tasuki.state";
    /// <summary>There are newer terms than the person agreed to, or a newer notice than they read: <see cref="AcceptTerms"/>.</summary>
    public const string Terms = "tasuki.terms";
    public const string Closing = "closing";

    /// <summary>A protected person: read from the row at each request, never in the cookie.</summary>
    public const string Protected = "tasuki.protected";
    public const string Recovering = "recovering";

    /// <summary>The number of the recovery, read from the session's row at each request; never in the cookie.</summary>
    public const string Recovery = "tasuki.recovery";

    public static bool IsFresh(ClaimsPrincipal user, DateTimeOffset now) =>
        ProvedAt(user) is { } at && now - at is var age && age <= SignInSessions.Fresh && age >= -TimeSpan.FromMinutes(1);

    /// <summary>When a factor was last proved, to the second.</summary>
    public static DateTimeOffset? ProvedAt(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue(Proved), CultureInfo.InvariantCulture, out var at) ? DateTimeOffset.FromUnixTimeSeconds(at) : null;

    public static bool IsResident(ClaimsPrincipal user) => user.HasClaim(c => c.Type == Resident) && !user.HasClaim(c => c.Type == State);

    public static bool MustAccept(ClaimsPrincipal user) => user.HasClaim(c => c.Type == Terms);

    public static bool IsClosing(ClaimsPrincipal user) => user.HasClaim(c => c.Type == Resident) && user.HasClaim(State, Closing);

    public static bool IsRecovering(ClaimsPrincipal user) => user.HasClaim(c => c.Type == Resident) && user.HasClaim(State, Recovering);
}
