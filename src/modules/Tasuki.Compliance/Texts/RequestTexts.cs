namespace Tasuki.Compliance;

/// <summary>The texts of requests under the Act; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class RequestTexts;
