using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteViewTests() : ViewContract(StoreKind.Sqlite);

public sealed class PostgresViewTests() : ViewContract(StoreKind.Postgres);

/// <summary>The access log, the origins of records and the grants as AuditEvent, Provenance and Consent.</summary>
public abstract class ViewContract(StoreKind store)
{
    private static readonly AccessClasses Plain = AccessClasses.Of(Enum.GetValues<DataCategory>());

    [Fact]
    public async Task The_persons_app_sees_what_everybody_did_and_a_clinician_what_it_did_itself()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        await one.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
        await one.Ask("GET", $"Observation/{id}");
        await one.Ask("GET", "Observation");

        one.Kind = ApiCallerKind.ResidentApp;
        var all = await one.Ask("GET", "AuditEvent?_total=accurate");
        Assert.All(all.Entries, Valid);
        Assert.Equal(all.Entries.Count, all.Body.GetProperty("total").GetInt32());
        var looked = Assert.Single((await one.Ask("GET", $"AuditEvent?agent-role=clinician&action=R&entity=Observation/{id}")).Entries).GetProperty("resource");
        Assert.Equal(("read", "0", "care"), (looked.GetProperty("subtype")[0].GetProperty("code").GetString(), looked.GetProperty("outcome").GetString(),
            looked.GetProperty("purposeOfEvent")[0].GetProperty("coding")[0].GetProperty("code").GetString()));
        // Who looked, and through which app.
        var agents = looked.GetProperty("agent").EnumerateArray().Select(agent => (agent.GetProperty("who").GetProperty("identifier").GetProperty("value").GetString(), agent.GetProperty("requestor").GetBoolean()));
        Assert.Equal([(one.App, true), ("7", false)], agents);
        Assert.Equal(looked.GetRawText(), (await one.Ask("GET", $"AuditEvent/{looked.GetProperty("id").GetString()}")).Body.GetRawText());
        Assert.Equal(2, (await one.Found("AuditEvent?agent-role=clinician&outcome=0")).Count);
        // Looking at the log is a look as well: this is the fourth since.
        Assert.Equal(all.Entries.Count + 4, (await one.Found($"AuditEvent?patient={one.Id}&date=ge2026-01-01&type=rest")).Count);
        Assert.Empty(await one.Found("AuditEvent?date=lt2026-01-01"));
        Assert.NotEmpty(await one.Found($"AuditEvent?agent=Patient/{one.Id}"));
        Assert.Equal(all.Matches.Count - 1, (await one.Found($"Patient/{one.Id}/AuditEvent?subtype:not=access-log")).Count);

