using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Controls;

/// <summary>
/// Lets every probe look, one after another, each in a scope of its own and for thirty seconds at most, and keeps what they found as one run. A probe that throws or does
/// not end is evidence that its thing does not hold: it is never absent. The hourly look passes over a probe of a longer period while what it found last holds and is
/// within that period; whoever asks for a look has all of them look.
/// </summary>
internal sealed class LookAtEverything(IEnumerable<ProbeEntry> probes, IServiceScopeFactory scopes, EvidenceBook book, TimeProvider clock, IHostEnvironment? server = null) : IJobHandler
{
    public const string Name = "compliance.look";
    public const string Threw = "threw";
    public const string TooSlow = "too-slow";

    /// <summary>How long one probe may look.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var newest = await book.Newest<ProbeContent>(EvidenceKind.Probe, cancel);
        await Run(Actor.Job(Name, "The hourly look."), null, cancel, probe => IsDue(probe, newest.GetValueOrDefault(probe.Id)));
        return Done.Yes;
    }

    /// <param name="by">The account of the member of staff who asked for it.</param>
    /// <param name="which">Null: all.</param>
    public async Task<IReadOnlyList<(ProbeEntry Probe, Finding Finding)>> Run(Actor actor, long? by, CancellationToken cancel, Func<ProbeEntry, bool>? which = null)
    {
        var found = new List<(ProbeEntry Probe, Finding Finding)>();
        foreach (var probe in probes.Where(p => (!p.OnServer || server is not null) && which?.Invoke(p) is not false).OrderBy(p => p.Id, StringComparer.Ordinal))
            found.Add((probe, await Look(probe, cancel)));
        await book.Add(
            [.. found.Select(f => new NewEvidence(EvidenceKind.Probe, f.Probe.Id, f.Finding.Holds, JsonSerializer.SerializeToUtf8Bytes(new ProbeContent(f.Finding.Code, f.Finding.Values))))], actor, by, cancel);
        return found;
    }

    /// <summary>Lets one probe look: what it looks at was just changed.</summary>
    public async Task Again(string id, Actor actor, long? by, CancellationToken cancel)
    {
        var found = await Look(probes.Single(p => p.Id == id), cancel);
        await book.Add(EvidenceKind.Probe, id, new ProbeContent(found.Code, found.Values), actor, by, cancel, found.Holds);
    }

    // What was found to be red is looked at again at every look.
    private bool IsDue(ProbeEntry probe, Evidence<ProbeContent>? newest) => probe.Every is not { } every || newest is not { Holds: true } || clock.GetUtcNow() - newest.At >= every;

    private async Task<Finding> Look(ProbeEntry probe, CancellationToken cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            // A probe that does not heed its token is left behind.
            return await probe.Look(scope.ServiceProvider, either.Token).WaitAsync(Patience, clock, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception failed) when (failed is OperationCanceledException or TimeoutException)
        {
            return Finding.Bad(TooSlow, [((int)Patience.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        }
#pragma warning disable CA1031 // Whatever it throws is the evidence; its message may hold what must not be kept, its kind may not.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            return Finding.Bad(Threw, [failed.GetType().Name]);
        }
    }
}
