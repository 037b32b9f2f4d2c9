using System.Text.Json.Nodes;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>The FHIR type of an element, by its path.</summary>
internal static class ElementTypes
{
    /// <summary>As in <c>CodeableConcept</c>; null when R4 knows no such element or when it is a choice. Inside contained resources it is not asked for.</summary>
    public static string? Of(string path, JsonObject resource)
    {
        var segments = path.Split('.');
        var type = resource["resourceType"] is JsonValue name ? R4.Type(name.GetValue<string>()) : null;
        for (var i = 1; type is not null && i < segments.Length; i++)
        {
            var bracket = segments[i].IndexOf('[', StringComparison.Ordinal);
            var element = type.Find(bracket < 0 ? segments[i] : segments[i][..bracket]);
            if (element is null or { IsChoice: true })
                return null;
            if (i == segments.Length - 1)
                return element.TypeName;
            type = element.Type;
        }

        return type?.Name;
    }
}
