using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What the visits put into a medicine cabinet: dispensings, electronic prescriptions, and what people bought and wrote down themselves.</summary>
internal static class Medicines
{
    private const string Myna = "マイナポータル";

    public static void Write(RecordBook book, List<Visit> visits)
    {
        foreach (var visit in visits)
        {
            if (visit.Drugs.Count == 0 || visit.InHospital)
                continue;
            if (visit.Electronic)
                Prescribe(book, visit, DataCategory.EPrescription, SourceKind.Mynaportal, Myna, "電子処方箋");
            Dispense(book, visit);
        }

        OverTheCounter(book);
    }

    /// <summary>A MedicationRequest for each medicine of a visit, in the shape of CLINS.</summary>
    public static void Prescribe(RecordBook book, Visit visit, DataCategory category, SourceKind source, string sourceName, string kind)
    {
        var number = book.NewNumber();
        var pen = book.Pen;
        for (var i = 0; i < visit.Drugs.Count; i++)
        {
            var drug = visit.Drugs[i];
            pen.Start("MedicationRequest", "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_MedicationRequest_eCS"u8);
            Identifiers(pen, $"{visit.Clinic.Number}-P-{number}-{i + 1}", i + 1);
            pen.Text("status"u8, "completed");
            pen.Text("intent"u8, "order");
            pen.Json.WriteStartArray("category"u8);
            pen.Concept(default, "http://jpfhir.jp/fhir/core/CodeSystem/JP_MedicationCategoryMERIT9_CS", "OHP", "外来処方", kind);
            pen.Json.WriteEndArray();
            Medication(pen, drug);
            pen.Subject("subject"u8);
            pen.Moment("authoredOn"u8, visit.Day, 9 * 60 + 40);
            pen.Organisation("requester"u8, visit.Clinic);
            pen.Json.WriteStartObject("groupIdentifier"u8);
            pen.Text("system"u8, "urn:oid:1.2.392.100495.20.3.11");
            pen.Text("value"u8, $"{visit.Clinic.Number}-P-{number}");
            pen.Json.WriteEndObject();
            Dosage(pen, drug);
            pen.Json.WriteStartObject("dispenseRequest"u8);
            pen.Quantity("quantity"u8, Amount(drug, visit.DaysSupplied), drug.Unit, drug.UnitCode, Systems.Merit9);
            pen.Quantity("expectedSupplyDuration"u8, new Measured(visit.DaysSupplied, 0), "日", "d");
            pen.Json.WriteEndObject();
            book.Add(category, source, sourceName);
        }
    }

