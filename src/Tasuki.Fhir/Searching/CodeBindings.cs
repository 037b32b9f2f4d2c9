using Hl7.Fhir.Introspection;
using Hl7.Fhir.Model;
using Hl7.Fhir.Utility;

namespace Tasuki.Fhir.Searching;

/// <summary>The system that a plain code is of (R4, search, token: it is implied by what the element is bound to).</summary>
internal static class CodeBindings
{
    /// <summary>Null where the codes of an element are of several systems, or of one that R4 leaves open.</summary>
    public static string? SystemOf(PropertyMapping element)
    {
        if (element.ImplementingType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Code<>))
        {
            var systems = Enum.GetValues(type.GetGenericArguments()[0]).Cast<Enum>().Select(one => one.GetSystem()).Distinct(StringComparer.Ordinal).ToList();
            return systems is [var only] ? only : null;
        }

        // R4 binds these to all that another standard knows.
        return element.Name switch
        {
            "language" => "urn:ietf:bcp:47",
            "contentType" => "urn:ietf:bcp:13",
            _ => null,
        };
    }
}
