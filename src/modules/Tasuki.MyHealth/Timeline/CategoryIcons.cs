using Tasuki.Kernel.Records;

namespace Tasuki.MyHealth;

internal static class CategoryIcons
{
    public static string Of(DataCategory category) => category switch
    {
        DataCategory.Immunization => "vaccine",
        DataCategory.MaternalInfantCheckup => "family",
        DataCategory.MunicipalScreening or DataCategory.SpecificCheckup or DataCategory.EmployerCheckup => "checkup",
        DataCategory.Medication or DataCategory.EPrescription => "medicine",
        DataCategory.MedicalExpense => "expense",
        DataCategory.Chart => "condition",
        DataCategory.ClaimTreatment => "clinic",
        DataCategory.Lifelog => "diary",
        _ => "file",
    };
}
