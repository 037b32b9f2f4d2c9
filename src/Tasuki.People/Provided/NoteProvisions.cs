using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Every hour, before anybody is erased, and when the person looks: what the access log says was given becomes a record that outlives account, app and key. Noting twice
/// changes nothing, so a run that was cut off is simply run again. Records older than three years go.
/// </summary>
internal sealed class NoteProvisions(TasukiDb db, RecordVault vault, AccountSeals seals, Recipients recipients, TimeProvider clock) : IJobHandler
{
    public const string Name = "people.note-provisions";

    /// <summary>Years (Act art. 29 and the rules under it, for the ordinary case).</summary>
    public const int Kept = 3;

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await CatchUp(cancel);
        var old = clock.Today().AddYears(-Kept);
        await db.Set<ProvisionRow>().Where(p => p.Day < old).ExecuteDeleteAsync(cancel);
        return Done.Yes;
    }

    /// <summary>Everything since the last time, a stretch of the log after the other: each is marked when it is noted, and a run that was cut off goes on from there.</summary>
    public async Task CatchUp(CancellationToken cancel)
    {
        IReadOnlyDictionary<long, long> marks = await db.Set<ProvisionMark>().AsNoTracking().ToDictionaryAsync(m => m.WriterNo, m => m.EntryNo, cancel);
        for (var atEnd = false; !atEnd;)
        {
            var found = await vault.ProvidedSince(marks, cancel);
            foreach (var day in found.Days)
                await Note(day, cancel);
            foreach (var (writer, entry) in found.Marks.Where(m => !marks.TryGetValue(m.Key, out var old) || old < m.Value))
                await Mark(writer, entry, cancel);
            (marks, atEnd) = (found.Marks, found.AtEnd);
        }
    }

    /// <summary>What was given of this person until now.</summary>
    public async Task Of(ResidentNo resident, CancellationToken cancel)
    {
        foreach (var day in await vault.ProvidedOf(resident, cancel))
            await Note(day, cancel);
    }

    private async Task Note(ProvidedDay day, CancellationToken cancel)
    {
        if (day.Day < clock.Today().AddYears(-Kept))
            return;
        var key = seals.Secret("provision", string.Create(CultureInfo.InvariantCulture, $"{day.Resident.Value}|{day.To:D}|{day.ToId}|{day.Day:yyyy-MM-dd}|{day.GrantNo}"));
        if (!await Merge(key, day, cancel) && await Content(day, cancel) is { } content && !await Add(key, content, cancel))
            // Another server noted the same in this moment.
            await Merge(key, day, cancel);
    }

    private async Task<bool> Merge(byte[] key, ProvidedDay day, CancellationToken cancel)
    {
        if (await db.Set<ProvisionRow>().AsNoTracking().SingleOrDefaultAsync(p => p.Key == key, cancel) is not { } row)
            return false;
        var known = await seals.Open<ProvisionContent>(null, ProvisionTables.Table, "content", row.No, row.Content, cancel);
        var (categories, sensitive) = (ProvisionContent.Of(day.Classes, sensitive: false), ProvisionContent.Of(day.Classes, sensitive: true));
        if (known.IsOk && !known.Value.Covers(categories, sensitive))
        {
            var content = (await seals.Seal(null, ProvisionTables.Table, "content", row.No, known.Value.With(categories, sensitive), cancel)).Value;
            await db.Set<ProvisionRow>().Where(p => p.No == row.No).ExecuteUpdateAsync(s => s.SetProperty(p => p.Content, content), cancel);
        }

        return true;
    }

    private async Task<ProvisionContent?> Content(ProvidedDay day, CancellationToken cancel)
    {
        if (await recipients.Of(day, cancel) is not { } to)
            return null;
        var row = await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == day.Resident.Value, cancel);
        var profile = row is null ? default : await seals.Open<SealedProfile>(day.Resident, "resident", "profile", day.Resident.Value, row.Profile, cancel);
        return new ProvisionContent(
            day.Resident.Value, day.Day, row is not null && profile.IsOk ? profile.Value.FullName : null, day.To, to.Name, to.Operator, to.Seat, to.Purpose,
            ProvisionContent.Of(day.Classes, sensitive: false), ProvisionContent.Of(day.Classes, sensitive: true), day.GrantNo, day.Agreed);
    }

    private async Task<bool> Add(byte[] key, ProvisionContent content, CancellationToken cancel)
    {
        var no = AccountSeals.RandomNo();
        var row = new ProvisionRow
        {
            No = no, ResidentNo = content.ResidentNo, Day = content.Day, Key = key,
            Content = (await seals.Seal(null, ProvisionTables.Table, "content", no, content, cancel)).Value,
        };
        return await Insert(row, cancel);
    }

    private async Task Mark(long writer, long entry, CancellationToken cancel)
    {
        // Never backwards: another server may have gone further.
        var moved = () => db.Set<ProvisionMark>().Where(m => m.WriterNo == writer).ExecuteUpdateAsync(s => s.SetProperty(m => m.EntryNo, m => m.EntryNo > entry ? m.EntryNo : entry), cancel);
        if (await moved() == 0 && !await Insert(new ProvisionMark { WriterNo = writer, EntryNo = entry }, cancel))
            await moved();
    }

    private async Task<bool> Insert<TRow>(TRow row, CancellationToken cancel) where TRow : class
    {
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            db.Entry(row).State = EntityState.Detached;
        }
    }
}
