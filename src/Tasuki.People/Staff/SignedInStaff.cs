using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A member of staff as colleagues see them.</summary>
public sealed record StaffMember(long No, StaffRole Role, string Name, string Organisation)
{
    /// <summary>Who acts, for the gate and the access log.</summary>
    public Actor Actor => Role is StaffRole.Clinician ? Actor.Clinician(Text) : Actor.Officer(Text);

    public bool Has(DeskRight right) => DeskRights.Has(Role, right);

    private string Text => No.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The member of staff who is signed in. Scoped to the request; nothing of it can be given from outside.</summary>
public sealed class SignedInStaff
{
    private readonly IHttpContextAccessor _http;
    private readonly CurrentAccount _current;
    private readonly StaffDirectory _directory;
    private readonly TimeProvider _clock;

    internal SignedInStaff(IHttpContextAccessor http, CurrentAccount current, StaffDirectory directory, TimeProvider clock) =>
        (_http, _current, _directory, _clock) = (http, current, directory, clock);

    /// <summary>Null when nobody is signed in as staff.</summary>
    public async Task<StaffMember?> Get(CancellationToken cancel) =>
        _http.HttpContext is { } http && DeskRights.RoleOf(http.User) is not null && await _current.Get(cancel) is { } account ? await _directory.Find(account.No, cancel) : null;

    /// <summary>The member signed in when they hold the right; null otherwise.</summary>
    public async Task<StaffMember?> With(DeskRight right, CancellationToken cancel) => await Get(cancel) is { } member && member.Has(right) ? member : null;

    /// <summary>The same when every factor was proved within the last minutes: for what binds the municipality. A page shows <see cref="ProveFirst"/> beside it.</summary>
    public async Task<StaffMember?> FreshWith(DeskRight right, CancellationToken cancel) =>
        _http.HttpContext is { } http && Claims.IsFresh(http.User, _clock.GetUtcNow()) ? await With(right, cancel) : null;
}

/// <summary>The municipality's staff. A row that was altered is not there.</summary>
public sealed class StaffDirectory
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;

    private readonly TimeProvider _clock;

    internal StaffDirectory(TasukiDb db, AccountSeals seals, TimeProvider clock) => (_db, _seals, _clock) = (db, seals, clock);

    public async Task<StaffMember?> Find(long no, CancellationToken cancel) =>
        await _db.Set<StaffRow>().AsNoTracking().SingleOrDefaultAsync(s => s.AccountNo == no, cancel) is { } row ? await Open(row, cancel) : null;

    /// <summary>Everybody who holds the right today, by name.</summary>
    public async Task<IReadOnlyList<StaffMember>> With(DeskRight right, CancellationToken cancel)
    {
        var now = _clock.GetUtcNow();
        return [.. (await All(cancel)).Where(s => (s.Ends is null || s.Ends > now) && s.Member.Has(right)).Select(s => s.Member)];
    }

    /// <summary>Everybody there ever was, by name: those whose rights have ended too.</summary>
    public async Task<IReadOnlyList<StaffMember>> Everybody(CancellationToken cancel) => [.. (await All(cancel)).Select(s => s.Member)];

    /// <summary>Everybody there ever was, by name, with the moment their rights end or ended.</summary>
    internal async Task<IReadOnlyList<(StaffMember Member, DateTimeOffset? Ends)>> All(CancellationToken cancel)
    {
        var found = new List<(StaffMember Member, DateTimeOffset? Ends)>();
        foreach (var row in await _db.Set<StaffRow>().AsNoTracking().ToListAsync(cancel))
        {
            if (await Open(row, cancel) is { } member)
                found.Add((member, row.Ends));
        }

        return [.. found.OrderBy(m => m.Member.Name, StringComparer.Ordinal)];
    }

    private async Task<StaffMember?> Open(StaffRow row, CancellationToken cancel) =>
        _seals.IsWhole(row) && await _seals.Open<StaffNames>(null, "staff", "names", row.AccountNo, row.Names, cancel) is { IsOk: true } names
            ? new StaffMember(row.AccountNo, row.Role, names.Value.Name, names.Value.Organisation) : null;
}
