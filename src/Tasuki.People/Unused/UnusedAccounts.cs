using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;

namespace Tasuki.People;

/// <summary>
/// Residents' accounts nobody has used for the period: the person is told twice, then the account is closed as if they had closed it themselves, with the same days to take it back.
/// Who is protected, has something open with the municipality or is recovering the account stays; of somebody who died nothing is done here.
/// </summary>
internal sealed class UnusedAccounts(TasukiDb db, UnusedCandidates candidates, CloseUnused close) : IRetentionErasure
{
    public const string Id = "accounts.unused";

    // A run every day: what was due before the day before yesterday was missed.
    private const int Late = 2;

    private static readonly (UnusedAct Act, string Code)[] Codes = [(UnusedAct.TellFirst, "first"), (UnusedAct.TellSecond, "second"), (UnusedAct.Close, "close")];

    /// <summary>Words for what stays, and why.</summary>
    public static readonly string[] Holds = ["altered", "matter", "protected", "recovery"];

    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var today = TokyoDay.Of(ask.At);
        var (due, overdue, held) = (new Dictionary<UnusedAct, long>(), 0L, new Dictionary<string, long>(StringComparer.Ordinal));
        for (long? after = 0; after is { } from;)
        {
            (var found, after) = await candidates.Batch(ask, from, 500, cancel);
            foreach (var one in found.Where(f => f.Step.Act is not (UnusedAct.None or UnusedAct.Forget)))
            {
                if (one.Held is { } why)
                    held[why] = held.GetValueOrDefault(why) + 1;
                else
                    (due[one.Step.Act], overdue) = (due.GetValueOrDefault(one.Step.Act) + 1, overdue + (today > one.Step.Since.AddDays(Late) ? 1 : 0));
            }
        }

        return new RetentionCount(Parts(due), overdue, [.. held.OrderBy(h => h.Key, StringComparer.Ordinal).Select(h => new RetentionPart(h.Key, h.Value))]);
    }

    public async Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        var (found, next) = await candidates.Batch(ask, after, most, cancel);
        var done = new Dictionary<UnusedAct, long>();
        foreach (var one in found.Where(f => f.Held is null && f.Step.Act is not UnusedAct.None))
        {
            if (await close.Do(one, TokyoDay.Of(ask.At), cancel) && one.Step.Act is not UnusedAct.Forget)
                done[one.Step.Act] = done.GetValueOrDefault(one.Step.Act) + 1;
        }

        db.ChangeTracker.Clear();
        return new RetentionBatch(Parts(done), next);
    }

    private static List<RetentionPart> Parts(Dictionary<UnusedAct, long> counted) =>
        [.. Codes.Where(c => counted.ContainsKey(c.Act)).Select(c => new RetentionPart(c.Code, counted[c.Act]))];
}
