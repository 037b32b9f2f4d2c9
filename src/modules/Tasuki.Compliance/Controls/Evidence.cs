namespace Tasuki.Compliance.Controls;

/// <summary>A piece of evidence, opened and found whole.</summary>
/// <param name="By">The account of the member of staff who said it; null for a probe and for the command line.</param>
public sealed record Evidence<T>(long No, DateTimeOffset At, string Subject, long? By, bool Holds, T Content, byte[] Hash);

/// <summary>What a probe found; see <see cref="Kernel.Evidence.Finding"/>.</summary>
public sealed record ProbeContent(string Code, IReadOnlyList<string> Values);

/// <param name="Place">Where it lies: an address or a shelf mark.</param>
/// <param name="Requirements">Which rows of the catalogue it answers.</param>
/// <param name="ReviewBy">From that day on it answers nothing until a new version was entered.</param>
public sealed record DocumentContent(string Title, string Version, string Place, DateOnly Approved, DateOnly ReviewBy, IReadOnlyList<string> Requirements);

/// <param name="Role">Of the person who attests, in their own words: 保健課長.</param>
/// <param name="Until">From that day on it counts no more.</param>
public sealed record AttestationContent(string Text, string Role, string Name, DateOnly Until);

/// <param name="By">The day it is to be done.</param>
public sealed record PlanContent(string Text, string Owner, DateOnly By);
