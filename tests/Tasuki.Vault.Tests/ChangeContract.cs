using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteChangeTests() : ChangeContract(StoreKind.Sqlite);

public sealed class PostgresChangeTests() : ChangeContract(StoreKind.Postgres);

/// <summary>Changes by id: all or none, one after another on one record, with the past kept and hidden as the record is.</summary>
public abstract class ChangeContract(StoreKind store)
{
    [Fact]
    public async Task What_is_created_twice_is_two_records_and_each_change_makes_a_version()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident);
        var made = (await session.Change([Create("1"), Create("1")], null, Cancel)).Value;
        Assert.NotEqual(made[0].Id, made[1].Id, StringComparer.Ordinal);
        Assert.All(made, one => Assert.Equal((1, ChangeOutcome.Created), (one.Version, one.Outcome)));

        var updated = Assert.Single((await session.Change([new RecordChange.Update(made[0].Id, Weight("2"), IfVersion: 1)], null, Cancel)).Value);
        Assert.Equal((2, ChangeOutcome.Updated), (updated.Version, updated.Outcome));
        Assert.Contains("\"value\":2", updated.Record!.Resource.Text(), StringComparison.Ordinal);
        Assert.Equal("change.version", (await session.Change([new RecordChange.Update(made[0].Id, Weight("3"), IfVersion: 1)], null, Cancel)).Error?.Code);
        Assert.Equal("change.twice", (await session.Change([new RecordChange.Update(made[0].Id, Weight("3")), new RecordChange.Delete(made[0].Id)], null, Cancel)).Error?.Code);

        var history = (await session.History(made[0].Id, [], null, 10, null, Cancel)).Value;
        Assert.Equal([2, 1], history.Versions.Select(one => one.Version));
        Assert.Contains("\"value\":1", history.Versions[1].Record!.Resource.Text(), StringComparison.Ordinal);

        Assert.Equal(ChangeOutcome.Deleted, Assert.Single((await session.Change([new RecordChange.Delete(made[0].Id, IfVersion: 2)], null, Cancel)).Value).Outcome);
        Assert.Equal("record.missing", (await session.Read(made[0].Id, Cancel)).Error?.Code);
        Assert.Equal("record.missing", (await session.Change([new RecordChange.Delete(made[0].Id)], null, Cancel)).Error?.Code);
        var gone = Assert.Single((await session.History(made[0].Id, [], null, 10, null, Cancel)).Value.Versions);
        Assert.Equal((3, null), (gone.Version, gone.Record));
        Assert.Empty((await LogTesting.Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task One_wrong_change_undoes_all_and_what_may_not_be_changed_is_asked_as_it_stands()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident);
        var first = (await session.Change([Create("1")], null, Cancel)).Value[0];
        var forged = test.Vault.Parts.Ids.Encode(resident, 4_000);
        Assert.Equal("record.missing", (await session.Change([Create("5"), new RecordChange.Update(first.Id, Weight("6")), new RecordChange.Delete(forged)], null, Cancel)).Error?.Code);
        var permit = (StoredRecord record, RecordChange _) => record.Version == 1 ? new Error("test.no", "Not this one.") : null;
        Assert.Equal("test.no", (await session.Change([Create("5"), new RecordChange.Update(first.Id, Weight("6"))], permit, Cancel)).Error?.Code);
        var other = new NewRecord(CanonicalResource.Parse("{\"resourceType\":\"Condition\",\"subject\":{\"display\":\"x\"}}"u8.ToArray()).Value, Weight("1").Origin);
        Assert.Equal("record.missing", (await session.Change([new RecordChange.Update(first.Id, other)], null, Cancel)).Error?.Code);
        Assert.Equal(1, Assert.Single((await session.Search(new RecordQuery(), Cancel)).Value.Records).Version);
    }

    [Fact]
    public async Task Of_many_conditional_creates_at_once_one_creates()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var like = new RecordQuery { Types = ["Observation"], Where = new RecordPredicate.Parameter("value-quantity", new QuantityTest(SearchPrefix.Equal, 7)) };
        var made = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(async () =>
            (await (await test.Own(resident)).Change([new RecordChange.Create(Weight("7"), like)], null, Cancel)).Value[0])));
        Assert.Single(made, one => one.Outcome is ChangeOutcome.Created);
        Assert.Single(made.Select(one => one.Id).Distinct(StringComparer.Ordinal));

        var session = await test.Own(resident);
        await session.Change([Create("7")], null, Cancel);
        Assert.Equal("change.ambiguous", (await session.Change([new RecordChange.Create(Weight("7"), like)], null, Cancel)).Error?.Code);
        var eight = like with { Where = new RecordPredicate.Parameter("value-quantity", new QuantityTest(SearchPrefix.Equal, 8)) };
        var must = new RecordChange.Create(Weight("8"), eight) { MustBeNew = true };
        Assert.True((await session.Change([must], null, Cancel)).IsOk);
        Assert.Equal(("change.version", 1), (await session.Change([Create("9"), must], null, Cancel)).Error is { } found ? (found.Code, found.At!.Value) : default);
        Assert.Equal(3, Assert.Single(await session.Count(Cancel)).Count);
    }

    [Fact]
    public async Task Updates_of_one_record_at_once_are_versions_one_after_another()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var first = (await (await test.Own(resident)).Change([Create("0")], null, Cancel)).Value[0];
        var done = await Task.WhenAll(Enumerable.Range(1, 16).Select(i => Task.Run(async () =>
            (await (await test.Own(resident)).Change([new RecordChange.Update(first.Id, Weight($"{i}"))], null, Cancel)).Value[0].Version)));
        Assert.Equal(Enumerable.Range(2, 16), done.Order());
        var one = await test.Own(resident);
        var versions = new List<int>();
        string? after = null;
        do
        {
            var page = (await one.History(null, ["Observation"], null, 5, after, Cancel)).Value;
            versions.AddRange(page.Versions.Select(v => v.Version));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(Enumerable.Range(1, 17).Reverse(), versions);
        Assert.Empty((await LogTesting.Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task A_record_says_whose_it_is_and_a_grantee_reaches_those_who_gave()
    {
        await using var test = await Start(store);
        var (one, two, three) = (await test.Resident(), await test.Resident(), await test.Resident());
        var id = (await (await test.Own(two)).Change([Create("1")], null, Cancel)).Value[0].Id;
        Assert.Equal(two, test.Vault.ResidentOf(id));
        Assert.Null(test.Vault.ResidentOf(new string('a', 26)));
        foreach (var resident in new[] { three, one })
        {
            Assert.True((await test.Vault.Grant(Actor.Resident(resident), new NewGrant(
                resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, null, null, test.Clock.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        }

        Assert.Equal([one, three], await test.Vault.Reached(Actor.Clinician("c1"), Purpose.Care, 10, Cancel));
        Assert.Equal([one], await test.Vault.Reached(Actor.Clinician("c1"), Purpose.Care, 1, Cancel));
        Assert.Empty(await test.Vault.Reached(Actor.Clinician("c2"), Purpose.Care, 10, Cancel));
        test.Clock.Pass(TimeSpan.FromDays(2));
        Assert.Empty(await test.Vault.Reached(Actor.Clinician("c1"), Purpose.Care, 10, Cancel));
    }

    [Fact]
    public async Task A_grant_ends_with_a_change_and_where_it_does_not_live_nothing_is_changed()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var (owner, app) = (Actor.Resident(resident), Actor.Application("7/1"));
        async Task<long> Given(ActorKind kind, string id, string purpose) =>
            (await test.Vault.Grant(owner, new NewGrant(resident, kind, id, purpose, AccessClasses.All, null, null, test.Clock.Now.AddDays(9)), Cancel)).Value;
        await Given(app.Kind, app.Id, Purpose.AppEntry);
        var (gone, living) = (await Given(ActorKind.Clinician, "c1", Purpose.Care), await Given(ActorKind.Clinician, "c2", Purpose.Care));
        Assert.True((await test.Vault.Revoke(owner, resident, gone, Cancel)).IsOk);
        var session = (await test.Vault.Open(app, resident, Purpose.AppEntry, Cancel)).Value;
        string Id(long grant) => test.Vault.Parts.Ids.EncodeGrant(resident, grant);

        foreach (var ends in new[] { [Id(gone)], [Id(living), Id(gone)], new[] { Id(living), "none" } })
            Assert.False((await session.Change([Create("1")], null, Cancel, ends)).IsOk);
        Assert.Empty(await (await test.Own(resident)).Count(Cancel));
        Assert.True((await test.Vault.Open(Actor.Clinician("c2"), resident, Purpose.Care, Cancel)).IsOk);

        Assert.Equal(ChangeOutcome.Created, Assert.Single((await session.Change([Create("1")], null, Cancel, Id(living))).Value).Outcome);
        Assert.False((await test.Vault.Open(Actor.Clinician("c2"), resident, Purpose.Care, Cancel)).IsOk);
        Assert.Equal(2, (await (await test.Own(resident)).AccessLog(100, Cancel)).Count(e => e is { Action: "revoke", Refused: false }));
    }

    [Fact]
    public async Task What_the_records_of_one_request_call_each_other_becomes_what_is_stored_changed_or_found()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident());
        var (standing, found) = ((await session.Change([Create("1")], null, Cancel)).Value[0].Id, (await session.Change([Create("7")], null, Cancel)).Value[0].Id);
        var like = new RecordQuery { Types = ["Observation"], Where = new RecordPredicate.Parameter("value-quantity", new QuantityTest(SearchPrefix.Equal, 7)) };
        var report = CanonicalResource.Parse("{\"resourceType\":\"DiagnosticReport\",\"result\":[{\"reference\":\"a\"},{\"reference\":\"b\"},{\"reference\":\"c\"},{\"reference\":\"d\"}],\"presentedForm\":[{\"url\":\"c\"}]}"u8.ToArray()).Value;
        var links = new Dictionary<string, int>(StringComparer.Ordinal) { ["a"] = 1, ["b"] = 2, ["c"] = 3 };
        var done = (await session.Change(
            [new RecordChange.Create(new NewRecord(report, Weight("1").Origin) { Links = links }), new RecordChange.Create(Weight("7"), like), new RecordChange.Update(standing, Weight("2")), Create("3")],
            null, Cancel)).Value;
        Assert.Equal([ChangeOutcome.Created, ChangeOutcome.Found, ChangeOutcome.Updated, ChangeOutcome.Created], done.Select(one => one.Outcome));
        var stored = (await session.Read(done[0].Id, Cancel)).Value.Resource.Text();
        Assert.Equal(
            $"{{\"resourceType\":\"DiagnosticReport\",\"result\":[{{\"reference\":\"Observation/{found}\"}},{{\"reference\":\"Observation/{standing}\"}},{{\"reference\":\"Observation/{done[3].Id}\"}},{{\"reference\":\"d\"}}],\"presentedForm\":[{{\"url\":\"Observation/{done[3].Id}\"}}]}}",
            stored);
    }

    [Fact]
    public async Task An_error_names_the_change_it_is_about()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident);
        var first = (await session.Change([Create("1")], null, Cancel)).Value[0].Id;
        foreach (var (code, change) in new (string, RecordChange)[]
        {
            ("record.missing", new RecordChange.Delete(test.Vault.Parts.Ids.Encode(resident, 4_000))), ("change.version", new RecordChange.Update(first, Weight("2"), IfVersion: 9)),
            ("test.no", new RecordChange.Delete(first)),
        })
        {
            var error = (await session.Change([Create("5"), change], (_, _) => new Error("test.no", "Not this one."), Cancel)).Error!;
            Assert.Equal((code, 1), (error.Code, error.At));
        }

        Assert.Equal(("change.twice", 2), (await session.Change([Create("5"), new RecordChange.Delete(first), new RecordChange.Delete(first)], null, Cancel)).Error is { } twice ? (twice.Code, twice.At!.Value) : default);
    }

    private static RecordChange.Create Create(string value) => new(Weight(value));

    private static NewRecord Weight(string value) => new(
        CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(
            $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"effectiveDateTime":"2026-01-05","valueQuantity":{"value":{{{value}}},"unit":"kg"}}""")).Value,
        new RecordOrigin(SourceKind.Person, null, null, null, new DateTimeOffset(2026, 1, 5, 0, 0, 0, TimeSpan.Zero)));
}
