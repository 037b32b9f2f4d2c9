using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Unneeded;

/// <param name="Day">The day the last word names, also where it is sent later.</param>
internal sealed record BegunErasure(ResidentNo Resident, IReadOnlyList<DataCategory> Categories, DateOnly Day);

/// <summary>Erasures between their first step and their last word, so that a crash takes nobody the word that theirs was done.</summary>
internal sealed class Underway(TasukiDb db, ISeal seal)
{
    private sealed record Content(IReadOnlyList<DataCategory> Categories, DateOnly Day);

    /// <summary>False where the person's keys are gone.</summary>
    public async Task<bool> Begin(BegunErasure begun, CancellationToken cancel)
    {
        var what = await seal.Seal(begun.Resident, Place(begun.Resident), JsonSerializer.SerializeToUtf8Bytes(new Content(begun.Categories, begun.Day)), cancel);
        if (!what.IsOk)
            return false;
        var row = new UnderwayRow { ResidentNo = begun.Resident.Value, What = what.Value };
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        db.Entry(row).State = EntityState.Detached;
        return true;
    }

    /// <summary>What a run that was cut off left. One that does not open is not there; its row goes.</summary>
    public async Task<IReadOnlyList<BegunErasure>> Left(CancellationToken cancel)
    {
        var left = new List<BegunErasure>();
        foreach (var row in await db.Set<UnderwayRow>().AsNoTracking().OrderBy(u => u.ResidentNo).ToListAsync(cancel))
        {
            var resident = new ResidentNo(row.ResidentNo);
            var what = await seal.Open(resident, Place(resident), row.What, cancel);
            if (what.IsOk && JsonSerializer.Deserialize<Content>(what.Value) is { } content)
                left.Add(new BegunErasure(resident, content.Categories, content.Day));
            else
                await End(resident, cancel);
        }

        return left;
    }

    public Task End(ResidentNo resident, CancellationToken cancel) => db.Set<UnderwayRow>().Where(u => u.ResidentNo == resident.Value).ExecuteDeleteAsync(cancel);

    private static SealPlace Place(ResidentNo resident) => new("unneeded_underway", "what", resident.Value.ToString(CultureInfo.InvariantCulture));
}
