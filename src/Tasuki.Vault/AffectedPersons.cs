using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>By what the persons of an incident are found. The numbers are stored: never renumber.</summary>
public enum AccessBy : byte
{
    /// <summary>What one account of staff opened.</summary>
    Staff = 1,

    /// <summary>What one app read, by every connection or by one.</summary>
    App = 2,

    /// <summary>Whose records of one category were read, by whomever.</summary>
    Category = 3,

    /// <summary>Everything anybody but the person read.</summary>
    Everything = 4,
}

/// <summary>Whose records were read in a span of time.</summary>
/// <param name="Until">Not included.</param>
/// <param name="Who">The number of the account of staff; of an app, or <c>APP/CONNECTION</c>. Null for the others.</param>
public sealed record AccessQuestion(DateTimeOffset From, DateTimeOffset Until, AccessBy By, string? Who, DataCategory? Category);

/// <param name="Times">Entries of the log that say so.</param>
/// <param name="Records">Records were read; otherwise only what the registry and the desk hold of the person.</param>
public sealed record AffectedPerson(ResidentNo Resident, int Times, bool Records);

/// <param name="Persons">In ascending order of their numbers.</param>
/// <param name="Unreadable">Entries of that time that say nothing any more or were altered: there may be more persons.</param>
public sealed record AffectedPersons(IReadOnlyList<AffectedPerson> Persons, long Unreadable);
