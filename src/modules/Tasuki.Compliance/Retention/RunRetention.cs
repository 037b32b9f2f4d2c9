using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Retention;

/// <summary>
/// Every day: counts every rule, and carries out those that are switched on, a batch at a time. What it did is evidence with the counts before and after. One run of a rule at a
/// time; one that was cut off is finished by the next, an hour later at the earliest.
/// </summary>
internal sealed class RunRetention(RetentionBook rules, EvidenceBook book, IServiceScopeFactory scopes, TimeProvider clock) : IJobHandler
{
    public const string Name = "compliance.retention";

    /// <summary>Rows in one batch.</summary>
    public const int Batch = 200;

    /// <summary>A run that has not ended by then was cut off.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    private static readonly TimeSpan Enough = TimeSpan.FromMinutes(30);

    /// <summary>Called after each batch. For tests: the process dies here.</summary>
    public Action? AfterBatch { get; set; }

    public string Kind => Name;

    /// <summary>The key of a job that runs one rule now, as an officer asked; its subject is the officer's account.</summary>
    public static string KeyOf(string rule, DateTimeOffset at) => string.Create(CultureInfo.InvariantCulture, $"rule {rule} {at.UtcTicks}");

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var only = work.Key.Split(' ') is ["rule", var id, _] ? id : null;
        var by = Actor.Job(Name, "What has been kept long enough is counted and, where it is switched on, ended.");
        Error? left = null;
        foreach (var kept in (await rules.All(cancel)).Where(k => k.On && (only is null || k.Rule.Id == only)))
            left = await Alone(kept, async () => (await Run(kept, by, work.Subject, cancel)).Error) ?? left;
        left = await Look(by, work.Subject, cancel) ?? left;
        return left is null ? Done.Yes : left;
    }

    /// <summary>A dry run of every rule. Error <c>retention.failed</c> when one could not count: the others are kept all the same.</summary>
    public async Task<Error?> Look(Actor actor, long? by, CancellationToken cancel)
    {
        var looks = new List<NewEvidence>();
        Error? left = null;
        foreach (var kept in await rules.All(cancel))
        {
            left = await Alone(kept, async () =>
            {
                looks.Add(await Look(kept, cancel));
                return null;
            }) ?? left;
        }

        await book.Add(looks, actor, by, cancel);
        return left;
    }

    // One rule that fails keeps no other from being done. What it throws may hold what must not be kept; its kind may not.
    private static async Task<Error?> Alone(KeptRule kept, Func<Task<Error?>> act)
    {
        try
        {
            return await act();
        }
#pragma warning disable CA1031
        catch (Exception failed) when (failed is not OperationCanceledException)
#pragma warning restore CA1031
        {
            return new Error("retention.failed", $"The rule {kept.Rule.Id} failed with {failed.GetType().Name}.");
        }
    }

    /// <summary>A dry run of one rule.</summary>
    public async Task LookAt(KeptRule kept, Actor actor, long? by, CancellationToken cancel) => await book.Add([await Look(kept, cancel)], actor, by, cancel);

    /// <summary>
    /// Carries out one rule. Errors: <c>retention.off</c>; <c>retention.running</c> while another run of it has not ended for less than an hour; <c>retention.unfinished</c> when
    /// there was more than half an hour's work: the rest is for the next run.
    /// </summary>
    public async Task<Result<RetentionRun>> Run(KeptRule kept, Actor actor, long? by, CancellationToken cancel)
    {
        if (kept is not { On: true, Rule.Erase: not null })
            return new Error("retention.off", "The rule is switched off.");
        var subject = RetentionBook.Run(kept.Rule.Id);
        var cut = await book.Newest<RetentionRun>(EvidenceKind.Act, subject, cancel) is { Content.Ended: false } open ? open : null;
        if (IsRunning(cut))
            return Running;

        // What was begun is finished as it was begun, so that the counts are of the same moment.
        var ask = cut is null ? new RetentionAsk(clock.GetUtcNow(), kept.Period) : new RetentionAsk(cut.Content.At, cut.Content.Period);
        var before = await Count(kept.Rule, ask, cancel);
        var run = new RetentionRun(
            RandomNumberGenerator.GetHexString(16, lowercase: true), Ended: false, ask.At, ask.Period, before, [], cut is null ? [] : Less(Sum(cut.Content.Before.Due, cut.Content.CutOff), before.Due), null);
        await book.Add(EvidenceKind.Act, subject, run, actor, by, cancel);
        if (!await IsFirst(subject, run, cancel))
            return Running;

        var (done, all) = await Erase(kept.Rule, ask, cancel);
        var ended = run with { Ended = true, Done = done, After = await Count(kept.Rule, ask, cancel) };
        await book.Add(EvidenceKind.Act, subject, ended, actor, by, cancel, holds: ended.IsWhole);
        return all ? ended : new Error("retention.unfinished", "There is more to do than one run does; the next goes on.");
    }

    private static readonly Error Running = new("retention.running", "A run of this rule has not ended yet.");

    private bool IsRunning(Evidence<RetentionRun>? begun) => begun is not null && begun.At + Longest > clock.GetUtcNow();

    // Two servers that began at the same moment: the earlier in the chain goes on.
    private async Task<bool> IsFirst(string subject, RetentionRun mine, CancellationToken cancel)
    {
        var newest = await book.History<RetentionRun>(EvidenceKind.Act, subject, 10, cancel);
        var before = newest.SkipWhile(e => e.Content.Run != mine.Run).Skip(1).FirstOrDefault();
        return !IsRunning(before is { Content.Ended: false } ? before : null);
    }

    private async Task<(IReadOnlyList<RetentionPart> Done, bool All)> Erase(RetentionEntry rule, RetentionAsk ask, CancellationToken cancel)
    {
        var (started, after, done) = (clock.GetUtcNow(), 0L, new List<RetentionPart>());
        while (clock.GetUtcNow() - started < Enough)
        {
            // A scope of its own: what a batch tracks does not grow with the run.
            await using var scope = scopes.CreateAsyncScope();
            var batch = await rule.Erase!(scope.ServiceProvider, ask, after, Batch, cancel);
            done.AddRange(batch.Done);
            AfterBatch?.Invoke();
            if (batch.Next is not { } next)
                return (Sum(done, []), true);
            after = next;
        }

        return (Sum(done, []), false);
    }

    private async Task<NewEvidence> Look(KeptRule kept, CancellationToken cancel)
    {
        var ask = new RetentionAsk(clock.GetUtcNow(), kept.Period);
        var found = await Count(kept.Rule, ask, cancel);
        return new NewEvidence(
            EvidenceKind.Act, RetentionBook.Look(kept.Rule.Id), found.Overdue == 0 || kept is { On: false, Rule.IsSwitched: true },
            JsonSerializer.SerializeToUtf8Bytes(new RetentionLook(ask.At, ask.Period, found)));
    }

    private async Task<RetentionCount> Count(RetentionEntry rule, RetentionAsk ask, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await rule.Count(scope.ServiceProvider, ask, cancel);
    }

    private static List<RetentionPart> Sum(IEnumerable<RetentionPart> one, IEnumerable<RetentionPart> other) =>
        [.. one.Concat(other).GroupBy(p => p.Code, StringComparer.Ordinal).Select(g => new RetentionPart(g.Key, g.Sum(p => p.Number))).Where(p => p.Number > 0).OrderBy(p => p.Code, StringComparer.Ordinal)];

    private static List<RetentionPart> Less(IEnumerable<RetentionPart> all, IReadOnlyList<RetentionPart> left) =>
        [.. all.Select(p => p with { Number = p.Number - left.Where(l => l.Code == p.Code).Sum(l => l.Number) }).Where(p => p.Number > 0)];
}
