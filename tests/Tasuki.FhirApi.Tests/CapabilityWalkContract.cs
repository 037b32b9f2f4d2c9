using System.Text.Json;
using Tasuki.Fhir.Searching;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteCapabilityWalkTests() : CapabilityWalkContract(StoreKind.Sqlite);

public sealed class PostgresCapabilityWalkTests() : CapabilityWalkContract(StoreKind.Postgres);

/// <summary>
/// What a client does that believes the CapabilityStatement: everything it states is answered as stated, and what it does not state is refused. The one Group of a service is the
/// bulk export's (<see cref="BulkContract"/>), and what a Consent takes stands with the views (<see cref="ViewContract"/>).
/// </summary>
public abstract class CapabilityWalkContract(StoreKind store)
{
    // What base R4 wants of each type at least; <me> is the person.
    private static readonly Dictionary<string, string> Least = new(StringComparer.Ordinal)
    {
        ["AllergyIntolerance"] = """ "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"patient":<me> """, ["Appointment"] = """ "status":"proposed","participant":[{"status":"accepted","actor":<me>}] """, ["Binary"] = """ "contentType":"text/plain","data":"YQ==" """,
        ["CarePlan"] = """ "status":"active","intent":"plan","subject":<me> """, ["CareTeam"] = """ "subject":<me> """, ["Communication"] = """ "status":"completed","subject":<me> """,
        ["Composition"] = """ "status":"final","type":{"text":"x"},"subject":<me>,"date":"2026-01-01","author":[{"display":"x"}],"title":"x" """, ["Condition"] = """ "subject":<me> """,
        ["Coverage"] = """ "status":"active","beneficiary":<me>,"payor":[{"display":"x"}] """, ["Device"] = """ "patient":<me> """, ["DiagnosticReport"] = """ "status":"final","code":{"text":"x"},"subject":<me> """,
        ["DocumentReference"] = """ "status":"current","subject":<me>,"content":[{"attachment":{"title":"x"}}] """, ["Encounter"] = """ "status":"finished","class":{"code":"AMB"},"subject":<me> """,
        ["FamilyMemberHistory"] = """ "status":"completed","patient":<me>,"relationship":{"text":"x"} """, ["Goal"] = """ "lifecycleStatus":"active","description":{"text":"x"},"subject":<me> """,
        ["ImagingStudy"] = """ "status":"available","subject":<me> """, ["Immunization"] = """ "status":"completed","vaccineCode":{"text":"x"},"patient":<me>,"occurrenceDateTime":"2026-01-01" """,
        ["Location"] = """ "name":"x" """, ["Media"] = """ "status":"completed","subject":<me>,"content":{"title":"x"} """, ["Medication"] = """ "code":{"text":"x"} """,
        ["MedicationAdministration"] = """ "status":"completed","medicationCodeableConcept":{"text":"x"},"subject":<me>,"effectiveDateTime":"2026-01-01" """,
        ["MedicationDispense"] = """ "status":"completed","medicationCodeableConcept":{"text":"x"},"subject":<me> """,
        ["MedicationRequest"] = """ "status":"active","intent":"order","medicationCodeableConcept":{"text":"x"},"subject":<me> """,
        ["MedicationStatement"] = """ "status":"active","medicationCodeableConcept":{"text":"x"},"subject":<me> """, ["Observation"] = """ "status":"final","code":{"text":"x"},"subject":<me> """,
        ["Organization"] = """ "name":"x" """, ["Practitioner"] = """ "name":[{"family":"x"}] """, ["PractitionerRole"] = """ "active":true """, ["Procedure"] = """ "status":"completed","subject":<me> """,
        ["Questionnaire"] = """ "status":"active","title":"x" """, ["QuestionnaireResponse"] = """ "status":"completed","subject":<me> """, ["RelatedPerson"] = """ "patient":<me> """,
        ["ServiceRequest"] = """ "status":"active","intent":"order","subject":<me> """, ["Specimen"] = """ "subject":<me> """,
    };

