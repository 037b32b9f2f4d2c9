using System.Text.Json;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteBundleReferenceTests() : BundleReferenceContract(StoreKind.Sqlite);

public sealed class PostgresBundleReferenceTests() : BundleReferenceContract(StoreKind.Postgres);

/// <summary>What becomes of what records call each other: one stored name for each record, or a sentence that says why there is none.</summary>
public abstract class BundleReferenceContract(StoreKind store)
{
    private const string A = "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-00000000000a";
    private const string B = "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-00000000000b";
    private const string Hospital = """{"resourceType":"Organization","identifier":[{"system":"u","value":"h1"}],"name":"h"}""";

    [Fact]
    public async Task A_reference_to_an_entry_whose_condition_found_a_record_leads_to_that_record()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var hospital = (await one.Ask("POST", "Organization", Hospital)).Id;
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Organization", Hospital.Replace("\"name\"", "\"id\":\"o9\",\"name\"", StringComparison.Ordinal), A, ",\"ifNoneExist\":\"identifier=u|h1\""),
            Entry.Of("POST", "Organization", Hospital.Replace("h1", "h2", StringComparison.Ordinal), B, ",\"ifNoneExist\":\"identifier=u|h2\""),
            Entry.Of("POST", "Observation", Seen(one, A, "Organization/o9", B))));
        Assert.Equal(["200", "201", "201"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal([$"Organization/{hospital}", $"Organization/{hospital}", $"Organization/{done.IdOf(1)}"], await Performers(one, done.IdOf(2)), StringComparer.Ordinal);
        Assert.Equal([done.IdOf(2)], await one.Found("Observation?performer:Organization.identifier=u|h1"));
    }

    [Fact]
    public async Task A_reference_by_this_servers_own_address_is_the_relative_one_however_it_is_written()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var hospital = (await one.Ask("POST", "Organization", Hospital)).Id;
        string[] ways = [$"{Clinic.Root}/Organization/{hospital}", $"./Organization/{hospital}", $"HTTPS://Hibiki.Example/fhir/Organization/{hospital}", $"http://hibiki.example/fhir/Organization/{hospital}"];
        var foreign = new[] { $"https://hibiki.example/FHIR/Organization/{hospital}", "https://other.test/fhir/Organization/1", $"https://hibiki.example/fhirs/Organization/{hospital}" };
        var body = Seen(one, [.. ways, .. foreign]).Replace($"\"Patient/{one.Id}\"", $"\"{Clinic.Root}/Patient/{one.Id}\"", StringComparison.Ordinal);
        string[] expected = [.. ways.Select(_ => $"Organization/{hospital}"), .. foreign];

        var created = (await one.Ask("POST", "Observation", body)).Id;
        Assert.Equal(200, (await one.Ask("PUT", $"Observation/{created}", body.Insert(1, $"\"id\":\"{created}\","))).Status);
        var patched = await one.Weigh("60", "2026-01-05");
        await one.Ask("PATCH", $"Observation/{patched}", $$"""[{"op":"add","path":"/performer","value":{{JsonDocument.Parse(body).RootElement.GetProperty("performer").GetRawText()}}}]""");
        var batch = (await one.Ask("POST", "", Entry.Batch(Entry.Of("POST", "Observation", body)))).IdOf(0);
        var transaction = (await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", body)))).IdOf(0);
        string[] all = [created, patched, batch, transaction];
        foreach (var id in all)
            Assert.Equal(expected, await Performers(one, id), StringComparer.Ordinal);

        foreach (var search in new[]
        {
            $"patient=Patient/{one.Id}", $"patient={one.Id}", $"patient={Clinic.Root}/Patient/{one.Id}", $"performer=Organization/{hospital}", $"performer={ways[0]}", "performer:Organization.identifier=u|h1",
        })
        {
            Assert.Equal(all.Order(StringComparer.Ordinal), (await one.Found($"Observation?{search}")).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        }

        Assert.Equal([hospital], await one.Found("Organization?_has:Observation:performer:status=final"));
        Assert.Equal(4, (await one.Ask("GET", $"Patient?_revinclude=Observation:subject")).Included.Count);

        // Another person is another person under every name of the address.
        var two = await clinic.Patient();
        foreach (var root in new[] { "", Clinic.Root + "/", "HTTPS://HIBIKI.example/fhir/", "./" })
            Assert.Equal(422, (await one.Ask("POST", "Observation", one.Observation("61", "2026-02-05", $$""","focus":[{"reference":"{{root}}Patient/{{two.Id}}"}]"""))).Status);
    }

    [Fact]
    public async Task A_reference_that_is_a_search_leads_to_the_one_record_it_finds()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var hospital = (await one.Ask("POST", "Organization", Hospital)).Id;
        var shared = await clinic.Share("""{"resourceType":"Organization","identifier":[{"system":"u","value":"s1"}],"name":"s"}""");
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Organization", Hospital.Replace("h1", "new", StringComparison.Ordinal), $"{Clinic.Root}/Organization/5", ",\"ifNoneExist\":\"identifier=u|new\""),
            Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|h1", $"{Clinic.Root}/Organization?identifier=u%7Cs1", "Organization?identifier=u|new", "https://other.test/fhir/Organization?identifier=u|h1")
                .Replace($"\"Patient/{one.Id}\"", $"\"Patient?_id={one.Id}\"", StringComparison.Ordinal), "http://left.test/fhir/Observation/1")));
        Assert.Equal(["201", "201"], done.Statuses(), StringComparer.Ordinal);
        Assert.Equal(
            [$"Organization/{hospital}", $"Organization/{shared}", $"Organization/{done.IdOf(0)}", "https://other.test/fhir/Organization?identifier=u|h1"], await Performers(one, done.IdOf(1)), StringComparer.Ordinal);
        Assert.Equal([done.IdOf(1)], await one.Found($"Observation?patient={one.Id}"));
    }

    [Fact]
    public async Task A_reference_that_is_a_search_is_refused_where_it_does_not_find_one_that_the_caller_may_search()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, two) = (await clinic.Patient(), await clinic.Patient());
        await two.Ask("POST", "Organization", Hospital);
        await one.Ask("POST", "Organization", Hospital.Replace("h1", "twice", StringComparison.Ordinal));
        await one.Ask("POST", "Organization", Hospital.Replace("h1", "twice", StringComparison.Ordinal));
        var once = (await one.Ask("POST", "Organization", Hospital.Replace("h1", "once", StringComparison.Ordinal))).Id;
        foreach (var (reference, status, code) in new[]
        {
            ("Organization?identifier=u|h1", 422, "not-found"), ("Organization?identifier=u|twice", 412, "multiple-matches"), ("Organization?nothing=1", 400, "not-supported"),
            ("Organization?identifier=%zz", 400, "invalid"), ("Account?identifier=u|h1", 404, "not-supported"), ("Organization?", 400, "invalid"),
        })
        {
            var refused = await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", one.Observation("60", "2026-01-05")), Entry.Of("POST", "Observation", Seen(one, reference))));
            Assert.True((refused.Status, refused.Issue.Code) == (status, code), $"{reference}: {refused.Status} {refused.Body}");
            Assert.StartsWith("Entry 2: ", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        var deleted = await one.Ask("POST", "", Entry.Transaction(Entry.Of("DELETE", $"Organization/{once}"), Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|once"))));
        Assert.Equal(400, deleted.Status);
        one.Scopes = "patient/Observation.cruds patient/Organization.cru";
        Assert.Equal(403, (await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|once"))))).Status);
        one.Scopes = "patient/*.cruds";

        // Only a transaction resolves.
        var body = Seen(one, "Organization?identifier=u|once");
        Assert.Equal(400, (await one.Ask("POST", "Observation", body)).Status);
        Assert.Equal(["400"], (await one.Ask("POST", "", Entry.Batch(Entry.Of("POST", "Observation", body)))).Statuses(), StringComparer.Ordinal);
        Assert.Empty(await one.Found("Observation"));
    }

    [Fact]
    public async Task Of_several_persons_the_one_whom_the_entries_name_is_searched()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, two) = (await clinic.Patient(), await clinic.Patient());
        var first = (await one.Ask("POST", "Organization", Hospital)).Id;
        await two.Ask("POST", "Organization", Hospital);
        await two.Ask("POST", "Organization", Hospital.Replace("h1", "h2", StringComparison.Ordinal));
        foreach (var patient in new[] { one, two })
            await patient.Share(ApiCallerKind.Backend, AccessClasses.All);
        var done = await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|h1"))));
        Assert.Equal([$"Organization/{first}"], await Performers(one, done.IdOf(0)), StringComparer.Ordinal);
        var other = await one.Ask("POST", "", Entry.Transaction(Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|h2"))));
        Assert.Equal((422, "not-found"), (other.Status, other.Issue.Code));
        // Where the entries name nobody the search may say who it is, and two persons are still two.
        var both = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Observation", Seen(one, "Organization?identifier=u|h2").Replace($"\"Patient/{one.Id}\"", $"\"Patient?_id={one.Id}\"", StringComparison.Ordinal))));
        Assert.Equal((422, "business-rule"), (both.Status, both.Issue.Code));
    }

    [Fact]
    public async Task Addresses_and_narrative_are_rewritten_and_what_only_identifies_is_not()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var text = $"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\"><p title=\\\"{A}\\\">{A}</p><a href=\\\"{A}\\\">x</a> <img alt='' src = '{A}'/></div>";
        var document = $$$"""{"resourceType":"DocumentReference","text":{"status":"generated","div":"{{{text}}}"},"identifier":[{"system":"urn:ietf:rfc:3986","value":"{{{A}}}"}],"status":"current","subject":{"reference":"Patient/{{{one.Id}}}"},"content":[{"attachment":{"contentType":"text/plain","url":"{{{A}}}"}}]}""";
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "DocumentReference", document), Entry.Of("POST", "Binary", """{"resourceType":"Binary","contentType":"text/plain","data":"eA=="}""", A)));
        Assert.Equal(["201", "201"], done.Statuses(), StringComparer.Ordinal);
        var stored = (await one.Ask("GET", $"DocumentReference/{done.IdOf(0)}")).Body;
        var binary = $"Binary/{done.IdOf(1)}";
        Assert.Equal(binary, stored.GetProperty("content")[0].GetProperty("attachment").GetProperty("url").GetString());
        Assert.Equal(
            $"<div xmlns=\"http://www.w3.org/1999/xhtml\"><p title=\"{A}\">{A}</p><a href=\"{binary}\">x</a> <img alt='' src = '{binary}'/></div>", stored.GetProperty("text").GetProperty("div").GetString());
        Assert.Equal(A, stored.GetProperty("identifier")[0].GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_relative_name_is_of_the_base_of_the_entry_that_says_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        string Organization(string name) => $$"""{"resourceType":"Organization","name":"{{name}}"}""";
        string Numbered(string name) => $$"""{"resourceType":"Organization","id":"77","name":"{{name}}"}""";
        const string Left = "http://left.test/fhir", Right = "http://right.test/r4/fhir";
        var done = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("POST", "Organization", Organization("left"), $"{Left}/Organization/77"),
            Entry.Of("POST", "Organization", Numbered("right"), $"{Right}/Organization/77"),
            Entry.Of("POST", "Observation", Seen(one, "Organization/77", $"{Right}/Organization/77"), $"{Left}/Observation/1"),
            Entry.Of("POST", "Observation", Seen(one, "Organization/77", "Organization/78"), $"{Right}/Observation/1"),
            Entry.Of("POST", "Observation", Seen(one, "Organization/77", $"{Left}/Organization/77/_history/3"), B),
            Entry.Of("POST", "Observation", Measured(one, $"{B}/_history/1", B.ToUpperInvariant().Replace("URN:UUID", "urn:uuid", StringComparison.Ordinal), "Observation/tmp1/_history/1"), A),
            Entry.Of("POST", "Observation", one.Observation("1", "2026-01-05", ",\"id\":\"tmp1\""))));
        Assert.Equal(7, done.Entries.Count);
        var (left, right) = ($"Organization/{done.IdOf(0)}", $"Organization/{done.IdOf(1)}");
        Assert.Equal([left, right], await Performers(one, done.IdOf(2)), StringComparer.Ordinal);
        Assert.Equal([right, "Organization/78"], await Performers(one, done.IdOf(3)), StringComparer.Ordinal);
        // An entry without a base cannot say which of two it means.
        Assert.Equal(["Organization/77", left], await Performers(one, done.IdOf(4)), StringComparer.Ordinal);
        Assert.Equal([$"Observation/{done.IdOf(4)}", $"Observation/{done.IdOf(4)}", $"Observation/{done.IdOf(6)}"], await Members(one, done.IdOf(5)), StringComparer.Ordinal);

        // A version of a record that stands here stays the version it is.
        var old = done.IdOf(6);
        var again = await one.Ask("POST", "", Entry.Transaction(
            Entry.Of("PUT", $"Observation/{old}", one.Observation("2", "2026-01-05", $",\"id\":\"{old}\""), $"{Clinic.Root}/Observation/{old}"), Entry.Of("POST", "Observation", Measured(one, $"Observation/{old}/_history/1"))));
        Assert.Equal([$"Observation/{old}/_history/1"], await Members(one, again.IdOf(1)), StringComparer.Ordinal);
    }

    [Fact]
    public async Task What_no_entry_answers_is_refused_and_no_two_entries_have_one_name()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var (good, lost) = (Entry.Of("POST", "Observation", one.Observation("1", "2026-01-05"), A), Entry.Of("POST", "Observation", Seen(one, B)));
        var refused = await one.Ask("POST", "", Entry.Transaction(good, lost));
        Assert.Equal(422, refused.Status);
        Assert.StartsWith("Entry 2: The element 'performer'", refused.Issue.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("1b0fd0d6", refused.Issue.Sentence, StringComparison.Ordinal);
        Assert.Empty(await one.Found("Observation"));
        foreach (var type in new Func<string[], string>[] { Entry.Batch, Entry.Transaction })
        {
            var twice = await one.Ask("POST", "", type([good, Entry.Of("GET", "Observation"), good]));
            Assert.Equal(400, twice.Status);
            Assert.StartsWith("Entries 1 and 3 ", twice.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(["201", "422"], (await one.Ask("POST", "", Entry.Batch(good, lost))).Statuses(), StringComparer.Ordinal);
        // A record of its own may be the first of several that come one by one; a patch answers for what it puts in alone.
        var single = (await one.Ask("POST", "Observation", Seen(one, B))).Id;
        var patch = (string operations) => one.Ask("POST", "", Entry.Transaction(Entry.Of("PATCH", $"Observation/{single}", Entry.Patch(operations))));
        Assert.Equal(200, (await patch("""[{"op":"replace","path":"/status","value":"amended"}]""")).Status);
        Assert.Equal(422, (await patch($$"""[{"op":"add","path":"/focus","value":[{"reference":"{{A}}"}]}]""")).Status);
    }

    private static string Seen(Patient one, params string[] performers) => Referring(one, "performer", performers);

    private static string Measured(Patient one, params string[] members) => Referring(one, "hasMember", members);

    private static string Referring(Patient one, string element, string[] references) =>
        one.Observation("61", "2026-02-05", $",\"{element}\":[{string.Join(',', references.Select(reference => $"{{\"reference\":\"{reference}\"}}"))}]");

    private static Task<IReadOnlyList<string>> Performers(Patient one, string id) => References(one, "performer", id);

    private static Task<IReadOnlyList<string>> Members(Patient one, string id) => References(one, "hasMember", id);

    private static async Task<IReadOnlyList<string>> References(Patient one, string element, string id) =>
        [.. (await one.Ask("GET", $"Observation/{id}")).Body.GetProperty(element).EnumerateArray().Select(each => each.GetProperty("reference").GetString()!)];
}
