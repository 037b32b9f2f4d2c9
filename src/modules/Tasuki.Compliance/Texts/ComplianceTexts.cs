namespace Tasuki.Compliance;

/// <summary>The texts of this module; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class ComplianceTexts;
