using System.Collections.Frozen;

namespace Tasuki.Fhir;

/// <summary>
/// Code and identifier systems of Japan that go by two names: the OID of JP Core 1.1 and the URL of JP Core 1.2 (JP Core, guide "urlmap"). Both are accepted
/// wherever a system is compared; what is stored keeps the name it came with.
/// </summary>
public static class CodeSystems
{
    public const string JapanCore = "http://jpfhir.jp/fhir/core/";
    public const string Mhlw = JapanCore + "mhlw/";

    private const string Mhlw2 = "urn:oid:1.2.392.100495.20.2.";
    private const string Mhlw3 = "urn:oid:1.2.392.100495.20.3.";
    private const string Medis = "urn:oid:1.2.392.200119.4.";
    private const string Jami = "urn:oid:1.2.392.200250.2.2.";

    // One row: every name of one system, the name JP Core 1.2 prefers first.
    private static readonly string[][] Rows =
    [
        ["http://jami.jp/SS-MIX2/CodeSystem/ClinicalDepartment", Jami + "2"],
        ["http://jami.jp/CodeSystem/MedicationUsage", Jami + "20.20"],
        ["http://jami.jp/CodeSystem/MedicationUsageAdditional", Jami + "20.22"],
        ["http://jami.jp/CodeSystem/MedicationMethodBasicUsage", Jami + "20.30"],
        ["http://jami.jp/CodeSystem/MedicationEventTriggered", Jami + "20.31"],
        ["http://jami.jp/CodeSystem/MedicationBodySiteExternal", Jami + "20.32"],
        ["http://jami.jp/CodeSystem/MedicationMethodDetailUsage", Jami + "20.40"],
        [JapanCore + "CodeSystem/route-codes", Mhlw2 + "34"],
        ["http://medis.or.jp/CodeSystem/master-disease-keyNumber", Medis + "101.2"],
        ["http://medis.or.jp/CodeSystem/master-disease-exCode", Medis + "101.6"],
        ["http://medis.or.jp/CodeSystem/master-disease-modKeyNumber", Medis + "201.2"],
        ["http://medis.or.jp/CodeSystem/master-disease-modExCode", Medis + "201.5"],
        ["http://medis.or.jp/CodeSystem/master-HOT13", Medis + "402.1"],
        ["http://medis.or.jp/CodeSystem/master-HOT9", Medis + "403.1", Mhlw2 + "74"],
        ["http://medis.or.jp/CodeSystem/master-HOT7", Medis + "403.2"],
        ["http://medis.or.jp/CodeSystem/master-JLAC10-17digits", Medis + "504"],
        ["http://medis.or.jp/CodeSystem/master-nursingAction-16digits", Medis + "704"],
        ["http://medis.or.jp/CodeSystem/master-nursingObservationKeyCode", Medis + "804"],
        [Mhlw + "CodeSystem/MedicationForm", Mhlw2 + "21"],
        [Mhlw + "CodeSystem/MedicationIngredientStrengthStrengthType", Mhlw2 + "22"],
        [Mhlw + "CodeSystem/MedicationSubstitutionProhibittedCategory", Mhlw2 + "41"],
        [Mhlw + "CodeSystem/RequestCheckRemainingMedicine", Mhlw2 + "42"],
        [Mhlw + "CodeSystem/MedicationRequestDepartment", Mhlw2 + "51"],
        [Mhlw + "CodeSystem/InsuranceMajorCategory", Mhlw2 + "61"],
        [Mhlw + "CodeSystem/InsuredPersonCategory", Mhlw2 + "62"],
        [Mhlw + "CodeSystem/MedicationInsuredPersonClass", Mhlw2 + "63"],
        ["http://capstandard.jp/iyaku.info/CodeSystem/YJ-code", Mhlw2 + "73", "urn:oid:1.2.392.100495.20.1.73"],
        [Mhlw + "CodeSystem/MedicationGeneralOrderCode", Mhlw2 + "81", "urn:oid:1.2.392.100495.20.1.81"],
        [Mhlw + "CodeSystem/MedicationUnitMERIT9Code", Mhlw2 + "101"],
        [Mhlw + "CodeSystem/PrefectureNo-2digits", Mhlw3 + "21"],
        [Mhlw + "CodeSystem/MedicationFeeScoreType", Mhlw3 + "22"],
        [Mhlw + "IdSystem/MedicalOrganizationID", Mhlw3 + "23"],
        [Mhlw + "IdSystem/medicalRegistrationNumber", Mhlw3 + "31"],
        [Mhlw + "IdSystem/InsurerNumber", Mhlw3 + "61"],
        [Mhlw + "IdSystem/InsuredPersonSymbol", Mhlw3 + "62"],
        [Mhlw + "IdSystem/InsuredPersonNumber", Mhlw3 + "63"],
        [Mhlw + "IdSystem/PublicPayerNumber", Mhlw3 + "71"],
        [Mhlw + "IdSystem/PublicInsuredPersonNumber", Mhlw3 + "72"],
        [Mhlw + "IdSystem/Medication-RPGroupNumber", Mhlw3 + "81"],
        [Mhlw + "IdSystem/MedicationAdministrationIndex", Mhlw3 + "82"],

        // Rehosted in Japan under names of their own; the codes are those of LOINC and HL7.
        ["http://loinc.org", "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes", "urn:oid:2.16.840.1.113883.6.1"],
        ["http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category", "urn:oid:1.2.392.200119.6.1001", "urn:oid:2.16.840.1.113883.2.2.1.6.1001"],
    ];

    private static readonly FrozenDictionary<string, string[]> ByName =
        Rows.SelectMany(row => row.Select(name => (name, row))).ToFrozenDictionary(x => x.name, x => x.row, StringComparer.Ordinal);

    /// <summary>Every name of the system, itself included. The first is the one JP Core 1.2 prefers.</summary>
    public static IReadOnlyList<string> NamesOf(string system) => ByName.TryGetValue(Plain(system), out var row) ? row : [system];

    /// <summary>The preferred name: two systems are the same exactly when these are equal.</summary>
    public static string Preferred(string system) => ByName.TryGetValue(Plain(system), out var row) ? row[0] : system;

    public static bool Same(string? one, string? other) =>
        one is null || other is null ? one is null && other is null : string.Equals(Preferred(one), Preferred(other), StringComparison.Ordinal);

    // Some files write a bare OID where a URI belongs.
    private static string Plain(string system) => system.StartsWith("1.2.392.", StringComparison.Ordinal) ? "urn:oid:" + system : system;
}
