using System.Collections.Frozen;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Tasuki.Web;

namespace Tasuki.Exchange;

/// <summary>Categories and resource types in the person's words.</summary>
internal static class Words
{
    /// <summary>The types that have a text, <c>type-NAME</c>; the others are rare and go by their FHIR name.</summary>
    public static readonly FrozenSet<string> KnownTypes = FrozenSet.ToFrozenSet(
    [
        "AllergyIntolerance", "Bundle", "CarePlan", "Claim", "Composition", "Condition", "Consent", "Coverage", "Device", "DiagnosticReport", "DocumentManifest",
        "DocumentReference", "Encounter", "ExplanationOfBenefit", "FamilyMemberHistory", "Immunization", "Location", "Media", "Medication", "MedicationAdministration",
        "MedicationDispense", "MedicationRequest", "MedicationStatement", "Observation", "Organization", "Patient", "Practitioner", "PractitionerRole", "Procedure",
        "Provenance", "Questionnaire", "QuestionnaireResponse", "RelatedPerson", "ServiceRequest", "Specimen",
    ], StringComparer.Ordinal);

    public static string Category(Texts<ExchangeTexts> texts, DataCategory category) =>
        texts[Enum.IsDefined(category) ? $"category-{category}" : "category-Other"];

    /// <summary>Where in a file: its name inside an archive, line, column, and the element.</summary>
    public static string Place(Texts<ExchangeTexts> texts, SourcePosition position) => string.Join(texts["place-and"], new[]
    {
        position.File.Length > 0 ? Shown.Of(position.File) : null,
        position.Line is { } line ? texts["place-line", line] : null,
        position.Column is { } column ? texts["place-column", column] : null,
        position.Path is { } path ? Shown.Of(path) : null,
    }.OfType<string>());

    public static string Type(Texts<ExchangeTexts> texts, string type) => KnownTypes.Contains(type) ? texts[$"type-{type}"] : type;
}
