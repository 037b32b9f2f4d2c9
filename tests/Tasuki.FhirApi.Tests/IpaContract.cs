using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteIpaTests() : IpaContract(StoreKind.Sqlite);

public sealed class PostgresIpaTests() : IpaContract(StoreKind.Postgres);

/// <summary>
/// What the server of International Patient Access 1.1 does (its CapabilityStatement <c>ipa-server</c>), over the examples its authors published: they come in, are found by
/// every search parameter it names, go out as they came, and what the CapabilityStatement says of them is so. What it wants of SMART is held where SMART is (<c>RegisterTests</c>).
/// </summary>
public abstract class IpaContract(StoreKind store)
{
    // An example, and for each parameter named by IPA that it has a value for, one by which it is found. A day is one of Japan.
    private static readonly (string File, string[] Searches)[] Examples =
    [
        ("AllergyIntolerance-AllIntExample1", ["clinical-status=active", "code=833082", "date=2019-04-19", "verification-status=confirmed"]),
        ("Condition-ProblemExample1", ["category=problem-list-item", "clinical-status=active", "code=http://snomed.info/sct|400097005", "recorded-date=2018-11", "verification-status=confirmed"]),
        ("DocumentReference-USClinicalNoteExample1", ["category=http://loinc.org|34109-9", "date=2019-05-22", "period=ge2019-05-21", "status=current", "type=11506-3"]),
        ("Immunization-ImmExample1", ["date=2013-01-10", "status=completed", "vaccine-code=FLUVAX"]),
        ("MedicationRequest-MedRecExample1", ["intent=order", "category=outpatient", "authoredon=2018-09-21", "status=active", "_include=MedicationRequest:medication"]),
        ("MedicationStatement-MedStatementExample1", ["effective=ge2017-04-26", "status=active", "_include=MedicationStatement:medication"]),
        ("Observation-LabExample1", ["category=laboratory", "code=2093-3", "date=2019-09-23", "status=amended"]),
        ("Observation-SmokingExample1", ["category=social-history", "code=72166-2", "date=ge2015", "status=final"]),
        ("Observation-VitalSignsExample1", ["category=vital-signs", "code=29463-7", "date=2019-09-06", "status=final"]),
    ];

    // What it names for each type, whether or not the example has it: Shall and Should alike.
    private static readonly Dictionary<string, string[]> Named = new(StringComparer.Ordinal)
    {
        ["Patient"] = ["_id", "identifier", "name", "family", "given", "birthdate", "gender"], ["AllergyIntolerance"] = ["patient", "clinical-status", "code", "date", "verification-status"],
        ["Condition"] = ["patient", "category", "clinical-status", "code", "encounter", "recorded-date", "verification-status"],
        ["DocumentReference"] = ["patient", "_id", "category", "date", "encounter", "period", "status", "type"], ["Immunization"] = ["patient", "date", "status", "vaccine-code"], ["Medication"] = [],
        ["MedicationRequest"] = ["patient", "category", "code", "date", "encounter", "status", "intent"], ["MedicationStatement"] = ["patient", "category", "code", "effective", "status"],
        ["Observation"] = ["patient", "category", "code", "date", "status"], ["Practitioner"] = ["_id", "identifier", "name"], ["PractitionerRole"] = ["practitioner", "specialty"],
    };

