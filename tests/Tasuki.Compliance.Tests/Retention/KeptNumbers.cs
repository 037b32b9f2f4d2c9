using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Retention;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>A rule over numbers in memory, with the machinery that runs it: what it erases, in which batches, and where it dies.</summary>
internal sealed class KeptNumbers
{
    public const string Id = "test.numbers";

    private readonly RegimeSite _site;

    public KeptNumbers(RegimeSite site, int numbers)
    {
        _site = site;
        Left = [.. Enumerable.Range(1, numbers).Select(n => (long)n)];
        Rule = new RetentionEntry(Id, new RetentionPeriod(RetentionUnit.Years, 3, 1, 10), null, (_, ask, _) => Count(ask), (_, ask, after, most, _) => Erase(ask, after, most), (_, key) => key);
    }

    public SortedSet<long> Left { get; }

    public List<int> Batches { get; } = [];

    public List<RetentionAsk> Asked { get; } = [];

    public bool Throws { get; set; }

    public RetentionEntry Rule { get; }

    public Action? AfterBatch { get; set; }

    public async Task<TOut> Do<TOut>(Func<RetentionBook, RunRetention, EvidenceBook, Task<TOut>> act, params RetentionEntry[] others)
    {
        await using var scope = _site.Services.CreateAsyncScope();
        var evidence = scope.ServiceProvider.GetRequiredService<EvidenceBook>();
        var book = new RetentionBook([Rule, .. others], [new RecurringJob(RunRetention.Name, TimeSpan.FromDays(1), AtStart: false)], evidence, _site.Clock);
        return await act(book, new RunRetention(book, evidence, _site.Services.GetRequiredService<IServiceScopeFactory>(), _site.Clock) { AfterBatch = AfterBatch }, evidence);
    }

    public Task<Result<RetentionRun>> Run() => Do(async (book, runs, _) => await runs.Run((await book.Find(Id, Cancel))!, Actor.Job("test", "A test."), null, Cancel));

    /// <summary>Looks and switches on, as an officer does.</summary>
    public Task<Result<Done>> LookAndSwitchOn(StaffMember officer) => Do(async (book, runs, _) =>
    {
        await runs.LookAt((await book.Find(Id, Cancel))!, officer.Actor, officer.No, Cancel);
        return await book.SwitchOn(officer, Id, (await book.Find(Id, Cancel))!.Look!.No, Cancel);
    });

    public static string Text(IEnumerable<RetentionPart> parts) => string.Join(' ', parts.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Code}:{p.Number}")));

    private Task<RetentionCount> Count(RetentionAsk ask)
    {
        Asked.Add(ask);
        if (Throws)
            throw new InvalidOperationException("a value nobody may keep");
        return Task.FromResult(new RetentionCount(
            [.. new[] { new RetentionPart("even", Left.Count(n => n % 2 == 0)), new RetentionPart("odd", Left.Count(n => n % 2 == 1)) }.Where(p => p.Number > 0)], Left.Count(n => n % 10 == 0), []));
    }

    private Task<RetentionBatch> Erase(RetentionAsk ask, long after, int most)
    {
        Asked.Add(ask);
        var batch = Left.Where(n => n > after).Take(most).ToList();
        Batches.Add(batch.Count);
        Left.ExceptWith(batch);
        return Task.FromResult(new RetentionBatch(
            [new RetentionPart("odd", batch.Count(n => n % 2 == 1)), new RetentionPart("even", batch.Count(n => n % 2 == 0))], batch.Count < most ? null : batch[^1]));
    }
}
