namespace Tasuki.Fhir.Tests.Medplum;

/// <summary>Every way in which one of the two takes a published resource and the other refuses it, with the reason.</summary>
internal static class MedplumDifferences
{
    private const string EmptyText =
        "A text of no character (\"\"). R4 (datatypes.html#string): strings are not empty; json.html: properties with no value are left out. Medplum takes an empty text for an absent one. Ours is right.";

    public static readonly IReadOnlyDictionary<string, string> Explained = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["medplum: error structure String must contain non-whitespace"] =
            "A copyright of one ideographic space (U+3000). R4 wants content that is not white space and names tab, line ends and the plain blank; Medplum counts every blank of Unicode. Both readings hold; nothing is lost either way.",
        ["ours: code code"] =
            "A code of a required binding that R4 does not know (ImplementationGuide.definition.parameter.code). Medplum checks no bindings. Ours is right; it is a slip that refuses no record.",
        ["ours: format markdown"] = EmptyText,
        ["ours: format string"] = EmptyText,
        ["ours: reference"] =
            "A reference of a number alone, in examples of short references for health cards. R4 (references.html) wants a type and an id or an address; Medplum takes any text. Ours is right by the letter.",
        ["ours: narrative"] =
            "A text that stands in a list (ul) outside of its items. R4 narratives are XHTML, whose lists hold items alone. Medplum does not look into narratives. Ours is right; it is a slip.",
    };
}
