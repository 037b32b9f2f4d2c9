namespace Tasuki.Compliance;

/// <summary>The texts of whom an incident affects; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class AffectedTexts;
