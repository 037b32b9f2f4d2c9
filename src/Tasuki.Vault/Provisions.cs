using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>What one grantee was given of one resident on one day: the classes of what was opened, within what the resident had agreed to.</summary>
/// <param name="ToId">As the access log names it: of an app <c>APP/CONNECTION</c> or its number, of a clinician the account.</param>
/// <param name="GrantNo">The consent it was given under, and when that was given.</param>
public sealed record ProvidedDay(ResidentNo Resident, ActorKind To, string ToId, DateOnly Day, string Purpose, AccessClasses Classes, long GrantNo, DateTimeOffset Agreed);

/// <summary>What one stretch of the log says was given. A day may come again with the next stretch, with more.</summary>
/// <param name="Marks">The newest entry of each writer of the log that was looked at.</param>
/// <param name="AtEnd">False while there is more behind the marks.</param>
public sealed record ProvidedDays(IReadOnlyList<ProvidedDay> Days, IReadOnlyDictionary<long, long> Marks, bool AtEnd);
