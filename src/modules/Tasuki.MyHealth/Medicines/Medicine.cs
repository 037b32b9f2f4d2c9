using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

internal enum MedicineKind
{
    Prescribed,
    Dispensed,

    /// <summary>What a person says they take: bought without prescription, or told.</summary>
    Stated,
    Administered,
}

/// <summary>One medicine as one record tells it.</summary>
/// <param name="Until">The last day it lasts, where the record says for how many days it was given.</param>
internal sealed record Medicine(
    string RecordId, MedicineKind Kind, string Name, string? Dosage, string? Amount, int? Days, DateOnly? From, DateOnly? Until,
    bool Ended, bool EPrescription, string? Institution, IReadOnlyList<string> Notes, RecordOrigin Origin)
{
    /// <summary>In use on a day: begun, and neither ended nor used up. A record that does not say for how long counts for the day it names alone.</summary>
    public bool InUseOn(DateOnly day) => !Ended && From is { } from && from <= day && (Until ?? (Kind is MedicineKind.Stated ? DateOnly.MaxValue : from)) >= day;
}

/// <summary>One medicine of one day, with every record that tells of it: what was prescribed, electronically too, and what was handed over.</summary>
internal sealed record MedicineOfDay(Medicine Main, IReadOnlyList<Medicine> Records);

/// <summary>What was prescribed and handed over on one day.</summary>
internal sealed record MedicineDay(DateOnly? Day, IReadOnlyList<string> Institutions, IReadOnlyList<MedicineOfDay> Medicines);

internal static class MedicineRecords
{
    public static RecordQuery Query { get; } = new()
    {
        Types = ["MedicationRequest", "MedicationDispense", "MedicationStatement", "MedicationAdministration", "Medication"],
        Limit = 1000,
    };

    public static IReadOnlyList<Medicine> Read(IReadOnlyList<StoredRecord> records)
    {
        var named = records.Where(record => record.Type == "Medication")
            .ToDictionary(record => record.Reference, record => FhirText.Concept(FhirText.At(FhirText.Parse(record.Resource), "code")), StringComparer.Ordinal);
        return [.. records.Where(record => record.Type != "Medication").Select(record => Read(record, FhirText.Parse(record.Resource), named)).OfType<Medicine>()];
    }

    /// <summary>
    /// One line for each medicine in use. What was prescribed and then handed over is one: the newest record of a name counts, and of one day what was handed over.
    /// </summary>
    public static IReadOnlyList<Medicine> InUse(IReadOnlyList<Medicine> medicines, DateOnly today) =>
    [
        .. medicines.Where(medicine => medicine.InUseOn(today))
            .GroupBy(medicine => Kernel.Text.JapaneseText.Fold(medicine.Name), StringComparer.Ordinal)
            .Select(same => same.OrderByDescending(medicine => medicine.From).ThenByDescending(medicine => medicine.Kind is MedicineKind.Dispensed).First())
            .OrderByDescending(medicine => medicine.From).ThenBy(medicine => medicine.Name, StringComparer.Ordinal),
    ];

    public static IReadOnlyList<MedicineDay> ByDay(IReadOnlyList<Medicine> medicines) =>
    [
        .. medicines.GroupBy(medicine => medicine.From)
            .Select(day => new MedicineDay(
                day.Key,
                [.. day.OrderBy(medicine => medicine.Kind).Select(medicine => medicine.Institution).OfType<string>().Distinct(StringComparer.Ordinal)],
                [.. day.GroupBy(medicine => Kernel.Text.JapaneseText.Fold(medicine.Name), StringComparer.Ordinal)
                    .Select(same => new MedicineOfDay(same.OrderByDescending(medicine => medicine.Kind is MedicineKind.Dispensed).First(), [.. same.OrderBy(medicine => medicine.Kind)]))]))
            .OrderByDescending(day => day.Day ?? DateOnly.MinValue),
    ];

    private static Medicine? Read(StoredRecord record, JsonElement json, Dictionary<string, string?> named)
    {
        if (FhirText.Text(json, "status") is "entered-in-error")
            return null;
        var name = FhirText.Concept(FhirText.At(json, "medicationCodeableConcept")) ?? OfReference(json, named);
        if (name is null)
            return null;
        var kind = record.Type switch
        {
            "MedicationDispense" => MedicineKind.Dispensed,
            "MedicationStatement" => MedicineKind.Stated,
            "MedicationAdministration" => MedicineKind.Administered,
            _ => MedicineKind.Prescribed,
        };
        var from = FhirText.Day(FhirText.Text(json, "authoredOn") ?? FhirText.Text(json, "whenHandedOver") ?? FhirText.Text(json, "whenPrepared")
            ?? FhirText.Text(json, "effectivePeriod", "start") ?? FhirText.Text(json, "effectiveDateTime") ?? FhirText.Text(json, "dateAsserted"));
        var days = FhirText.Days(json);
        var until = FhirText.Day(FhirText.Text(json, "effectivePeriod", "end")) ?? (from is { } start && days is > 0 ? start.AddDays(days.Value - 1) : null);
        var status = FhirText.Text(json, "status");
        // "Completed" says of a prescription or a dispensing that the paper is done, not that the medicine is used up.
        var ended = status is "stopped" or "cancelled" or "declined" or "not-taken" or "revoked"
            || (kind is MedicineKind.Stated && status is "completed" && until is null) || kind is MedicineKind.Administered;
        var institution = FhirText.ReferenceText(json, FhirText.At(json, "requester")) ?? FhirText.ReferenceText(json, FhirText.At(json, "performer", "actor"));
        return new Medicine(
            record.Id, kind, name, FhirText.Dosage(json),
            FhirText.Quantity(FhirText.At(json, "dispenseRequest", "quantity"))?.ToString() ?? FhirText.Quantity(FhirText.At(json, "quantity"))?.ToString(),
            days, from, until, ended, record.Class.Category is DataCategory.EPrescription, institution,
            [.. FhirText.Each(json, "note").Select(note => FhirText.Text(note, "text")).OfType<string>()], record.Origin);
    }

    private static string? OfReference(JsonElement json, Dictionary<string, string?> named)
    {
        if (FhirText.At(json, "medicationReference") is not { } reference)
            return null;
        return FhirText.ReferenceText(json, reference) ?? (FhirText.Text(reference, "reference") is { } target ? named.GetValueOrDefault(target) : null);
    }
}
