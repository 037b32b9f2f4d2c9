using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteChainTests() : ChainContract(StoreKind.Sqlite);

public sealed class PostgresChainTests() : ChainContract(StoreKind.Postgres);

/// <summary>References that are no <c>Type/id</c> of a record: canonicals, which name a resource by its url, and references to what stands within the record itself.</summary>
public abstract class ChainContract(StoreKind store)
{
    private const string Form = "http://forms.example/tea";

    [Fact]
    public async Task A_canonical_leads_to_what_it_names_and_back_and_with_a_version_to_that_one_alone()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var first = await one.Make("Questionnaire", $"\"status\":\"active\",\"url\":\"{Form}\",\"version\":\"1\",\"title\":\"first\"");
        var second = await one.Make("Questionnaire", $"\"status\":\"draft\",\"url\":\"{Form}\",\"version\":\"2\",\"title\":\"second\"");
        var (byFirst, bySecond, byBoth) = (await Filled(one, Form + "|1", "2026-01-01"), await Filled(one, Form + "|2", "2026-01-02"), await Filled(one, Form, "2026-01-03"));
        var byNone = await Filled(one, Form + "|3", "2026-01-04");
        var within = await one.Make("QuestionnaireResponse", """
            "status":"in-progress","authored":"2026-01-05","questionnaire":"#q","contained":[{"resourceType":"Questionnaire","id":"q","status":"active","title":"inner"}]
            """);
        await Expect(one,
        [
            ("QuestionnaireResponse?questionnaire.status=active", [byFirst, byBoth, within]), ("QuestionnaireResponse?questionnaire.status=draft", [bySecond, byBoth]),
            ($"QuestionnaireResponse?questionnaire.url={Form}", [byFirst, bySecond, byBoth]), ("QuestionnaireResponse?questionnaire.version=2", [bySecond, byBoth]),
            ("QuestionnaireResponse?questionnaire:Questionnaire.title=first", [byFirst, byBoth]), ("QuestionnaireResponse?questionnaire.title=inn", [within]), ("QuestionnaireResponse?questionnaire.title=third", []),
            ("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed", [first, second]), ($"Questionnaire?_has:QuestionnaireResponse:questionnaire:_id={byFirst}", [first]),
            ($"Questionnaire?_has:QuestionnaireResponse:questionnaire:_id={byNone}", []), ($"Questionnaire?_has:QuestionnaireResponse:questionnaire:_id={byBoth}", [first, second]),
        ]);
        await Includes(one,
        [
            ($"QuestionnaireResponse?_id={byFirst}&_include=QuestionnaireResponse:questionnaire", [first]), ($"QuestionnaireResponse?_id={byBoth}&_include=QuestionnaireResponse:questionnaire", [first, second]),
            ($"QuestionnaireResponse?_id={byNone},{within}&_include=QuestionnaireResponse:questionnaire", []), ($"QuestionnaireResponse?_id={bySecond}&_include=*", [second, one.Id]),
            ("Questionnaire?version=1&_revinclude=QuestionnaireResponse:questionnaire", [byFirst, byBoth]), ("Questionnaire?version=2&_revinclude=QuestionnaireResponse:*", [bySecond, byBoth]),
        ]);