    [Fact]
    public async Task The_published_examples_come_in_are_found_by_each_parameter_and_go_out_as_they_came()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var medicine = (await one.Ask("POST", "Medication", Example("Medication-MedExample1", one.Id, "none"))).Id;
        foreach (var (file, searches) in Examples)
        {
            var type = file.Split('-')[0];
            var sent = Example(file, one.Id, medicine);
            var made = await one.Ask("POST", type, sent);
            Assert.True(made.Status == 201, file + made.Body);
            var read = await one.Ask("GET", $"{type}/{made.Id}");
            var (came, went) = (JsonNode.Parse(sent)!.AsObject(), JsonNode.Parse(read.Body.GetRawText())!.AsObject());
            foreach (var added in new[] { "id", "meta" })
                Assert.True(came.Remove(added) | went.Remove(added));
            Assert.True(JsonNode.DeepEquals(came, went), $"{file}: {went}");
            foreach (var search in searches.Append("_lastUpdated=ge2020"))
            {
                Assert.True((await one.Found($"{type}?patient={one.Id}&{search}")).Contains(made.Id, StringComparer.Ordinal), $"{file} is not found by {search}.");
                Assert.DoesNotContain(made.Id, (await other.Ask("GET", $"{type}?{search}")).Matches, StringComparer.Ordinal);
            }

            Assert.NotEmpty((await one.Ask("GET", $"{type}?patient={one.Id}&_id={made.Id}&_revinclude=Provenance:target")).Included);
        }

        Assert.Equal([medicine], (await one.Ask("GET", $"MedicationRequest?patient={one.Id}&_include=MedicationRequest:medication")).Included);
        Assert.Equal([one.Id], await one.Found($"Patient?_id={one.Id}"));
    }

    [Fact]
    public async Task The_statement_names_what_international_patient_access_names_and_all_of_it_is_answered()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var statement = (await one.Ask("GET", "metadata")).Body;
        Assert.Contains("http://hl7.org/fhir/uv/ipa/CapabilityStatement/ipa-server", Strings(statement, "instantiates"), StringComparer.Ordinal);
        Assert.Contains("application/fhir+json", Strings(statement, "format"), StringComparer.Ordinal);
        var resources = statement.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().ToDictionary(resource => resource.GetProperty("type").GetString()!, StringComparer.Ordinal);
        foreach (var (type, parameters) in Named)
        {
            var stated = resources[type];
            Assert.Contains($"http://hl7.org/fhir/uv/ipa/StructureDefinition/ipa-{type.ToLowerInvariant()}", Strings(stated, "supportedProfile"), StringComparer.Ordinal);
            Assert.Superset(new HashSet<string>(["read", "search-type"], StringComparer.Ordinal), Each(stated, "interaction", "code"));
            Assert.Superset(new HashSet<string>(parameters, StringComparer.Ordinal), Each(stated, "searchParam", "name"));
            Assert.Contains("Provenance:target", Strings(stated, "searchRevInclude"), StringComparer.Ordinal);
        }

        Assert.All(resources.Where(one => !Named.ContainsKey(one.Key)), one => Assert.False(one.Value.TryGetProperty("supportedProfile", out _)));
        Assert.Contains("MedicationRequest:medication", Strings(resources["MedicationRequest"], "searchInclude"), StringComparer.Ordinal);
        Assert.Contains("http://hl7.org/fhir/uv/ipa/OperationDefinition/docref", Each(resources["DocumentReference"], "operation", "definition"), StringComparer.Ordinal);
        // The answers it wants of what is wrong: 400, 404 and 410 (401 and 403 stand before this, ScopeContract).
        Assert.Equal(400, (await one.Ask("GET", "Observation?none=1")).Status);
        Assert.Equal(404, (await one.Ask("GET", "Observation/none")).Status);
        var gone = await one.Weigh("61", "2026-04-01");
        await one.Ask("DELETE", $"Observation/{gone}");
        Assert.Equal(410, (await one.Ask("GET", $"Observation/{gone}")).Status);
    }

    private static HashSet<string> Each(JsonElement owner, string list, string name) => [.. owner.GetProperty(list).EnumerateArray().Select(item => item.GetProperty(name).GetString()!)];

    private static IEnumerable<string> Strings(JsonElement owner, string name) => owner.GetProperty(name).EnumerateArray().Select(item => item.GetString()!);

    private static string Example(string file, string patient, string medicine) =>
        File.ReadAllText(Samples.Path(Path.Combine("ips-ipa", "ipa-examples", file + ".json")))
            .Replace("Patient/PatientExample1", $"Patient/{patient}", StringComparison.Ordinal).Replace("Medication/MedExample1", $"Medication/{medicine}", StringComparison.Ordinal);
}
