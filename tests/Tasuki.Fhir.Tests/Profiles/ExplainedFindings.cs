namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>Every error in an example that its publisher calls right, and why it is one.</summary>
internal static class ExplainedFindings
{
    private const string OtherSystem =
        "JP Core 1.1.2 fixes the system of JP_Organization_InsuranceOrganizationNo to urn:oid:1.2.392.100495.20.3.23; the examples of JP-CLINS 1.5.2 write the URL that later versions of JP Core use. The packages do not fit each other; with JP-CLINS alone the extension is not at hand and the example passes.";

    private const string BySlice =
        "The organizations of this bundle do not meet their profile (the system of JP_Organization_InsuranceOrganizationNo, see there), and the slices of the document are told by profile.";

    private const string TwoPatients =
        "Two packages define JP_Patient_eCS: JP-CLINS (version 1, a member id in the system .../clins/Idsystem/JP_Insurance_memberID) and eCheckup (no version, .../eCS/Idsysmem/...). A resource that declares it without a version gets the newest, that of JP-CLINS. With the package of eCheckup alone the example passes.";

    /// <summary>With all packages together: file, rule and path.</summary>
    public static readonly IReadOnlyDictionary<string, string> Together = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Organization-Example-JP-Org-eCS-Inst-Referral01.json fixed Organization.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Organization-Example-JP-Org-eCS-ReferralTo01.json fixed Organization.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Bundle-Bundle-CLINS-Referral-Example-01.json fixed Bundle.entry[5].resource.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Bundle-Bundle-CLINS-Referral-Example-01.json fixed Bundle.entry[6].resource.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json fixed Bundle.entry[4].resource.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json fixed Bundle.entry[5].resource.extension[2].valueIdentifier.system"] = OtherSystem,
        ["Bundle-Bundle-CLINS-Referral-Example-01.json slice-min Bundle.entry"] = BySlice,
        ["Bundle-Bundle-CLINS-Referral-Example-01.json slice-min Bundle.entry[0].resource.section[0].entry"] = BySlice,
        ["Bundle-Bundle-CLINS-Referral-Example-01.json slice-min Bundle.entry[0].resource.section[1].entry"] = BySlice,
        ["Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json slice-min Bundle.entry"] = BySlice,
        ["Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json slice-min Bundle.entry[0].resource.section[0].entry"] = BySlice,
        ["Bundle-Bundle-CLINS-Referral-NoEntry-Example-01.json slice-min Bundle.entry[0].resource.section[1].entry"] = BySlice,
        ["Patient-Instance-for-Patient.json valid-system-insurance-patientIdentifier Patient"] = TwoPatients,
        ["Patient-Instance-for-Patient.json valid-value-insurance-patientIdentifier Patient"] = TwoPatients,
    };
}
