using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Unneeded;

/// <summary>What is due about one resident.</summary>
/// <param name="Held">Why nothing is done; null when it is.</param>
internal sealed record UnneededCandidate(ResidentNo Resident, string? Held, IReadOnlyList<(HeldCategory What, UnneededStep Step)> Due)
{
    public IEnumerable<(HeldCategory What, UnneededStep Step)> For(UnneededAct act) => Due.Where(d => d.Step.Act == act);
}

/// <summary>
/// Records of categories that no purpose needs since one ended or was narrowed, where two officers decided that they go. The person is told the day, and can take them out until
/// then; then they are erased for good, with their past and their originals. Who has something open with the municipality keeps them meanwhile, and so does who has no account to
/// read the notice in.
/// </summary>
internal sealed class UnneededData(
    ErasureDecisions decisions, RecordVault vault, ToldBook book, ActOnUnneeded act, KnownResidents known, ProbeResident probe, IEnumerable<IOpenMatter> matters, TimeProvider clock) : IRetentionErasure
{
    public const string Id = "records.unneeded";

    /// <summary>Words for what stays, and why.</summary>
    public static readonly string[] Holds = ["matter", "unreachable"];

    private const int CountedAtOnce = 1_000;

    // A run every day: what should have gone before the day before yesterday was missed.
    private const int Late = 2;

    private const int ForgottenAfterDays = 400;

    private HashSet<long>? _open;

    public async Task<RetentionCount> Count(RetentionAsk ask, CancellationToken cancel)
    {
        var today = TokyoDay.Of(ask.At);
        var (tell, erase, records, overdue) = (0L, 0L, 0L, 0L);
        var held = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (long? after = 0; after is { } from;)
        {
            (var found, after) = await Candidates(await decisions.Decided(cancel), ask, from, CountedAtOnce, cancel);
            foreach (var one in found)
            {
                if (one.Held is { } why)
                {
                    held[why] = held.GetValueOrDefault(why) + 1;
                    continue;
                }

                tell += one.For(UnneededAct.Tell).Any() ? 1 : 0;
                erase += one.For(UnneededAct.Erase).Any() ? 1 : 0;
                records += one.For(UnneededAct.Erase).Sum(d => d.What.Records);
                overdue += one.Due.Any(d => d.Step.Due is { } day && today > day.AddDays(Late)) ? 1 : 0;
            }
        }

        return new RetentionCount(Parts(tell, erase, records), overdue, [.. held.Select(h => new RetentionPart(h.Key, h.Value))]);
    }

    public async Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        // A run that goes on days after it was cut off tells the whole period from now.
        var (today, now) = (TokyoDay.Of(ask.At), TokyoDay.Of(clock.GetUtcNow()));
        if (after == 0)
            await act.Finish(cancel);
        var decided = await decisions.Decided(cancel);
        var (found, next) = await Candidates(decided, ask, after, most, cancel);
        var (tell, erase, records) = (0L, 0L, 0L);
        foreach (var one in found.Where(f => f.Held is null))
        {
            if (one.For(UnneededAct.Tell).ToList() is { Count: > 0 } told)
            {
                await act.Tell(one.Resident, [.. told.Select(t => t.What.Category)], now, now.AddDays(ask.Period), decided, cancel);
                tell++;
            }

            if (one.For(UnneededAct.Erase).Select(d => d.What.Category).ToList() is { Count: > 0 } gone && await act.Erase(one.Resident, gone, today, cancel) is { } number)
                (erase, records) = (erase + 1, records + number);
        }

        if (next is null)
            await book.Sweep(today.AddDays(-ForgottenAfterDays), cancel);
        return new RetentionBatch(Parts(tell, erase, records), next);
    }

    private async Task<(IReadOnlyList<UnneededCandidate> Found, long? Next)> Candidates(
        IReadOnlyDictionary<DataCategory, DateOnly> decided, RetentionAsk ask, long after, int most, CancellationToken cancel)
    {
        if (decided.Count == 0)
            return ([], null);
        var page = await vault.Unneeded.Holders([.. decided.Keys], new ResidentNo(after), most, cancel);
        var nobody = await probe.Number(cancel);
        var holders = page.Held.Where(h => h.Resident != nobody).ToList();
        var told = await book.Of([.. holders.SelectMany(h => h.Categories, (h, c) => (h.Resident, c.Category))], cancel);
        var reached = await known.WithAccount([.. holders.Select(h => h.Resident)], cancel);
        var found = new List<UnneededCandidate>();
        foreach (var (resident, categories) in holders)
        {
            var due = categories.Select(c => (c, UnneededPlan.Of(told.GetValueOrDefault((resident, c.Category)), decided[c.Category], TokyoDay.Of(ask.At))))
                .Where(d => d.Item2.Act is not UnneededAct.None).ToList();
            if (due.Count > 0)
                found.Add(new UnneededCandidate(resident, !reached.Contains(resident) ? "unreachable" : (await Open(cancel)).Contains(resident.Value) ? "matter" : null, due));
        }

        return (found, page.Next?.Value);
    }

    // Once for the batches of a scope.
    private async Task<HashSet<long>> Open(CancellationToken cancel)
    {
        if (_open is null)
        {
            var open = new HashSet<long>();
            foreach (var matter in matters)
                open.UnionWith(await matter.Residents(cancel));
            _open = open;
        }

        return _open;
    }

    private static List<RetentionPart> Parts(long tell, long erase, long records) =>
        [.. new[] { new RetentionPart("tell", tell), new RetentionPart("erase", erase), new RetentionPart("record", records) }.Where(p => p.Number > 0)];
}
