namespace Tasuki.Fhir.Tests;

/// <summary>
/// Every way in which the validator and Firely's strict parser judge one place differently, with the reason. A key is the fault that stands alone: <c>firely:</c> with
/// the code (and the type it wanted) of a fault we do not see, <c>ours:</c> with the code (and type) of one that Firely does not see.
/// </summary>
internal static class Differences
{
    private const string HugeNumber =
        "A number that no decimal holds stands where a text belongs. Firely keeps such a number as a text and lets it pass; in R4 JSON a text is a JSON string. Ours is right.";

    private const string BlankInUri =
        @"A uri with a blank in it. R4: uri is \S*, and url, canonical are uris. Firely looks at urn:oid and urn:uuid only. Ours is right; it is a slip that does not refuse the record.";

    private const string StricterUri =
        @"A uri that .NET cannot take apart, or that begins with urn:oid: or urn:uuid: and is none. R4 gives uri the form \S* and the stricter forms to the types oid and uuid, which are checked as such. Both readings hold; such a fault is a slip that refuses no record in either.";

    private const string LeapSecond =
        "A leap second (23:59:60). R4 (datatypes.html) allows it in dateTime, instant and time; .NET has none, so Firely refuses it. Ours is right. Such a time has no place in a search by date.";

    private const string NoSeconds =
        "A time without seconds. R4: seconds must be provided. Firely lets it pass. Ours is right; its meaning is plain, so it is a slip that does not refuse the record.";

    public static readonly IReadOnlyDictionary<string, string> Explained = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["ours: code CodeableConcept"] =
            "A required binding of a CodeableConcept (Condition.clinicalStatus). R4 wants one of its codings to be of the value set; Firely's parser looks at code elements alone. Ours is right.",
        ["ours: reference"] =
            "A reference that is neither the type and id of a resource nor an address (shc: a number alone), or whose type is not that of what it leads to. R4 (references.html) allows neither; Firely takes any text. Ours is right.",
        ["ours: format"] =
            "A fullUrl that is no absolute address (shc). R4 (bundle.html) wants one; Firely takes any text. Ours is right.",
        ["ours: full-url"] =
            "A fullUrl that leads to another type or id than its resource has. R4 (bundle.html): they shall not disagree; Firely does not look. Ours is right.",
        ["firely: PVAL124 uri"] = StricterUri,
        ["firely: PVAL124 url"] = StricterUri,
        ["firely: PVAL124 canonical"] = StricterUri,
        ["firely: PVAL124 dateTime"] = LeapSecond,
        ["firely: PVAL124 instant"] = LeapSecond,
        ["firely: PVAL124 time"] = LeapSecond,
        ["ours: format dateTime"] = NoSeconds,
        ["ours: format instant"] = NoSeconds,
        ["firely: PVAL116"] =
            "Money.currency. R4 binds it to ISO 4217 by a filter, which the definitions cannot list; Firely carries the list. Not checked by us.",
        ["firely: PVAL115"] =
            "The value of an attribute in a narrative, such as a name with a blank. Firely holds it against the schema of XHTML; we check the names of elements and attributes and what stands in what. A slip in either.",
        ["ours: code code"] =
            "A code that is bound to all types of resources or of data, such as CapabilityStatement.rest.resource.type. R4 binds it (required); Firely has no list for it. Ours is right; it is a slip.",
        ["ours: alignment"] =
            "Values and their extensions in two lists of different length. R4 (json.html): nulls fill out both lists so that they are aligned. Firely reads on. Ours is right by the text; it is a slip that does not refuse the record, since nothing is lost.",
        ["ours: list"] =
            "A list of extensions (_status: [..]) beside an element that stands once. R4 (json.html) gives a list to repeating elements only. Firely takes it without a word. Ours is right.",
        ["ours: missing"] =
            "Signature.type, when and who. R4 (datatypes.html#Signature) wants them; Firely shares the class with R5, which does not. Ours is right.",
        ["ours: twice"] =
            "resourceType stands twice. Names in a JSON object are unique (R4, json.html); Firely tells it of every element but this. Ours is right; the intake refuses such JSON before either sees it.",
        ["ours: format uri"] = BlankInUri,
        ["ours: format url"] = BlankInUri,
        ["ours: format canonical"] = BlankInUri,
        ["ours: kind string"] = HugeNumber,
        ["ours: kind markdown"] = HugeNumber,
        ["ours: kind code"] = HugeNumber,
        ["ours: kind id"] = HugeNumber,
        ["ours: kind uri"] = HugeNumber,
        ["ours: kind url"] = HugeNumber,
        ["ours: kind canonical"] = HugeNumber,
    };
}
