using System.Text.RegularExpressions;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSearchExpectationTests() : SearchExpectationContract(StoreKind.Sqlite);

public sealed class PostgresSearchExpectationTests() : SearchExpectationContract(StoreKind.Postgres);

/// <summary>One made-up person's records, and what each question must find among them by R4's own words.</summary>
public abstract partial class SearchExpectationContract(StoreKind store)
{
    private const string Kg = "|http://unitsofmeasure.org|kg";
    private const string Loinc = "http://loinc.org";

    // In <name> the reference of one that was made before, or its id in <#name>.
    private static readonly (string Name, string Type, string Body)[] Records =
    [
        ("org", "Organization", """ "name":"ひびき中央病院","alias":["Hôpital Élan"],"identifier":[{"system":"urn:org","value":"H1"}],"address":[{"city":"São Paulo"}] """),
        ("prac", "Practitioner", """ "name":[{"family":"Müller","given":["Jürgen"]}],"identifier":[{"system":"urn:doc","value":"7"}] """),
        ("role", "PractitionerRole", """ "practitioner":{"reference":"<prac>"},"organization":{"reference":"<org>"} """),
        ("visit", "Encounter", """
            "status":"finished","class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"subject":{"reference":"<me>"},"serviceProvider":{"reference":"<org>"},
            "period":{"start":"2026-02-10T09:00:00+09:00","end":"2026-02-10T10:00:00+09:00"},
            "identifier":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"VN"}]},"system":"urn:visit","value":"V-9"}]
            """),
        ("stay", "Encounter", """ "status":"in-progress","class":{"code":"IMP"},"subject":{"reference":"<me>"},"period":{"start":"2026-03-01"} """),
        ("pressure", "Condition", """
            "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"coding":[{"system":"http://snomed.info/sct","code":"38341003"}]},
            "subject":{"reference":"<me>"},"encounter":{"reference":"<visit>"},"asserter":{"reference":"<prac>"},"onsetDateTime":"2019"
            """),
        ("sweet", "Condition", """
            "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"resolved"}]},"code":{"text":"糖尿病"},"subject":{"reference":"<me>"},
            "asserter":{"identifier":{"system":"urn:doc","value":"8"}},"onsetDateTime":"2020-05"
            """),
        ("weight", "Observation", """
            "status":"final","category":[{"coding":[{"code":"vital-signs"}]},{"coding":[{"code":"exam"}]}],"code":{"text":"Body weight","coding":[{"system":"http://loinc.org","code":"29463-7"}]},
            "subject":{"reference":"<me>"},"effectiveDateTime":"2026-01-05","valueQuantity":{"value":60,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}
            """),
        ("grams", "Observation", """
            "status":"amended","category":[{"coding":[{"code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"<me>"},
            "effectiveDateTime":"2026-01-05T23:30:00Z","valueQuantity":{"value":61200,"unit":"g","system":"http://unitsofmeasure.org","code":"g"}
            """),
        ("bp", "Observation", """
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"subject":{"reference":"<me>"},"encounter":{"reference":"<visit>"},"performer":[{"reference":"<prac>"}],
            "effectiveDateTime":"2026-02-10T09:30:00+09:00","component":[
            {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
            {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]
            """),
        ("sugar", "Observation", """
            "meta":{"profile":["http://profiles.example/sugar"],"tag":[{"system":"urn:tags","code":"x"}]},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},
            "subject":{"reference":"<me>"},"effectiveDateTime":"2026-02-10","valueQuantity":{"value":5.6,"unit":"mmol/L","system":"http://unitsofmeasure.org","code":"mmol/L"}
            """),
        ("a1c", "Observation", """
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"4548-4"}]},"subject":{"reference":"<me>"},"effectiveDateTime":"2026-02",
            "valueQuantity":{"value":6.5,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}
            """),
        ("absent", "Observation", """
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}]},"subject":{"reference":"<me>"},"effectivePeriod":{"start":"2026-01-01","end":"2026-02-28"},
            "dataAbsentReason":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"}]}
            """),
        ("change", "Observation", """
            "status":"final","code":{"coding":[{"code":"local"}]},"subject":{"reference":"<me>"},"effectiveDateTime":"2026-03-03","valueQuantity":{"value":1.2,"unit":"kg"},
            "derivedFrom":[{"reference":"<weight>"},{"reference":"<grams>"}]
            """),
        ("words", "Observation", """
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8716-3"}]},"subject":{"reference":"<me>"},"effectiveDateTime":"2025-12-31T23:59:59+09:00",
            "valueString":"Überweisung, dringend"
            """),
        ("report", "DiagnosticReport", """
            "status":"final","code":{"coding":[{"system":"http://loinc.org","code":"58410-2"}]},"subject":{"reference":"<me>"},"effectiveDateTime":"2026-02-11",
            "result":[{"reference":"<sugar>"},{"reference":"<a1c>"}]
            """),
        ("drug", "Medication", """ "code":{"coding":[{"system":"urn:drugs","code":"1124401"}]} """),
        ("order", "MedicationRequest", """ "status":"active","intent":"order","medicationReference":{"reference":"<drug>"},"subject":{"reference":"<me>"},"authoredOn":"2026-02-10" """),
        ("handed", "MedicationDispense", """
            "status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{"reference":"<me>"},"authorizingPrescription":[{"reference":"<order>"}],"whenHandedOver":"2026-02-12"
            """),
        ("letter", "DocumentReference", """
            "status":"current","description":"a,b|c$d","masterIdentifier":{"system":"urn:letters","value":"x|1"},"subject":{"reference":"<me>"},"content":[{"attachment":{"title":"t"}}]
            """),
        ("form", "Questionnaire", """ "status":"active","url":"http://forms.example/a/b","version":"2","title":"Élan" """),
        ("filled", "QuestionnaireResponse", """ "status":"completed","questionnaire":"http://forms.example/a/b|2","subject":{"reference":"<me>"} """),
        ("shot", "Immunization", """ "status":"completed","vaccineCode":{"text":"x"},"patient":{"reference":"<me>"},"occurrenceDateTime":"2025-11","lotNumber":"AB-12" """),
    ];

