using System.Globalization;
using System.Text;
using Tasuki.Fhir.Searching;
using Tasuki.FhirApi.Views;

namespace Tasuki.FhirApi.Capability;

/// <summary>The table of <c>docs/guide/fhir.md</c>, from what the code uses. A test holds the page against it.</summary>
internal static class SupportTable
{
    public static string Markdown()
    {
        var text = new StringBuilder();
        text.Append("| type | create, update, patch, delete | search parameters |\n|---|---|---|\n");
        foreach (var type in HeldTypes.All)
        {
            var names = ViewTypes.ParametersOf(type).Concat(["_id", "_lastUpdated"]).Order(StringComparer.Ordinal);
            text.Append(CultureInfo.InvariantCulture, $"| {type} | {Writes(type)} | {string.Join(", ", names)} |\n");
        }

        text.Append("\nNot answered, though R4 has them: ");
        var left = HeldTypes.All.SelectMany(type => SearchParameters.NamesOf(type).Except(ViewTypes.ParametersOf(type), StringComparer.Ordinal).Where(name => !name.StartsWith('_')).Select(name => $"{type}:{name}")).ToList();
        return text.Append(left.Count == 0 ? "none" : string.Join(", ", left)).Append(".\n").ToString();
    }

    private static string Writes(string type) =>
        Enum.GetValues<RuledAction>().Where(action => action is not RuledAction.Read && WriteRules.IsOpen(type, action)).Select(action => action.ToString().ToLowerInvariant()).ToList() switch
        {
            [] => "no",
            { Count: 4 } => "yes",
            var some => string.Join(", ", some),
        };
}
