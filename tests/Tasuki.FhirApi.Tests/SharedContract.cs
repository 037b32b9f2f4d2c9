using System.Globalization;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSharedTests() : SharedContract(StoreKind.Sqlite);

public sealed class PostgresSharedTests() : SharedContract(StoreKind.Postgres);

/// <summary>Records about nobody through the interface: every caller with the scope reads and searches them, nobody changes them.</summary>
public abstract class SharedContract(StoreKind store)
{
    private static readonly string[] Clinics =
    [
        """{"resourceType":"Organization","id":"group","name":"緑の会"}""",
        """{"resourceType":"Organization","id":"a","name":"みどり医院","partOf":{"reference":"Organization/group"},"address":[{"city":"響市"}]}""",
        """{"resourceType":"Organization","id":"b","name":"あおい薬局","address":[{"city":"響市"}]}""",
        """{"resourceType":"Practitioner","id":"p","name":[{"family":"佐藤"}]}""",
        """{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/p"},"organization":{"reference":"Organization/a"}}""",
        """{"resourceType":"Questionnaire","url":"https://hibiki.example/q","status":"active","title":"問診"}""",
    ];

    [Fact]
    public async Task They_are_read_by_every_caller_within_its_scopes_and_by_no_other()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var ids = await clinic.Share(Clinics);
        var read = await one.Ask("GET", $"Organization/{ids[1]}");
        Assert.Equal((200, 1), (read.Status, read.Version));
        Assert.Equal($"Organization/{ids[0]}", read.Body.GetProperty("partOf").GetProperty("reference").GetString());
        Assert.Equal(304, (await one.Ask("GET", $"Organization/{ids[1]}", headers: h => h["If-None-Match"] = "W/\"1\"")).Status);
        Assert.Equal(200, (await one.Ask("GET", $"Organization/{ids[1]}/_history/1")).Status);
        foreach (var missing in new[] { $"Organization/{ids[1]}/_history/2", $"Organization/{ids[1]}/_history", $"Practitioner/{ids[1]}", $"Organization/{Another(ids[1])}", $"Patient/{ids[1]}/$everything" })
            Assert.Equal(404, (await one.Ask("GET", missing)).Status);

