using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <summary>One line of a medical-expense notice: where, which month or day, what was paid at the counter and what it cost in all.</summary>
internal sealed record Expense(string RecordId, DateOnly? Month, string? Institution, string? Kind, decimal? Paid, decimal? Whole, RecordOrigin Origin);

/// <summary>One treatment that a claim named: an operation, a dialysis, a guidance.</summary>
internal sealed record Treatment(string RecordId, DateOnly? Day, string Name, string? Institution, RecordOrigin Origin);

internal static class ExpenseRecords
{
    public static RecordQuery Expenses { get; } = new() { Categories = [DataCategory.MedicalExpense], Limit = 1000 };

    public static RecordQuery Treatments { get; } = new() { Categories = [DataCategory.ClaimTreatment], Limit = 1000 };

    public static IReadOnlyList<Expense> Read(IReadOnlyList<StoredRecord> records) =>
        [.. records.Select(Read).OfType<Expense>().OrderByDescending(expense => expense.Month ?? DateOnly.MinValue)];

    public static IReadOnlyList<Treatment> ReadTreatments(IReadOnlyList<StoredRecord> records)
    {
        var treatments = new List<Treatment>();
        foreach (var record in records)
        {
            var json = FhirText.Parse(record.Resource);
            if (!RecordSummary.Happened(record, json))
                continue;
            treatments.Add(new Treatment(record.Id, RecordSummary.DayOf(record), RecordSummary.Name(record, json) ?? record.Type, Institution(json) ?? record.Origin.Name, record.Origin));
        }

        return [.. treatments.OrderByDescending(treatment => treatment.Day ?? DateOnly.MinValue)];
    }

    private static Expense? Read(StoredRecord record)
    {
        if (RecordSummary.IsSupporting(record.Type))
            return null;
        var json = FhirText.Parse(record.Resource);
        var paid = Total(json, "copay", "patientPay", "deductible", "paidbypatient", "patient") ?? FhirText.Yen(FhirText.At(json, "totalNet"));
        var whole = Total(json, "submitted", "eligible") ?? FhirText.Yen(FhirText.At(json, "totalGross")) ?? (FhirText.At(json, "total") is { ValueKind: JsonValueKind.Object } one ? FhirText.Yen(one) : null);
        paid ??= FhirText.Yen(FhirText.At(json, "payment", "amount")) ?? FhirText.Yen(FhirText.At(json, "amount"));
        if (paid is null && whole is null)
            return null;
        return new Expense(record.Id, RecordSummary.DayOf(record), Institution(json) ?? record.Origin.Name,
            FhirText.Concept(FhirText.At(json, "subType")) ?? FhirText.Concept(FhirText.At(json, "type")), paid, whole, record.Origin);
    }

    /// <summary>The sum of the totals whose category is one of these codes.</summary>
    private static decimal? Total(JsonElement json, params ReadOnlySpan<string> codes)
    {
        decimal? sum = null;
        foreach (var total in FhirText.Each(json, "total"))
        {
            foreach (var (_, code, _) in FhirText.Codings(FhirText.At(total, "category")))
            {
                if (codes.Contains(code, StringComparer.OrdinalIgnoreCase) && FhirText.Yen(FhirText.At(total, "amount")) is { } amount)
                    sum = (sum ?? 0) + amount;
            }
        }

        return sum;
    }

    private static string? Institution(JsonElement json)
    {
        foreach (var name in (string[])["provider", "facility", "issuer", "serviceProvider", "performer", "location"])
        {
            if (FhirText.At(json, name) is not { } found)
                continue;
            if (FhirText.ReferenceText(json, found) is { } direct)
                return direct;
            if (FhirText.ReferenceText(json, FhirText.At(found, "actor")) is { } actor)
                return actor;
        }

        return null;
    }
}