    private static void Dispense(RecordBook book, Visit visit)
    {
        var number = book.NewNumber();
        var pen = book.Pen;
        for (var i = 0; i < visit.Drugs.Count; i++)
        {
            var drug = visit.Drugs[i];
            pen.Start("MedicationDispense", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationDispense"u8);
            Identifiers(pen, $"{visit.Pharmacy.Number}-D-{number}-{i + 1}", i + 1);
            pen.Text("status"u8, "completed");
            pen.Concept("category"u8, "http://terminology.hl7.org/CodeSystem/medicationdispense-category", "outpatient", "Outpatient");
            Medication(pen, drug);
            pen.Subject("subject"u8);
            pen.Json.WriteStartArray("performer"u8);
            pen.Json.WriteStartObject();
            pen.Organisation("actor"u8, visit.Pharmacy);
            pen.Json.WriteEndObject();
            pen.Json.WriteEndArray();
            pen.Quantity("quantity"u8, Amount(drug, visit.DaysSupplied), drug.Unit, drug.UnitCode, Systems.Merit9);
            pen.Quantity("daysSupply"u8, new Measured(visit.DaysSupplied, 0), "日", "d");
            pen.Moment("whenHandedOver"u8, visit.Day, 10 * 60 + 15 + i);
            pen.Json.WriteStartArray("note"u8);
            pen.Json.WriteStartObject();
            pen.Text("text"u8, $"処方: {visit.Clinic.Name}（{visit.Department}）");
            pen.Json.WriteEndObject();
            pen.Json.WriteEndArray();
            Dosage(pen, drug);
            book.Add(DataCategory.Medication, SourceKind.Mynaportal, Myna);
        }
    }

    private static void OverTheCounter(RecordBook book)
    {
        var person = book.Person;
        var dice = person.Dice(Dice.Stream.Prescription);
        if (person.AgeOn(person.Until) < 18 || !dice.Chance(0.3))
            return;
        var pen = book.Pen;
        for (var left = dice.Between(1, 4); left > 0; left--)
        {
            var from = person.Until.AddDays(-dice.Between(3, 700));
            pen.Start("MedicationStatement", "http://jpfhir.jp/fhir/core/StructureDefinition/JP_MedicationStatement"u8);
            pen.Identifier($"self-{book.NewNumber()}");
            pen.Text("status"u8, "completed");
            pen.ConceptText("medicationCodeableConcept"u8, dice.Pick(Counter));
            pen.Subject("subject"u8);
            pen.Json.WriteStartObject("effectivePeriod"u8);
            pen.Day("start"u8, from);
            pen.Day("end"u8, from.AddDays(dice.Between(0, Math.Min(10, person.Until.DayNumber - from.DayNumber) + 1)));
            pen.Json.WriteEndObject();
            pen.Subject("informationSource"u8);
            pen.Json.WriteStartArray("note"u8);
            pen.Json.WriteStartObject();
            pen.Text("text"u8, "本人が入力した市販薬");
            pen.Json.WriteEndObject();
            pen.Json.WriteEndArray();
            book.Add(DataCategory.Medication, SourceKind.Person, "本人");
        }
    }

    private static void Identifiers(Pen pen, string value, int group)
    {
        var json = pen.Json;
        json.WriteStartArray("identifier"u8);
        Identifier(pen, "http://jpfhir.jp/fhir/core/mhlw/IdSystem/Medication-RPGroupNumber", group == 1 ? "1" : group.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Identifier(pen, "http://jpfhir.jp/fhir/core/mhlw/IdSystem/MedicationAdministrationIndex", "1");
        Identifier(pen, Systems.InstanceIdentifier, value);
        json.WriteEndArray();
    }

    private static void Identifier(Pen pen, string system, string value)
    {
        pen.Json.WriteStartObject();
        pen.Text("system"u8, system);
        pen.Text("value"u8, value);
        pen.Json.WriteEndObject();
    }

    private static void Medication(Pen pen, Drug drug)
    {
        pen.Json.WriteStartObject("medicationCodeableConcept"u8);
        pen.Json.WriteStartArray("coding"u8);
        pen.Coding(Systems.SyntheticDrug, drug.Code, drug.Name);
        if (drug.Atc is { } atc)
            pen.Coding(Systems.Atc, atc, null);
        pen.Json.WriteEndArray();
        pen.Text("text"u8, drug.Name);
        pen.Json.WriteEndObject();
    }

    private static void Dosage(Pen pen, Drug drug)
    {
        var json = pen.Json;
        json.WriteStartArray("dosageInstruction"u8);
        json.WriteStartObject();
        pen.Text("text"u8, drug.Usage.Text);
        if (drug.Usage.Code is { } code)
        {
            json.WriteStartObject("timing"u8);
            pen.Concept("code"u8, Systems.Usage, code, drug.Usage.Text);
            json.WriteEndObject();
        }
        else
        {
            json.WriteStartObject("timing"u8);
            pen.Concept("code"u8, "http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_MedicationUsage_Uncoded_CS", "0X0XXXXXXXXX0000", "ダミー用法コード", drug.Usage.Text);
            json.WriteEndObject();
        }

        if (drug.UnitCode is "TAB" or "CAP")
        {
            json.WriteStartArray("doseAndRate"u8);
            json.WriteStartObject();
            pen.Quantity("doseQuantity"u8, new Measured(drug.PerDose, 0), drug.Unit, drug.UnitCode, Systems.Merit9);
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static Measured Amount(Drug drug, int days) => drug.UnitCode switch
    {
        "TAB" or "CAP" => new Measured(Math.Max(1, (int)(drug.PerDose * drug.Usage.TimesADay * days + 0.5)), 0),
        "BTL" => new Measured(1 + days / 30, 0),
        _ => new Measured(Math.Max(5, days), 0),
    };

    private static readonly string[] Counter = ["総合かぜ薬「襷」", "胃腸薬「襷」", "解熱鎮痛薬「襷」", "鼻炎カプセル「襷」", "ビタミン剤「襷」", "目薬「襷」", "湿布薬「襷」"];
}
