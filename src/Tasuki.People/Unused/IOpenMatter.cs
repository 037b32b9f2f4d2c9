namespace Tasuki.People;

/// <summary>Something open between a resident and the municipality: as long as it is, the account is not closed for want of use. Registered scoped.</summary>
public interface IOpenMatter
{
    /// <summary>The numbers of everybody with something open.</summary>
    Task<IReadOnlyCollection<long>> Residents(CancellationToken cancel);
}
