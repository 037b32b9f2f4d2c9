using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Retention;

/// <summary>A rule with what was decided, found and done.</summary>
/// <param name="Since">When it was switched as it is now.</param>
/// <param name="Run">The newest, ended or not.</param>
/// <param name="Next">When it is done again; null for one that is off or done by hand.</param>
internal sealed record KeptRule(
    RetentionEntry Rule, int Period, bool On, DateTimeOffset? Since, Evidence<RetentionLook>? Look, Evidence<RetentionRun>? Run, DateTimeOffset? Next);

/// <summary>
/// Every rule there is, and what officers decided about those they may switch. All of it stands in the chain of evidence: a period lengthened or a switch turned by SQL is none.
/// Errors of all acts: <c>retention.right</c>, <c>retention.missing</c> (no such rule, or none that is switched here), and those named.
/// </summary>
internal sealed class RetentionBook(IEnumerable<RetentionEntry> rules, IEnumerable<RecurringJob> jobs, EvidenceBook book, TimeProvider clock)
{
    private static readonly Error NoRight = new("retention.right", "Periods are set and rules switched by those who keep compliance.");
    private static readonly Error Missing = new("retention.missing", "There is no such rule to be switched here.");

    public static string Decision(string id) => $"retention-policy.{id}";

    public static string Look(string id) => $"retention-look.{id}";

    public static string Run(string id) => $"retention.{id}";

    /// <summary>How long what a dry run found may be taken for what a run would do.</summary>
    public static TimeSpan LookCounts { get; } = TimeSpan.FromDays(1);

    /// <summary>By id.</summary>
    public async Task<IReadOnlyList<KeptRule>> All(CancellationToken cancel)
    {
        var kept = new List<KeptRule>();
        foreach (var rule in rules.OrderBy(r => r.Id, StringComparer.Ordinal))
            kept.Add(await Of(rule, cancel));
        return kept;
    }

    public async Task<KeptRule?> Find(string? id, CancellationToken cancel) => rules.FirstOrDefault(r => string.Equals(r.Id, id, StringComparison.Ordinal)) is { } rule ? await Of(rule, cancel) : null;

    /// <summary>Another period. It switches the rule off: what it would do now nobody has seen. Error <c>retention.period</c>.</summary>
    public async Task<Result<Done>> SetPeriod(StaffMember officer, string? id, int period, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (await Find(id, cancel) is not { Rule: { IsSwitched: true, Period: { } limits } } kept)
            return Missing;
        if (!limits.Allows(period))
            return new Error("retention.period", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The period is {period}; {limits.Least} to {limits.Most} are allowed."));
        await Decide(officer, kept.Rule, new RetentionDecision(period, On: false), cancel);
        return Done.Yes;
    }

    /// <summary>Errors <c>retention.unseen</c>: the newest dry run is another than the one on the page, of another period, or older than a day.</summary>
    /// <param name="seen">The number of the dry run that the officer saw.</param>
    public async Task<Result<Done>> SwitchOn(StaffMember officer, string? id, long seen, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (await Find(id, cancel) is not { Rule.IsSwitched: true } kept)
            return Missing;
        if (!IsSeen(kept, seen))
            return new Error("retention.unseen", "A rule is switched on by somebody who has seen today what it would do.");
        await Decide(officer, kept.Rule, new RetentionDecision(kept.Period, On: true), cancel);
        return Done.Yes;
    }

    public async Task<Result<Done>> SwitchOff(StaffMember officer, string? id, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (await Find(id, cancel) is not { Rule.IsSwitched: true } kept)
            return Missing;
        await Decide(officer, kept.Rule, new RetentionDecision(kept.Period, On: false), cancel);
        return Done.Yes;
    }

    private bool IsSeen(KeptRule kept, long seen) =>
        kept.Look is { } look && look.No == seen && look.Content.Period == kept.Period && look.At + LookCounts >= clock.GetUtcNow();

    private Task Decide(StaffMember officer, RetentionEntry rule, RetentionDecision decision, CancellationToken cancel) =>
        book.Add(EvidenceKind.Act, Decision(rule.Id), decision, officer.Actor, officer.No, cancel);

    private async Task<KeptRule> Of(RetentionEntry rule, CancellationToken cancel)
    {
        var decided = rule.IsSwitched ? await book.Newest<RetentionDecision>(EvidenceKind.Act, Decision(rule.Id), cancel) : null;
        // A later version may allow less than was once decided: then nothing is done until somebody decides anew.
        var (period, on) = decided is { Content: { } said } && rule.Period.Allows(said.Period) ? (said.Period, said.On) : (rule.Period.Default, false);
        var look = await book.Newest<RetentionLook>(EvidenceKind.Act, Look(rule.Id), cancel);
        var run = rule.IsSwitched ? await book.Newest<RetentionRun>(EvidenceKind.Act, Run(rule.Id), cancel) : null;
        return new KeptRule(rule, period, on, decided?.At, look, run, Next(rule.IsSwitched ? on ? RunRetention.Name : null : rule.Job));
    }

    private DateTimeOffset? Next(string? job) => jobs.FirstOrDefault(j => string.Equals(j.Kind, job, StringComparison.Ordinal)) is { Every.Ticks: var every }
        ? new DateTimeOffset(((clock.GetUtcNow().UtcTicks / every) + 1) * every, TimeSpan.Zero) : null;
}
