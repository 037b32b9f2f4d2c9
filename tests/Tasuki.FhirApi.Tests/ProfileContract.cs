using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteProfileTests() : ProfileContract(StoreKind.Sqlite);

public sealed class PostgresProfileTests() : ProfileContract(StoreKind.Postgres);

/// <summary>Resources held against the profiles they declare, as they are written.</summary>
public abstract class ProfileContract(StoreKind store)
{
    private const string Declares = $",\"meta\":{{\"profile\":[\"{Packages.Noted}\"]}}";
    private const string Unknown = ",\"meta\":{\"profile\":[\"http://example.org/fhir/nobody-has\"]}";
    private const string Note = ",\"note\":[{\"text\":\"n\"}]";

    [Fact]
    public async Task A_strict_server_refuses_what_does_not_meet_its_profile_on_every_way_in()
    {
        await using var clinic = await Clinic.Open(store);
        clinic.Profiles = Packages.Loaded("strict");
        var one = await clinic.Patient();
        var bad = one.Observation("61", "2026-04-01", Declares);
        var refused = await one.Ask("POST", "Observation", bad);
        Assert.Equal((422, "required"), (refused.Status, refused.Issue.Code));
        Assert.StartsWith("Line 1, column 1: Observation.note", refused.Issue.Sentence, StringComparison.Ordinal);

        var good = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", Declares + Note));
        Assert.Equal(201, good.Status);
        Assert.Equal(422, (await one.Ask("PUT", $"Observation/{good.Id}", bad.Insert(1, $"\"id\":\"{good.Id}\","))).Status);
        Assert.Equal(422, (await one.Ask("PATCH", $"Observation/{good.Id}", """[{"op":"remove","path":"/note"}]""")).Status);
        Assert.Equal(422, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", Unknown))).Status);
        var whole = await one.Ask("POST", "", Bundle("transaction", one.Observation("62", "2026-04-02"), bad));
        Assert.Equal(422, whole.Status);
        Assert.StartsWith("Entry 2: ", whole.Issue.Sentence, StringComparison.Ordinal);
        var apart = await one.Ask("POST", "", Bundle("batch", one.Observation("63", "2026-04-03"), bad));
        Assert.Equal(["201", "422"], apart.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!), StringComparer.Ordinal);
        Assert.Equal(1, (await one.Ask("GET", $"Observation/{good.Id}")).Version);
        Assert.Equal(2, (await one.Found("Observation")).Count);
    }

