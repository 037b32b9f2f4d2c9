namespace Tasuki.Fhir.Tests.Searching;

/// <summary>Every search parameter under which the two find other values in a published resource, with the reason.</summary>
internal static class FhirPathDifferences
{
    private const string First =
        "The expression is Bundle.entry[0].resource: a resource, not a reference, so that fhirpath.js finds nothing that refers. We give the address that the resource has in the Bundle, which is what a client can ask with.";

    public static readonly IReadOnlyDictionary<string, string> Explained = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Bundle:composition"] = First,
        ["Bundle:message"] = First,
        ["Condition:clinical-status"] =
            "A status written as a bare text where R4 (condition.html) wants a CodeableConcept. By expression alone the text is found; we read an element as its type is written and find no code in it. Such a resource is refused where base R4 is checked.",
        ["DocumentReference:status"] = "A text of no character (\"\"). R4 (datatypes.html#string): strings are not empty; there is nothing in it to be found.",
    };
}
