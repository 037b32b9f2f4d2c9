using System.Text.Json.Nodes;
using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;

namespace Tasuki.Fhir;

/// <summary>The FHIR type of an element, by its path.</summary>
internal static class ElementTypes
{
    /// <summary>As in <c>CodeableConcept</c>; null when R4 knows no such element or when it is a choice. Inside contained resources it is not asked for.</summary>
    public static string? Of(string path, JsonObject resource)
    {
        var segments = path.Split('.');
        var mapping = resource["resourceType"] is JsonValue type ? ModelInfo.ModelInspector.FindClassMapping(type.GetValue<string>()) : null;
        for (var i = 1; mapping is not null && i < segments.Length; i++)
        {
            var bracket = segments[i].IndexOf('[', StringComparison.Ordinal);
            var property = mapping.FindMappedElementByName(bracket < 0 ? segments[i] : segments[i][..bracket]);
            mapping = property is { Choice: ChoiceType.None } ? ModelInfo.ModelInspector.FindOrImportClassMapping(property.ImplementingType) : null;
        }

        return mapping?.Name;
    }
}
