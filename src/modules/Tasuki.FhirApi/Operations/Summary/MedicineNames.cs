using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>What medicines are called: by the code in the record, by the Medication it contains, or by one of the records that came along.</summary>
internal sealed class MedicineNames
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    public MedicineNames(IEnumerable<StoredRecord> records)
    {
        foreach (var record in records.Where(record => record.Type is "Medication"))
        {
            using var document = JsonDocument.Parse(record.Resource.Json);
            if (Name(document.RootElement) is { } name)
                _known[record.Reference] = name;
        }
    }

    /// <summary>Null where nothing names it, or its Medication is not open to the caller.</summary>
    public string? Of(JsonElement medicine)
    {
        if (FhirWords.Concept(medicine, "medicationCodeableConcept") is { } name)
            return name;
        if (!medicine.TryGetProperty("medicationReference"u8, out var to))
            return null;
        var reference = FhirWords.Text(to, "reference") ?? "";
        var known = reference is ['#', .. var id]
            ? FhirWords.Each(medicine, "contained").Where(one => FhirWords.Text(one, "resourceType") is "Medication" && FhirWords.Text(one, "id") == id).Select(Name).FirstOrDefault(one => one is not null)
            : _known.GetValueOrDefault(reference.Split("/_history/")[0]);
        return known ?? FhirWords.Text(to, "display") ?? FhirWords.Each(to, "identifier").Select(one => FhirWords.Text(one, "value")).FirstOrDefault(one => one is not null);
    }

    // An infusion has no code of its own and is called by what is in it.
    private static string? Name(JsonElement medication)
    {
        var parts = FhirWords.Each(medication, "ingredient").Select(part => FhirWords.Concept(part, "itemCodeableConcept")).OfType<string>();
        var name = FhirWords.Concept(medication, "code") ?? string.Join(" + ", parts);
        return name.Length == 0 ? null : FhirWords.Text(medication, "status") is "entered-in-error" ? $"{name} (a medicine entered in error)" : name;
    }
}
