using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>An organisation of the register, opened.</summary>
internal sealed record Organisation(OrganisationRow Row, OrganisationContent Content)
{
    public long No => Row.No;

    public OrganisationDetails Details => Content.Details;

    public bool Is(OrganisationState state) => Row.State == state;
}

/// <summary>Reads the register of organisations and changes a row that is still as it was read. A row that was altered is not there.</summary>
internal sealed class Organisations(TasukiDb db, AccountSeals seals)
{
    private const string Table = "organisation";
    private const string Column = "content";

    public async Task<Organisation?> Find(long no, CancellationToken cancel) =>
        await db.Set<OrganisationRow>().AsNoTracking().SingleOrDefaultAsync(o => o.No == no, cancel) is { } row ? await Open(row, cancel) : null;

    public async Task<Organisation?> FindConfirmed(long no, CancellationToken cancel) => await Find(no, cancel) is { Row.State: OrganisationState.Confirmed } one ? one : null;

    /// <summary>By their reading.</summary>
    public async Task<IReadOnlyList<Organisation>> All(CancellationToken cancel)
    {
        var found = new List<Organisation>();
        foreach (var row in await db.Set<OrganisationRow>().AsNoTracking().ToListAsync(cancel))
        {
            if (await Open(row, cancel) is { } one)
                found.Add(one);
        }

        return [.. found.OrderBy(o => o.Details.Kana, StringComparer.Ordinal).ThenBy(o => o.No)];
    }

    public async Task<IReadOnlyList<Organisation>> Confirmed(CancellationToken cancel) => [.. (await All(cancel)).Where(o => o.Is(OrganisationState.Confirmed))];

    /// <summary>The registered name; null for a row that was altered.</summary>
    public static async Task<string?> NameOf(AccountSeals seals, OrganisationRow row, CancellationToken cancel) =>
        seals.IsWhole(row) && await seals.Open<OrganisationContent>(null, Table, Column, row.No, row.Content, cancel) is { IsOk: true } content ? content.Value.Details.Name : null;

    public async Task<byte[]> Seal(long no, OrganisationContent content, CancellationToken cancel) => (await seals.Seal(null, Table, Column, no, content, cancel)).Value;

    /// <summary>Changes the row if it is still as it was read; false when another was faster.</summary>
    public async Task<bool> Change(Organisation one, OrganisationContent content, Action<OrganisationRow> change, CancellationToken cancel)
    {
        var (row, before) = (one.Row, one.Row.Mac);
        change(row);
        row.Content = await Seal(row.No, content, cancel);
        row.Mac = seals.MacOf(row);
        return await db.Set<OrganisationRow>().Where(o => o.No == row.No && o.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(o => o.Kind, row.Kind).SetProperty(o => o.State, row.State).SetProperty(o => o.ChangedBy, row.ChangedBy).SetProperty(o => o.Changed, row.Changed)
                .SetProperty(o => o.ApprovedBy, row.ApprovedBy).SetProperty(o => o.Approved, row.Approved).SetProperty(o => o.Confirmed, row.Confirmed)
                .SetProperty(o => o.StoppedBy, row.StoppedBy).SetProperty(o => o.Stopped, row.Stopped).SetProperty(o => o.Content, row.Content).SetProperty(o => o.Mac, row.Mac),
            cancel) == 1;
    }

    private async Task<Organisation?> Open(OrganisationRow row, CancellationToken cancel) =>
        seals.IsWhole(row) && await seals.Open<OrganisationContent>(null, Table, Column, row.No, row.Content, cancel) is { IsOk: true } content ? new Organisation(row, content.Value) : null;
}
