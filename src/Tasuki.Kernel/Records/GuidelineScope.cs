namespace Tasuki.Kernel.Records;

/// <summary>The guideline's class of a stored data type (PHR guideline, scope; requirement SC-01). A to D together are health-checkup information (健診等情報).</summary>
public enum GuidelineClass
{
    /// <summary>(a) obtainable through Mynaportal and the like, also when an insurer gave it or the person typed it in.</summary>
    A,

    /// <summary>(b) given by a medical institution and entered by the person.</summary>
    B,

    /// <summary>(c) measured or recorded by the person and possibly shown to a medical institution.</summary>
    C,

    /// <summary>(d) vaccination history.</summary>
    D,

    /// <summary>(e) other.</summary>
    E,
}

/// <summary>
/// The one table from (category, source) to the guideline's class and to whether the record is special-care-required personal information
/// (要配慮個人情報; APPI art. 2(3)). Every later rule about scope reads this table and nothing else. What is not listed is in scope and
/// special-care-required: unknown and "depends" count as yes.
/// </summary>
public static class GuidelineScope
{
    /// <summary>Class, special care, and whether the row counts as health-checkup information.</summary>
    public sealed record Row(GuidelineClass Class, bool SpecialCare)
    {
        public bool IsHealthCheckupInformation => Class is not GuidelineClass.E;
    }

    private static readonly Row ObtainableSpecial = new(GuidelineClass.A, SpecialCare: true);
    private static readonly Row FromInstitution = new(GuidelineClass.B, SpecialCare: true);
    private static readonly Row Measured = new(GuidelineClass.C, SpecialCare: true);
    private static readonly Row Vaccination = new(GuidelineClass.D, SpecialCare: true);

    public static Row Of(DataCategory category, SourceKind source) => category switch
    {
        DataCategory.Immunization => Vaccination,

        DataCategory.MaternalInfantCheckup or DataCategory.MunicipalScreening or DataCategory.SpecificCheckup
            or DataCategory.Medication or DataCategory.EPrescription or DataCategory.MedicalExpense
            or DataCategory.EmployerCheckup or DataCategory.ClaimTreatment => ObtainableSpecial,

        // The six kinds of chart information reach the person through Mynaportal; a chart from the institution itself is class b.
        DataCategory.Chart when source is SourceKind.Mynaportal or SourceKind.Insurer => ObtainableSpecial,
        DataCategory.Chart => FromInstitution,

        // A lifelog that an institution measured is its record, not the person's diary.
        DataCategory.Lifelog when source is SourceKind.MedicalInstitution => FromInstitution,
        DataCategory.Lifelog => Measured,

        DataCategory.Other when source is SourceKind.MedicalInstitution => FromInstitution,
        DataCategory.Other when source is SourceKind.Person or SourceKind.Device => Measured,

        // Unknown counts as health-checkup information, the widest class.
        _ => ObtainableSpecial,
    };
}
