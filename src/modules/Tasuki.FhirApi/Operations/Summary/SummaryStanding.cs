using System.Text.Json;

namespace Tasuki.FhirApi.Operations.Summary;

internal enum Standing
{
    /// <summary>It is so, or will be: it stands before what is over.</summary>
    Now,

    /// <summary>It was so.</summary>
    Past,

    /// <summary>It never was so, was taken back or is only proposed: it stands in no summary.</summary>
    Out,
}

/// <summary>
/// What the elements of R4 that modify a record (isModifier) mean for a summary, so that its lines are safe to read alone: the record stays out, or the line says it in
/// words. Said in one table, <see cref="Of(string, string, string?)"/>.
/// </summary>
/// <param name="Words">For the line; empty where there is nothing to say.</param>
internal readonly record struct SummaryStanding(Standing Standing, string Words)
{
    /// <summary>Before what a line says, where the record forbids it.</summary>
    public const string Forbidden = "NOT to be given:";

    /// <summary>What stands in an extension that modifies is not known here.</summary>
    public const string Qualified = "with a qualification that only the record tells";

    private static readonly SummaryStanding Plain = Now("");
    private static readonly SummaryStanding Out = new(Standing.Out, "");

    public static SummaryStanding Of(JsonElement resource)
    {
        var type = FhirWords.Text(resource, "resourceType") ?? "";
        var said = Plain;
        foreach (var element in (string[])["status", "intent"])
        {
            if (FhirWords.Text(resource, element) is { } || element is "status" && HasStatus(type))
                said = said.And(Of(type, element, FhirWords.Text(resource, element)));
        }

        foreach (var element in (string[])["clinicalStatus", "verificationStatus"])
            said = said.And(OfConcept(type, element, resource));
        if (IsForbidden(resource) && said.Standing is not Standing.Now || type is "Observation" && IsWithoutValue(resource))
            said = Out;
        if (FhirWords.IsTrue(resource, "isSubpotent"))
            said = said.And(Now("subpotent dose"));
        if (type is "AllergyIntolerance" && FhirWords.Text(resource, "criticality") is "high")
            said = said.And(Now("high criticality"));
        var isQualified = FhirWords.Has(resource, "modifierExtension") || FhirWords.Has(resource, "implicitRules");
        return isQualified ? said.And(Now(Qualified)) : said;
    }

    public static bool IsForbidden(JsonElement resource) => FhirWords.IsTrue(resource, "doNotPerform");

    // The table. What a status leaves plain says nothing; one that is missing or not of R4 is unknown.
    private static SummaryStanding Of(string type, string element, string? code) => (type, element, code) switch
    {
        (_, _, "entered-in-error") => Out,

        // A problem or an allergy that was ruled out is none.
        (_, "verificationStatus", "refuted") => Out,
        (_, "verificationStatus", "unconfirmed" or "provisional") => Now(code),
        (_, "verificationStatus", "differential") => Now("differential diagnosis"),
        (_, "clinicalStatus", "recurrence" or "relapse") => Now(code),
        (_, "clinicalStatus", "inactive" or "resolved") => Past(code),
        (_, "clinicalStatus", "remission") => Past("in remission"),
        (_, "clinicalStatus" or "verificationStatus", _) => Plain,

        // A proposal and one of several options are nobody's order; a plan of somebody's own is what they take.
        (_, "intent", "proposal" or "option") => Out,
        ("MedicationRequest", "intent", "plan") => Now("planned"),
        (_, "intent", _) => Plain,

        (_, "status", "on-hold") => Now("on hold"),

        ("MedicationStatement", "status", "active") => Plain,
        ("MedicationStatement", "status", "intended") => Now("intended"),
        ("MedicationStatement", "status", "completed" or "stopped") => Past(code),
        ("MedicationStatement", "status", "not-taken") => Out,

        ("MedicationRequest", "status", "active") => Plain,
        ("MedicationRequest", "status", "completed" or "stopped") => Past(code),
        ("MedicationRequest", "status", "cancelled" or "draft") => Out,

        ("MedicationDispense", "status", "completed") => Now("dispensed"),
        ("MedicationDispense", "status", "in-progress") => Now("being dispensed"),
        ("MedicationDispense", "status", "stopped") => Past(code),
        ("MedicationDispense", "status", "preparation" or "cancelled" or "declined") => Out,

        ("MedicationAdministration", "status", "completed") => Now("given"),
        ("MedicationAdministration", "status", "in-progress") => Now("being given"),
        ("MedicationAdministration", "status", "stopped") => Past("stopped before its end"),
        ("MedicationAdministration", "status", "not-done") => Out,

        ("Immunization", "status", "completed") => Plain,
        ("Immunization", "status", "not-done") => Out,

        ("Procedure", "status", "completed") => Plain,
        ("Procedure", "status", "in-progress") => Now("in progress"),
        ("Procedure", "status", "stopped") => Now("stopped before its end"),
        ("Procedure", "status", "preparation" or "not-done") => Out,

        ("Observation" or "DiagnosticReport", "status", "final" or "amended" or "corrected" or "appended") => Plain,
        ("Observation" or "DiagnosticReport", "status", "preliminary" or "partial") => Now(code),
        ("Observation" or "DiagnosticReport", "status", "registered" or "cancelled") => Out,

        ("CarePlan", "status", "active") => Plain,
        ("CarePlan", "status", "completed") => Past(code),
        ("CarePlan", "status", "draft" or "revoked") => Out,

        _ => Now("status unknown"),
    };

    private static bool HasStatus(string type) => type is not ("Condition" or "AllergyIntolerance");

    // Of several codings each counts; words without one are said as they are.
    private static SummaryStanding OfConcept(string type, string element, JsonElement resource)
    {
        var said = Plain;
        foreach (var concept in FhirWords.Each(resource, element))
        {
            var codes = FhirWords.Each(concept, "coding").Select(coding => FhirWords.Text(coding, "code")).OfType<string>().ToList();
            said = codes.Count == 0 ? said.And(Now(FhirWords.Concept(concept) ?? "")) : codes.Aggregate(said, (all, code) => all.And(Of(type, element, code)));
        }

        return said;
    }

    // Not measured, not asked: a line without a value would say that it was.
    private static bool IsWithoutValue(JsonElement observation)
    {
        var parts = FhirWords.Each(observation, "component").ToList();
        return !HasValue(observation) && !parts.Exists(HasValue) && !FhirWords.Has(observation, "hasMember")
            && parts.Append(observation).Any(one => FhirWords.Has(one, "dataAbsentReason"));
    }

    private static bool HasValue(JsonElement of) => of.ValueKind is JsonValueKind.Object && of.EnumerateObject().Any(property => property.Name.StartsWith("value", StringComparison.Ordinal));

    private static SummaryStanding Now(string words) => new(Standing.Now, words);

    private static SummaryStanding Past(string words) => new(Standing.Past, words);

    private SummaryStanding And(SummaryStanding other) =>
        new(Standing > other.Standing ? Standing : other.Standing, string.Join(", ", new[] { Words, other.Words }.Where(words => words.Length > 0).Distinct(StringComparer.Ordinal)));
}
