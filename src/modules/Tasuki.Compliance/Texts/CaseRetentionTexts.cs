namespace Tasuki.Compliance;

/// <summary>The texts of how long requests and incidents are kept; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class CaseRetentionTexts;
