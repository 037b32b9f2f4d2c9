namespace Tasuki.Compliance.Sheets;

/// <summary>A check sheet as it was signed and published. What a probe looked at, versions, counts and places are not in it.</summary>
/// <param name="Sheet">See <see cref="CheckSheet.Id"/>.</param>
/// <param name="Editions">Of the documents whose rows it answers.</param>
/// <param name="Role">Of the person who signed, in their own words.</param>
public sealed record SignedSheet(string Sheet, IReadOnlyList<string> Editions, string Operator, string Role, string Name, IReadOnlyList<SignedLine> Lines);

/// <param name="Ja">The requirement's text at the time.</param>
/// <param name="At">When it was last seen to hold; null where it is open.</param>
/// <param name="Plan">What is to be done, and by when; null where nothing is.</param>
public sealed record SignedLine(string Id, string Ja, string En, AnswerState State, bool Binding, bool ToBeChecked, DateOnly? At, string? Plan, DateOnly? PlanBy);
