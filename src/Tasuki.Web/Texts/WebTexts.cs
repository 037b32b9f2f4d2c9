namespace Tasuki.Web;

/// <summary>The texts of this floor; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class WebTexts;
