using System.Collections.Frozen;

namespace Tasuki.Fhir.Searching;

/// <summary>A search parameter that is not in R4's list, or stands there in a form that cannot be read.</summary>
internal sealed record OwnParameter(SearchKind Kind, string Expression, string Definition)
{
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>In place of an expression.</summary>
    public ElementPath? Path { get; init; }

    /// <summary>Of a composite: kind and expression of each part.</summary>
    public IReadOnlyList<(SearchKind Kind, string Expression)> Parts { get; init; } = [];
}

/// <summary>
/// The search parameters of JP Core 1.1.2, by their own definitions, where <c>extension(url)</c> is written as a step and a condition. Of three extensions of
/// Organization the definition reads a <c>code</c> where the extension itself holds a Coding or an Identifier: both are looked at.
/// </summary>
internal static class JapanSearchParameters
{
    public const string KanaSort = "jp-kana-sort";

    private const string Extensions = "http://jpfhir.jp/fhir/core/Extension/StructureDefinition/";
    private const string Definitions = "http://jpfhir.jp/fhir/core/SearchParameter/";

    public static readonly FrozenDictionary<(string Type, string Name), OwnParameter> All = new Dictionary<(string, string), OwnParameter>
    {
        [("Coverage", "jp-insured-personnumber")] = OfCoverage("InsuredPersonNumber"),
        [("Coverage", "jp-insured-personsubnumber")] = OfCoverage("InsuredPersonSubNumber"),
        [("Coverage", "jp-insured-personsymbol")] = OfCoverage("InsuredPersonSymbol"),
        [("MedicationRequest", "jp-medication-start")] = new(
            SearchKind.Date, $"MedicationRequest.dosageInstruction.extension.where(url='{Extensions}JP_MedicationDosage_PeriodOfUse').value.as(Period).start", Definitions + "JP_MedicationRequest_Start_SP"),
        [("Organization", "jp-insurance-organizationcategory")] = OfOrganization("InsuranceOrganizationCategory", "Coding"),
        [("Organization", "jp-insurance-organizationno")] = OfOrganization("InsuranceOrganizationNo", "Identifier"),
        [("Organization", "jp-prefectureno")] = OfOrganization("PrefectureNo", "Coding"),
        [("Patient", KanaSort)] = new(SearchKind.String, "", Definitions + "JP_Patient_KanaSort_SP") { Path = new ElementPath([new PathStep("name")], LeafKind.SyllabicName, "HumanName") },
    }.ToFrozenDictionary();

    private static OwnParameter OfCoverage(string name) =>
        new(SearchKind.String, $"Coverage.extension.where(url='{Extensions}JP_Coverage_{name}').value.as(string)", $"{Definitions}JP_Coverage_{name}_SP");

    private static OwnParameter OfOrganization(string name, string type)
    {
        var value = $"Organization.extension.where(url='{Extensions}JP_Organization_{name}').value";
        return new(SearchKind.Token, $"{value}.as(code) | {value}.as({type})", $"{Definitions}JP_Organization_{name}_SP");
    }
}

/// <summary>Parameters of R4 whose expressions are beyond a path, read as what they mean.</summary>
internal static class MendedParameters
{
    private const string Definitions = "http://hl7.org/fhir/SearchParameter/";

    public static readonly FrozenDictionary<(string Type, string Name), OwnParameter> All = new Dictionary<(string, string), OwnParameter>
    {
        [("Patient", "deceased")] = new(SearchKind.Token, "", Definitions + "Patient-deceased") { Path = new ElementPath([], LeafKind.Deceased, "boolean") },
        [("Bundle", "composition")] = First("Composition", "composition"),
        [("Bundle", "message")] = First("MessageHeader", "message"),
        // R4 calls its parts relatesto and relation and gives them each other's expressions; the expressions come first: code, then target.
        [("DocumentReference", "relationship")] = new(SearchKind.Composite, "DocumentReference.relatesTo", Definitions + "DocumentReference-relationship")
        {
            Parts = [(SearchKind.Token, "code"), (SearchKind.Reference, "target")],
        },
    }.ToFrozenDictionary();

    private static OwnParameter First(string type, string name) => new(SearchKind.Reference, "", $"{Definitions}Bundle-{name}")
    {
        Targets = [type], Path = new ElementPath([], LeafKind.FirstEntry, type, type),
    };
}
