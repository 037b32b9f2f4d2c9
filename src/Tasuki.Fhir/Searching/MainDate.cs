using Hl7.Fhir.Model;

namespace Tasuki.Fhir.Searching;

/// <summary>Whether the elements a date parameter looks at are the ones the main date of a type is taken from before all others.</summary>
internal static class MainDate
{
    // As RecordFacts looks for it; a test holds the two together.
    internal static readonly string[] Elements =
    [
        "effectiveDateTime", "effectivePeriod", "effectiveInstant", "effectiveTiming", "occurrenceDateTime", "occurrencePeriod", "occurrenceTiming", "performedDateTime", "performedPeriod",
        "whenHandedOver", "whenPrepared", "authoredOn", "onsetDateTime", "onsetPeriod", "recordedDate", "period", "date", "authored", "started",
        "servicedDate", "servicedPeriod", "billablePeriod", "created", "issued", "dateAsserted", "sent", "start", "dateTime", "collectedDateTime", "recorded", "birthDate",
    ];

    public static bool Leads(string type, IReadOnlyList<ElementPath> paths)
    {
        if (paths.Any(path => path.Steps is not [{ WhereName: null }]))
            return false;
        var mapping = ModelInfo.ModelInspector.FindClassMapping(type)!;
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in mapping.PropertyMappings)
        {
            names.Add(element.Name);
            foreach (var choice in element.FhirType)
                names.Add(element.Name + Capital(ModelInfo.ModelInspector.FindOrImportClassMapping(choice)?.Name ?? ""));
        }

        var first = Elements.Where(names.Contains).Take(paths.Count).ToHashSet(StringComparer.Ordinal);
        return first.SetEquals(paths.Select(path => path.Steps[0].Name));
    }

    private static string Capital(string name) => name.Length == 0 ? name : char.ToUpperInvariant(name[0]) + name[1..];
}
