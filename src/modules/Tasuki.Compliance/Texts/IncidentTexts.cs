namespace Tasuki.Compliance;

/// <summary>The texts of incidents; see <see cref="Tasuki.Web.Texts{TTexts}"/>.</summary>
public sealed class IncidentTexts;
