namespace Tasuki.Vault;

/// <summary>A place in the chain of the access log: a seal, and the hash of what it states (hex). It stands for everything before it: a changed log has no such seal.</summary>
public sealed record LogPoint(long Seal, string Hash);

/// <summary>What one stretch of a check of the access log found.</summary>
/// <param name="Reached">The last seal that was checked; null where none stands.</param>
/// <param name="Entries">Those of this stretch, behind the last seal too.</param>
/// <param name="Broken">What is wrong first, in numbers; null where everything holds.</param>
/// <param name="AtEnd">False when it rested before the end.</param>
public sealed record LogStretch(LogPoint? Reached, long Entries, string? Broken, bool AtEnd);
