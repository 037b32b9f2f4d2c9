using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// Work that lies with a member of staff and must lie with somebody: a module that gives staff such work registers one (scoped), and whoever ends a staff account asks
/// them all first.
/// </summary>
public interface IOpenWork
{
    /// <summary>How many pieces lie with this account.</summary>
    Task<int> Count(long staff, CancellationToken cancel);

    /// <summary>
    /// Moves everything that lies with <paramref name="from"/> to <paramref name="to"/>, done by <paramref name="by"/>, with an entry in each piece's history. Error
    /// <c>work.no-right</c>: the other does not hold the right for it; nothing was moved.
    /// </summary>
    Task<Result<Done>> HandOver(long from, long to, long by, CancellationToken cancel);
}