        one.Kind = ApiCallerKind.ClinicianApp;
        var own = await one.Ask("GET", "AuditEvent");
        Assert.Equal(["access-log", "search", "read"], own.Entries.Select(entry => entry.GetProperty("resource").GetProperty("subtype")[0].GetProperty("code").GetString()!), StringComparer.Ordinal);
        Assert.All(own.Entries, entry => Assert.Equal("clinician", entry.GetProperty("resource").GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString()));
        Assert.Equal(404, (await one.Ask("GET", $"AuditEvent/{all.Matches[^1]}")).Status);
        Assert.Equal(404, (await (await clinic.Patient()).Ask("GET", $"AuditEvent/{all.Matches[^1]}")).Status);
    }

    [Fact]
    public async Task An_app_is_named_as_the_municipality_let_it_in_where_it_looked_and_where_it_was_given_access()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        one.Names[8] = "歩数ノート";
        await one.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
        await one.Ask("GET", "Observation");
        one.ConnectedAs = "8/5";
        await one.Share(ApiCallerKind.ResidentApp, Plain);
        await one.Ask("GET", "Observation");

        static string Who(JsonElement agent) => $"{agent.GetProperty("who").GetProperty("identifier").GetProperty("value").GetString()} {agent.GetProperty("who").GetProperty("display").GetString()}";
        var looked = (await one.Ask("GET", "AuditEvent?subtype=search&agent-role=application")).Entries.Select(entry => entry.GetProperty("resource").GetProperty("agent")).ToList();
        Assert.Equal([$"{one.App} clinician", "7 診察ノート"], looked[1].EnumerateArray().Select(Who), StringComparer.Ordinal);
        Assert.Equal(["8 歩数ノート"], looked[0].EnumerateArray().Select(Who), StringComparer.Ordinal);
        // Given by the person, to whom: the app, and the clinician who is known by number alone here.
        var given = (await one.Ask("GET", "AuditEvent?subtype=grant")).Entries;
        Assert.All(given, Valid);
        var parties = given.Select(entry => entry.GetProperty("resource").GetProperty("agent")[1]).ToList();
        Assert.All(parties, party => Assert.Equal(("IRCP", false), (party.GetProperty("type").GetProperty("coding")[0].GetProperty("code").GetString(), party.GetProperty("requestor").GetBoolean())));
        Assert.Contains("8 歩数ノート", parties.Select(Who), StringComparer.Ordinal);
        Assert.Contains($"{one.App} clinician", parties.Select(Who), StringComparer.Ordinal);
        var consents = (await one.Ask("GET", "Consent")).Entries.Select(entry => entry.GetProperty("resource").GetProperty("provision").GetProperty("actor")[0].GetProperty("reference").GetProperty("display").GetString());
        Assert.Contains("歩数ノート", consents, StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_pages_of_a_view_show_each_once_while_the_log_grows()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        for (var i = 0; i < 7; i++)
            await one.Ask("GET", $"Observation/{await one.Weigh("61", $"2026-04-0{i + 1}")}");
        foreach (var (address, least) in new[] { ("AuditEvent?action=R,U&_count=2", 14), ("Provenance?_count=2", 8), ("Consent?_count=1", 2) })
        {
            var seen = new List<string>();
            for (var next = address; next is not null;)
            {
                var page = await one.Ask("GET", next);
                Assert.Equal(200, page.Status);
                seen.AddRange(page.Matches);
                next = page.Next;
            }

            Assert.Equal(seen.Count, seen.Distinct(StringComparer.Ordinal).Count());
            Assert.InRange(seen.Count, least, least + 2);
        }

        Assert.Equal(400, (await one.Ask("GET", "AuditEvent?_page=AAAA")).Status);
        var other = (await one.Ask("GET", "Provenance?_count=2")).Next![^40..];
        Assert.Equal(400, (await one.Ask("GET", $"AuditEvent?_page={other}")).Status);
        Assert.Equal(2, (await one.Ask("GET", "Consent?_summary=count")).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task The_log_says_nothing_of_records_that_are_hidden()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var hidden = await one.Came(HiddenContract.Condition(one, "F32"), new RecordOrigin(SourceKind.Mynaportal, null, null, null, default));
        await one.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
        await one.Ask("GET", $"Condition/{hidden}");
        one.Kind = ApiCallerKind.ResidentApp;
        Assert.Equal(2, (await one.Found($"AuditEvent?entity=Condition/{hidden}")).Count);
        Assert.Single(await one.Found($"Provenance?target=Condition/{hidden}"));
        await one.Connect("1", Plain);
        Assert.DoesNotContain(hidden, (await one.Ask("GET", "AuditEvent?_count=1000")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Empty(await one.Found($"AuditEvent?agent-role=clinician"));
        Assert.Empty(await one.Found($"Provenance?target=Condition/{hidden}"));
        Assert.Equal(404, (await one.Ask("GET", $"Provenance/origin-{hidden}")).Status);
        one.Kind = ApiCallerKind.ClinicianApp;
        await one.Share(ApiCallerKind.ClinicianApp, Plain);
        // It asked for it itself: that it asked stays, what for does not.
        Assert.DoesNotContain(hidden, (await one.Ask("GET", "AuditEvent")).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Single(await one.Found("AuditEvent?subtype=read"));
    }

    [Fact]
    public async Task Each_record_has_its_provenance_as_far_as_the_scopes_read_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var written = await one.Weigh("61", "2026-04-01");
        var official = await one.Came(HiddenContract.Condition(one, "I10"), new RecordOrigin(SourceKind.Mynaportal, "国保", 5, "3", TimeProvider.System.GetUtcNow()));
        var all = await one.Ask("GET", "Provenance");
        Assert.Equal(3, all.Entries.Count);
        Assert.All(all.Entries, Valid);
        var first = Assert.Single((await one.Ask("GET", $"Provenance?target=Observation/{written}")).Entries).GetProperty("resource");
        Assert.Equal(("author", "application"), (first.GetProperty("agent")[0].GetProperty("type").GetProperty("coding")[0].GetProperty("code").GetString(), first.GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString()));
        Assert.Equal(first.GetRawText(), (await one.Ask("GET", $"Provenance/{first.GetProperty("id").GetString()}")).Body.GetRawText());
        var second = Assert.Single((await one.Ask("GET", "Provenance?agent-role=Mynaportal")).Entries).GetProperty("resource");
        Assert.Equal(($"Condition/{official}", "国保", "original file"), (second.GetProperty("target")[0].GetProperty("reference").GetString(), second.GetProperty("agent")[0].GetProperty("who").GetProperty("display").GetString(),
            second.GetProperty("entity")[0].GetProperty("what").GetProperty("display").GetString()));
        Assert.Equal(3, (await one.Found($"Provenance?patient={one.Id}&recorded=ge2026-01-01")).Count);
        Assert.Empty(await one.Found($"Provenance?patient={written}"));
        Assert.Equal(3, (await one.Found($"Patient/{one.Id}/$everything?_type=Provenance")).Count);
        Assert.DoesNotContain((await one.Ask("GET", $"Patient/{one.Id}/$everything")).Entries, entry => HeldTypes.IsView(entry.GetProperty("resource").GetProperty("resourceType").GetString()!));
        var beside = await one.Ask("GET", "Observation?_revinclude=Provenance:target");
        Assert.Equal(written, Assert.Single(beside.Matches));
        Assert.Equal($"origin-{written}", Assert.Single(beside.Included));
        one.Scopes = "patient/Observation.rs";
        Assert.Empty((await one.Ask("GET", "Observation?_revinclude=Provenance:target")).Included);
        one.Scopes = "patient/Provenance.rs patient/Observation.rs";
        Assert.Equal([$"origin-{written}"], await one.Found("Provenance"), StringComparer.Ordinal);
        Assert.Equal(404, (await one.Ask("GET", $"Provenance/origin-{official}")).Status);
        Assert.Equal(403, (await one.Ask("GET", "AuditEvent")).Status);
        Assert.Equal(403, (await one.Ask("GET", "Consent")).Status);
    }

    [Fact]
    public async Task A_consent_ends_with_the_records_of_a_transaction_or_neither_does()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Share(ApiCallerKind.ClinicianApp, Plain);
        one.Kind = ApiCallerKind.ResidentApp;
        var given = (await one.Ask("GET", "Consent?purpose=care")).Entries.Single().GetProperty("resource");
        var id = given.GetProperty("id").GetString()!;
        var ended = given.GetRawText().Replace("\"active\"", "\"inactive\"", StringComparison.Ordinal);
        string Entry(string method, string url, string resource) => $$$"""{"resource":{{{resource}}},"request":{"method":"{{{method}}}","url":"{{{url}}}"}}""";
        Task<Reply> Sent(params string[] entries) => one.Ask("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}""");
        var standing = (await one.Found("Observation")).Count;
        var end = Entry("PUT", $"Consent/{id}", ended);
        var weight = Entry("POST", "Observation", one.Observation("61", "2026-04-01"));

        // A fault anywhere, and nothing of it is done: the grant lives, and no record came.
        Assert.Equal(404, (await Sent(end, weight, Entry("PUT", "Observation/none", one.Observation("62", "2026-04-01")))).Status);
        Assert.Equal(400, (await Sent(end, weight, end)).Status);
        Assert.Equal(404, (await Sent(weight, Entry("PUT", "Consent/none", ended))).Status);
        Assert.Equal(403, (await Sent(weight, Entry("PUT", $"Consent/{id}", given.GetRawText().Replace("permit", "deny", StringComparison.Ordinal)))).Status);
        Assert.Equal(standing, (await one.Found("Observation")).Count);
        Assert.Equal([id], await one.Found("Consent?status=active&purpose=care"), StringComparer.Ordinal);
        Assert.Equal(2, (await Sent(Entry("PUT", $"Consent/{id}", given.GetRawText()), weight)).Entries.Count);
        Assert.Equal([id], await one.Found("Consent?status=active&purpose=care"), StringComparer.Ordinal);

        var done = await Sent(end, Entry("POST", "Observation", one.Observation("63", "2026-04-02")));
        Assert.Equal(["200", "201"], done.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()), StringComparer.Ordinal);
        Assert.Equal("inactive", done.Entries[0].GetProperty("resource").GetProperty("status").GetString());
        Assert.Equal(standing + 2, (await one.Found("Observation")).Count);
        Assert.Equal([id], await one.Found("Consent?status=inactive"), StringComparer.Ordinal);
        one.Kind = ApiCallerKind.ClinicianApp;
        Assert.Equal(404, (await one.Ask("GET", $"Patient/{one.Id}")).Status);

        // The end stands in the person's log once, under the app; and the log's own check finds both changes as it finds them alone.
        var own = (await clinic.Vault.Open(Actor.Resident(one.Resident), one.Resident, Purpose.OwnUse, Clinic.Cancel)).Value;
        Assert.Single(await own.AccessLog(1_000, Clinic.Cancel), e => e is { ActorKind: ActorKind.Application, Action: "revoke", Refused: false });
        await clinic.LogHolds();
    }

    [Fact]
    public async Task A_consent_is_ended_by_the_persons_app_and_counts_at_the_next_request()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Share(ApiCallerKind.ClinicianApp, Plain);
        await one.Share(ApiCallerKind.Backend, Plain);
        Assert.Equal(2, (await one.Found("Consent")).Count);
        one.Kind = ApiCallerKind.ClinicianApp;
        var own = await one.Ask("GET", $"Consent?patient={one.Id}");
        Assert.Equal(2, own.Entries.Count);
        var theirs = own.Entries.Single(entry => entry.GetProperty("resource").GetProperty("provision").GetProperty("purpose")[0].GetProperty("code").GetString() is "care").GetProperty("resource");
        var id = theirs.GetProperty("id").GetString()!;
        var ended = theirs.GetRawText().Replace("\"active\"", "\"inactive\"", StringComparison.Ordinal);
        Assert.Equal(403, (await one.Ask("PUT", $"Consent/{id}", ended)).Status);
        Assert.Equal(200, (await one.Ask("GET", "Observation")).Status);

        one.Kind = ApiCallerKind.ResidentApp;
        var all = await one.Ask("GET", "Consent");
        Assert.Equal(6, all.Entries.Count);
        Assert.All(all.Entries, Valid);
        Assert.Equal(6, (await one.Found("Consent?status=active&scope=patient-privacy&category=59284-0&period=ge2026-01-01")).Count);
        Assert.Equal([id], await one.Found("Consent?purpose=care"), StringComparer.Ordinal);
        Assert.Equal(2, (await one.Found("Consent?actor:identifier=urn:x-tasuki:actor:clinician|1")).Count);
        one.Scopes = "patient/*.rs";
        Assert.Equal(403, (await one.Ask("PUT", $"Consent/{id}", ended)).Status);
        one.Scopes = "patient/*.cruds";
        foreach (var wrong in new[] { ended.Replace("care", "operation", StringComparison.Ordinal), ended.Replace("inactive", "rejected", StringComparison.Ordinal), theirs.GetRawText().Replace("permit", "deny", StringComparison.Ordinal) })
            Assert.Equal((403, "business-rule"), (await one.Ask("PUT", $"Consent/{id}", wrong)) is var refused ? (refused.Status, refused.Issue.Code) : default);
        Assert.Equal((200, 1), await one.Ask("PUT", $"Consent/{id}", theirs.GetRawText()) is var same ? (same.Status, same.Version) : default);
        Assert.Equal(412, (await one.Ask("PUT", $"Consent/{id}", ended, h => h["If-Match"] = "W/\"2\"")).Status);
        one.Kind = ApiCallerKind.ClinicianApp;
        Assert.Equal(200, (await one.Ask("GET", "Observation?patient=" + one.Id)).Status);

        one.Kind = ApiCallerKind.ResidentApp;
        Assert.Equal((200, 2, "inactive"), await one.Ask("PUT", $"Consent/{id}", ended) is var done ? (done.Status, done.Version, done.Body.GetProperty("status").GetString()) : default);
        one.Kind = ApiCallerKind.ClinicianApp;
        Assert.Equal(404, (await one.Ask("GET", $"Patient/{one.Id}")).Status);
        Assert.Equal(404, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"))).Status);
        one.Kind = ApiCallerKind.ResidentApp;
        Assert.Equal([id], await one.Found("Consent?status=inactive"), StringComparer.Ordinal);
        Assert.Equal(403, (await one.Ask("PUT", $"Consent/{id}", theirs.GetRawText())).Status);

        // Its own, by a patch: from then on nothing is open to it.
        var mine = (await one.Ask("GET", "Consent?purpose=app-use&status=active")).Entries.Select(entry => entry.GetProperty("resource"))
            .Single(consent => !consent.GetRawText().Contains("\"value\":\"1\"", StringComparison.Ordinal)).GetProperty("id").GetString();
        Assert.Equal(200, (await one.Ask("PATCH", $"Consent/{mine}", """[{"op":"replace","path":"/status","value":"inactive"}]""")).Status);
        Assert.Equal(404, (await one.Ask("GET", $"Patient/{one.Id}")).Status);
        Assert.Equal(404, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"))).Status);
    }

    [Fact]
    public async Task What_cannot_be_asked_of_a_view_is_named_as_it_was_asked()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Found("Observation");
        Assert.NotEmpty(await one.Found("AuditEvent?entity-type=http://hl7.org/fhir/resource-types|Observation"));
        Assert.Empty(await one.Found("AuditEvent?entity-type=Condition"));
        var chained = await one.Ask("GET", "AuditEvent?patient.name=x");
        Assert.Equal((400, "Nothing is chained to the search parameter 'patient' of AuditEvent: what it refers to is searched at its own address."), (chained.Status, chained.Issue.Sentence));
        foreach (var address in new[] { "AuditEvent?source=x", "Consent?data.status=x", "Provenance?entity:missing=true" })
        {
            var refused = await one.Ask("GET", address);
            var (type, name) = (address.Split('?')[0], address.Split('?', '.', ':', '=')[1]);
            Assert.Equal((400, $"The search parameter '{name}' is not known for {type}."), (refused.Status, refused.Issue.Sentence));
        }
    }

    [Fact]
    public async Task An_app_that_may_not_write_ends_nothing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var consents = (await one.Ask("GET", "Consent?purpose=app-entry")).Entries;
        Assert.Equal(200, (await one.Ask("PATCH", $"Consent/{consents[0].GetProperty("resource").GetProperty("id").GetString()}", """[{"op":"replace","path":"/status","value":"inactive"}]""")).Status);
        var left = (await one.Ask("GET", "Consent?purpose=app-use")).Matches;
        Assert.Equal(403, (await one.Ask("PATCH", $"Consent/{left[0]}", """[{"op":"replace","path":"/status","value":"inactive"}]""")).Status);
        Assert.Equal(200, (await one.Ask("GET", $"Patient/{one.Id}")).Status);
    }

    [Fact]
    public async Task Every_line_of_the_table_about_views_is_what_the_interface_does()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("61", "2026-04-01");
        await one.Share(ApiCallerKind.Backend, AccessClasses.All);
        await one.Share(ApiCallerKind.ClinicianApp, AccessClasses.All);
        foreach (var rule in WriteRules.Table.Where(rule => HeldTypes.IsView(rule.Type)))
        {
            one.Kind = rule.Caller;
            await one.Ask("GET", "Observation");
            var found = (await one.Ask("GET", $"{rule.Type}?_count=200")).Entries[^1].GetProperty("resource");
            var address = $"{rule.Type}/{found.GetProperty("id").GetString()}";
            var answer = rule.Action switch
            {
                RuledAction.Read => await one.Ask("GET", address),
                RuledAction.Create => await one.Ask("POST", rule.Type, found.GetRawText()),
                RuledAction.Update => await one.Ask("PUT", address, found.GetRawText()),
                RuledAction.Patch => await one.Ask("PATCH", address, "[]"),
                _ => await one.Ask("DELETE", address),
            };
            Assert.True(rule.Refusal is null ? answer.Status == 200 : answer.Status == 403 && answer.Issue == ("business-rule", rule.Refusal), $"{rule}: {answer.Status}");
            Assert.Equal(found.GetRawText(), (await one.Ask("GET", address)).Body.GetRawText());
        }
    }

    [Fact]
    public async Task What_only_stored_records_can_be_asked_is_refused_by_name()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var type in HeldTypes.Views)
        {
            foreach (var name in new[] { "_sort", "_include", "_revinclude", "_has:Observation:subject:code", "patient.name", "nothing" })
            {
                var refused = await one.Ask("GET", $"{type}?{name}=a");
                Assert.Equal((400, "not-supported"), (refused.Status, refused.Issue.Code));
                Assert.Contains(name.Split(':', '.')[0], refused.Issue.Sentence, StringComparison.Ordinal);
            }

            foreach (var address in new[] { $"{type}/_history", $"{type}/a/_history", $"{type}/a/_history/1", $"Observation?_type={type},Observation", $"Observation?_revinclude={type}:patient", $"Observation?_has:{type}:patient:date=2026" })
                Assert.Equal(400, (await one.Ask("GET", address)).Status);
            Assert.Equal(404, (await one.Ask("GET", $"{type}/{new string('a', 26)}")).Status);
            Assert.Equal(404, (await one.Ask("DELETE", $"{type}/{one.Id}")).Status);
            Assert.Equal(200, (await one.Ask("GET", $"?_type={type}")).Status);
            var batch = await one.Ask("POST", "", $$"""{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"{{type}}?_count=1"} } ]}""");
            Assert.Equal("200", batch.Entries[0].GetProperty("response").GetProperty("status").GetString());
            var transaction = await one.Ask("POST", "", $$"""{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"{{type}}"},"resource":{"resourceType":"{{type}}"} } ]}""");
            Assert.Equal((403, "business-rule"), (transaction.Status, transaction.Issue.Code));
            Assert.StartsWith("Entry 1: ", transaction.Issue.Sentence, StringComparison.Ordinal);
            Assert.EndsWith(WriteRules.Refusal(type, RuledAction.Create, People.ApiCallerKind.ResidentApp, RecordStanding.New)!.Message, transaction.Issue.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_change_of_the_log_or_of_an_origin_by_a_condition_is_refused_by_its_rule()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var type in new[] { "AuditEvent", "Provenance" })
        {
            foreach (var (method, action) in new[] { ("DELETE", RuledAction.Delete), ("PATCH", RuledAction.Patch) })
            {
                var refused = await one.Ask(method, $"{type}?_lastUpdated=gt2026-01-01", method is "PATCH" ? "[]" : null);
                Assert.Equal((403, ("business-rule", WriteRules.Refusal(type, action, People.ApiCallerKind.ResidentApp, RecordStanding.Another)!.Message)), (refused.Status, refused.Issue));
                var whole = await one.Ask("POST", "", Entry.Transaction(Entry.Of(method, $"{type}?_lastUpdated=gt2026-01-01", method is "PATCH" ? Entry.Patch("[]") : null)));
                Assert.Equal((403, "Entry 1: " + refused.Issue.Sentence), (whole.Status, whole.Issue.Sentence));
            }
        }
    }

    private static void Valid(JsonElement entry) =>
        Assert.Empty(ResourceValidator.Check(System.Text.Encoding.UTF8.GetBytes(entry.GetProperty("resource").GetRawText())));
}