        // To follow one is to read what it names, within the scopes.
        one.Scopes = "patient/QuestionnaireResponse.rs";
        Assert.Equal(403, (await one.Ask("GET", "QuestionnaireResponse?questionnaire.status=active")).Status);
        Assert.Empty((await one.Ask("GET", $"QuestionnaireResponse?_id={byFirst}&_include=QuestionnaireResponse:questionnaire")).Included);
    }

    [Fact]
    public async Task A_canonical_leads_to_a_shared_form_too()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var shared = (await clinic.Share([$$"""{"resourceType":"Questionnaire","status":"active","url":"{{Form}}","version":"1","title":"everybody's"}"""]))[0];
        var (filled, other) = (await Filled(one, Form + "|1", "2026-01-01"), await Filled(one, Form + "|2", "2026-01-02"));
        await Expect(one,
        [
            ("QuestionnaireResponse?questionnaire.title=every", [filled]), ("Questionnaire?_has:QuestionnaireResponse:questionnaire:status=completed", [shared]),
            ($"Questionnaire?_has:QuestionnaireResponse:questionnaire:_id={other}", []),
        ]);
        await Includes(one,
        [
            ("QuestionnaireResponse?_include=QuestionnaireResponse:questionnaire", [shared]), ("Questionnaire?_revinclude=QuestionnaireResponse:questionnaire", [filled]),
        ]);
    }

    [Fact]
    public async Task A_chain_looks_into_what_the_record_contains()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var house = await one.Make("Organization", "\"name\":\"ひびき\"");
        var inner = await one.Make("MedicationRequest", $$$"""
            "contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:yj","code":"CONT1"}]},"ingredient":[{"itemReference":{"reference":"#i"}}]},{"resourceType":"Substance","id":"i","code":{"text":"x"}}],
            "status":"active","intent":"order","medicationReference":{"reference":"#m"},"subject":{"reference":"Patient/{{{one.Id}}}"}
            """);
        var outer = await one.Make("Medication", "\"code\":{\"coding\":[{\"system\":\"urn:yj\",\"code\":\"OUT\"}]}");
        var plain = await one.Make("MedicationRequest", $$$"""
            "contained":[{"resourceType":"Medication","id":"m","code":{"coding":[{"system":"urn:yj","code":"NEVER"}]}}],"supportingInformation":[{"reference":"#m"}],
            "status":"active","intent":"order","medicationReference":{"reference":"Medication/{{{outer}}}"},"subject":{"reference":"Patient/{{{one.Id}}}"}
            """);
        var shot = await one.Make("Immunization", $$$"""
            "contained":[{"resourceType":"PractitionerRole","id":"role","practitioner":{"reference":"#doc"},"organization":{"reference":"Organization/{{{house}}}"}},{"resourceType":"Practitioner","id":"doc","name":[{"family":"Inner"}]}],
            "status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"Patient/{{{one.Id}}}"},"occurrenceDateTime":"2025-11","performer":[{"actor":{"reference":"#role"}}]
            """);
        var visit = await one.Make("Encounter", $$$"""
            "contained":[{"resourceType":"Practitioner","id":"doc","name":[{"family":"Inner"}]},{"resourceType":"RelatedPerson","id":"son","patient":{"reference":"Patient/{{{one.Id}}}"}}],
            "status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/{{{one.Id}}}"},"participant":[{"individual":{"reference":"#son"}},{"individual":{"reference":"#doc"}}]
            """);
        (string, string[])[] found =
        [
            ("MedicationRequest?medication.code=CONT1", [inner]), ("MedicationRequest?medication:Medication.code=urn:yj|CONT1", [inner]), ("MedicationRequest?medication.code=urn:yj|", [inner, plain]),
            ("MedicationRequest?medication.code=OUT", [plain]), ("MedicationRequest?medication.code=NEVER", []), ("MedicationRequest?medication.code=CONT2", []), ("MedicationRequest?medication.code:not=OUT", [inner]),
            // A name there is no id of a record, and a forged id is none of what is contained.
            ("MedicationRequest?medication._id=m", []), ("MedicationRequest?medication._id=nosuch", []),
            ("Immunization?performer:PractitionerRole.practitioner.family=inner", [shot]), ("Immunization?performer:PractitionerRole.organization.name=ヒビキ", [shot]),
            ("Immunization?performer:PractitionerRole.organization.name=other", []), ("Immunization?performer:Practitioner.family=inner", []),
            ("Encounter?practitioner.family=inner", [visit]), ("Encounter?participant:Practitioner.family=inner", [visit]), ("Encounter?participant:RelatedPerson.active:missing=true", [visit]),
            ("Patient?_has:MedicationRequest:patient:medication.code=CONT1", [one.Id]), ("Patient?_has:MedicationRequest:patient:medication.code=NEVER", []),
        ];
        await Expect(one, found);

        // So it is of somebody whose records hold more of them than are looked for one by one.
        for (var i = 0; i < 20; i++)
            await one.Make("Medication", $"\"code\":{{\"coding\":[{{\"system\":\"urn:yj\",\"code\":\"CONT1\"}}]}},\"language\":\"x-{i}\"");
        await Expect(one, found);
    }

    [Fact]
    public async Task What_is_contained_is_asked_within_the_scopes_of_its_type_and_seen_as_its_record_is()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var body = $$$"""
            "contained":[{"resourceType":"Observation","id":"o","status":"final","category":[{"coding":[{"code":"laboratory"}]}],"code":{"coding":[{"code":"L1"}]}}],
            "status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{{one.Id}}}"},"result":[{"reference":"#o"}]
            """;
        var report = await one.Make("DiagnosticReport", body);
        Assert.Equal([report], await one.Found("DiagnosticReport?result.code=L1"));
        one.Scopes = "patient/DiagnosticReport.rs";
        Assert.Equal(403, (await one.Ask("GET", "DiagnosticReport?result.code=L1")).Status);
        one.Scopes = "patient/DiagnosticReport.rs patient/Observation.rs?category=laboratory";
        Assert.Equal([report], await one.Found("DiagnosticReport?result.code=L1"));
        one.Scopes = "patient/DiagnosticReport.rs patient/Observation.rs?category=vital-signs";
        Assert.Empty(await one.Found("DiagnosticReport?result.code=L1"));
        one.Scopes = "patient/*.rs";
        await one.Connect("1", AccessClasses.Of(DataCategory.Chart));
        Assert.Equal(await one.Found("DiagnosticReport"), await one.Found("DiagnosticReport?result.code=L1"));
        await one.Connect("1", AccessClasses.Of());
        Assert.Empty(await one.Found("DiagnosticReport?result.code=L1"));
    }

    private static Task<string> Filled(Patient one, string form, string authored) =>
        one.Make("QuestionnaireResponse", $$$"""
            "status":"completed","authored":"{{{authored}}}","questionnaire":"{{{form}}}","subject":{"reference":"Patient/{{{one.Id}}}"}
            """);

    private static async Task Expect(Patient one, IEnumerable<(string Query, string[] Found)> cases) => await Compare(one, cases, reply => reply.Matches);

    private static async Task Includes(Patient one, IEnumerable<(string Query, string[] Found)> cases) => await Compare(one, cases, reply => reply.Included);

    private static async Task Compare(Patient one, IEnumerable<(string Query, string[] Found)> cases, Func<Reply, IReadOnlyList<string>> idsOf)
    {
        var wrong = new List<string>();
        foreach (var (query, expected) in cases)
        {
            var reply = await one.Ask("GET", query);
            if (reply.Status != 200 || !idsOf(reply).Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal), StringComparer.Ordinal))
                wrong.Add($"{query}: {reply.Status}, {(reply.Status == 200 ? $"{idsOf(reply).Count} instead of {expected.Length}" : reply.Issue.Sentence)}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }
}
