using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// A connection whose code nobody redeemed holds nothing: once the code has run out it counts no more (<see cref="Connections.IsInTime"/>), and here its grants end, so that no consent stands that
/// was never used.
/// </summary>
internal sealed class EndUnredeemed(Connections connections) : IJobHandler
{
    public const string Name = "people.end-unredeemed";

    /// <summary>Later than the code runs out, so that no request that is just redeeming it meets this.</summary>
    public static readonly TimeSpan After = SmartServer.CodeLife + TimeSpan.FromMinutes(1);

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        if (work.Subject is { } no && await connections.Find(no, cancel) is { Connection: { LastUsed: null, Ended: null } never })
            await connections.End(never, Connections.ActorOf(never), cancel);
        return Done.Yes;
    }
}
