using Tasuki.Compliance;

namespace Tasuki.Server;

/// <summary>The text of <c>docs/guide/requirements.md</c>: what shows each requirement, made from the catalogue, the probes of all parts and the list of tests.</summary>
public static class RequirementsPage
{
    public static string Markdown() => DataMapPage.OfParts(RequirementTable.Markdown);
}