    private static readonly (string Query, string Found)[] Expected =
    [
        // Dates are spans: of a year, a month, a day, a second, in Tokyo where nothing else is said.
        ("Observation?date=2026", "weight grams bp sugar a1c absent change"), ("Observation?date=2025", "words"), ("Observation?date=2026-02", "bp sugar a1c"), ("Observation?date=2026-01-05", "weight"),
        ("Observation?date=2026-01-06", "grams"), ("Observation?date=2026-01-05T23:30:00Z", "grams"), ("Observation?date=2026-01-06T08:30:00%2B09:00", "grams"), ("Observation?date=2026-01-06T08:30:00Z", ""),
        ("Observation?date=2025-12-31T14:59:59Z", "words"), ("Observation?date=gt2026-02-10", "a1c absent change"), ("Observation?date=ge2026-02-10", "a1c absent change bp sugar"),
        ("Observation?date=lt2026-01-05", "absent words"), ("Observation?date=le2026-01-05", "absent words weight"), ("Observation?date=sa2026-02", "change"), ("Observation?date=eb2026-01-05", "words"),
        ("Observation?date=ne2026", "words"), ("Observation?date=ap2026-02-10", "a1c bp sugar absent"), ("Observation?date=ge2026-01-06&date=lt2026-02-10", "grams a1c absent"),
        ("Observation?date=2026-01-05,2026-03-03", "weight change"), ("Condition?onset-date=2019", "pressure"), ("Condition?onset-date=ge2020", "sweet"), ("Condition?onset-date=le2020-05", "pressure sweet"),
        ("Encounter?date=2026-02-10", "visit"), ("Encounter?date=gt2027", "stay"), ("Encounter?date=2026-03", ""), ("Immunization?date=2025-11", "shot"), ("Immunization?date=2025-11-01", ""),

        // Numbers by the digits asked with, units converted by UCUM.
        ("Observation?value-quantity=60", "weight"), ("Observation?value-quantity=60" + Kg, "weight"), ("Observation?value-quantity=gt60.5" + Kg, "grams"), ("Observation?value-quantity=61.2" + Kg, "grams"),
        ("Observation?value-quantity=1.2||kg", "change"), ("Observation?value-quantity=ge1||kg", "weight change"), ("Observation?value-quantity=5600|http://unitsofmeasure.org|umol/L", "sugar"),
        ("Observation?value-quantity=6", "sugar"), ("Observation?value-quantity=6.5", "a1c"), ("Observation?value-quantity=6.50", "a1c"), ("Observation?value-quantity=6.51", ""),
        ("Observation?value-quantity=lt6", "sugar change"), ("Observation?value-quantity=0.065|http://unitsofmeasure.org|1", "a1c"), ("Observation?value-quantity:missing=true", "bp absent words"),
        ("Observation?value-quantity:missing=false", "weight grams sugar a1c change"), ("Observation?component-value-quantity=le80|http://unitsofmeasure.org|mm[Hg]", "bp"),
        ("Observation?combo-value-quantity=16.0|http://unitsofmeasure.org|kPa", "bp"),

        // Composites hold of one element.
        ("Observation?component-code-value-quantity=8480-6$gt119", "bp"), ("Observation?component-code-value-quantity=8462-4$gt119", ""), ("Observation?combo-code-value-quantity=8462-4$80", "bp"),
        ("Observation?code-value-quantity=29463-7$gt60.5" + Kg, "grams"), ("Observation?code-value-quantity=29463-7$60,4548-4$6.5", "weight a1c"), ("Observation?code-value-string=8716-3$uber", "words"),

        // Tokens, with and without a system, alternatives and repetitions.
        ("Observation?code=29463-7", "weight grams"), ($"Observation?code={Loinc}|29463-7", "weight grams"), ($"Observation?code={Loinc}|", "weight grams bp sugar a1c absent words"),
        ("Observation?code=|29463-7", ""), ("Observation?code=|local", "change"), ("Observation?code:not=29463-7", "bp sugar a1c absent change words"),
        ($"Observation?code={Loinc}|29463-7,{Loinc}|4548-4", "weight grams a1c"), ("Observation?code=29463-7&code=4548-4", ""), ("Observation?category=vital-signs&category=exam", "weight"),
        ("Observation?code:text=weig", "weight"), ("Observation?code:text=eight", ""), ("Condition?code:text=糖尿", "sweet"), ("Condition?clinical-status:not=active", "sweet"),
        ("Condition?clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical", "pressure sweet"), ("Observation?data-absent-reason=unknown", "absent"), ("Observation?status=amended,final&code=29463-7", "weight grams"),
        ("Encounter?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|VN|V-9", "visit"), ("Encounter?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|V-9", ""),
        ("Encounter?class=AMB", "visit"), ("Encounter?class=|IMP", "stay"), ("Observation?_tag=urn:tags|x", "sugar"), ("Observation?_profile=http://profiles.example/sugar", "sugar"),
        (@"DocumentReference?identifier=urn:letters|x\|1", "letter"), ("DocumentReference?identifier=urn:letters|x", ""),

        // Texts by their beginning; accents, width and kana do not count, the comma that is meant is escaped.
        ("Observation?value-string=uber", "words"), (@"Observation?value-string=Überweisung\, dringend", "words"), (@"Observation?value-string=Überweisung\, nie", ""), ("Observation?value-string=dring", ""),
        ("Observation?value-string:contains=DRING", "words"), ("Observation?value-string:exact=Überweisung", ""), (@"DocumentReference?description=a\,b\|c\$d", "letter"), ("Practitioner?family=mull", "prac"),
        ("Practitioner?family:exact=Muller", ""), ("Practitioner?family:exact=Müller", "prac"), ("Practitioner?name:contains=urg", "prac"), ("Organization?name=ヒビキ", "org"), ("Organization?name=ﾋﾋﾞｷ", "org"),
        ("Organization?name:contains=中央", "org"), ("Organization?name=hopital", "org"), ("Organization?address-city=sao", "org"), ("Immunization?lot-number=ab", "shot"), ("Questionnaire?title=elan", "form"),

        // References, what lies behind them, and what refers.
        ("Observation?encounter=<#visit>", "bp"), ("Observation?encounter=<visit>", "bp"), ("Observation?derived-from=<weight>", "change"), ("Observation?subject:Patient=<#me>&date=2025", "words"),
        ("Observation?encounter.service-provider.name=ひびき", "bp"), ("Observation?encounter.service-provider.identifier=urn:org|H2", ""), ("Observation?performer:Practitioner.identifier=urn:doc|7", "bp"),
        ("Condition?asserter.family=muller", "pressure"), ("Condition?asserter:identifier=urn:doc|8", "sweet"), ("DiagnosticReport?result.code=4548-4", "report"), ("DiagnosticReport?result.code=29463-7", ""),
        ("MedicationDispense?prescription.medication.code=1124401", "handed"), ("MedicationDispense?prescription.medication.code=1", ""), ("Patient?_has:Observation:patient:code=4548-4", "me"),
        ("Observation?_has:DiagnosticReport:result:status=final", "sugar a1c"), ("Patient?_has:Observation:patient:_has:DiagnosticReport:result:code=58410-2", "me"),
        ("Patient?_has:Observation:patient:_has:DiagnosticReport:result:code=58410-3", ""), ("Organization?_has:Encounter:service-provider:_has:Observation:encounter:code=85354-9", "org"),
        ("Questionnaire?url:below=http://forms.example/a", "form"), ("Questionnaire?url:above=http://forms.example/a/b/c", "form"), ("Questionnaire?url=http://forms.example/a", ""),
        ("QuestionnaireResponse?questionnaire=http://forms.example/a/b", "filled"), ("QuestionnaireResponse?questionnaire=http://forms.example/a/b|2", "filled"),
        ("QuestionnaireResponse?questionnaire=http://forms.example/a/b|3", ""), ("Observation?_id=<#bp>,<#sugar>", "bp sugar"), ("?_type=Condition,Encounter&_lastUpdated=gt2020", "pressure sweet visit stay"),
        ("Patient/<#me>/Condition?code=38341003", "pressure"),
    ];

