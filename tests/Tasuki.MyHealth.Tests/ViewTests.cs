using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;
using Tasuki.Vault;

namespace Tasuki.MyHealth.Tests;

public sealed class ViewTests
{
    private static readonly DateOnly Today = new(2026, 10, 31);

    [Fact]
    public void A_medicine_is_in_use_until_its_days_are_over()
    {
        var records = new[] { Stored.Record(Dispense("アムロジピン錠5mg", "2026-10-04T10:00:00+09:00", 28), DataCategory.Medication) };
        Assert.Single(MedicineRecords.InUse(MedicineRecords.Read(records), new DateOnly(2026, 10, 31)));
        Assert.Empty(MedicineRecords.InUse(MedicineRecords.Read(records), new DateOnly(2026, 11, 1)));
        Assert.Empty(MedicineRecords.InUse(MedicineRecords.Read(records), new DateOnly(2026, 10, 3)));
    }

    [Fact]
    public void What_was_prescribed_and_handed_over_is_one_medicine_of_one_day()
    {
        var medicines = MedicineRecords.Read(
        [
            Stored.Record("""{"resourceType":"MedicationRequest","status":"completed","intent":"order","medicationCodeableConcept":{"text":"ロキソプロフェン錠６０ｍｇ"},"authoredOn":"2026-10-30","requester":{"display":"中継内科"},"dispenseRequest":{"expectedSupplyDuration":{"value":5,"unit":"日","code":"d"}}}""", DataCategory.EPrescription, "a"),
            Stored.Record(Dispense("ロキソプロフェン錠60mg", "2026-10-30T18:00:00+09:00", 5), DataCategory.Medication, "b"),
        ]);
        Assert.Equal("b", Assert.Single(MedicineRecords.InUse(medicines, Today)).RecordId);
        var day = Assert.Single(MedicineRecords.ByDay(medicines));
        Assert.Equal("a,b", string.Join(',', Assert.Single(day.Medicines).Records.Select(record => record.RecordId)));
        Assert.Contains("中継内科", day.Institutions, StringComparer.Ordinal);
    }

    [Fact]
    public void A_stopped_or_mistaken_medicine_is_not_in_use()
    {
        Assert.Empty(MedicineRecords.InUse(MedicineRecords.Read([Stored.Record(Dispense("A", "2026-10-30", 28).Replace("completed", "stopped", StringComparison.Ordinal), DataCategory.Medication)]), Today));
        Assert.Empty(MedicineRecords.Read([Stored.Record(Dispense("A", "2026-10-30", 28).Replace("completed", "entered-in-error", StringComparison.Ordinal), DataCategory.Medication)]));
    }

    [Fact]
    public void A_blood_pressure_far_beyond_life_is_left_out_of_the_mean_but_said()
    {
        var entries = DiaryRecords.Read(DiaryMetric.Pressure, [Pressure("128", "82", "07:00"), Pressure("1300", "82", "07:10"), Pressure("132", "80", "21:00")]);
        Assert.Equal(3, entries.Count);
        Assert.Single(entries, entry => !entry.Sound);
        var (high, low) = DiaryRecords.ByDay(DiaryMetric.Pressure, entries);
        Assert.Equal("130", Assert.Single(high).Text);
        Assert.Equal("81", Assert.Single(low).Text);
    }

    [Fact]
    public void Two_devices_that_count_one_walk_are_not_added_up()
    {
        var entries = DiaryRecords.Read(DiaryMetric.Steps, [Steps("5000", "a"), Steps("6200", "b")]);
        Assert.Equal(6200, Assert.Single(DiaryRecords.ByDay(DiaryMetric.Steps, entries).First).Value);
    }

