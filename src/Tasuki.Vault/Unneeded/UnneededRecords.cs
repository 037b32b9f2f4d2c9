using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault;

/// <summary>What a resident holds of one category.</summary>
/// <param name="Records">Records that stand or have a past, and days of samples.</param>
public sealed record HeldCategory(DataCategory Category, long Records);

/// <param name="Held">Those who hold something of what was asked for, by their numbers.</param>
/// <param name="Next">The number to go on after; null at the end.</param>
public sealed record HoldersPage(IReadOnlyList<(ResidentNo Resident, IReadOnlyList<HeldCategory> Categories)> Held, ResidentNo? Next);

/// <summary>
/// Categories of records that no purpose needs any more: who holds them, and their erasure for one resident. Counting opens nothing and tells nobody what a record says, so
/// nothing of it stands in anybody's log; an erasure stands there row by row.
/// </summary>
public sealed class UnneededRecords
{
    private readonly VaultParts _parts;

    internal UnneededRecords(VaultParts parts) => _parts = parts;

    /// <summary>Of open accounts with numbers above <paramref name="after"/>, so many at most.</summary>
    public async Task<HoldersPage> Holders(IReadOnlyCollection<DataCategory> categories, ResidentNo after, int most, CancellationToken cancel)
    {
        await using var work = await _parts.Records.Read(cancel);
        var numbers = await work.Query(
            "select resident_no from resident where resident_no > @after order by resident_no limit @most", row => row.GetInt64(0), cancel, ("@after", after.Value), ("@most", (long)most));
        if (numbers.Count == 0)
            return new HoldersPage([], null);
        (string, object?)[] range = [("@low", numbers[0]), ("@high", numbers[^1]), ("@open", (long)ResidentState.Open)];
        const string Within = "between @low and @high and exists (select 1 from resident r where r.resident_no = c.resident_no and r.state = @open)";
        var classes = await work.Query(
            $"select c.resident_no, c.class, count(*) from record c where c.resident_no {Within} and {CategoryErasure.HoldsSomething} group by c.resident_no, c.class",
            row => (Resident: row.GetInt64(0), Class: row.GetInt64(1), Rows: row.GetInt64(2)), cancel, range);
        var held = new SortedDictionary<long, Dictionary<DataCategory, long>>();
        foreach (var of in classes.GroupBy(c => c.Resident))
        {
            // Which class a number stands for only the keys of the person say.
            if (await _parts.ResidentKeys.Get(new ResidentNo(of.Key), cancel) is not { } keys)
                continue;
            foreach (var one in of)
            {
                if (keys.Classes.Undo((int)one.Class) is >= 0 and var index)
                    Add(of.Key, AccessClass.FromIndex(index).Category, one.Rows);
            }
        }

        if (categories.Contains(DataCategory.Lifelog))
        {
            foreach (var (resident, days) in await work.Query(
                $"select c.resident_no, count(*) from sample_chunk c where c.resident_no {Within} group by c.resident_no", row => (row.GetInt64(0), row.GetInt64(1)), cancel, range))
                Add(resident, DataCategory.Lifelog, days);
        }

        return new HoldersPage(
            [.. held.Select(h => (new ResidentNo(h.Key), (IReadOnlyList<HeldCategory>)[.. h.Value.OrderBy(c => c.Key).Select(c => new HeldCategory(c.Key, c.Value))]))],
            numbers.Count < most ? null : new ResidentNo(numbers[^1]));

        void Add(long resident, DataCategory category, long rows)
        {
            if (!categories.Contains(category))
                return;
            if (!held.TryGetValue(resident, out var of))
                held[resident] = of = [];
            of[category] = of.GetValueOrDefault(category) + rows;
        }
    }

    /// <summary>
    /// Erases what the resident holds of these categories, sensitive or not, with its past, its samples and the originals it came in; how many records and days of samples went.
    /// Begun again after a crash it goes on. What does not open stays, with its alarm. Error <c>gate.refused</c>: not a job with a reason, or the account is not open.
    /// </summary>
    public async Task<Result<long>> Erase(Actor job, ResidentNo resident, IReadOnlyCollection<DataCategory> categories, CancellationToken cancel)
    {
        if (job.Kind is ActorKind.Job && !string.IsNullOrWhiteSpace(job.Reason) && categories.Count > 0 && await new CategoryErasure(_parts, job, resident).Erase(categories, cancel) is { } gone)
            return gone;
        await _parts.Log.Append(new LogEntry(resident, job, Purpose.Operation, LogAction.EraseRecords, null, Refused: true));
        return Gate.Refused;
    }
}