    [Fact]
    public async Task Every_type_and_interaction_stated_is_answered_and_the_others_are_refused()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var walk = new Walk(one);
        foreach (var resource in await Stated(one))
        {
            var type = Text(resource, "type");
            var stated = resource.GetProperty("interaction").EnumerateArray().Select(each => Text(each, "code")).ToHashSet(StringComparer.Ordinal);
            var id = stated.Contains("create") ? await Create(walk, one, type) : (await one.Found(type)).FirstOrDefault() ?? "";
            if (id.Length > 0)
            {
                await walk.Answers(200, "GET", $"{type}/{id}", stated.Contains("read"));
                await walk.Answers(200, "GET", $"{type}/{id}/_history/1", stated.Contains("vread"));
                await walk.Answers(200, "GET", $"{type}/{id}/_history", stated.Contains("history-instance"));
            }

            if (HeldTypes.IsView(type))
            {
                await walk.Answers(200, "GET", type, stated.Contains("search-type"));
                await walk.Answers(200, "POST", $"{type}/_search", stated.Contains("search-type"));
                await walk.Answers(200, "GET", $"{type}/_history", stated.Contains("history-type"));
                await walk.Answers(201, "POST", type, stated.Contains("create"), "{}");
                await walk.Answers(204, "DELETE", $"{type}/{id}", stated.Contains("delete"));
                continue;
            }

            await walk.Answers(200, "GET", $"{type}/_history", stated.Contains("history-type"));
            await walk.Answers(200, "GET", type, stated.Contains("search-type"));
            await walk.Answers(200, "POST", $"{type}/_search", stated.Contains("search-type"));
            var patch = """[{"op":"add","path":"/language","value":"en"}]""";
            await walk.Answers(200, "PUT", $"{type}/{id}", stated.Contains("update"), Body(one, type, $",\"id\":\"{id}\",\"language\":\"ja\""));
            await walk.Answers(200, "PATCH", $"{type}/{id}", stated.Contains("patch"), patch);
            var conditional = resource.GetProperty("conditionalUpdate").GetBoolean();
            await walk.Answers(200, "PUT", $"{type}?_id={id}", conditional, Body(one, type, ",\"language\":\"fr\""));
            await walk.Answers(200, "PATCH", $"{type}?_id={id}", conditional, patch);
            await walk.Answers(200, "POST", type, resource.GetProperty("conditionalCreate").GetBoolean(), Body(one, type, ""), $"_id={id}");
            if (stated.Contains("create"))
                await walk.Answers(204, "DELETE", $"{type}?_id={await Create(walk, one, type, ",\"language\":\"de\"")}", Text(resource, "conditionalDelete") is "single");
            await walk.Answers(204, "DELETE", $"{type}/{id}", stated.Contains("delete"));
            await walk.Answers(404, "PUT", $"{type}/unknown", stated: false, Body(one, type, ",\"id\":\"unknown\""));
        }

        foreach (var type in new[] { "Account", "Claim", "MolecularSequence", "Nothing" })
        {
            await walk.Answers(200, "GET", type, stated: false);
            await walk.Answers(201, "POST", type, stated: false, "{}");
        }

        walk.Done();
    }

    [Fact]
    public async Task Every_parameter_include_and_order_stated_is_answered_and_the_others_are_refused()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var walk = new Walk(one);
        foreach (var resource in await Stated(one))
        {
            var type = Text(resource, "type");
            var stated = resource.GetProperty("searchParam").EnumerateArray().ToDictionary(each => Text(each, "name"), each => Text(each, "type"), StringComparer.Ordinal);
            foreach (var (name, kind) in stated)
            {
                await walk.Answers(200, "GET", $"{type}?{name}={Uri.EscapeDataString(Sample(type, name, kind))}", stated: true);
                if (!name.StartsWith('_'))
                    await walk.Answers(200, "GET", $"{type}?{name}:missing=true", stated: true);
                if (kind is not "composite" && !HeldTypes.IsView(type))
                    await walk.Answers(200, "GET", $"{type}?_sort=-{name}", stated: true);
            }

            if (resource.TryGetProperty("searchInclude", out var includes))
            {
                foreach (var include in includes.EnumerateArray())
                    await walk.Answers(200, "GET", $"{type}?_include={include.GetString()}", stated: true);
            }

            if (resource.TryGetProperty("searchRevInclude", out var reverse))
            {
                var rules = reverse.EnumerateArray().Select(rule => rule.GetString()!).ToList();
                Assert.Contains("Provenance:target", rules, StringComparer.Ordinal);
                // What points to such a record, and nothing that cannot.
                Assert.Equal(type is "Encounter", rules.Contains("Observation:encounter", StringComparer.Ordinal));
                Assert.Equal(type is "CareTeam" or "Organization" or "Patient" or "Practitioner" or "PractitionerRole" or "RelatedPerson", rules.Contains("Observation:performer", StringComparer.Ordinal));
                Assert.Equal(type is "Questionnaire", rules.Contains("QuestionnaireResponse:questionnaire", StringComparer.Ordinal));
                foreach (var some in rules.Chunk(25))
                    await walk.Answers(200, "GET", $"{type}?{string.Join('&', some.Select(rule => "_revinclude=" + rule))}", stated: true);
            }

            foreach (var name in SearchParameters.NamesOf(type).Where(name => !stated.ContainsKey(name)).Append("madeup"))
                await walk.Answers(200, "GET", $"{type}?{name}=1", stated: false);
        }

        walk.Done();
    }

    [Fact]
    public async Task Every_operation_and_interaction_of_the_whole_stated_is_there_and_the_others_are_not()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var walk = new Walk(one);
        foreach (var resource in await Stated(one))
        {
            var type = Text(resource, "type");
            var stated = resource.TryGetProperty("operation", out var operations) ? operations.EnumerateArray().Select(each => Text(each, "name")).ToHashSet(StringComparer.Ordinal) : [];
            await walk.Answers(200, "GET", $"{type}/{one.Id}/$everything", stated.Contains("everything"));
            await walk.Answers(200, "GET", $"{type}/$lastn?patient={one.Id}", stated.Contains("lastn"));
            await walk.Answers(200, "GET", $"{type}/$docref?patient={one.Id}", stated.Contains("docref"));
            await walk.Answers(200, "POST", $"{type}/$validate", stated.Contains("validate"), "{}");
            await walk.Answers(200, "GET", $"{type}/$madeup", stated: false);
        }

        var rest = (await one.Ask("GET", "metadata")).Body.GetProperty("rest")[0].GetProperty("interaction").EnumerateArray().Select(each => Text(each, "code")).ToHashSet(StringComparer.Ordinal);
        await walk.Answers(200, "GET", "?_lastUpdated=gt2020", rest.Contains("search-system"));
        await walk.Answers(200, "GET", "_history", rest.Contains("history-system"));
        await walk.Answers(200, "POST", "", rest.Contains("batch"), """{"resourceType":"Bundle","type":"batch"}""");
        await walk.Answers(200, "POST", "", rest.Contains("transaction"), """{"resourceType":"Bundle","type":"transaction"}""");
        await walk.Answers(200, "POST", "", stated: false, """{"resourceType":"Bundle","type":"collection"}""");
        walk.Done();
    }

    /// <summary>The searches International Patient Access 1.0 asks of a server, each over a record that it must find.</summary>
    [Fact]
    public async Task What_International_Patient_Access_asks_for_is_found()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var concept = """{"coding":[{"system":"urn:s","code":"c"}]}""";
        (string Type, string More, string[] Queries)[] cases =
        [
            ("AllergyIntolerance", "", ["", "&clinical-status=http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical|active"]),
            ("Condition", $",\"clinicalStatus\":{{\"coding\":[{{\"system\":\"http://terminology.hl7.org/CodeSystem/condition-clinical\",\"code\":\"active\"}}]}},\"category\":[{concept}],\"code\":{concept},\"onsetDateTime\":\"2026-01-01\"", ["", "&category=c", "&clinical-status=active", "&code=c", "&onset-date=ge2026"]),
            ("DocumentReference", $",\"category\":[{concept}],\"type\":{concept},\"date\":\"2026-01-01T00:00:00Z\",\"context\":{{\"period\":{{\"start\":\"2026-01-01\",\"end\":\"2026-01-02\"}}}}",
                ["", "&category=c", "&category=c&date=ge2026", "&type=c", "&status=current", "&type=c&period=2026"]),
            ("Immunization", "", ["", "&date=2026-01-01", "&status=completed"]),
            ("MedicationRequest", "", ["", "&intent=order", "&intent=order&status=active", "&intent=order&_include=MedicationRequest:medication"]),
            ("MedicationStatement", "", ["", "&status=active", "&_include=MedicationStatement:medication"]),
            ("Observation", $",\"category\":[{concept}],\"effectiveDateTime\":\"2026-01-01\",\"method\":{concept}", ["&category=c", "&category=c&date=2026", "&category=c&status=final", "&date=ge2026-01-01&date=lt2026-02"]),
        ];
        foreach (var (type, more, queries) in cases)
        {
            var made = await one.Ask("POST", type, Body(one, type, more));
            Assert.True(made.Status == 201, type + made.Body);
            foreach (var query in queries)
                Assert.True((await one.Found($"{type}?patient={one.Id}{query}")).SequenceEqual([made.Id], StringComparer.Ordinal), type + query);
        }

        foreach (var query in new[] { $"_id={one.Id}", "family=山田", "given=花子", "name=山" })
            Assert.True((await one.Found($"Patient?{query}")).SequenceEqual([one.Id], StringComparer.Ordinal), query);
        Assert.Single(await one.Found($"DocumentReference/$docref?patient={one.Id}&start=2026-01-01&end=2026-12-31"));
    }

    private static async Task<IReadOnlyList<JsonElement>> Stated(Patient one) =>
        [.. (await one.Ask("GET", "metadata")).Body.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().Where(resource => resource.TryGetProperty("interaction", out _))];

    private static async Task<string> Create(Walk walk, Patient one, string type, string more = "")
    {
        var made = await walk.Answers(201, "POST", type, stated: true, Body(one, type, more));
        return made.Status == 201 ? made.Id : "";
    }

    private static string Body(Patient one, string type, string more) =>
        $"{{\"resourceType\":\"{type}\"{more},{Least.GetValueOrDefault(type, "\"language\":\"ja\"").Replace("<me>", $"{{\"reference\":\"Patient/{one.Id}\"}}", StringComparison.Ordinal)}}}";

    private static string Sample(string type, string name, string kind) => kind switch
    {
        "date" => "2026-01-01",
        "number" => "1",
        "quantity" => "1|http://unitsofmeasure.org|kg",
        "uri" => "http://a.example/b",
        "composite" => string.Join('$', SearchParameters.Find(type, name).Value.Components.Select(part => Sample(type, name, part.Kind.ToString().ToLowerInvariant()))),
        _ => "abc",
    };

    private static string Text(JsonElement owner, string name) => owner.GetProperty(name).GetString()!;

    // Goes on to the end and tells then of all that went wrong.
    private sealed class Walk(Patient one)
    {
        private readonly List<string> _wrong = [];
        private int _asked;

        public async Task<Reply> Answers(int status, string method, string address, bool stated, string? body = null, string? ifNoneExist = null)
        {
            _asked++;
            var reply = await one.Ask(method, address, body, headers => headers["If-None-Exist"] = ifNoneExist!);
            if (stated ? reply.Status != status : reply.Status is < 400 or >= 500)
                _wrong.Add($"{(stated ? "stated" : "not stated")}: {method} {address} answers {reply.Status}{(reply.Status >= 400 ? ": " + reply.Issue.Sentence : "")}");
            return reply;
        }

        public void Done()
        {
            Assert.True(_wrong.Count == 0, string.Join('\n', _wrong));
            Assert.True(_asked > 100, "The CapabilityStatement states next to nothing.");
        }
    }
}
