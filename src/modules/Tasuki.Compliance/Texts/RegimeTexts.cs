namespace Tasuki.Compliance;

/// <summary>The texts of the law of the operator and of purposes; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class RegimeTexts;
