using System.Globalization;
using System.Text;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteSharedTests() : SharedContract(StoreKind.Sqlite);

public sealed class PostgresSharedTests() : SharedContract(StoreKind.Postgres);

/// <summary>Records about nobody: brought in by the operator, all or none, recognised when they come again, read by every actor alike.</summary>
public abstract class SharedContract(StoreKind store)
{
    private static readonly Actor By = Actor.Operator("test", "the list of clinics");
    private static readonly Actor App = Actor.Application("1");

    internal static IReadOnlyList<NewSharedRecord> Clinics(int count) =>
        [.. Enumerable.Range(0, count).Select(i => New(string.Create(CultureInfo.InvariantCulture, $$"""{"resourceType":"Organization","id":"o{{i}}","identifier":[{"system":"urn:o","value":"{{i}}"}],"name":"みどり医院{{i}}"}"""), $"o:{i + 1}"))];

    [Fact]
    public async Task What_comes_is_stored_once_recognised_and_changed_as_a_new_version_with_its_references_rewritten()
    {
        await using var test = await Start(store);
        NewSharedRecord[] files =
        [
            New("""{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/p"},"organization":{"reference":"urn:uuid:o"}}"""),
            New("""{"resourceType":"PractitionerRole","practitioner":{"reference":"Practitioner/q"},"organization":{"reference":"urn:uuid:o"}}"""),
            New("""{"resourceType":"Organization","id":"o","identifier":[{"system":"urn:o","value":"1"}],"name":"みどり医院","partOf":{"reference":"Organization/group"}}""", url: "urn:uuid:o"),
            New("""{"resourceType":"Organization","id":"group","name":"緑の会"}"""),
            New("""{"resourceType":"Practitioner","id":"p","name":[{"family":"佐藤"}]}"""),
            New("""{"resourceType":"Practitioner","id":"q","name":[{"family":"鈴木"}]}"""),
            New("""{"resourceType":"Questionnaire","url":"https://a.example/q","version":"1","status":"active","title":"問診","subjectType":["Patient"],"item":[{"linkId":"1","type":"group"}]}"""),
        ];
        var first = (await test.Vault.ImportShared(By, files, Cancel)).Value;
        Assert.All(first, one => Assert.Equal(WriteOutcome.Created, one.Outcome));
        Assert.Equal(7, first.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(first, one => Assert.True(test.Vault.IsShared(one.Id) && test.Vault.ResidentOf(one.Id) is null));
        var session = test.Vault.OpenShared(App);
        Assert.Contains($"\"Organization/{first[2].Id}\"", (await session.Read(first[0].Id, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        Assert.Contains($"\"Practitioner/{first[5].Id}\"", (await session.Read(first[1].Id, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        Assert.Contains($"\"Organization/{first[3].Id}\"", (await session.Read(first[2].Id, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        Assert.True((await session.Read(first[2].Id, Cancel)).Value is { IsShared: true, Version: 1 });

        // The same again, from other files in another order; then some of it anew.
        Assert.All((await test.Vault.ImportShared(By, [.. files.Reverse()], Cancel)).Value, one => Assert.Equal(WriteOutcome.AlreadyThere, one.Outcome));
        await test.Reopen();
        var changed = (await test.Vault.ImportShared(By,
            [
                New("""{"resourceType":"Organization","id":"x","identifier":[{"system":"urn:o","value":"1"}],"name":"みどり総合病院"}"""),
                New("""{"resourceType":"Questionnaire","url":"https://a.example/q","version":"1","status":"retired"}"""),
                New($$$"""{"resourceType":"Location","managingOrganization":{"reference":"Organization/{{{first[2].Id}}}"}}"""),
            ], Cancel)).Value;
        Assert.Equal([WriteOutcome.Updated, WriteOutcome.Updated, WriteOutcome.Created], changed.Select(one => one.Outcome));
        Assert.Equal([first[2].Id, first[6].Id], changed.Take(2).Select(one => one.Id), StringComparer.Ordinal);
        session = test.Vault.OpenShared(App);
        Assert.True((await session.Read(first[2].Id, Cancel)).Value is { Version: 2 } now && now.Resource.Text().Contains("総合病院", StringComparison.Ordinal));
        Assert.Equal(8, (await session.Count(new RecordQuery(), Cancel)).Value);
        Assert.Equal(8, (await test.Vault.ListShared(By, Cancel)).Count(line => line.Opens));
        // Under the same number, in the same row.
        Assert.Equal(8, await test.Number("select count(*) from shared_record"));
    }

    [Fact]
    public async Task What_is_about_a_person_is_refused_and_then_nothing_of_it_is_stored()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var own = (await (await test.Own(resident, Purpose.Import)).Write([Make.Record("""{"resourceType":"Organization","name":"a"}""")], Cancel)).Value[0].Id;
        (string Json, string Code)[] wrong =
        [
            ("""{"resourceType":"Observation","status":"final","code":{"text":"a"}}""", "shared.refused"),
            ("""{"resourceType":"Patient"}""", "shared.refused"),
            ("""{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"reference":"Patient/1"}}]}""", "shared.refused"),
            ("""{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"reference":"https://other.example/fhir/Patient/1/_history/2"}}]}""", "shared.refused"),
            ("""{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"type":"Patient","identifier":{"value":"1"}}}]}""", "shared.refused"),
            ("""{"resourceType":"Organization","extension":[{"url":"urn:x","valueReference":{"reference":"Patient?identifier=urn:x|1"}}]}""", "shared.refused"),
            ("""{"resourceType":"Organization","partOf":{"reference":"Organization?identifier=urn:x|1"}}""", "shared.reference"),
            ("""{"resourceType":"Organization","contained":[{"resourceType":"RelatedPerson","patient":{"display":"a"}}]}""", "shared.refused"),
            ("""{"resourceType":"Practitioner","identifier":[{"type":{"text":"マイナンバー"},"value":"123456789018"}]}""", "shared.refused"),
            ("""{"resourceType":"Organization","partOf":{"reference":"Organization/nowhere"}}""", "shared.reference"),
            ($$$"""{"resourceType":"Organization","partOf":{"reference":"Organization/{{{own}}}"}}""", "shared.reference"),
            ("""{"resourceType":"Organization","partOf":{"reference":"urn:uuid:nowhere"}}""", "shared.reference"),
            ("""{"resourceType":"Organization","id":"o0"}""", "shared.twice"),
            ("""{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"0"}],"name":"another"}""", "shared.twice"),
        ];
        foreach (var (json, code) in wrong)
        {
            var refused = await test.Vault.ImportShared(By, [.. Clinics(2), New(json, position: "x.ndjson:3")], Cancel);
            Assert.True(refused.Error?.Code == code, $"{json}: {refused.Error?.Code}");
            Assert.StartsWith("x.ndjson:3: ", refused.Error!.Message, StringComparison.Ordinal);
        }

        foreach (var actor in new[] { App, Actor.Resident(resident), Actor.Officer("1"), Actor.Job("a", "b"), Actor.Operator("a", " ") })
            Assert.Equal("gate.refused", (await test.Vault.ImportShared(actor, Clinics(1), Cancel)).Error?.Code);
        Assert.Equal(0, await test.Number("select count(*) from shared_record"));
        Assert.Equal(1, await test.Number("select next from counter where name = 'shared'"));
    }

    [Fact]
    public async Task A_search_finds_sorts_and_pages_and_a_chain_from_a_persons_record_reaches_it()
    {
        await using var test = await Start(store);
        var clinics = (await test.Vault.ImportShared(By, Clinics(30), Cancel)).Value;
        await test.Vault.ImportShared(By, [New("""{"resourceType":"Questionnaire","status":"active","url":"urn:q1","date":"2026-01-02"}"""), New("""{"resourceType":"Questionnaire","status":"active","url":"urn:q2"}"""),
            New("""{"resourceType":"Questionnaire","status":"active","url":"urn:q3","date":"2026-01-03"}"""), New($$$"""{"resourceType":"Location","name":"別館","managingOrganization":{"reference":"Organization/{{{clinics[7].Id}}}"}}""")], Cancel);
        var session = test.Vault.OpenShared(App);
        var named = new RecordQuery { Where = new RecordPredicate.And([new RecordPredicate.OfType(["Organization"]), Name("みどり医院7")]) };
        Assert.Equal([clinics[7].Id], (await session.Search(named, Cancel)).Value.Records.Select(one => one.Id), StringComparer.Ordinal);
        Assert.Equal("query.parameter", (await session.Search(new RecordQuery { Types = ["Organization"], Where = new RecordPredicate.Parameter("nonsense", new StringTest(StringMatch.Exact, "a")) }, Cancel)).Error?.Code);
        foreach (var order in Enum.GetValues<RecordOrder>())
        {
            var query = new RecordQuery { Order = order, Limit = 7 };
            var seen = new List<string>();
            RecordPage page;
            do
            {
                page = (await session.Search(query, Cancel)).Value;
                seen.AddRange(page.Records.Select(one => one.Id));
                query = query with { After = page.Next };
            }
            while (page.Next is not null);
            Assert.Equal(34, seen.Count);
            Assert.Equal((await session.Search(new RecordQuery { Order = order, Limit = 1_000 }, Cancel)).Value.Records.Select(one => one.Id), seen, StringComparer.Ordinal);
            if (order is RecordOrder.NewestDateFirst)
                Assert.Equal(["urn:q3", "urn:q1"], await Urls(session, seen.Take(2)), StringComparer.Ordinal);
            if (order is RecordOrder.OldestDateFirst)
                Assert.Equal(["urn:q1", "urn:q3"], await Urls(session, seen.Take(2)), StringComparer.Ordinal);
        }

        var token = (await session.Search(named with { Where = null, Limit = 2 }, Cancel)).Value.Next;
        Assert.Equal("query.page", (await test.Vault.OpenShared(Actor.Application("2")).Search(named with { Where = null, Limit = 2, After = token }, Cancel)).Error?.Code);
        Assert.Equal("query.page", (await session.Search(named with { After = token }, Cancel)).Error?.Code);

        // Within the shared ones, both ways; and from a person's record.
        var chained = new RecordPredicate.And([new RecordPredicate.OfType(["Location"]), new RecordPredicate.ReferenceTo("organization", named.Where!)]);
        Assert.Single((await session.Search(new RecordQuery { Where = chained }, Cancel)).Value.Records);
        var back = new RecordPredicate.And([new RecordPredicate.OfType(["Organization"]), new RecordPredicate.ReferencedBy("Location", "organization", new RecordPredicate.Everything())]);
        Assert.Equal([clinics[7].Id], (await session.Search(new RecordQuery { Where = back }, Cancel)).Value.Records.Select(one => one.Id), StringComparer.Ordinal);
        var person = await test.Own(await test.Resident(), Purpose.Import);
        var made = (await person.Write([Encounter(clinics[7].Id), Encounter(clinics[8].Id)], Cancel)).Value;
        var from = new RecordPredicate.And([new RecordPredicate.OfType(["Encounter"]), new RecordPredicate.ReferenceTo("service-provider", named.Where!)]);
        Assert.Equal([made[0].Id], (await person.Search(new RecordQuery { Where = from }, Cancel)).Value.Records.Select(one => one.Id), StringComparer.Ordinal);
        Assert.Equal("record.missing", (await person.Read(clinics[7].Id, Cancel)).Error?.Code);
        Assert.Equal("record.missing", (await session.Read(made[0].Id, Cancel)).Error?.Code);
        Assert.Equal("record.missing", (await session.Read(clinics[7].Id[..^2] + "aa", Cancel)).Error?.Code);
    }

    [Fact]
    public async Task What_another_server_brought_in_is_seen_and_a_renewed_field_key_loses_nothing()
    {
        await using var test = await Start(store);
        var changed = New("""{"resourceType":"Organization","id":"o0","identifier":[{"system":"urn:o","value":"0"}],"name":"新しい名"}""");
        await using (var second = await test.Another())
        {
            await test.Vault.ImportShared(By, Clinics(2), Cancel);
            Assert.Equal(2, (await second.OpenShared(App).Count(new RecordQuery(), Cancel)).Value);
            Assert.Equal(2, (await test.Vault.OpenShared(App).Count(new RecordQuery(), Cancel)).Value);
            await second.ImportShared(By, [changed], Cancel);
            Assert.Contains("新しい名", Assert.Single((await test.Vault.OpenShared(App).Search(new RecordQuery { Identifier = "0" }, Cancel)).Value.Records).Resource.Text(), StringComparison.Ordinal);
        }

        test.Vault.Servers.Patience = 0;
        test.Clock.Pass(TimeSpan.FromSeconds(61));
        Assert.Equal(2, (await test.Vault.RenewKey(By, "field", Cancel)).Value);
        Assert.Equal(WriteOutcome.Created, (await test.Vault.ImportShared(By, [.. Clinics(3).Skip(2)], Cancel)).Value[0].Outcome);
        await test.Reopen();
        Assert.Equal(3, (await test.Vault.OpenShared(App).Count(new RecordQuery(), Cancel)).Value);
        Assert.Equal(WriteOutcome.AlreadyThere, (await test.Vault.ImportShared(By, [changed], Cancel)).Value[0].Outcome);
        Assert.Empty(test.Alarms.Messages);
    }

    [Fact]
    public async Task A_row_that_was_altered_or_moved_is_not_served_and_is_reported()
    {
        string[] changes =
        [
            "number = number + 100", "type = 1", "type = 30000", "version = version + 1", "updated = updated + 1", "identity = identity + 1",
            "body = (select o.body from shared_record o where o.number = 1)", "body = substr(body, 1, 5)", "body = substr(body, 1, 40)",
        ];
        foreach (var change in changes)
        {
            await using var test = await Start(store);
            var written = (await test.Vault.ImportShared(By, Clinics(3), Cancel)).Value;
            await test.Reopen();
            Assert.Equal(1, await test.Sql($"update shared_record set {change} where number = 2"));
            var session = test.Vault.OpenShared(App);
            Assert.Equal("record.missing", (await session.Read(written[1].Id, Cancel)).Error?.Code);
            Assert.Equal(2, (await session.Count(new RecordQuery(), Cancel)).Value);
            Assert.Contains(test.Alarms.Messages, message => message.Contains("shared_record", StringComparison.Ordinal));
            Assert.Equal(2, (await test.Vault.ListShared(By, Cancel)).Count(line => line.Opens));
            Assert.Single((await test.Vault.ListShared(By, Cancel)), line => !line.Opens);
            // Nothing is put in the place of what was altered.
            if (!change.StartsWith("identity", StringComparison.Ordinal))
                Assert.Equal("shared.broken", (await test.Vault.ImportShared(By, Clinics(3), Cancel)).Error?.Code);
        }
    }

    [Fact]
    public async Task A_row_deleted_rolled_back_or_slipped_in_is_found_by_the_check_of_the_log()
    {
        (string Change, string Found)[] changes =
        [
            ("delete from shared_record where number = 2", "shared_record 2, version 1: the row was deleted"),
            ("delete from shared_record where number = 1;insert into shared_record select * from kept where number = 1", "shared_record 1, version 2: the row was rolled back to version 1"),
            ("insert into shared_record select 9, updated, identity + 1, version, type, body from shared_record where number = 2", "shared_record 9, version 1: the row stands without an entry"),
            ("update shared_record set body = (select o.body from shared_record o where o.number = 1) where number = 2", "shared_record 2, version 1: the row stands without an entry"),
        ];
        foreach (var (change, found) in changes)
        {
            await using var test = await Start(store);
            await test.Vault.ImportShared(By, Clinics(3), Cancel);
            await test.Sql("create table kept as select * from shared_record");
            await test.Vault.ImportShared(By, [New("""{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"0"}],"name":"b"}""")], Cancel);
            test.Clock.Pass(TimeSpan.FromMinutes(5));
            await Look(test.Vault, await test.Resident());
            Assert.Empty((await Report(test, records: true)).Findings);
            foreach (var one in change.Split(';'))
                Assert.True(await test.Sql(one) > 0, one);
            Assert.Contains((await Report(test, records: true)).Findings, f => f.Contains(found, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Killed_at_any_step_an_import_left_all_or_nothing_and_is_run_again()
    {
        for (var step = 1; ; step++)
        {
            await using var test = await Start(store);
            await test.Vault.DisposeAsync();
            var killed = await KilledVault.Run(test, KilledVault.Share, step, new ResidentNo(0), Cancel);
            await test.Open();
            Assert.Equal(killed is null or "commit" ? 50 : 0, (await test.Vault.OpenShared(App).Count(new RecordQuery(), Cancel)).Value);
            Assert.True((await test.Vault.ImportShared(By, Clinics(50), Cancel)).IsOk);
            Assert.Equal(50, (await test.Vault.OpenShared(App).Count(new RecordQuery(), Cancel)).Value);
            Assert.Empty((await Report(test, records: true)).Findings);
            if (killed is null)
            {
                Assert.Equal(4, step);
                return;
            }
        }
    }

    [Fact]
    public async Task No_name_stands_in_the_database_in_clear()
    {
        await using var test = await Start(store);
        const string Mark = "himitsu-no-iin-16";
        await test.Vault.ImportShared(By, [New($$"""{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"{{Mark}}"}],"name":"{{Mark}}"}""")], Cancel);
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        var body = (await work.Query("select body from shared_record", row => row.GetFieldValue<byte[]>(0), Cancel)).Single();
        Assert.True(body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Mark)) < 0);
    }

    private static NewSharedRecord New(string json, string position = "a:1", string? url = null) => new(Make.Resource(json), position, url);

    private static RecordPredicate.Parameter Name(string name) => new("name", new StringTest(StringMatch.Exact, name));

    private static NewRecord Encounter(string clinic) => Make.Record(
        $$$"""{"resourceType":"Encounter","identifier":[{"system":"urn:e","value":"{{{clinic}}}"}],"status":"finished","class":{"code":"AMB"},"serviceProvider":{"reference":"Organization/{{{clinic}}}"}}""");

    private static async Task<List<string>> Urls(SharedSession session, IEnumerable<string> ids)
    {
        var urls = new List<string>();
        foreach (var id in ids)
            urls.Add((await session.Read(id, Cancel)).Value.Resource.Text().Split("\"url\":\"")[1].Split('"')[0]);
        return urls;
    }
}
