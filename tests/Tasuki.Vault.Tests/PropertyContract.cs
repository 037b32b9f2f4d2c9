using System.Globalization;
using System.Text;
using CsCheck;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqlitePropertyTests() : PropertyContract(StoreKind.Sqlite, 40);

public sealed class PostgresPropertyTests() : PropertyContract(StoreKind.Postgres, 15);

/// <summary>What holds for whatever comes.</summary>
public abstract class PropertyContract(StoreKind store, int rounds)
{
    // Numbers as files bring them: their digits are part of what was measured.
    private static readonly Gen<string> Numbers = One(
        "5.60", "1E2", "0", "-0.0", "1.50e-3", "123456789012345678901234567890", "0.1000000000000000055511151231257827", "-7", "99999.00");

    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[0, 12], One("襷", "\"引用\"", "back\\slash", "\u0001\u2028", "🏥🩺", "line\nbreak", "</script>", "é")).Select(text => System.Text.Json.JsonSerializer.Serialize(text));

    private static readonly Gen<string> Names = One("code", "system", "value", "coding", "identifier", "reference", "display", "note", "extension", "拡張", "valueQuantity", "status");

    private static readonly Gen<string> Value = Json(3);

    private static readonly string[] SystemNames = ["urn:s1", "urn:s2", "http://hl7.org/fhir/sid/icd-10"];
    private static readonly string[] CodeNames = ["F32", "I10", "A", "B", "K999"];
    private static readonly string?[] Dates =
        [null, "2024", "2025-03", "2025-03-15", "2025-03-15T10:00:00+09:00", "2025-03-15T10:00:00.123Z", "2026-01-01", "2025-12-31T23:59:59+09:00", "1999-12-31"];

    private static readonly Gen<SomeRecord> Records =
        Gen.Select(One(SystemNames), One(CodeNames), One(Dates), Gen.Enum<DataCategory>(), Gen.Int[0, 3])
            .Select((system, code, date, category, reference) => new SomeRecord(system, code, date, category, reference));

    private static readonly Gen<Limit> Limits =
        Gen.Select(Gen.ULong, One(1, 2), Gen.Bool, Gen.Int[-800, 100], Gen.Int[0, 600], Gen.Bool)
            .Select((bits, wide, period, start, length, open) => new Limit(
                wide == 2 ? AccessClasses.All : new AccessClasses(bits), period ? new DateOnly(2025, 12, 31).AddDays(start) : null,
                period && !open ? new DateOnly(2025, 12, 31).AddDays(start + length) : null));

    private static readonly Gen<RecordQuery> Queries =
        Gen.Select(
            One<string[]>([], ["Observation"], ["Condition"], ["Condition", "Observation"]),
            Gen.Select(One<string?>([null, .. SystemNames]), One(CodeNames)).Select((s, c) => new Coding(s, c)).Array[0, 2],
            Gen.Select(Gen.Int[0, 3], One<string?>([null, .. SystemNames]), One(CodeNames)).Select((no, s, c) => no > 0 ? null : new Coding(s, c)),
            Gen.Int[0, 12], Gen.Enum<DataCategory>().Array[0, 3],
            Gen.Select(Gen.Int[0, 2], Gen.Int[-900, 200], Gen.Int[1, 700]), Gen.Enum<RecordOrder>(), Gen.Int[1, 20])
        .Select((types, codes, any, one, categories, span, order, limit) => new RecordQuery
        {
            Types = types, Codes = codes, AnyCoding = any, Identifier = one is 1 ? "id3" : null, Reference = one is 2 ? "Patient/r1" : null, Categories = categories,
            DateFrom = span.Item1 > 0 ? TokyoDay.StartOf(new DateOnly(2025, 12, 31).AddDays(span.Item2)) : null,
            DateTo = span.Item1 > 1 ? TokyoDay.StartOf(new DateOnly(2025, 12, 31).AddDays(span.Item2 + span.Item3)) : null, Order = order, Limit = limit,
        });

    private static readonly Gen<World> Worlds =
        Gen.Select(Records.Array[0, 60], Gen.Select(Limits, Queries.Array[8]).Array[3]).Select((records, sessions) => new World(records, sessions));

    [Fact]
    public async Task What_is_read_equals_what_was_written()
    {
        await using var test = await Start(store);
        var number = 0;
        await Value.Array[1, 40].SampleAsync(
            async values =>
            {
                var session = await test.Own(await test.Resident(), Purpose.Import);
                var records = values.Select(value => Make.Record($$"""{"resourceType":"Basic","identifier":[{"system":"urn:n","value":"{{number++}}"}],"x":{{value}}}""")).ToList();
                var written = (await session.Write(records, Cancel)).Value;
                for (var i = 0; i < records.Count; i++)
                {
                    var read = (await session.Read(written[i].Id, Cancel)).Value;
                    Assert.Equal(records[i].Resource.Text(), read.Resource.Text());
                    Assert.Contains(values[i].StartsWith('"') || values[i][0] is '{' or '[' ? "" : values[i], read.Resource.Text(), StringComparison.Ordinal);
                }
            },
            iter: rounds, threads: 1);
    }

    [Fact]
    public async Task A_session_sees_exactly_what_a_naive_search_over_its_classes_and_period_finds()
    {
        await using var test = await Start(store);
        await Worlds.SampleAsync(
            async world =>
            {
                var resident = await test.Resident();
                var own = await test.Own(resident, Purpose.Import);
                var written = (await own.Write([.. world.Records.Select((record, i) => record.New(i))], Cancel)).Value;
                foreach (var (limit, queries) in world.Sessions)
                {
                    await test.Vault.Grant(
                        Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c", Purpose.Care, limit.Classes, limit.From, limit.To, test.Clock.Now.AddDays(1)), Cancel);
                    var session = (await test.Vault.Open(Actor.Clinician("c"), resident, Purpose.Care, Cancel)).Value;
                    foreach (var query in queries)
                    {
                        var expected = Naive(world.Records, written, limit, query);
                        Assert.Equal(string.Join(',', expected), string.Join(',', await AllPages(session, query)));
                    }

                    for (var i = 0; i < written.Count; i++)
                        Assert.Equal(limit.Sees(world.Records[i]), (await session.Read(written[i].Id, Cancel)).IsOk);
                    Assert.Equal(world.Records.Count(limit.Sees), (await session.Count(Cancel)).Sum(c => c.Count));
                }
            },
            iter: rounds, threads: 1);
    }

    [Fact]
    public async Task Two_writers_of_the_same_identifiers_leave_one_record_each()
    {
        await using var test = await Start(store);
        await using var second = await test.Another();
        for (var round = 0; round < rounds; round++)
        {
            var resident = await test.Resident();
            var sessions = new[] { await test.Own(resident, Purpose.Import), (await second.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value };
            var writes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => sessions[i % 2].Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation($"own{i}"))], Cancel))));
            Assert.Single(writes, w => w.Value[0].Outcome is WriteOutcome.Created);
            Assert.Single(writes.Select(w => w.Value[0].Id).ToHashSet(StringComparer.Ordinal));
            Assert.Equal(7, await test.Number("select count(*) from record where resident_no = @r", ("@r", resident.Value)));
            Assert.Equal(7, (await sessions[0].Search(new RecordQuery(), Cancel)).Value.Records.Count);
        }
    }

    private static async Task<List<string>> AllPages(Session session, RecordQuery query)
    {
        var ids = new List<string>();
        string? after = null;
        do
        {
            var page = (await session.Search(query with { After = after }, Cancel)).Value;
            Assert.True(page.Records.Count <= query.Limit);
            ids.AddRange(page.Records.Select(r => r.Id));
            after = page.Next;
        }
        while (after is not null);
        return ids;
    }

    private static IEnumerable<string> Naive(SomeRecord[] records, IReadOnlyList<WrittenRecord> written, Limit limit, RecordQuery query)
    {
        var hits = records.Select((record, i) => (Record: record, Facts: RecordFacts.Of(record.New(i).Resource), Seq: i))
            .Where(hit => limit.Sees(hit.Record) && Wanted(hit.Record, hit.Facts, query));
        return (query.Order switch
        {
            // All of one write were changed at one time.
            RecordOrder.Stored or RecordOrder.OldestUpdateFirst => hits.OrderBy(hit => hit.Seq),
            RecordOrder.NewestUpdateFirst => hits.OrderByDescending(hit => hit.Seq),
            RecordOrder.OldestDateFirst => hits.OrderBy(hit => hit.Facts.Date is null).ThenBy(hit => hit.Facts.Date?.From).ThenBy(hit => hit.Seq),
            _ => hits.OrderBy(hit => hit.Facts.Date is null).ThenByDescending(hit => hit.Facts.Date?.From).ThenByDescending(hit => hit.Seq),
        }).Select(hit => written[hit.Seq].Id);
    }

    private static bool Wanted(SomeRecord record, RecordFacts facts, RecordQuery query) =>
        (query.Types.Count == 0 || query.Types.Contains("Observation", StringComparer.Ordinal))
        && (query.Codes.Count == 0 || query.Codes.Any(c => c.Code == record.Code && (c.System is null || c.System == record.System)))
        && (query.AnyCoding is not { } any || (any.Code == record.Code && (any.System is null || any.System == record.System)))
        && (query.Identifier is null || facts.Identifiers.Contains(query.Identifier))
        && (query.Reference is null || facts.References.Contains(query.Reference))
        && (query.Categories.Count == 0 || query.Categories.Contains(record.Category))
        && (query.DateFrom is null || facts.Date?.To > query.DateFrom) && (query.DateTo is null || facts.Date?.From < query.DateTo);

    private static Gen<T> One<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static Gen<string> Json(int depth)
    {
        var leaf = Gen.OneOf(Numbers, Texts, One("true", "false", "null"));
        if (depth == 0)
            return leaf;
        var inner = Json(depth - 1);
        var array = inner.Array[0, 4].Select(items => $"[{string.Join(',', items)}]");
        var element = Gen.Select(Names, inner).Array[0, 5].Select(pairs => $"{{{string.Join(',', pairs.DistinctBy(p => p.Item1, StringComparer.Ordinal).Select(p => $"\"{p.Item1}\":{p.Item2}"))}}}");
        return Gen.OneOf(leaf, array, element);
    }

    private sealed record World(SomeRecord[] Records, (Limit Limit, RecordQuery[] Queries)[] Sessions);

    private sealed record Limit(AccessClasses Classes, DateOnly? From, DateOnly? To)
    {
        public bool Sees(SomeRecord record)
        {
            var date = FhirDate.Parse(record.Date);
            return Classes.Contains(new AccessClass(record.Category, record.IsSensitive))
                && (From is not { } from || date?.To > TokyoDay.StartOf(from)) && (To is not { } to || date?.From < TokyoDay.StartOf(to.AddDays(1)));
        }
    }

    private sealed record SomeRecord(string System, string Code, string? Date, DataCategory Category, int Reference)
    {
        public bool IsSensitive => Code == "F32" && System.EndsWith("icd-10", StringComparison.Ordinal);

        public NewRecord New(int number)
        {
            var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture,
                $$"""{"resourceType":"Observation","identifier":[{"system":"urn:n","value":"id{{number}}"}],"code":{"coding":[{"system":"{{System}}","code":"{{Code}}"}]},"subject":{"reference":"Patient/r{{Reference}}"}"""));
            if (Date is not null)
                text.Append(CultureInfo.InvariantCulture, $",\"effectiveDateTime\":\"{Date}\"");
            return Make.Record(text.Append('}').ToString(), Category);
        }
    }
}
