namespace Tasuki.Compliance;

/// <summary>The texts of a person's own requests under the Act; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class MyRequestTexts;
