using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Exchange.Exporting;

/// <summary>The tables a person reads, in the spreadsheet files and in the readable index. Filled while the records pass by.</summary>
internal sealed class RecordTables
{
    private readonly List<CheckupValue> _checkups = [];
    private readonly Dictionary<string, string> _medications = new(StringComparer.Ordinal);

    public List<MedicineRow> Medicines { get; } = [];

    public List<VaccinationRow> Vaccinations { get; } = [];

    public List<DiaryRow> Diary { get; } = [];

    public List<OtherRow> Others { get; } = [];

    public void Take(StoredRecord record)
    {
        using var document = JsonDocument.Parse(record.Resource.Json, new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth });
        var root = document.RootElement;
        var facts = RecordFacts.Of(record.Resource);
        var source = record.Origin.Name ?? "";
        switch (record.Type)
        {
            case "Observation":
                Measured(root, facts, record.Class.Category, source);
                break;
            case "MedicationRequest" or "MedicationStatement" or "MedicationDispense" or "MedicationAdministration":
                Medicines.Add(new MedicineRow(RecordText.Day(root, facts), Medicine(root), Dose(root), record.Type, source));
                break;
            case "Immunization":
                Vaccinations.Add(new VaccinationRow(RecordText.Day(root, facts), RecordText.Subject(root), RecordText.Text(root, "lotNumber") ?? "", DoseNumber(root), source));
                break;
            case "Medication":
                _medications[record.Reference] = RecordText.Subject(root);
                break;
            case "Patient":
                break;
            default:
                Others.Add(new OtherRow(RecordText.Day(root, facts), record.Class.Category, record.Type, RecordText.Subject(root), source));
                break;
        }
    }

    /// <summary>Newest first everywhere; names of medicines that stood in records of their own are filled in.</summary>
    public void Sort()
    {
        for (var i = 0; i < Medicines.Count; i++)
        {
            if (_medications.TryGetValue(Medicines[i].Name, out var name))
                Medicines[i] = Medicines[i] with { Name = name };
        }

        Medicines.Sort((a, b) => string.CompareOrdinal(b.Day, a.Day));
        Vaccinations.Sort((a, b) => string.CompareOrdinal(b.Day, a.Day));
        Diary.Sort((a, b) => string.CompareOrdinal(b.Moment, a.Moment));
        Others.Sort((a, b) => string.CompareOrdinal(b.Day, a.Day));
    }

    /// <summary>Checkups wide: a row for each item, a column for each day on which there was a checkup of that category, newest first.</summary>
    public IEnumerable<CheckupTable> Checkups() =>
        from value in _checkups
        group value by value.Category into category
        orderby category.Key
        let days = category.Select(v => v.Day).Distinct(StringComparer.Ordinal).OrderDescending(StringComparer.Ordinal).ToList()
        let rows = category.GroupBy(v => (v.Code, v.Item, v.Unit)).Select(item => new CheckupRow(
            item.Key.Item, item.Key.Unit, [.. days.Select(day => string.Join(" / ", item.Where(v => v.Day == day).Select(v => v.Value).Distinct(StringComparer.Ordinal)))]))
        select new CheckupTable(category.Key, days, [.. rows]);

    private void Measured(JsonElement root, RecordFacts facts, DataCategory category, string source)
    {
        var item = RecordText.Subject(root);
        var (value, unit) = RecordText.Value(root);
        if (value.Length > 0)
            Measured(root, facts, category, source, facts.Code?.Code ?? "", item, value, unit);
        foreach (var component in RecordText.Items(root, "component"))
        {
            var (part, partUnit) = RecordText.Value(component);
            if (part.Length > 0)
                Measured(root, facts, category, source, $"{facts.Code?.Code}/{RecordText.Subject(component)}", $"{item} {RecordText.Subject(component)}".Trim(), part, partUnit);
        }
    }

    private void Measured(JsonElement root, RecordFacts facts, DataCategory category, string source, string code, string item, string value, string unit)
    {
        if (category is DataCategory.Lifelog)
            Diary.Add(new DiaryRow(RecordText.Moment(root, facts), item, value, unit, source));
        else
            _checkups.Add(new CheckupValue(category, RecordText.Day(root, facts), code, item, value, unit));
    }

    private static string Medicine(JsonElement root)
    {
        if (root.TryGetProperty("medicationCodeableConcept"u8, out var concept))
            return RecordText.Concept(concept) ?? "";
        if (RecordText.First(root, "medicationReference") is not { } reference)
            return "";
        var name = RecordText.Text(reference, "reference") ?? "";
        foreach (var contained in RecordText.Items(root, "contained"))
        {
            if (name.Length > 1 && name[0] == '#' && RecordText.Text(contained, "id") == name[1..])
                return RecordText.Subject(contained);
        }

        return RecordText.Text(reference, "display") ?? name;
    }

    private static string Dose(JsonElement root) =>
        RecordText.First(root, "dosageInstruction") is { } instruction ? RecordText.Text(instruction, "text") ?? ""
        : RecordText.First(root, "dosage") is { } dosage ? RecordText.Text(dosage, "text") ?? "" : "";

    private static string DoseNumber(JsonElement root)
    {
        if (RecordText.First(root, "protocolApplied") is not { } applied)
            return "";
        return applied.TryGetProperty("doseNumberPositiveInt"u8, out var number) ? number.GetRawText() : RecordText.Text(applied, "doseNumberString") ?? "";
    }

    private sealed record CheckupValue(DataCategory Category, string Day, string Code, string Item, string Value, string Unit);
}

internal sealed record CheckupTable(DataCategory Category, IReadOnlyList<string> Days, IReadOnlyList<CheckupRow> Rows);

internal sealed record CheckupRow(string Item, string Unit, IReadOnlyList<string> Values);

internal sealed record MedicineRow(string Day, string Name, string Dose, string Type, string Source);

internal sealed record VaccinationRow(string Day, string Vaccine, string Lot, string Dose, string Source);

internal sealed record DiaryRow(string Moment, string Item, string Value, string Unit, string Source);

internal sealed record OtherRow(string Day, DataCategory Category, string Type, string Subject, string Source);