    [Fact]
    public async Task A_warning_server_stores_it_and_says_so_where_it_is_asked_to()
    {
        await using var clinic = await Clinic.Open(store);
        clinic.Profiles = Packages.Loaded(null);
        var one = await clinic.Patient();
        foreach (var (more, code) in new[] { (Declares, "required"), (Unknown, "not-found") })
        {
            var stored = await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", more), h => h["Prefer"] = "return=OperationOutcome");
            Assert.Equal(201, stored.Status);
            var said = stored.Body.GetProperty("issue").EnumerateArray().Select(issue => (issue.GetProperty("severity").GetString()!, issue.GetProperty("code").GetString()!)).ToList();
            Assert.Contains(("warning", code), said);
            Assert.DoesNotContain(said, issue => issue.Item1 is "error");
            Assert.Equal("Observation", (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-02", more))).Body.GetProperty("resourceType").GetString());
        }

        var bundle = await one.Ask("POST", "", Bundle("transaction", one.Observation("62", "2026-04-02", Declares)), h => h["Prefer"] = "return=OperationOutcome");
        Assert.Contains("Observation.note", bundle.Entries[0].GetProperty("resource").GetProperty("issue").ToString(), StringComparison.Ordinal);
        Assert.Equal(5, (await one.Found("Observation")).Count);
    }

    [Fact]
    public async Task A_contained_resource_is_held_to_the_profiles_it_declares()
    {
        await using var clinic = await Clinic.Open(store);
        clinic.Profiles = Packages.Loaded("strict");
        var one = await clinic.Patient();
        string Report(string more) => $$$"""
            {"resourceType":"DiagnosticReport","status":"final","code":{"text":"r"},"subject":{"reference":"Patient/{{{one.Id}}}"},"result":[{"reference":"#o"}],
            "contained":[{{{one.Observation("61", "2026-04-01", more).Insert(1, "\"id\":\"o\",")}}}]}
            """;
        var refused = await one.Ask("POST", "DiagnosticReport", Report(Declares));
        Assert.Equal((422, "required"), (refused.Status, refused.Status == 422 ? refused.Issue.Code : ""));
        Assert.StartsWith("DiagnosticReport.contained[0]: Observation.note", refused.Issue.Sentence, StringComparison.Ordinal);
        Assert.Equal(422, (await one.Ask("POST", "DiagnosticReport", Report(Unknown))).Status);
        Assert.Contains("DiagnosticReport.contained[0].note", (await one.Ask("POST", "DiagnosticReport/$validate", Report(Declares))).Issue.Sentence, StringComparison.Ordinal);
        Assert.Equal(201, (await one.Ask("POST", "DiagnosticReport", Report(Declares + Note))).Status);
        clinic.Profiles = Packages.Loaded("warn");
        Assert.Equal(201, (await one.Ask("POST", "DiagnosticReport", Report(Declares))).Status);
    }

    [Fact]
    public async Task Who_declares_nothing_is_held_against_base_R4_alone_and_off_looks_at_nothing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        clinic.Profiles = Packages.Loaded("strict");
        Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"))).Status);
        clinic.Profiles = Packages.Loaded("off");
        Assert.Equal(201, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01", Declares))).Status);
    }

    [Fact]
    public async Task Validate_looks_at_what_stands_in_a_bundle_and_at_every_required_binding_with_or_without_packages()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var file = $$$"""{"resourceType":"DocumentReference","status":"current","subject":{"reference":"Patient/{{{one.Id}}}"},"content":[{"attachment":{"contentType":"nothing","data":"YQ=="}}]}""";
        Assert.Equal("code-invalid", (await one.Ask("POST", "DocumentReference/$validate", file)).Issue.Code);
        Assert.Equal("not-found", (await one.Ask("POST", "Observation/$validate", one.Observation("61", "2026-04-01", Unknown))).Issue.Code);
        clinic.Profiles = Packages.Loaded("strict");
        Assert.Equal("code-invalid", (await one.Ask("POST", "DocumentReference/$validate", file)).Issue.Code);
        var whole = await one.Ask("POST", "Bundle/$validate", Bundle("batch", one.Observation("61", "2026-04-01"), one.Observation("61", "2026-04-02", Declares)));
        Assert.Equal(("required", true), (whole.Issue.Code, whole.Issue.Sentence.Contains("Bundle.entry[1].resource.note", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_validate_says_of_a_resource_in_Parameters_has_its_place_in_the_body()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var said = await one.Ask("POST", "Observation/$validate", "{\"resourceType\":\"Parameters\",\n\"parameter\":[{\"name\":\"mode\",\"valueCode\":\"create\"},\n{\"name\":\"resource\",\"resource\":\n  {\"resourceType\":\"Observation\",\n   \"foo\":1}}]}");
        Assert.StartsWith("Line 5, column 4: ", said.Issue.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"resourceType":"AllergyIntolerance","patient":{"reference":"Patient/ID"},"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"criticality":"foo"}""")]
    [InlineData("""{"resourceType":"Condition","subject":{"reference":"Patient/ID"},"clinicalStatus":{"coding":[{"system":"urn:x","code":"banana"}]}}""")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/ID"},"status":"final","code":{"text":"x"},"effectiveDateTime":"2021-01-01T10:00+09:00"}""")]
    [InlineData("""{"resourceType":"Observation","subject":{"reference":"Patient/ID"},"status":"final","code":{"text":"x"},"text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">&foo; a</div>"}}""")]
    public async Task What_R4_forbids_is_refused_as_it_is_written_and_validate_says_the_same(string json)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        json = json.Replace("ID", one.Id, StringComparison.Ordinal);
        var type = json.Split('"')[3];
        var refused = await one.Ask("POST", type, json);
        Assert.Equal(422, refused.Status);
        Assert.Equal(refused.Body.GetRawText(), (await one.Ask("POST", $"{type}/$validate", json)).Body.GetRawText());
    }

    private static string Bundle(string type, params string[] resources) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', resources.Select(resource => $$$"""{"resource":{{{resource}}},"request":{"method":"POST","url":"Observation"}}"""))}}]}""";
}

/// <summary>The packages Japan publishes, as an operator would put them down.</summary>
public sealed class NationalProfileTests
{
    [Fact]
    public async Task A_record_that_claims_a_national_profile_is_held_to_it()
    {
        await using var clinic = await Clinic.Open(StoreKind.Sqlite);
        var loaded = WrittenProfiles.Load("strict", Samples.Path("fhir-packages"));
        Assert.True(loaded.IsOk, loaded.Error?.Message);
        clinic.Profiles = loaded.Value;
        var one = await clinic.Patient();
        const string Claims = ",\"meta\":{\"profile\":[\"http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_SocialHistory\"]}";
        var other = one.Observation("61", "2026-04-01", Claims);
        var refused = await one.Ask("POST", "Observation", other);
        Assert.Equal(422, refused.Status);
        Assert.Contains("Observation.category", refused.Body.ToString(), StringComparison.Ordinal);
        var good = other.Replace("http://terminology.hl7.org/CodeSystem/observation-category", "http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS", StringComparison.Ordinal)
            .Replace("vital-signs", "social-history", StringComparison.Ordinal);
        var taken = await one.Ask("POST", "Observation", good);
        Assert.True(taken.Status == 201, taken.Body.ToString());
    }
}
