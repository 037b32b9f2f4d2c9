using Tasuki.Kernel.Records;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>Roots, systems and small code tables of the ministry's format and of the eCheckup document it is shaped to.</summary>
internal static class CheckupCodes
{
    public const string Root = "1.2.392.200119.6.";
    public const string ReportKinds = Root + "1001";
    public const string Programmes = Root + "1002";
    public const string Sections = Root + "1010";
    public const string Items = Root + "1005";
    public const string Methods = Root + "1007";
    public const string Insurer = Root + "101";
    public const string Institution = Root + "102";
    public const string Gender = Root + "1104";
    public const string TicketKinds = Root + "208";
    public const string Voucher = Root + "209.1";
    public const string GuidanceTicket = Root + "210.1";

    public const string DocumentTypeSystem = "http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes";
    public const string ReportCategorySystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category";
    public const string SectionSystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/section-code";
    public const string GroupSystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/observationGroup-codes";
    public const string EncounterCategorySystem = "http://jpfhir.jp/fhir/eCheckup/CodeSystem/encounter-category";
    public const string ObservationCategorySystem = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS";
    public const string InstitutionSystem = "http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no";
    public const string InsurerSystem = "urn:oid:1.2.392.100495.20.3.61";
    public const string AbsentSystem = "http://terminology.hl7.org/CodeSystem/data-absent-reason";
    public const string NullFlavorSystem = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor";
    public const string InterpretationSystem = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";
    public const string OrganizationTypeSystem = "http://terminology.hl7.org/CodeSystem/organization-type";
    public const string UcumSystem = "http://unitsofmeasure.org";

    public static string? SectionName(string code) => code switch
    {
        "01010" => "特定健診・問診結果セクション",
        "01020" => "広域連合保健事業結果セクション",
        "01030" => "事業者健診結果セクション",
        "01040" => "学校保健安全法結果セクション",
        "01060" => "がん検診セクション",
        "01090" => "肝炎検診セクション",
        "01990" => "特定健診任意追加項目セクション",
        _ => null,
    };

    public static string? ReportName(string code) => code switch
    {
        "10" => "特定健診",
        "40" => "健診結果報告",
        "41" => "事業者健診",
        "42" => "自治体検診",
        "43" => "乳幼児検診",
        "44" => "妊婦検診",
        "90" => "その他検診",
        _ => null,
    };

    /// <summary>The groups of tests eCheckup has codes for, by the first five characters of their items.</summary>
    public static string? GroupName(string prefix) => prefix switch
    {
        "2A000" => "貧血検査",
        "9A110" => "心電図検査",
        "9N201" => "胸部X線直接・がん検診",
        "9N206" => "胸部X線直接・一般健診",
        "9N216" => "胸部X線間接・がん検診",
        "9N221" => "胸部X線間接・一般健診",
        "9N251" => "胸部CT直接・がん検診",
        "9N256" => "上部消化管検査",
        "9E100" => "眼底検査",
        "3C015" => "血清クレアチニン検査",
        _ => null,
    };

    public static DataCategory Category(string? programme, string? section) => (programme, section) switch
    {
        // A screening done on the same day stands in its own section of the checkup's document.
        (_, "01060" or "01090") or ("060" or "090", _) => DataCategory.MunicipalScreening,
        ("030", _) or (_, "01030") => DataCategory.EmployerCheckup,
        _ => DataCategory.SpecificCheckup,
    };

    public static string ObservationCategory(string code, CheckupItem? item) => item?.Section switch
    {
        "身体計測" => "body-measurement",
        "血圧等" => "vital-signs",
        "質問票" or "生活機能基本チェックリスト" => "social-history",
        "情報提供" or "初回面接" => "survey",
        "医師の判断" when code.StartsWith("9N50", StringComparison.Ordinal) => "survey",
        "採血条件" => "laboratory",
        _ when code is ['1' or '2' or '3' or '4' or '5' or '6' or '7' or '8', ..] => "laboratory",
        _ when code.StartsWith("9N2", StringComparison.Ordinal) && string.CompareOrdinal(code[..5], "9N266") < 0 || code.StartsWith("9N281", StringComparison.Ordinal) || code.StartsWith("9F1", StringComparison.Ordinal) => "imaging",
        _ => "exam",
    };

    /// <summary>Why there is no value: HL7 version 3 to FHIR.</summary>
    public static string AbsentReason(string nullFlavor) => nullFlavor switch
    {
        "NA" => "not-applicable",
        "ASKU" => "asked-unknown",
        "NASK" => "not-asked",
        "NAV" => "temp-unknown",
        "MSK" => "masked",
        "NINF" => "negative-infinity",
        "PINF" => "positive-infinity",
        "OTH" => "unsupported",
        _ => "unknown",
    };

    public static bool IsNullFlavor(string? code) =>
        code is "NI" or "MSK" or "NA" or "OTH" or "NINF" or "PINF" or "UNK" or "ASKU" or "NAV" or "NASK" or "TRC" or "QS" or "INV" or "UNC" or "DER" or "NAVU";

    public static bool IsInterpretation(string code) => code is "H" or "L" or "N" or "A" or "AA" or "HH" or "LL" or ">" or "<" or "B" or "D" or "U" or "W" or "S" or "R" or "I";
}
