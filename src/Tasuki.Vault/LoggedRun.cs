using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>
/// A run over many residents by somebody who lives by grants: one entry in the access log with the whole list, seen by each, durable before the first session is given
/// out (<see cref="RecordVault.BeginRun"/>). Its sessions read without an entry of their own; everything else about them, a refusal's entry too, is as at <see cref="RecordVault.Open"/>.
/// </summary>
public sealed class LoggedRun
{
    private readonly Gate _gate;
    private readonly Actor _actor;
    private readonly string _purpose;
    private readonly HashSet<ResidentNo> _residents;

    internal LoggedRun(Gate gate, Actor actor, string purpose, IReadOnlyList<ResidentNo> residents) => (_gate, _actor, _purpose, _residents) = (gate, actor, purpose, [.. residents]);

    /// <summary>The gate, as it stands now. Error <c>gate.refused</c>, also for somebody who is not in the list.</summary>
    public async Task<Result<Session>> Open(ResidentNo resident, CancellationToken cancel) =>
        _residents.Contains(resident) ? await _gate.Open(_actor, resident, _purpose, cancel, inRun: true) : Gate.Refused;
}

/// <summary>How much a session sees: what was read earlier may be given out again only where the session of that moment sees as much.</summary>
/// <param name="From">Milliseconds; the ends of the period are null where it is open.</param>
public readonly record struct SessionExtent(AccessClasses Classes, long? From, long? To)
{
    public bool Covers(SessionExtent earlier) =>
        Classes.Intersect(earlier.Classes) == earlier.Classes && (From is null || earlier.From >= From) && (To is null || earlier.To <= To);
}
