using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <param name="NextDue">When the record itself names the next dose; nothing is computed.</param>
internal sealed record Vaccination(
    string RecordId, string Vaccine, string? Disease, DateOnly? Day, int? Dose, string? Lot, string? Place, DateOnly? NextDue, bool NotDone, RecordOrigin Origin);

internal sealed record VaccinationGroup(string Name, string? Vaccines, IReadOnlyList<Vaccination> Doses)
{
    public DateOnly? NextDue(DateOnly today) => Doses.Select(dose => dose.NextDue).Where(due => due >= today && !Doses.Any(dose => dose.Day >= due)).Min();
}

internal static class VaccinationRecords
{
    private const string NextDoseExtension = "DueDateOfNextDose";

    public static RecordQuery Query { get; } = new() { Types = ["Immunization", "ImmunizationRecommendation"], Limit = 1000 };

    /// <summary>By the disease it protects from where the record says it, else by vaccine; newest dose first, the groups in the order of their newest dose.</summary>
    public static IReadOnlyList<VaccinationGroup> Group(IReadOnlyList<StoredRecord> records) =>
    [
        .. records.Select(Read).OfType<Vaccination>()
            .GroupBy(vaccination => vaccination.Disease ?? vaccination.Vaccine, StringComparer.Ordinal)
            .Select(group => new VaccinationGroup(
                group.Key,
                group.First().Disease is null ? null : string.Join("、", group.Select(dose => dose.Vaccine).Distinct(StringComparer.Ordinal)),
                [.. group.OrderByDescending(dose => dose.Day ?? DateOnly.MinValue)]))
            .OrderByDescending(group => group.Doses[0].Day ?? DateOnly.MinValue),
    ];

    private static Vaccination? Read(StoredRecord record)
    {
        if (record.Type != "Immunization")
            return null;
        var json = FhirText.Parse(record.Resource);
        if (FhirText.Text(json, "status") is "entered-in-error" || FhirText.Concept(FhirText.At(json, "vaccineCode")) is not { } vaccine)
            return null;
        return new Vaccination(
            record.Id, vaccine,
            FhirText.Concept(FhirText.At(json, "protocolApplied", "targetDisease")),
            FhirText.Day(FhirText.Text(json, "occurrenceDateTime")),
            FhirText.At(json, "protocolApplied", "doseNumberPositiveInt") is { ValueKind: JsonValueKind.Number } dose && dose.TryGetInt32(out var number) ? number : null,
            FhirText.Text(json, "lotNumber"),
            FhirText.ReferenceText(json, FhirText.At(json, "performer", "actor")) ?? FhirText.ReferenceText(json, FhirText.At(json, "location")) ?? record.Origin.Name,
            NextDue(json), FhirText.Text(json, "status") is "not-done", record.Origin);
    }

    private static DateOnly? NextDue(JsonElement json)
    {
        foreach (var holder in FhirText.Each(json, "protocolApplied").Append(json))
        {
            foreach (var extension in FhirText.Each(holder, "extension"))
            {
                if (FhirText.Text(extension, "url")?.EndsWith(NextDoseExtension, StringComparison.Ordinal) is true)
                    return FhirText.Day(FhirText.Text(extension, "valueDateTime") ?? FhirText.Text(extension, "valueDate"));
            }
        }

        return null;
    }
}
