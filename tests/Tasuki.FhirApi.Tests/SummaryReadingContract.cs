using System.Net;
using System.Text.Json;
using Tasuki.FhirApi.Operations.Summary;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSummaryReadingTests() : SummaryReadingContract(StoreKind.Sqlite);

public sealed class PostgresSummaryReadingTests() : SummaryReadingContract(StoreKind.Postgres);

/// <summary>What a person reads in a summary is true without looking at the records behind it.</summary>
public abstract class SummaryReadingContract(StoreKind store)
{
    private const string Verification = "http://terminology.hl7.org/CodeSystem/";

    [Fact]
    public async Task What_never_was_was_taken_back_or_is_only_proposed_stands_in_no_section()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await Problem(one, "OUT-1", "active", "refuted");
        await Allergy(one, "OUT-2", "inactive", "refuted");
        await one.Make("Immunization", Of(one, "patient", "not-done") + ""","vaccineCode":{"text":"OUT-3"},"occurrenceDateTime":"2026-10-01" """);
        foreach (var status in new[] { "not-done", "preparation" })
            await one.Make("Procedure", Of(one, "subject", status) + ""","code":{"text":"OUT-4"},"performedDateTime":"2026-10-01" """);
        await one.Make("MedicationStatement", Of(one, "subject", "not-taken") + ""","medicationCodeableConcept":{"text":"OUT-5"}""");
        foreach (var (status, intent, more) in new[] { ("cancelled", "order", ""), ("cancelled", "order", ",\"doNotPerform\":true"), ("stopped", "order", ",\"doNotPerform\":true"), ("draft", "order", ""), ("active", "proposal", ""), ("active", "option", "") })
            await Prescribe(one, "OUT-6", status, intent, more);
        foreach (var status in new[] { "preparation", "cancelled", "declined" })
            await one.Make("MedicationDispense", Of(one, "subject", status) + ""","medicationCodeableConcept":{"text":"OUT-7"}""");
        await one.Make("MedicationAdministration", Of(one, "subject", "not-done") + ""","medicationCodeableConcept":{"text":"OUT-8"},"effectiveDateTime":"2026-10-01" """);
        foreach (var status in new[] { "cancelled", "registered" })
        {
            await Observe(one, "OUT-9", status, """,'valueString':'x'""");
            await one.Make("DiagnosticReport", Of(one, "subject", status) + ""","code":{"text":"OUT-10"}""");
        }

        await Observe(one, "OUT-11", "final", """,'dataAbsentReason':{'text':'not measured'}""");
        await Observe(one, "OUT-12", "final", """,'component':[{'code':{'text':'a'},'dataAbsentReason':{'text':'not measured'}}]""");
        foreach (var (status, intent) in new[] { ("revoked", "plan"), ("draft", "plan"), ("active", "proposal"), ("active", "option") })
            await one.Make("CarePlan", Of(one, "subject", status) + $$""","intent":"{{intent}}","title":"OUT-13" """);

