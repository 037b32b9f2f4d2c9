using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Unneeded;

/// <summary>Who was told of the erasure of which category. A row that was altered counts for nothing: the person is told again, and the days begin anew.</summary>
internal sealed class ToldBook(TasukiDb db, ISeal seal)
{
    public async Task<IReadOnlyDictionary<(ResidentNo Resident, DataCategory Category), ToldRow>> Of(IReadOnlyCollection<(ResidentNo Resident, DataCategory Category)> asked, CancellationToken cancel)
    {
        const int AtOnce = 500;
        var told = new Dictionary<(ResidentNo, DataCategory), ToldRow>();
        foreach (var some in asked.Select(a => (a.Resident, a.Category, Key: Key(a.Resident, a.Category))).Chunk(AtOnce))
        {
            var keys = some.Select(s => s.Key).ToList();
            var rows = (await db.Set<ToldRow>().AsNoTracking().Where(t => keys.Contains(t.Key)).ToListAsync(cancel)).Where(IsWhole).ToDictionary(t => Convert.ToHexString(t.Key), StringComparer.Ordinal);
            foreach (var (resident, category, key) in some)
            {
                if (rows.TryGetValue(Convert.ToHexString(key), out var row))
                    told[(resident, category)] = row;
            }
        }

        return told;
    }

    public async Task Keep(ResidentNo resident, DataCategory category, DateOnly decided, DateOnly told, DateOnly erases, CancellationToken cancel)
    {
        var row = new ToldRow { Key = Key(resident, category), Ended = decided, Told = told, Erases = erases, Mac = [] };
        var mac = MacOf(row);
        if (await db.Set<ToldRow>().Where(t => t.Key == row.Key)
            .ExecuteUpdateAsync(s => s.SetProperty(t => t.Ended, decided).SetProperty(t => t.Told, told).SetProperty(t => t.Erases, erases).SetProperty(t => t.Mac, mac), cancel) > 0)
            return;
        db.Add(new ToldRow { Key = row.Key, Ended = decided, Told = told, Erases = erases, Mac = mac });
        await db.SaveChangesAsync(cancel);
    }

    public async Task Forget(ResidentNo resident, IEnumerable<DataCategory> categories, CancellationToken cancel)
    {
        var keys = categories.Select(c => Key(resident, c)).ToList();
        await db.Set<ToldRow>().Where(t => keys.Contains(t.Key)).ExecuteDeleteAsync(cancel);
    }

    /// <summary>What was told long ago and never came to its day is not kept for ever.</summary>
    public Task Sweep(DateOnly before, CancellationToken cancel) => db.Set<ToldRow>().Where(t => t.Erases < before).ExecuteDeleteAsync(cancel);

    private byte[] Key(ResidentNo resident, DataCategory category) =>
        seal.SecretMac("unneeded-told", Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{resident.Value}|{category:D}")));

    private byte[] MacOf(ToldRow row) => RowMac.Of(seal, "unneeded-told-row", Convert.ToHexString(row.Key), row.Ended, row.Told, row.Erases);

    private bool IsWhole(ToldRow row) => RowMac.Holds(row.Mac, MacOf(row));
}
