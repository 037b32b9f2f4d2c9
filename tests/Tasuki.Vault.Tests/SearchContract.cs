using System.Globalization;
using CsCheck;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Search;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteSearchTests() : SearchContract(StoreKind.Sqlite, 40);

public sealed class PostgresSearchTests() : SearchContract(StoreKind.Postgres, 10);

/// <summary>The search plan against a search by the definition (<see cref="SearchOracle"/>), and what it refuses.</summary>
public abstract class SearchContract(StoreKind store, int worlds)
{
    // For a longer run: TASUKI_SEARCH_WORLDS=2000.
    private static readonly int? Asked = int.TryParse(Environment.GetEnvironmentVariable("TASUKI_SEARCH_WORLDS"), CultureInfo.InvariantCulture, out var asked) ? asked : null;

    [Fact]
    public async Task Every_tree_finds_what_a_search_by_the_definition_finds_and_in_its_order()
    {
        await using var test = await Start(store);
        var found = 0;
        await Gen.Int[0, int.MaxValue - 1].SampleAsync(
            async seed =>
            {
                var world = new SearchWorld(seed);
                var resident = await test.Resident();
                var (own, ids) = await Fill(test, world, resident);
                var everything = new List<StoredRecord>();
                await foreach (var record in own.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
                    everything.Add(record);
                foreach (var (session, sees) in await Sessions(test, world, resident))
                {
                    var oracle = new SearchOracle(everything.Where(sees));
                    for (var i = 0; i < 15; i++)
                    {
                        var query = new RecordQuery { Where = world.Tree(ids), Order = world.One(Enum.GetValues<RecordOrder>()), Limit = world.Below(12) + 1 };
                        var expected = oracle.Find(query.Where, query.Order);
                        Assert.True(
                            expected.SequenceEqual(await AllPages(session, query), StringComparer.Ordinal),
                            $"seed {seed}: {query.Order} {PredicateText.Of(query.Where)}: expected {expected.Count}, got {(await AllPages(session, query)).Count}");
                        Assert.Equal(expected.Count, (await session.Count(query, Cancel)).Value);
                        found += expected.Count;
                    }
                }
            },
            seed: "0N0XIzNsQ0O2", iter: Asked ?? worlds, threads: 1);
        // Trees that all find nothing would prove nothing.
        Assert.True(found > worlds * 20, $"{found} found.");
    }

    [Fact]
    public async Task What_the_session_may_not_see_is_at_no_end_of_a_reference()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var own = await test.Own(resident, Purpose.Import);
        await own.Write(
            [
                Make.Record("""{"resourceType":"Condition","identifier":[{"value":"c"}],"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"F32"}]},"subject":{"reference":"Patient/p"},"encounter":{"reference":"Encounter/e"}}""", DataCategory.Chart),
                Make.Record("""{"resourceType":"Encounter","identifier":[{"value":"e"}],"status":"finished","class":{"system":"urn:s","code":"AMB"}}""", DataCategory.Chart, localUrl: "Encounter/e"),
                Make.Record("""{"resourceType":"Observation","identifier":[{"value":"o"}],"status":"final","code":{"text":"x"},"derivedFrom":[{"reference":"Condition/none"}],"encounter":{"reference":"Encounter/h"}}""", DataCategory.Lifelog),
                Make.Record("""{"resourceType":"Encounter","identifier":[{"value":"h"}],"status":"finished","class":{"system":"urn:s","code":"AMB"}}""", DataCategory.Chart, localUrl: "Encounter/h"),
            ],
            Cancel);
        var referred = new RecordQuery { Where = new RecordPredicate.ReferencedBy("Condition", "encounter", new RecordPredicate.Everything()) };
        var referring = new RecordQuery
        {
            Where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.ReferenceTo("encounter", new RecordPredicate.OfType(["Encounter"]))]),
        };
        Assert.Single((await own.Search(referred, Cancel)).Value.Records);
        Assert.Single((await own.Search(referring, Cancel)).Value.Records);

        // The charts without what is sensitive; then the lifelog alone.
        var charts = await Granted(test, resident, "charts", AccessClasses.Of(DataCategory.Chart));
        Assert.Empty((await charts.Search(referred, Cancel)).Value.Records);
        Assert.Equal(0, (await charts.Count(referred, Cancel)).Value);
        var lifelog = await Granted(test, resident, "lifelog", AccessClasses.Of(DataCategory.Lifelog));
        Assert.Empty((await lifelog.Search(referring, Cancel)).Value.Records);
        Assert.Single((await lifelog.Search(new RecordQuery { Where = new RecordPredicate.Not(referring.Where) }, Cancel)).Value.Records);
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_with_a_sentence_and_never_passed_over()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident());
        var observation = new RecordPredicate.OfType(["Observation"]);
        await Refused("query.parameter", new RecordPredicate.And([observation, new RecordPredicate.Missing("colour")]), "Observation");
        await Refused("query.parameter", new RecordPredicate.Parameter("code", new TokenTest(null, "a")), "has no search parameter");
        await Refused("query.parameter", new RecordPredicate.And([new RecordPredicate.OfType(["Observation", "Patient"]), new RecordPredicate.Not(new RecordPredicate.Missing("code"))]), "Patient");
        await Refused("query.parameter", new RecordPredicate.And([new RecordPredicate.OfType(["Location"]), new RecordPredicate.Missing("near")]), "not answered");
        await Refused("query.parameter", new RecordPredicate.ReferencedBy("Observation", "colour", new RecordPredicate.Everything()), "Observation");
        await Refused("query.parameter", new RecordPredicate.And([observation, new RecordPredicate.ReferenceTo("encounter", new RecordPredicate.Missing("name"))]), "Encounter");
        await Refused("query.value", new RecordPredicate.And([observation, new RecordPredicate.Parameter("code", new NumberTest(SearchPrefix.Equal, 1))]), "Token");
        await Refused("query.value", new RecordPredicate.And([observation, new RecordPredicate.ReferenceTo("code", new RecordPredicate.Everything())]), "refers to no record");
        await Refused("query.value", new RecordPredicate.And([observation, new RecordPredicate.Parameter("code-value-quantity", new CompositeTest([new TokenTest(null, "a")]))]), "2 parts");
        await Refused("query.type", new RecordPredicate.OfType(["Person2"]), "not one");
        await Refused("query.size", new RecordPredicate.ById([.. Enumerable.Range(0, 1_001).Select(i => $"{i}")]), "at most");
        await Refused("query.size", Enumerable.Range(0, 30).Aggregate((RecordPredicate)observation, (inner, _) => new RecordPredicate.Not(inner)), "levels");
        await Refused("query.size", new RecordPredicate.Or([.. Enumerable.Range(0, 9).Select(_ => new RecordPredicate.ReferencedBy("Observation", "subject", new RecordPredicate.Everything()))]), "references");

        async Task Refused(string code, RecordPredicate where, string says)
        {
            var query = new RecordQuery { Where = where };
            var error = (await own.Search(query, Cancel)).Error;
            Assert.Equal(code, error?.Code);
            Assert.Contains(says, error!.Message, StringComparison.Ordinal);
            Assert.Equal(error, (await own.Count(query, Cancel)).Error);
            await Assert.ThrowsAsync<ArgumentException>(async () => await own.All(query, Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync());
        }
    }

    [Fact]
    public async Task A_search_of_as_many_parts_as_it_may_have_is_answered_and_one_more_is_refused()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident(), Purpose.Import);
        await own.Write([.. Enumerable.Range(0, 4).Select(i => Make.Record(Make.Observation($"o{i}", code: $"c{i}"))), Make.Record("{\"resourceType\":\"Basic\",\"code\":{\"text\":\"x\"}}")], Cancel);
        RecordPredicate Code(int i) => new RecordPredicate.Parameter("code", new TokenTest("http://loinc.org", $"c{i}"));
        RecordPredicate Other(int i) => new RecordPredicate.Parameter("date", new DateTest(SearchPrefix.NotEqual, FhirDate.Parse($"{1_000 + i}")!.Value));
        RecordPredicate Updated(int i) => new RecordPredicate.Not(new RecordPredicate.UpdatedBetween(DateTimeOffset.UnixEpoch.AddDays(i), DateTimeOffset.UnixEpoch.AddDays(i + 1)));
        foreach (var (found, count, part) in new (int, int, Func<int, RecordPredicate>)[] { (4, 995, Code), (4, 995, Other), (4, 497, Updated) })
        {
            foreach (var order in Enum.GetValues<RecordOrder>())
            {
                Assert.Equal(found, (await AllPages(own, Query(new RecordPredicate.Or([.. Enumerable.Range(0, count).Select(part)]), order))).Count);
                Assert.Equal(part == Code ? 0 : found, (await AllPages(own, Query(new RecordPredicate.And([.. Enumerable.Range(0, count).Select(part)]), order))).Count);
            }
        }

        Assert.Equal("query.size", (await own.Search(Query(new RecordPredicate.Or([.. Enumerable.Range(0, 996).Select(Code)]), RecordOrder.Stored), Cancel)).Error?.Code);

        // As deep as it may be, and as wide as that leaves it.
        var deep = Code(0);
        for (var level = 0; level < 22; level++)
        {
            RecordPredicate[] parts = level % 2 == 0 ? [deep, .. Enumerable.Range(100, 40).Select(Code)] : [.. Enumerable.Range(0, 40).Select(Other), deep];
            deep = level % 2 == 0 ? new RecordPredicate.Or(parts) : new RecordPredicate.And(parts);
        }

        Assert.Single(await AllPages(own, Query(deep, RecordOrder.NewestDateFirst)));

        static RecordQuery Query(RecordPredicate where, RecordOrder order) =>
            new() { Where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), where]), Order = order, Limit = 3 };
    }

    [Fact]
    public async Task A_time_finer_than_the_calendar_has_a_date_and_is_found_by_it()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident(), Purpose.Import);
        string[] times = ["2024-01-01T10:00:00.123456789Z", "2024-01-01T10:00:00.12345678+09:00", "2016-12-31T23:59:60Z"];
        await own.Write([.. times.Select(time => Make.Record(Make.Observation(time, date: time)))], Cancel);
        foreach (var (date, count) in new[] { ("2024-01-01", 2), ("2017-01-01", 1), ("2016-12-31T23:59Z", 1), (times[0], 1), (times[1], 1), (times[2], 1) })
        {
            var where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Parameter("date", new DateTest(SearchPrefix.Equal, FhirDate.Parse(date)!.Value))]);
            Assert.True(count == (await own.Count(new RecordQuery { Where = where }, Cancel)).Value, date);
        }
    }

    [Fact]
    public async Task A_page_token_opens_with_its_own_tree_and_order_only()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident(), Purpose.Import);
        await own.Write([.. Enumerable.Range(0, 3).Select(i => Make.Record(Make.Observation($"o{i}")))], Cancel);
        RecordQuery Query(string code, string system) => new()
        {
            Where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Not(new RecordPredicate.Parameter("code", new TokenTest(system, code)))]), Limit = 1,
        };
        var next = (await own.Search(Query("b", "a"), Cancel)).Value.Next;
        Assert.NotNull(next);
        Assert.True((await own.Search(Query("b", "a") with { After = next }, Cancel)).IsOk);
        Assert.Equal("query.page", (await own.Search(Query("a", "b") with { After = next }, Cancel)).Error?.Code);
        Assert.Equal("query.page", (await own.Search(Query("b", "a") with { After = next, Order = RecordOrder.Stored }, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Newest_of_a_resident_and_newest_of_a_code_fetch_one_batch_and_sort_nothing_that_an_index_has_sorted()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var own = await test.Own(resident, Purpose.Import);
        await own.Write([.. Enumerable.Range(0, 400).Select(i => Make.Record(Make.Observation($"o{i}", date: new DateOnly(2020, 1, 1).AddDays(i).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))))], Cancel);
        var statements = new List<string>();
        test.Vault.Parts.Records.Observer = statements.Add;
        Assert.Equal(50, (await own.Search(new RecordQuery(), Cancel)).Value.Records.Count);
        Assert.Equal(10, (await own.Search(new RecordQuery { Types = ["Observation"], Codes = [new Coding("http://loinc.org", "8867-4")], Limit = 10 }, Cancel)).Value.Records.Count);
        var searches = statements.Where(sql => sql.Contains("from record ", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, searches.Count);
        Assert.EndsWith("order by date_from desc, seq desc limit 52", searches[0], StringComparison.Ordinal);
        Assert.EndsWith("order by date_from desc, seq desc limit 16", searches[1], StringComparison.Ordinal);
        test.Vault.Parts.Records.Observer = null;
        if (store is not StoreKind.Sqlite)
            return;
        Assert.Contains("record_date", await Plan(searches[0]), StringComparison.Ordinal);
        Assert.Contains("record_code", await Plan(searches[1]), StringComparison.Ordinal);

        async Task<string> Plan(string sql)
        {
            await using var work = await test.Vault.Parts.Records.Read(Cancel);
            var plan = string.Join(';', await work.Query(
                "explain query plan " + sql, row => row.GetString(3), Cancel, ("@resident", resident.Value), ("@classes", -1L), ("@v0", 0L), ("@v1", 0L)));
            Assert.DoesNotContain("TEMP B-TREE", plan, StringComparison.Ordinal);
            return plan;
        }
    }

    [Fact]
    public async Task A_code_is_found_first_second_or_third_and_row_after_row_is_looked_into_for_the_third_alone()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident(), Purpose.Import);
        string Coded(int i, params string[] codes) =>
            $$$"""{"resourceType":"Observation","identifier":[{"value":"o{{{i}}}"}],"status":"final",{{{(i % 7 == 0 ? "" : $"\"effectiveDateTime\":\"2024-01-{(i % 28) + 1:00}\",")}}}"code":{"coding":[{{{string.Join(',', codes.Select(Coding))}}}]}}""";
        static string Coding(string code) => $$"""{"system":"urn:s","code":"{{code}}"}""";
        await own.Write([.. Enumerable.Range(0, 120).Select(i => Make.Record((i % 3) switch { 0 => Coded(i, "a"), 1 => Coded(i, "b", "a"), _ => Coded(i, "b") }))], Cancel);
        var statements = new List<string>();
        await Finds("a", 80);
        await Finds("b", 80);
        await Finds("c", 0);
        Assert.DoesNotContain(statements, LooksIntoTokens);
        statements.Clear();

        await own.Write([Make.Record(Coded(200, "b", "c", "a"))], Cancel);
        await Finds("a", 81);
        await Finds("b", 81);
        await Finds("c", 1);
        Assert.Contains(statements, LooksIntoTokens);

        async Task Finds(string code, int count)
        {
            var where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Parameter("code", new TokenTest("urn:s", code))]);
            var everything = new List<StoredRecord>();
            await foreach (var record in own.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
                everything.Add(record);
            test.Vault.Parts.Records.Observer = statements.Add;
            foreach (var order in Enum.GetValues<RecordOrder>())
            {
                var expected = new SearchOracle(everything).Find(where, order);
                Assert.Equal(count, expected.Count);
                foreach (var limit in new[] { 7, 100 })
                    Assert.Equal(expected, await AllPages(own, new RecordQuery { Where = where, Order = order, Limit = limit }));
            }

            Assert.Equal(count, (await own.Count(new RecordQuery { Where = where }, Cancel)).Value);
            test.Vault.Parts.Records.Observer = null;
        }
    }

    [Fact]
    public async Task What_has_no_date_comes_after_all_that_has_one_however_few_of_a_code_match()
    {
        await using var test = await Start(store);
        var own = await test.Own(await test.Resident(), Purpose.Import);
        string Valued(int i) => $$$"""
            {"resourceType":"Observation","identifier":[{"value":"o{{{i}}}"}],"status":"final",{{{(i % 9 == 8 ? "" : $"\"effectiveDateTime\":\"2024-0{(i % 9) + 1}-{(i / 9) + 1:00}\",")}}}
            "code":{"coding":[{"system":"urn:s","code":"a"}]},"valueQuantity":{"value":{{{i % 4}}}}}
            """;
        await own.Write([.. Enumerable.Range(0, 90).Select(i => Make.Record(Valued(i)))], Cancel);
        var where = new RecordPredicate.And(
        [
            new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Parameter("code", new TokenTest("urn:s", "a")), new RecordPredicate.Parameter("value-quantity", new QuantityTest(SearchPrefix.Equal, 2)),
        ]);
        var everything = new List<StoredRecord>();
        await foreach (var record in own.All(new RecordQuery { Order = RecordOrder.Stored }, Cancel))
            everything.Add(record);
        foreach (var order in Enum.GetValues<RecordOrder>())
        {
            var expected = new SearchOracle(everything).Find(where, order);
            Assert.InRange(expected.Count, 20, 25);
            foreach (var limit in new[] { 3, 10, 100 })
                Assert.Equal(expected, await AllPages(own, new RecordQuery { Where = where, Order = order, Limit = limit }));
        }
    }

    [Fact]
    public async Task A_record_of_many_codes_that_is_hidden_or_deleted_does_not_change_how_a_code_is_looked_for()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var own = await test.Own(resident, Purpose.Import);
        string Many(string id) => $$$"""{"resourceType":"Observation","identifier":[{"value":"{{{id}}}"}],"status":"final","code":{"coding":[{"code":"a"},{"code":"b"},{"code":"c"}]}}""";
        var ids = (await own.Write([Make.Record(Many("hidden"), DataCategory.Chart), Make.Record(Many("deleted"), DataCategory.Lifelog), Make.Record(Make.Observation("seen", code: "a"), DataCategory.Lifelog)], Cancel)).Value;
        await own.Delete(ids[1].Id, Cancel);
        await test.Sql("update record set other_code = 0 where resident_no = @r and deleted = 1", ("@r", resident.Value));
        await test.Vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c", Purpose.Care, AccessClasses.Of(DataCategory.Lifelog), null, null, test.Clock.Now.AddDays(1)), Cancel);
        var clinician = (await test.Vault.Open(Actor.Clinician("c"), resident, Purpose.Care, Cancel)).Value;
        var where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Parameter("code", new TokenTest(null, "a"))]);
        var statements = new List<string>();
        test.Vault.Parts.Records.Observer = statements.Add;
        foreach (var limit in new[] { 5, 500 })
            Assert.Equal(ids[2].Id, Assert.Single((await clinician.Search(new RecordQuery { Where = where, Limit = limit }, Cancel)).Value.Records).Id);
        Assert.NotEmpty(statements);
        Assert.DoesNotContain(statements, LooksIntoTokens);
        Assert.Equal(2, (await own.Search(new RecordQuery { Where = where }, Cancel)).Value.Records.Count);
        Assert.Contains(statements, LooksIntoTokens);
        test.Vault.Parts.Records.Observer = null;
    }

    private static bool LooksIntoTokens(string sql) => sql.Contains("in tokens)", StringComparison.Ordinal) || sql.Contains("instr(", StringComparison.Ordinal);

    private static async Task<(Session Own, List<(string Type, string Id)> Ids)> Fill(TestVault test, SearchWorld world, ResidentNo resident)
    {
        var own = await test.Own(resident, Purpose.Import);
        var ids = new List<(string Type, string Id)>();
        test.Clock.Now = new DateTimeOffset(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);
        var types = Enumerable.Range(0, world.Below(45)).Select(_ => world.One(SearchWorld.Types)).ToList();
        // Three writes: the second brings some of the first again with other content.
        for (var write = 0; write < 3; write++)
        {
            var records = Enumerable.Range(0, types.Count).Where(i => write == 0 || world.Chance(20)).Select(i => world.Record(i, types)).ToList();
            var written = (await own.Write(records, Cancel)).Value;
            ids = [.. ids.Union(written.Select(one => (one.Type, one.Id)))];
            test.Clock.Pass(TimeSpan.FromMinutes(1));
        }

        foreach (var (_, id) in ids.Where(_ => world.Chance(8)).ToList())
            await own.Delete(id, Cancel);
        return (own, ids);
    }

    private static async Task<List<(Session, Func<StoredRecord, bool>)>> Sessions(TestVault test, SearchWorld world, ResidentNo resident)
    {
        var sessions = new List<(Session, Func<StoredRecord, bool>)> { (await test.Own(resident), _ => true) };
        for (var i = 0; i < 2; i++)
        {
            var classes = world.Chance(30) ? AccessClasses.All : new AccessClasses((ulong)world.Below(int.MaxValue) * (ulong)world.Below(int.MaxValue));
            DateOnly? from = world.Chance(40) ? new DateOnly(2024, 1, 1).AddDays(world.Below(700)) : null;
            DateOnly? to = world.Chance(30) ? (from ?? new DateOnly(2024, 1, 1)).AddDays(world.Below(700)) : null;
            await test.Vault.Grant(
                Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, $"c{i}", Purpose.Care, classes, from, to, test.Clock.Now.AddDays(1)), Cancel);
            var session = (await test.Vault.Open(Actor.Clinician($"c{i}"), resident, Purpose.Care, Cancel)).Value;
            sessions.Add((session, record => session.Classes.Contains(record.Class) && InPeriod(record, from, to)));
        }

        return sessions;
    }

    private static bool InPeriod(StoredRecord record, DateOnly? from, DateOnly? to)
    {
        var date = RecordFacts.Of(record.Resource).Date;
        return (from is not { } first || date?.To > TokyoDay.StartOf(first)) && (to is not { } last || date?.From < TokyoDay.StartOf(last.AddDays(1)));
    }

    private static async Task<Session> Granted(TestVault test, ResidentNo resident, string who, AccessClasses classes)
    {
        await test.Vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, who, Purpose.Care, classes, null, null, test.Clock.Now.AddDays(1)), Cancel);
        return (await test.Vault.Open(Actor.Clinician(who), resident, Purpose.Care, Cancel)).Value;
    }

    private static async Task<List<string>> AllPages(Session session, RecordQuery query)
    {
        var ids = new List<string>();
        string? after = null;
        do
        {
            var page = await session.Search(query with { After = after }, Cancel);
            Assert.True(page.IsOk, $"{page.Error}");
            Assert.True(page.Value.Records.Count <= query.Limit);
            ids.AddRange(page.Value.Records.Select(record => record.Id));
            after = page.Value.Next;
        }
        while (after is not null);
        return ids;
    }
}