        var sections = await Sections(one);
        Assert.Equal(["11450-4", "48765-2", "10160-0"], sections.Keys, StringComparer.Ordinal);
        Assert.All(sections.Values, lines => Assert.Empty(lines));
    }

    [Fact]
    public async Task What_modifies_a_record_is_said_in_its_line()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await Problem(one, "p1", "active", "confirmed");
        await Problem(one, "p2", "recurrence", "provisional");
        await Problem(one, "p3", "remission", "differential");
        await Allergy(one, "a1", "resolved", "confirmed");
        await Allergy(one, "a2", "active", "unconfirmed", ",\"criticality\":\"high\"");
        foreach (var status in new[] { "stopped", "completed", "intended", "on-hold", "active", "unknown" })
            await one.Make("MedicationStatement", Of(one, "subject", status) + $$""","medicationCodeableConcept":{"text":"s-{{status}}"}""");
        await Prescribe(one, "r1", "active", "order", ",\"doNotPerform\":true");
        await Prescribe(one, "r2", "active", "plan");
        await one.Make("MedicationDispense", Of(one, "subject", "completed") + ""","medicationCodeableConcept":{"text":"d1"},"whenHandedOver":"2026-10-02" """);
        await one.Make("MedicationAdministration", Of(one, "subject", "stopped") + ""","medicationCodeableConcept":{"text":"m1"},"effectiveDateTime":"2026-10-01" """);
        await one.Make("Immunization", Of(one, "patient", "completed") + ""","vaccineCode":{"text":"v1"},"occurrenceDateTime":"2026-10-01","isSubpotent":true """);
        await one.Make("Immunization", Of(one, "patient", "completed") + ""","vaccineCode":{"text":"v2"},"occurrenceString":"as a child","modifierExtension":[{"url":"http://example.org/e","valueBoolean":true}]""");
        await one.Make("Procedure", Of(one, "subject", "stopped") + ""","code":{"text":"o1"},"performedPeriod":{"start":"2026-10-01","end":"2026-10-02"}""");
        await Observe(one, "l1", "preliminary", """,'valueQuantity':{'value':5.80,'comparator':'<','unit':'mg'}""");
        await Observe(one, "l2", "final", """,'valueBoolean':false""");
        await Observe(one, "l3", "final", """,'component':[{'code':{'text':'a'},'valueBoolean':true},{'code':{'text':'b'},'valueRange':{'low':{'value':1},'high':{'value':2}}}]""");
        await one.Make("CarePlan", Of(one, "subject", "completed") + ""","intent":"plan","title":"c1" """);

        var sections = await Sections(one);
        Assert.Equal(Sorted("p1", "p2 (provisional, recurrence)"), Sorted(sections["11450-4"].Select(Ordered)), StringComparer.Ordinal);
        Assert.Equal(["p3 (differential diagnosis, in remission)"], sections["11348-0"].Select(Ordered), StringComparer.Ordinal);
        Assert.Equal(["a2 (high criticality, unconfirmed)", "a1 (resolved)"], sections["48765-2"].Select(Ordered), StringComparer.Ordinal);
        Assert.Equal(
            Sorted("NOT to be given: r1", "r2 (planned)", "s-intended (intended)", "s-on-hold (on hold)", "s-active", "s-unknown (status unknown)", "2026-10-02 d1 (dispensed)", "2026-10-01 m1 (stopped before its end)", "s-stopped (stopped)", "s-completed (completed)"),
            Sorted(sections["10160-0"]), StringComparer.Ordinal);
        // What is taken now stands before what was dispensed, given or stopped.
        Assert.All(sections["10160-0"].Take(6), line => Assert.DoesNotMatch("^2026|stopped|completed", line));
        Assert.Equal(["2026-10-01 v1 (subpotent dose)", "as a child v2 (with a qualification that only the record tells)"], sections["11369-6"], StringComparer.Ordinal);
        Assert.Equal(["2026-10-01 to 2026-10-02 o1 (stopped before its end)"], sections["47519-4"], StringComparer.Ordinal);
        Assert.Equal(Sorted("2026-10-01 l1 <5.80 mg (preliminary)", "2026-10-01 l2 no", "2026-10-01 l3 a yes, b 1 to 2"), Sorted(sections["30954-2"]), StringComparer.Ordinal);
        Assert.Equal(["c1 (completed)"], sections["18776-5"], StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_does_not_stand_or_is_over_takes_no_place_from_what_stands()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var many = Summarize.MostEach + 5;
        for (var i = 0; i < 3; i++)
            await Allergy(one, $"a{i}", "active", "confirmed");
        await Prescribe(one, "old", "active", "order", ",\"authoredOn\":\"2001-01-01\"");
        await one.Make("Immunization", Of(one, "patient", "completed") + ""","vaccineCode":{"text":"v"},"occurrenceDateTime":"2001-01-01" """);
        await Many(one, many, "AllergyIntolerance", Of(one, "patient", null) + $$"""
            "code":{"text":"gone"},"recordedDate":"2026-10-01","verificationStatus":{"coding":[{"system":"{{Verification}}allergyintolerance-verification","code":"entered-in-error"}]}
            """);
        await Many(one, many, "Immunization", Of(one, "patient", "entered-in-error") + ""","vaccineCode":{"text":"gone"},"occurrenceDateTime":"2026-10-01" """);
        await Many(one, many, "MedicationStatement", Of(one, "subject", "stopped") + ""","medicationCodeableConcept":{"text":"over"},"effectiveDateTime":"2026-10-01" """);
        await Many(one, many, "MedicationDispense", Of(one, "subject", "completed") + ""","medicationCodeableConcept":{"text":"over"},"whenHandedOver":"2026-10-01" """);
        var sections = await Sections(one);
        Assert.Equal(["a0", "a1", "a2"], sections["48765-2"].Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["2001-01-01 v"], sections["11369-6"], StringComparer.Ordinal);
        Assert.Equal(("2001-01-01 old", Summarize.MostEach), (sections["10160-0"][0], sections["10160-0"].Count));
    }

    [Fact]
    public async Task What_a_summary_looks_through_counts_as_a_search_does()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await Many(one, Summarize.MostEach + 20, "Immunization", Of(one, "patient", "not-done") + ""","vaccineCode":{"text":"gone"},"occurrenceDateTime":"2026-10-01" """);
        one.Budget = new Searching.SearchBudget(new SearchLimits(Most: Summarize.MostEach + 10, Heavy: 1_000, PerMinute: 1_000, AtOnce: 1), TimeProvider.System);
        var refused = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.Equal((422, "too-costly"), (refused.Status, refused.Issue.Code));
    }

    [Fact]
    public async Task A_checkup_as_Japan_writes_it_and_reports_stand_in_their_sections()
    {
        const string Core = "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS", Old = "http://hl7.org/fhir/observation-category";
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var (system, category) in new[]
        {
            (Core, "laboratory"), (Core, "exam"), (Core, "imaging"), (Core, "vital-signs"), (Core, "body-measurement"), (Core, "social-history"), (Core, "survey"), (Old, "laboratory"), ("urn:other", "laboratory"),
        })
        {
            await Observe(one, (system == Core ? "" : system == Old ? "old " : "other ") + category, "final", """,'valueString':'x'""", system, category);
        }

        await one.Make("DiagnosticReport", Of(one, "subject", "final") + ""","code":{"text":"report"},"effectiveDateTime":"2026-10-01","conclusion":"clear" """);
        var sections = await Sections(one);
        Assert.Equal(["exam", "imaging", "laboratory", "old laboratory", "report"], sections["30954-2"].Select(What).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["body-measurement", "vital-signs"], sections["8716-3"].Select(What).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(["social-history"], sections["29762-2"].Select(What), StringComparer.Ordinal);
        Assert.Contains("2026-10-01 report clear", sections["30954-2"], StringComparer.Ordinal);

        static string What(string line) => line["2026-10-01 ".Length..line.LastIndexOf(' ')];
    }

    [Fact]
    public async Task A_medicine_is_named_by_what_it_refers_to_and_its_dose_is_told()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var medication = await one.Make("Medication", "\"code\":{\"coding\":[{\"system\":\"urn:yj\",\"code\":\"1\",\"display\":\"アムロジピン錠5mg\"}]}");
        var reference = $$"""
            "medicationReference":{"reference":"Medication/{{medication}}","display":"another name"}
            """;
        await one.Make("MedicationRequest", Of(one, "subject", "active") + ",\"intent\":\"order\"," + reference + ""","authoredOn":"2026-10-05","dosageInstruction":[{"text":"１日１回朝食後","doseAndRate":[{"doseQuantity":{"value":1,"unit":"錠"}}],"timing":{"repeat":{"boundsDuration":{"value":28,"unit":"日"}}}}]""");
        await one.Make("MedicationStatement", Of(one, "subject", "active") + "," + reference + ""","effectiveDateTime":"2026-10-04","dosage":[{"timing":{"repeat":{"frequency":2,"period":1,"periodUnit":"d","when":["PCM"]}},"asNeededBoolean":true,"doseAndRate":[{"doseRange":{"low":{"value":1,"unit":"g"},"high":{"value":2,"unit":"g"}},"rateRatio":{"numerator":{"value":3,"unit":"g"},"denominator":{"value":1,"unit":"d"}}}]}]""");
        await one.Make("MedicationRequest", Of(one, "subject", "active") + ""","intent":"order","contained":[{"resourceType":"Medication","id":"m","code":{"text":"contained one"}}],"medicationReference":{"reference":"#m"},"authoredOn":"2026-10-03" """);
        await one.Make("MedicationAdministration", Of(one, "subject", "completed") + ""","contained":[{"resourceType":"Medication","id":"m","ingredient":[{"itemCodeableConcept":{"text":"saline"}},{"itemCodeableConcept":{"text":"potassium"}}]}],"medicationReference":{"reference":"#m"},"effectiveDateTime":"2026-10-02","dosage":{"dose":{"value":2,"unit":"mL"}}""");
        await one.Make("MedicationStatement", Of(one, "subject", "active") + ""","medicationReference":{"identifier":{"value":"unnamed 1"}},"effectiveDateTime":"2026-10-01" """);
        var lines = new[]
        {
            "2026-10-05 アムロジピン錠5mg １日１回朝食後, dose 1 錠, for 28 日", "2026-10-04 アムロジピン錠5mg 2 x per 1 d PCM, as needed, dose 1 g to 2 g, rate 3 g / 1 d", "2026-10-03 contained one", "2026-10-01 unnamed 1",
            "2026-10-02 saline + potassium dose 2 mL (given)",
        };
        Assert.Equal(lines, (await Sections(one))["10160-0"], StringComparer.Ordinal);

        // What the Medication says is told only where it is open.
        one.Scopes = "patient/Patient.rs patient/MedicationRequest.rs";
        Assert.Equal(["2026-10-05 another name １日１回朝食後, dose 1 錠, for 28 日", "2026-10-03 contained one"], (await Sections(one))["10160-0"], StringComparer.Ordinal);
    }

    // The order of words in the brackets says nothing.
    private static string Ordered(string line) => line.IndexOf('(', StringComparison.Ordinal) is > 0 and var at ? $"{line[..at]}({string.Join(", ", line[(at + 1)..^1].Split(", ").Order(StringComparer.Ordinal))})" : line;

    private static IReadOnlyList<string> Sorted(params IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static string Of(Patient one, string by, string? status) => $$"""
        "{{by}}":{"reference":"Patient/{{one.Id}}"}{{(status is null ? "," : $",\"status\":\"{status}\"")}}
        """;

    private static Task<string> Problem(Patient one, string text, string clinical, string verification) => one.Make("Condition", Of(one, "subject", null) + $$"""
        "code":{"text":"{{text}}"},"clinicalStatus":{"coding":[{"system":"{{Verification}}condition-clinical","code":"{{clinical}}"}]},"verificationStatus":{"coding":[{"system":"{{Verification}}condition-ver-status","code":"{{verification}}"}]}
        """);

    private static Task<string> Allergy(Patient one, string text, string clinical, string verification, string more = "") => one.Make("AllergyIntolerance", Of(one, "patient", null) + $$"""
        "code":{"text":"{{text}}"},"clinicalStatus":{"coding":[{"system":"{{Verification}}allergyintolerance-clinical","code":"{{clinical}}"}]},"verificationStatus":{"coding":[{"system":"{{Verification}}allergyintolerance-verification","code":"{{verification}}"}]}{{more}}
        """);

    private static Task<string> Prescribe(Patient one, string text, string status, string intent, string more = "") =>
        one.Make("MedicationRequest", Of(one, "subject", status) + $$""","intent":"{{intent}}","medicationCodeableConcept":{"text":"{{text}}"}{{more}}""");

    private static Task<string> Observe(Patient one, string text, string status, string more, string system = "http://terminology.hl7.org/CodeSystem/observation-category", string category = "laboratory") =>
        one.Make("Observation", Of(one, "subject", status) + $$""","category":[{"coding":[{"system":"{{system}}","code":"{{category}}"}]}],"code":{"text":"{{text}}"},"effectiveDateTime":"2026-10-01"{{more.Replace('\'', '"')}}""");

    private static async Task Many(Patient one, int times, string type, string body)
    {
        var entries = Enumerable.Repeat($$$"""{"resource":{"resourceType":"{{{type}}}",{{{body}}}},"request":{"method":"POST","url":"{{{type}}}"}}""", times);
        var made = await one.Ask("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""");
        Assert.True(made.Status == 200, made.Body.ToString());
    }

    // The lines of each section, which are as many as its entries.
    private static async Task<Dictionary<string, IReadOnlyList<string>>> Sections(Patient one)
    {
        var made = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.True(made.Status == 200, made.Body.ToString());
        Assert.Empty(Fhir.ResourceValidator.Check(System.Text.Encoding.UTF8.GetBytes(made.Body.GetRawText())));
        var sections = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var section in made.Entries[0].GetProperty("resource").GetProperty("section").EnumerateArray())
        {
            var div = section.GetProperty("text").GetProperty("div").GetString()!;
            var lines = div.Split("<li>").Skip(1).Select(line => WebUtility.HtmlDecode(line.Split("</li>")[0])).ToList();
            Assert.Equal(section.TryGetProperty("entry", out var entries) ? entries.GetArrayLength() : 0, lines.Count);
            sections[section.GetProperty("code").GetProperty("coding")[0].GetProperty("code").GetString()!] = lines;
        }

        return sections;
    }
}
