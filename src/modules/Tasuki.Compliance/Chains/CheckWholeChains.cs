using System.Globalization;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Chains;

/// <summary>Checks whole chains, twenty seconds at a time; what is left is a job of its own, behind those that wait.</summary>
internal sealed class CheckWholeChains(IEnumerable<IChain> chains, WholeChains runs, JobQueue queue, TasukiDb db, TimeProvider clock) : IJobHandler
{
    public const string Name = "compliance.chains";

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(20);

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        var more = false;
        foreach (var chain in chains)
        {
            if (await runs.IsDue(chain, cancel))
                more |= (await runs.Continue(chain, Clock(clock), cancel)).Ended is null;
        }

        if (more && await queue.Add(Name, $"after {work.No.ToString(CultureInfo.InvariantCulture)}", cancel))
            await db.SaveChangesAsync(cancel);
        return Done.Yes;
    }

    /// <summary>Says rest when its time is over.</summary>
    internal static Func<bool> Clock(TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        return () => clock.GetElapsedTime(began) >= AtOnce;
    }
}
