using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Compliance.Affected;

/// <summary>What was asked of the access log and whom it named, as it lies sealed with the incident.</summary>
/// <param name="Persons">Numbers of residents in ascending order.</param>
/// <param name="OfRecords">How many of them had records read, not only what the registry and the desk hold.</param>
/// <param name="Unreadable">Entries of that time that say nothing any more.</param>
internal sealed record AffectedList(AccessBy By, DateTimeOffset From, DateTimeOffset Until, string? Who, DataCategory? Category, long[] Persons, int OfRecords, long Unreadable)
{
    public IReadOnlyList<ResidentNo> Residents => [.. Persons.Select(p => new ResidentNo(p))];
}
