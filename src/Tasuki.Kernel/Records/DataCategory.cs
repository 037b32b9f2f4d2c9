namespace Tasuki.Kernel.Records;

/// <summary>
/// The national PHR guideline's own classes of data (design page, section 3). The numbers are part of stored bytes: never renumber, only add, up to 31.
/// </summary>
public enum DataCategory : byte
{
    /// <summary>その他. Unknown counts as health-checkup information.</summary>
    Other = 0,

    /// <summary>予防接種</summary>
    Immunization = 1,

    /// <summary>妊婦・乳幼児健診</summary>
    MaternalInfantCheckup = 2,

    /// <summary>自治体検診</summary>
    MunicipalScreening = 3,

    /// <summary>特定健診 (and the checkup of the late-stage elderly)</summary>
    SpecificCheckup = 4,

    /// <summary>薬剤</summary>
    Medication = 5,

    /// <summary>電子処方箋</summary>
    EPrescription = 6,

    /// <summary>医療費通知</summary>
    MedicalExpense = 7,

    /// <summary>事業主健診</summary>
    EmployerCheckup = 8,

    /// <summary>電子カルテ</summary>
    Chart = 9,

    /// <summary>診療情報 (from claims)</summary>
    ClaimTreatment = 10,

    /// <summary>ライフログ</summary>
    Lifelog = 11,
}