        // A service that nobody shares anything with, a clinician, an app with scopes for some types.
        one.Kind = ApiCallerKind.Backend;
        Assert.Equal(200, (await one.Ask("GET", $"Organization/{ids[1]}")).Status);
        Assert.Equal([ids[1]], await one.Found("Organization?name=みどり"), StringComparer.Ordinal);
        one.Kind = ApiCallerKind.ClinicianApp;
        Assert.Equal(200, (await one.Ask("GET", $"Organization/{ids[1]}")).Status);
        one.Kind = ApiCallerKind.ResidentApp;
        one.Scopes = "patient/Organization.s patient/Practitioner.rs";
        Assert.Equal(403, (await one.Ask("GET", $"Organization/{ids[1]}")).Status);
        Assert.Equal(3, (await one.Found("Organization")).Count);
        Assert.Equal(200, (await one.Ask("GET", $"Practitioner/{ids[3]}")).Status);
        Assert.Equal(403, (await one.Ask("GET", $"Questionnaire/{ids[5]}")).Status);
        Assert.Equal(403, (await one.Ask("GET", "Questionnaire")).Status);
    }

    // By its first letter, which always counts; the last may be the very one that is put there.
    private static string Another(string id) => (id[0] is 'a' ? 'b' : 'a') + id[1..];

    [Fact]
    public async Task A_search_gives_a_persons_own_first_and_goes_on_over_the_border_page_by_page()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var own = new List<string>();
        for (var i = 0; i < 4; i++)
            own.Add(await one.Make("Organization", $"\"name\":\"響 own {i}\""));
        var shared = await clinic.Share([.. Enumerable.Range(0, 5).Select(i => string.Create(CultureInfo.InvariantCulture, $$"""{"resourceType":"Organization","name":"響 shared {{i}}"}"""))]);
        for (var count = 1; count <= 10; count++)
        {
            var (seen, pages) = (new List<string>(), 0);
            for (var address = string.Create(CultureInfo.InvariantCulture, $"Organization?name=響&_count={count}"); address is not null; pages++)
            {
                var page = await one.Ask("GET", address);
                Assert.True(page.Status == 200, page.Body.ToString());
                Assert.True(page.Matches.Count is > 0 && page.Matches.Count <= count);
                seen.AddRange(page.Matches);
                address = page.Next;
            }

            Assert.Equal([.. own.Order(StringComparer.Ordinal), .. shared.Order(StringComparer.Ordinal)], [.. seen.Take(4).Order(StringComparer.Ordinal), .. seen.Skip(4).Order(StringComparer.Ordinal)], StringComparer.Ordinal);
            Assert.Equal((9 + count - 1) / count, pages);
        }

        Assert.Equal(9, (await one.Ask("GET", "Organization?name=響&_summary=count")).Body.GetProperty("total").GetInt32());
        Assert.Equal(9, (await one.Ask("GET", "Organization?name=響&_total=accurate&_count=2")).Body.GetProperty("total").GetInt32());
        // With a person named, by compartment or by id of theirs, it is that person's alone.
        Assert.Equal(9, (await one.Found($"?_type=Organization&name=響&_count=20")).Count);
        Assert.DoesNotContain((await one.Ask("GET", $"Patient/{one.Id}/$everything?_type=Organization")).Matches, shared.Contains);
        Assert.Equal([shared[2]], await one.Found($"Organization?_id={shared[2]}"), StringComparer.Ordinal);
        Assert.Equal(2, (await one.Found($"Organization?_id={shared[2]},{own[1]}")).Count);

        // In one order over both.
        var names = new List<string>();
        for (var address = "Organization?name=響&_sort=-name&_count=4"; address is not null;)
        {
            var page = await one.Ask("GET", address);
            names.AddRange(page.Entries.Select(entry => entry.GetProperty("resource").GetProperty("name").GetString()!));
            address = page.Next;
        }

        Assert.Equal(["響 shared 4", "響 shared 3", "響 shared 2", "響 shared 1", "響 shared 0", "響 own 3", "響 own 2", "響 own 1", "響 own 0"], names, StringComparer.Ordinal);
        Assert.Equal(shared.Order(StringComparer.Ordinal), (await one.Found("Organization?name=響&_sort=-_lastUpdated&_count=5")).Order(StringComparer.Ordinal), StringComparer.Ordinal);

        // Over several types they come last too; in an order with others they do not come, and that is said.
        Assert.Equal(9, (await one.Ask("GET", $"?_type=Organization,Observation&_summary=count")).Body.GetProperty("total").GetInt32());
        var sorted = await one.Ask("GET", "?_type=Organization,Observation&_sort=-_lastUpdated");
        Assert.Equal(own.Order(StringComparer.Ordinal), sorted.Matches.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Contains("Shared records", sorted.Entries[^1].GetProperty("resource").GetProperty("issue")[0].GetProperty("diagnostics").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Includes_chains_and_reverse_ones_lead_to_them()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var ids = await clinic.Share(Clinics);
        var own = await one.Make("Organization", "\"name\":\"みどり own\"");
        var encounter = await one.Make("Encounter", $$$"""{{{Subject(one)}}},"status":"finished","class":{"code":"AMB"},"serviceProvider":{"reference":"Organization/{{{ids[1]}}}"}""");
        var other = await one.Make("Encounter", $$$"""{{{Subject(one)}}},"status":"finished","class":{"code":"AMB"},"serviceProvider":{"reference":"Organization/{{{own}}}"}""");
        var prescribed = await one.Make("MedicationRequest", $$$"""{{{Subject(one)}}},"status":"active","intent":"order","medicationCodeableConcept":{"text":"t"},"requester":{"reference":"PractitionerRole/{{{ids[4]}}}"}""");
        var weight = await one.Weigh("60", "2026-04-01", $",\"performer\":[{{\"reference\":\"Organization/{ids[1]}\"}}],\"encounter\":{{\"reference\":\"Encounter/{encounter}\"}}");

        var included = await one.Ask("GET", "Encounter?_include=Encounter:service-provider");
        Assert.Equal(new[] { own, ids[1] }.Order(StringComparer.Ordinal), included.Included.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(new[] { own, ids[0], ids[1] }.Order(StringComparer.Ordinal),
            (await one.Ask("GET", "Encounter?_include=Encounter:service-provider&_include:iterate=Organization:partof")).Included.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(new[] { ids[1], ids[3], ids[4] }.Order(StringComparer.Ordinal),
            (await one.Ask("GET", "MedicationRequest?_include=MedicationRequest:requester&_include:iterate=PractitionerRole:practitioner&_include:iterate=PractitionerRole:organization")).Included.Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal([ids[0]], (await one.Ask("GET", "Organization?name=みどり医院&_include=Organization:partof")).Included, StringComparer.Ordinal);
        Assert.Equal(new[] { ids[4], encounter }.Order(StringComparer.Ordinal),
            (await one.Ask("GET", "Organization?name=みどり医院&_revinclude=PractitionerRole:organization&_revinclude=Encounter:service-provider")).Included.Order(StringComparer.Ordinal), StringComparer.Ordinal);

        Assert.Equal([encounter], await one.Found("Encounter?service-provider:Organization.name=みどり医院"), StringComparer.Ordinal);
        Assert.Equal(new[] { encounter, other }.Order(StringComparer.Ordinal), (await one.Found("Encounter?service-provider:Organization.name=みどり")).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal([weight], await one.Found("Observation?performer:Organization.name=みどり医院"), StringComparer.Ordinal);
        Assert.Equal([weight], await one.Found("Observation?encounter:Encounter.service-provider:Organization.address-city=響市"), StringComparer.Ordinal);
        Assert.Equal([prescribed], await one.Found("MedicationRequest?requester:PractitionerRole.practitioner:Practitioner.family=佐藤"), StringComparer.Ordinal);
        Assert.Equal([ids[4]], await one.Found("PractitionerRole?organization:Organization.partof:Organization.name=緑の会"), StringComparer.Ordinal);
        Assert.Equal([ids[1]], await one.Found("Organization?_has:PractitionerRole:organization:practitioner=Practitioner/" + ids[3]), StringComparer.Ordinal);
        Assert.Equal([encounter], await one.Found($"Encounter?service-provider=Organization/{ids[1]}"), StringComparer.Ordinal);

        // Who is referred to by a person's record is found by it too, own and shared, alone and behind another.
        Assert.Equal(new[] { own, ids[1] }.Order(StringComparer.Ordinal), (await one.Found("Organization?_has:Encounter:service-provider:status=finished")).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal([ids[1]], await one.Found("Organization?_has:Observation:performer:code=http://loinc.org|29463-7"), StringComparer.Ordinal);
        Assert.Equal([ids[1]], await one.Found("Organization?_has:Encounter:service-provider:_has:Observation:encounter:code=http://loinc.org|29463-7"), StringComparer.Ordinal);
        Assert.Equal([ids[1]], await one.Found("Organization?_has:PractitionerRole:organization:_has:MedicationRequest:requester:status=active"), StringComparer.Ordinal);
        Assert.Equal([ids[0]], await one.Found("Organization?_has:Organization:partof:_has:Encounter:service-provider:status=finished"), StringComparer.Ordinal);
        Assert.Empty(await one.Found("Organization?_has:Encounter:service-provider:status=planned"));
        Assert.Equal(2, (await one.Ask("GET", "Organization?_has:Encounter:service-provider:status=finished&_summary=count")).Body.GetProperty("total").GetInt32());
        Assert.Equal([own, ids[1]], (await one.Ask("GET", "Organization?_has:Encounter:service-provider:status=finished&_sort=name")).Matches, StringComparer.Ordinal);
        // Nobody else's record is at the end of it, and none the caller does not see.
        var two = await clinic.Patient();
        Assert.Empty(await two.Found("Organization?_has:Encounter:service-provider:status=finished"));
        var asserted = HiddenContract.Condition(one, "F32").TrimEnd();
        Assert.Equal(201, (await one.Ask("POST", "Condition", $"{asserted[..^1]},\"asserter\":{{\"reference\":\"Practitioner/{ids[3]}\"}}}}")).Status);
        Assert.Equal([ids[3]], await one.Found("Practitioner?_has:Condition:asserter:code=F32"), StringComparer.Ordinal);
        await one.Connect("1", AccessClasses.Of(Enum.GetValues<DataCategory>()));
        Assert.Empty(await one.Found("Practitioner?_has:Condition:asserter:code=F32"));
        Assert.Equal(0, (await one.Ask("GET", "Practitioner?_has:Condition:asserter:code=F32&_summary=count")).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Nobody_changes_one_and_an_app_still_writes_such_records_for_its_person()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var ids = await clinic.Share(Clinics);
        var body = $$"""{"resourceType":"Organization","id":"{{ids[1]}}","name":"another"}""";
        foreach (var answer in new[]
        {
            await one.Ask("PUT", $"Organization/{ids[1]}", body), await one.Ask("PATCH", $"Organization/{ids[1]}", """[{"op":"add","path":"/name","value":"x"}]"""), await one.Ask("DELETE", $"Organization/{ids[1]}"),
            await one.Ask("POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{body}}},"request":{"method":"PUT","url":"Organization/{{{ids[1]}}}"}}]}"""),
        })
        {
            Assert.Equal(403, answer.Status);
            Assert.Contains("shared by all", answer.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Contains("shared by all", (await one.Ask("POST", $"Organization/{ids[1]}/$validate?mode=update", body)).Body.ToString(), StringComparison.Ordinal);
        one.Scopes = "patient/*.rs";
        Assert.Equal(403, (await one.Ask("DELETE", $"Organization/{ids[1]}")).Status);
        one.Scopes = "patient/*.cruds";
        Assert.Equal(404, (await one.Ask("DELETE", $"Organization/{ids[1][..^2]}aa")).Status);
        Assert.Equal((200, 1), ((await one.Ask("GET", $"Organization/{ids[1]}")).Status, (await one.Ask("GET", $"Organization/{ids[1]}")).Version));

        var own = await one.Make("Organization", "\"name\":\"みどり医院\"");
        Assert.Equal(200, (await one.Ask("PUT", $"Organization/{own}", $$"""{"resourceType":"Organization","id":"{{own}}","name":"mine"}""")).Status);
        Assert.Equal(204, (await one.Ask("DELETE", $"Organization/{own}")).Status);
        var statement = await one.Ask("GET", "metadata");
        var said = statement.Body.GetProperty("rest")[0].GetProperty("resource").EnumerateArray().Where(type => type.GetProperty("documentation").GetString()!.Contains("(shared)", StringComparison.Ordinal)).Select(type => type.GetProperty("type").GetString());
        Assert.Equal(SharedTypes.All, said!, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_summary_holds_the_ones_its_entries_refer_to()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var ids = await clinic.Share(Clinics);
        await one.Make("MedicationRequest", $$$"""{{{Subject(one)}}},"status":"active","intent":"order","medicationCodeableConcept":{"text":"t"},"requester":{"reference":"PractitionerRole/{{{ids[4]}}}"}""");
        var summary = await one.Ask("GET", $"Patient/{one.Id}/$summary");
        Assert.Contains(summary.Entries, entry => entry.GetProperty("resource").GetProperty("resourceType").GetString() is "PractitionerRole");
    }

    private static string Subject(Patient one) => $"\"subject\":{{\"reference\":\"Patient/{one.Id}\"}}";
}
