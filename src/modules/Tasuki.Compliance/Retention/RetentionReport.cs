using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Retention;

/// <summary>For the command line: a dry run of every rule, and a run of those that are on.</summary>
internal sealed class RetentionReport(RetentionBook rules, RunRetention runs, RetentionWords words, IServiceProvider services, TimeProvider clock)
{
    /// <summary>Counts and changes nothing, not even the evidence.</summary>
    public async Task<IReadOnlyList<RetentionLine>> DryRun(CancellationToken cancel)
    {
        var lines = new List<RetentionLine>();
        foreach (var kept in await rules.All(cancel))
        {
            var found = await kept.Rule.Count(services, new RetentionAsk(clock.GetUtcNow(), kept.Period), cancel);
            lines.Add(new RetentionLine(
                kept.Rule.Id, words.Period(kept.Rule, kept.Period), State(kept), words.What(kept.Rule), words.Parts(kept.Rule.Id, found.Due), found.Held.Count == 0 ? "" : words.Parts(kept.Rule.Id, found.Held), found.Overdue));
        }

        return lines;
    }

    /// <summary>Carries out every rule that is on, then leaves a dry run of all.</summary>
    public async Task<IReadOnlyList<RetentionLine>> Run(Actor by, CancellationToken cancel)
    {
        var lines = new List<RetentionLine>();
        foreach (var kept in (await rules.All(cancel)).Where(k => k.On))
        {
            var run = await runs.Run(kept, by, null, cancel);
            var said = run.IsOk ? words.Parts(kept.Rule.Id, run.Value.Done.Concat(run.Value.CutOff)) : run.Error.Message;
            lines.Add(new RetentionLine(kept.Rule.Id, words.Period(kept.Rule, kept.Period), State(kept), words.What(kept.Rule), said, "", run.IsOk ? run.Value.After!.Total : 0));
        }

        await runs.Look(by, null, cancel);
        return lines;
    }

    private static string State(KeptRule kept) => kept switch { { Rule.IsSwitched: false } => "job", { On: true } => "on", _ => "off" };
}

/// <summary>A rule as the command line shows it.</summary>
/// <param name="State"><c>on</c>, <c>off</c>, or <c>job</c> for one that something else carries out.</param>
/// <param name="Due">What a run does; of a run what it did, or why not.</param>
/// <param name="Overdue">Of a run what is left.</param>
public sealed record RetentionLine(string Id, string Period, string State, string What, string Due, string Held, long Overdue);