    [Theory]
    [InlineData("week", "2026-10-26", "2026-11-01")]
    [InlineData("month", "2026-10-01", "2026-10-31")]
    [InlineData("year", "2026-01-01", "2026-12-31")]
    [InlineData("nonsense", "2026-10-01", "2026-10-31")]
    public void A_span_holds_its_day(string name, string from, string to)
    {
        var span = DiarySpan.Around(name, Today);
        Assert.Equal(from, span.From.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(to, span.To.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void A_diagnosis_the_person_was_not_told_of_stands_on_no_page()
    {
        var record = Stored.Record(
            """{"resourceType":"Condition","meta":{"tag":[{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/JP_ehrshrs_indication","code":"UNINFORMED"}]},"code":{"text":"秘密"},"subject":{"reference":"Patient/1"},"onsetDateTime":"2026-01-01"}""", DataCategory.Chart);
        Assert.Empty(ConditionRecords.Read([record]).Conditions);
        Assert.Empty(Timeline.Build([record]));
        Assert.Empty(ExpenseRecords.ReadTreatments([record]));
    }

    [Fact]
    public void Foreign_narrative_is_on_no_line_of_a_record()
    {
        var record = Stored.Record("""{"resourceType":"Condition","text":{"status":"generated","div":"<div>NARRATIVE</div>"},"code":{"text":"高血圧症"},"subject":{"reference":"Patient/1"},"onsetDateTime":"2026-01-01"}""", DataCategory.Chart);
        var fields = RecordFields.Of(FhirText.Parse(record.Resource));
        Assert.Contains(fields, field => field.Element == "code" && field.Lines.Contains("高血圧症", StringComparer.Ordinal));
        Assert.DoesNotContain(fields, field => field.Lines.Any(line => line.Contains("NARRATIVE", StringComparison.Ordinal)));
    }

    [Fact]
    public void Vaccinations_stand_by_disease_with_the_next_dose_the_record_names()
    {
        var group = Assert.Single(VaccinationRecords.Group(
        [
            Stored.Record("""{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"水痘ワクチン"},"patient":{"reference":"Patient/1"},"occurrenceDateTime":"2026-03-01","lotNumber":"A1","protocolApplied":[{"targetDisease":[{"text":"水痘"}],"doseNumberPositiveInt":1,"extension":[{"url":"http://jpfhir.jp/fhir/core/Extension/StructureDefinition/JP_Immunization_DueDateOfNextDose","valueDateTime":"2026-12-01"}]}]}""", DataCategory.Immunization),
        ]));
        Assert.Equal("水痘", group.Name);
        Assert.Equal(1, group.Doses[0].Dose);
        Assert.Equal(new DateOnly(2026, 12, 1), group.NextDue(Today));
    }

    [Fact]
    public void Entries_of_one_sitting_are_told_as_one_and_those_of_another_actor_apart()
    {
        var at = new DateTimeOffset(2026, 10, 31, 9, 0, 0, TimeSpan.FromHours(9));
        var visits = AccessHistory.Visits(
        [
            new(at, ActorKind.Resident, "1", Purpose.OwnUse, "search", null, false), new(at.AddMinutes(-1), ActorKind.Clinician, "c", Purpose.Care, "read", null, false),
            new(at.AddMinutes(-2), ActorKind.Resident, "1", Purpose.OwnUse, "search", null, false), new(at.AddHours(-2), ActorKind.Resident, "1", Purpose.OwnUse, "read", null, false),
            new(at.AddHours(-2), ActorKind.Clinician, "c", Purpose.Care, "something-new", null, true),
        ]);
        Assert.Equal(4, visits.Count);
        Assert.Equal([("search", 2)], visits[0].Actions);
        Assert.Equal("other", visits[^1].Actions[0].Action);
        Assert.True(visits[^1].Refused);
    }

    [Fact]
    public void What_a_clinician_did_through_an_app_is_told_apart_from_what_was_done_without_it()
    {
        var at = new DateTimeOffset(2026, 10, 31, 9, 0, 0, TimeSpan.FromHours(9));
        var visits = AccessHistory.Visits(
        [
            new(at, ActorKind.Clinician, "c", Purpose.Care, "read", null, false, App: 7), new(at.AddMinutes(-1), ActorKind.Clinician, "c", Purpose.Care, "read", null, false),
            new(at.AddMinutes(-2), ActorKind.Clinician, "c", Purpose.Care, "read", null, false, App: 9), new(at.AddMinutes(-3), ActorKind.Clinician, "c", Purpose.Care, "read", null, false, App: 7),
        ]);
        Assert.Equal([(7, 2), (null, 1), (9, 1)], visits.Select(visit => (visit.App, visit.Actions[0].Count)));
    }

    [Fact]
    public void Nothing_in_a_synthetic_town_breaks_a_view()
    {
        foreach (var person in Population.Generate(new PopulationOptions(60, PopulationOptions.DemoSeed)))
        {
            var records = Stored.Of(person);
            var timeline = Timeline.Build(records);
            Assert.Equal(
                records.Count(record => RecordSummary.Happened(record, FhirText.Parse(record.Resource)) && record.Type != "Composition"),
                timeline.SelectMany(entry => entry.Items).Count(item => item.Type != "Composition"));
            Assert.All(records, record => Assert.NotEmpty(RecordFields.Of(FhirText.Parse(record.Resource))));
            Assert.All(timeline.SelectMany(entry => entry.Items), item => Assert.NotNull(item.Name));
            var expenses = ExpenseRecords.Read([.. records.Where(record => record.Class.Category is DataCategory.MedicalExpense)]);
            Assert.Equal(records.Count(record => record.Class.Category is DataCategory.MedicalExpense && record.Type == "ExplanationOfBenefit"), expenses.Count);
            Assert.All(expenses, expense => Assert.True(expense.Paid > 0 && expense.Whole >= expense.Paid && expense.Month is not null && expense.Institution is not null));
            Assert.Equal(records.Count(record => record.Type.StartsWith("Medication", StringComparison.Ordinal)), MedicineRecords.Read(records).Count);
            _ = VaccinationRecords.Group(records);
            _ = ConditionRecords.Read(records);
            foreach (var metric in Enum.GetValues<DiaryMetric>())
                _ = DiaryRecords.ByDay(metric, DiaryRecords.Read(metric, [.. records.Where(record => record.Class.Category is DataCategory.Lifelog)]));
        }
    }

    private static string Dispense(string name, string when, int days) =>
        $$$"""{"resourceType":"MedicationDispense","status":"completed","medicationCodeableConcept":{"text":"{{{name}}}"},"whenHandedOver":"{{{when}}}","daysSupply":{"value":{{{days}}},"unit":"日","code":"d"}}""";

    private static StoredRecord Pressure(string high, string low, string time) => Stored.Record(
        $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"2026-10-31T{{{time}}}:00+09:00","component":[{"code":{"coding":[{"code":"8480-6"}]},"valueQuantity":{"value":{{{high}}},"unit":"mmHg"}},{"code":{"coding":[{"code":"8462-4"}]},"valueQuantity":{"value":{{{low}}},"unit":"mmHg"}}]}""", DataCategory.Lifelog);

    private static StoredRecord Steps(string value, string id) => Stored.Record(
        $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"55423-8"}]},"effectiveDateTime":"2026-10-31","valueQuantity":{"value":{{{value}}},"unit":"歩","code":"{steps}"}}""", DataCategory.Lifelog, id);
}