    private static readonly (string Query, string Included)[] Includes =
    [
        ("MedicationDispense?_include=MedicationDispense:prescription", "order"), ("MedicationDispense?_include=MedicationDispense:prescription&_include:iterate=MedicationRequest:medication", "order drug"),
        ("MedicationDispense?_include=MedicationDispense:prescription&_include=MedicationRequest:medication", "order"), ("Encounter?_id=<#visit>&_revinclude=Observation:encounter&_revinclude=Condition:encounter", "bp pressure"),
        ("DiagnosticReport?_include=DiagnosticReport:result&_revinclude:iterate=Observation:derived-from", "sugar a1c"), ("Observation?_id=<#change>&_include=Observation:derived-from", "weight grams"),
        ("DiagnosticReport?_include=*", "sugar a1c me"), ("Condition?_include=Condition:asserter:Practitioner", "prac"), ("Medication?_revinclude=MedicationRequest:medication&_revinclude:iterate=MedicationDispense:prescription", "order handed"),
        ("PractitionerRole?_include=PractitionerRole:*", "prac org"), ("Observation?date=2025&_include=Observation:encounter", ""),
    ];

    [Fact]
    public async Task What_is_asked_is_found_and_nothing_else()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var known = new Dictionary<string, (string Type, string Id)>(StringComparer.Ordinal) { ["me"] = ("Patient", one.Id) };
        foreach (var (name, type, body) in Records)
            known[name] = (type, await one.Make(type, Filled(body, known)));
        var wrong = new List<string>();
        foreach (var (query, found) in Expected)
            Compare(query, found, await one.Ask("GET", Filled(query, known)), reply => reply.Matches);
        foreach (var (query, included) in Includes)
            Compare(query, included, await one.Ask("GET", Filled(query, known)), reply => reply.Included);
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        foreach (var query in new[] { "Observation?_list=some", "Observation?_query=x", "Observation?_text=x", "Observation?_content=x" })
            Assert.True((await one.Ask("GET", query)).Status == 400, query);

        void Compare(string query, string expected, Reply reply, Func<Reply, IReadOnlyList<string>> idsOf)
        {
            var names = reply.Status == 200 ? string.Join(' ', idsOf(reply).Select(id => known.First(each => string.Equals(each.Value.Id, id, StringComparison.Ordinal)).Key).Order(StringComparer.Ordinal)) : $"status {reply.Status}: {reply.Issue.Sentence}";
            if (!string.Equals(string.Join(' ', expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)), names, StringComparison.Ordinal))
                wrong.Add($"{query}: expected [{expected}], found [{names}]");
        }
    }

    private static string Filled(string text, Dictionary<string, (string Type, string Id)> known) =>
        Named().Replace(text, match => known[match.Groups["name"].Value] is var (type, id) && match.Groups["id"].Success ? id : $"{type}/{id}");

    [GeneratedRegex("<(?<id>#)?(?<name>[a-z0-9]+)>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Named();
}
