namespace Tasuki.Compliance;

/// <summary>The texts of the set-up of the service; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class SetupTexts;
