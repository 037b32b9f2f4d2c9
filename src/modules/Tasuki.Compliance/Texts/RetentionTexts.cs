namespace Tasuki.Compliance;

/// <summary>The texts of how long data is kept; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class RetentionTexts;
