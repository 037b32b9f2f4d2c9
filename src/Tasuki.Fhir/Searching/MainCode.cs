using Hl7.Fhir.Model;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Searching;

/// <summary>Whether the one element a token parameter looks at is the one the main code of a type is taken from before all others.</summary>
internal static class MainCode
{
    public static bool Leads(string type, IReadOnlyList<ElementPath> paths) =>
        paths is [{ Steps: [{ WhereName: null } step], Leaf: LeafKind.CodeableConcept or LeafKind.Coding }] && string.Equals(First(type), step.Name, StringComparison.Ordinal);

    // A code that is no coding ('type' of a Bundle) is no code of a record.
    private static string? First(string type)
    {
        var coded = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in ModelInfo.ModelInspector.FindClassMapping(type)!.PropertyMappings)
        {
            var isChoice = element.Choice is Hl7.Fhir.Introspection.ChoiceType.DatatypeChoice;
            foreach (var choice in element.FhirType)
            {
                if (choice == typeof(CodeableConcept) || choice == typeof(Coding))
                    coded.Add(isChoice ? element.Name + choice.Name : element.Name);
            }

            if (isChoice && element.FhirType is [var any] && any == typeof(DataType))
                coded.Add(element.Name + nameof(CodeableConcept));
        }

        return Array.Find(Roles.CodeElements, coded.Contains);
    }
}
