using System.Globalization;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Compliance.Retention;

/// <summary>Whether it is laid down what happens to accounts long unused: the rule is switched on, and so published and told.</summary>
internal sealed class UnusedRuleProbe(RetentionBook rules) : IProbe
{
    public const string Id = "retention.unused";

    // The rule is of another floor; evidence knows it by this name.
    private const string Rule = "accounts.unused";

    public async Task<Finding> Look(CancellationToken cancel) => await rules.Find(Rule, cancel) is { On: true } kept
        ? Finding.Good("on", kept.Period.ToString(CultureInfo.InvariantCulture)) : Finding.Bad("off");
}

/// <summary>Whether every rule was looked at and every rule that is on was carried out within two days, and none left something lying.</summary>
internal sealed class RetentionProbe(RetentionBook rules, TimeProvider clock) : IProbe
{
    public const string Id = "retention.run";

    private static readonly TimeSpan Late = TimeSpan.FromDays(2);

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var since = clock.GetUtcNow() - Late;
        var all = await rules.All(cancel);
        if (all.FirstOrDefault(k => k.Look is null || k.Look.At < since) is { } unseen)
            return Finding.Bad("unseen", unseen.Rule.Id);
        // One that was switched on today runs tomorrow.
        if (all.FirstOrDefault(k => k.On && k.Since < since && (k.Run is not { Content.Ended: true } run || run.At < since)) is { } idle)
            return Finding.Bad("idle", idle.Rule.Id);
        var overdue = all.Where(k => k.On || !k.Rule.IsSwitched).Sum(k => k.Look!.Content.Found.Overdue);
        if (overdue > 0)
            return Finding.Bad("overdue", overdue.ToString(CultureInfo.InvariantCulture));
        return Finding.Good("run", all.Count.ToString(CultureInfo.InvariantCulture), all.Count(k => k is { On: false, Rule.IsSwitched: true }).ToString(CultureInfo.InvariantCulture));
    }
}
