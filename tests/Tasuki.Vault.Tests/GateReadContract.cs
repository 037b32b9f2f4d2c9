using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteGateReadTests() : GateReadContract(StoreKind.Sqlite);

public sealed class PostgresGateReadTests() : GateReadContract(StoreKind.Postgres);

/// <summary>The read that asks the gate and fetches the record in one statement decides as the two steps do.</summary>
public abstract class GateReadContract(StoreKind store)
{
    [Fact]
    public async Task One_step_gives_what_two_steps_give_to_everybody_for_every_id()
    {
        await using var test = await Start(store);
        var (resident, other, closing) = (await test.Resident(), await test.Resident(), await test.Resident());
        var written = await Write(test, resident);
        var foreign = await Write(test, other);
        var closed = await Write(test, closing);
        await test.Vault.Close(Actor.Resident(closing), closing, Cancel);
        await (await test.Own(resident)).Delete(written[4], Cancel);
        await Grant(test, resident, "whole", AccessClasses.Of(DataCategory.Chart), null, null);
        await Grant(test, resident, "period", AccessClasses.Of(DataCategory.Chart, DataCategory.Lifelog), new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31));
        var revoked = await Grant(test, resident, "revoked", AccessClasses.All, null, null);
        await test.Vault.Revoke(Actor.Resident(resident), resident, revoked, Cancel);
        await Grant(test, resident, "widened", AccessClasses.Of(DataCategory.Chart), null, null);
        await test.Sql("update access_grant set classes = -1 where resident_no = @r and grant_no = (select max(grant_no) from access_grant where resident_no = @r)", ("@r", resident.Value));

        Actor[] actors =
        [
            Actor.Resident(resident), Actor.Resident(other), Actor.Operator("ops", "looking for a fault"), Actor.Operator("ops", ""), Actor.Job("count", "a reason"), Actor.Officer("o1"),
            Actor.Clinician("whole"), Actor.Clinician("period"), Actor.Clinician("revoked"), Actor.Clinician("widened"), Actor.Clinician("nobody"),
        ];
        string[] ids = [.. written, foreign[0], closed[0], test.Vault.Parts.Ids.Encode(resident, 4_000), new string('a', 26), ""];
        var opened = 0;
        foreach (var actor in actors)
        {
            foreach (var (whose, purpose) in new[] { (resident, Purpose.OwnUse), (resident, Purpose.Care), (resident, Purpose.Operation), (closing, Purpose.OwnUse), (new ResidentNo(999), Purpose.Care) })
            {
                foreach (var id in ids)
                {
                    var session = await test.Vault.Open(actor, whose, purpose, Cancel);
                    var two = session.IsOk ? await session.Value.Read(id, Cancel) : session.Error;
                    var one = await test.Vault.Read(actor, whose, purpose, id, Cancel);
                    Assert.Equal(two.Error?.Code, one.Error?.Code);
                    Assert.Equal(two.IsOk ? two.Value.Resource.Text() : null, one.IsOk ? one.Value.Resource.Text() : null);
                    opened += one.IsOk ? 1 : 0;
                }
            }
        }

        // The resident, the operator and the job see four of five; the clinics one and one; the others none.
        Assert.Equal(4 + 4 + 4 + 2 + 2, opened);
    }

    [Fact]
    public async Task One_search_gives_the_page_that_gate_and_search_give_and_one_write_is_taken_where_both_steps_take_it()
    {
        await using var test = await Start(store);
        var (resident, other, closing) = (await test.Resident(), await test.Resident(), await test.Resident());
        await Write(test, resident);
        await Write(test, closing);
        await test.Vault.Close(Actor.Resident(closing), closing, Cancel);
        await Grant(test, resident, "period", AccessClasses.Of(DataCategory.Chart, DataCategory.Lifelog), new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31));
        RecordQuery[] queries =
        [
            new(), new() { Limit = 2 }, new() { Order = RecordOrder.Stored, Types = ["Observation"] }, new() { Types = ["Patient"] }, new() { Limit = 0 },
            new() { Where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Missing("no-such")]) },
        ];
        Actor[] actors = [Actor.Resident(resident), Actor.Resident(other), Actor.Operator("ops", "looking for a fault"), Actor.Officer("o1"), Actor.Clinician("period"), Actor.Clinician("nobody")];
        var (pages, writes, number) = (0, 0, 0);
        foreach (var actor in actors)
        {
            foreach (var (whose, purpose) in new[]
                { (resident, Purpose.OwnUse), (resident, Purpose.Export), (resident, Purpose.Care), (resident, Purpose.Operation), (closing, Purpose.OwnUse), (new ResidentNo(999), Purpose.Operation) })
            {
                var session = await test.Vault.Open(actor, whose, purpose, Cancel);
                foreach (var query in queries)
                {
                    var two = session.IsOk ? await session.Value.Search(query, Cancel) : session.Error;
                    var one = await test.Vault.Search(actor, whose, purpose, query, Cancel);
                    if (session.IsOk)
                        Assert.Equal(two.Error?.Code, one.Error?.Code);
                    else
                        Assert.False(one.IsOk);
                    Assert.Equal(Ids(two), Ids(one));
                    pages += one.IsOk ? 1 : 0;
                }

                var expected = session.IsOk && session.Value.MayWrite;
                var written = await test.Vault.Write(actor, whose, purpose, [Make.Record(Make.Observation($"w{number++}"), DataCategory.Chart)], Cancel);
                Assert.Equal(expected, written.IsOk);
                Assert.Equal(expected ? null : "gate.refused", written.Error?.Code);
                writes += written.IsOk ? 1 : 0;
            }
        }

        // The resident for two purposes, the operator for one, the clinic for one; four of the queries are right. Written is by the resident and the operator.
        Assert.Equal((4 + 4 + 4 + 4, 2), (pages, writes));
        var log = await (await test.Own(resident)).AccessLog(500, Cancel);
        Assert.Contains(log, entry => entry is { ActorKind: ActorKind.Officer, Refused: true });
        Assert.Contains(log, entry => entry is { ActorKind: ActorKind.Operator, Action: "search", Refused: false });
    }

    [Fact]
    public async Task A_search_follows_its_grant_at_once_whatever_was_asked_before()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Write(test, resident);
        var clinic = Actor.Clinician("c1");
        Task<Result<RecordPage>> Search() => test.Vault.Search(clinic, resident, Purpose.Care, new RecordQuery { Order = RecordOrder.Stored }, Cancel);

        // Once with what was known from before, once with what was learnt by it.
        async Task Twice(string expected)
        {
            for (var time = 0; time < 2; time++)
            {
                var found = await Search();
                Assert.Equal(expected, found.IsOk ? $"{found.Value.Records.Count}" : found.Error.Code);
            }
        }

        await Twice("gate.refused");
        var grants = new List<long>();
        foreach (var (classes, from, expected) in new (AccessClasses, DateOnly?, string)[]
        {
            (AccessClasses.Of(DataCategory.Lifelog), null, "1"), (AccessClasses.Of(DataCategory.Chart, DataCategory.Lifelog), null, "4"),
            (AccessClasses.Of(DataCategory.Chart, DataCategory.Lifelog), new DateOnly(2025, 1, 1), "3"), (AccessClasses.Of(DataCategory.Medication), null, "0"),
        })
        {
            grants.Add(await Grant(test, resident, "c1", classes, from, from is null ? null : new DateOnly(2026, 1, 1)));
            await Twice(expected);
        }

        // Nothing that can be found is no refusal.
        var nobody = await test.Vault.Search(clinic, resident, Purpose.Care, new RecordQuery { Where = new RecordPredicate.ById(["nothing-of-ours"]) }, Cancel);
        Assert.Empty(nobody.Value.Records);
        Assert.Empty((await test.Vault.Search(Actor.Resident(resident), resident, Purpose.OwnUse, new RecordQuery { Where = new RecordPredicate.ById(["nothing-of-ours"]) }, Cancel)).Value.Records);

        await test.Sql("update access_grant set classes = -1 where resident_no = @r and grant_no = @g", ("@r", resident.Value), ("@g", grants[^1]));
        await Twice("gate.refused");
        var log = await (await test.Own(resident)).AccessLog(50, Cancel);
        Assert.Equal((4 * 2) + 1, log.Count(entry => entry is { ActorId: "c1", Action: "search", Refused: false }));
        await Grant(test, resident, "c1", AccessClasses.Of(DataCategory.Chart), null, null);
        await Twice("3");
        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        await Twice("gate.refused");
    }

    [Fact]
    public async Task One_question_opens_to_read_and_write_where_two_do_and_leaves_open_what_both_do()
    {
        await using var test = await Start(store);
        var (resident, other, closing) = (await test.Resident(), await test.Resident(), await test.Resident());
        await test.Vault.Close(Actor.Resident(closing), closing, Cancel);
        var (both, reads, writes, narrow) = (Actor.Application("1/1"), Actor.Application("1/2"), Actor.Application("1/3"), Actor.Application("1/4"));
        async Task Give(Actor app, string purpose, AccessClasses classes) => Assert.True((await test.Vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, app.Kind, app.Id, purpose, classes, null, null, test.Clock.Now.AddDays(9)), Cancel)).IsOk);
        foreach (var app in new[] { both, reads })
            await Give(app, Purpose.AppUse, AccessClasses.All);
        foreach (var app in new[] { both, writes })
            await Give(app, Purpose.AppEntry, AccessClasses.All);
        await Give(narrow, Purpose.AppUse, AccessClasses.Of(DataCategory.Chart));
        await Give(narrow, Purpose.AppEntry, AccessClasses.Of(DataCategory.Chart, DataCategory.Lifelog));

        var opened = 0;
        foreach (var actor in new[] { both, reads, writes, narrow, Actor.Application("1/5"), Actor.Resident(resident), Actor.Resident(other), Actor.Operator("ops", "a reason"), Actor.Clinician("c1") })
        {
            foreach (var (whose, reading, writing) in new[]
            {
                (resident, Purpose.AppUse, Purpose.AppEntry), (resident, Purpose.OwnUse, Purpose.OwnUse), (resident, Purpose.OwnUse, Purpose.Export), (resident, Purpose.Operation, Purpose.Operation),
                (closing, Purpose.OwnUse, Purpose.OwnUse), (closing, Purpose.AppUse, Purpose.AppEntry), (new ResidentNo(999), Purpose.OwnUse, Purpose.OwnUse), (resident, "no-such", Purpose.AppEntry),
            })
            {
                var read = await test.Vault.Open(actor, whose, reading, Cancel);
                var write = await test.Vault.Open(actor, whose, writing, Cancel);
                var one = await test.Vault.OpenToWrite(actor, whose, reading, writing, Cancel);
                Assert.Equal(!read.IsOk ? "gate.refused" : !write.IsOk ? "gate.only-to-read" : null, one.Error?.Code);
                if (!one.IsOk)
                    continue;
                opened++;
                Assert.Equal((write.Value.MayWrite, write.Value.Classes.Intersect(read.Value.Classes)), (one.Value.MayWrite, one.Value.Classes));
            }
        }

        // Two apps, the resident for two pairs of purposes, the operator for one.
        Assert.Equal(5, opened);
        var session = (await test.Vault.OpenToWrite(narrow, resident, Purpose.AppUse, Purpose.AppEntry, Cancel)).Value;
        Assert.True((await session.Change([new RecordChange.Create(Make.Record(Make.Observation("1"), DataCategory.Chart))], null, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await session.Change([new RecordChange.Create(Make.Record(Make.Observation("2"), DataCategory.Lifelog))], null, Cancel)).Error?.Code);
        var refused = (await (await test.Own(resident)).AccessLog(500, Cancel)).Where(entry => entry is { Refused: true, ActorId: "1/2" }).Select(entry => entry.Purpose).ToList();
        Assert.Contains(Purpose.AppEntry, refused, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Every_such_read_and_every_refusal_stands_in_the_access_log()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var id = (await Write(test, resident))[0];
        await Grant(test, resident, "c1", AccessClasses.Of(DataCategory.Chart), null, null);
        Assert.True((await test.Vault.Read(Actor.Clinician("c1"), resident, Purpose.Care, id, Cancel)).IsOk);
        Assert.False((await test.Vault.Read(Actor.Clinician("c2"), resident, Purpose.Care, id, Cancel)).IsOk);
        var log = await (await test.Own(resident)).AccessLog(10, Cancel);
        Assert.Contains(log, entry => entry is { ActorId: "c1", Action: "read", Refused: false } && entry.Detail == id);
        Assert.Contains(log, entry => entry is { ActorId: "c2", Action: "open", Refused: true });
    }

    [Fact]
    public async Task A_row_that_was_altered_is_missing_and_raises_an_alarm()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var id = (await Write(test, resident))[0];
        await test.Sql("update record set date_from = date_from - 1 where resident_no = @r", ("@r", resident.Value));
        Assert.Equal("record.missing", (await test.Vault.Read(Actor.Resident(resident), resident, Purpose.OwnUse, id, Cancel)).Error?.Code);
        Assert.NotEmpty(test.Alarms.Messages);
    }

    private static string Ids(Result<RecordPage> page) => page.IsOk ? string.Join(' ', page.Value.Records.Select(record => record.Id)) : "";

    private static async Task<string[]> Write(TestVault test, ResidentNo resident) =>
    [
        .. (await (await test.Own(resident, Purpose.Import)).Write(
            [
                Make.Record(Make.Observation("a", date: "2025-06-01"), DataCategory.Chart), Make.Record(Make.Observation("b", date: "2024-06-01"), DataCategory.Chart),
                Make.Record(Make.Observation("c", date: "2025-06-01"), DataCategory.Lifelog),
                Make.Record(Make.Observation("d", code: "F32.1", system: "http://hl7.org/fhir/sid/icd-10", date: "2025-06-01"), DataCategory.Chart),
                Make.Record(Make.Observation("e", date: "2025-06-02"), DataCategory.Chart),
            ],
            Cancel)).Value.Select(one => one.Id),
    ];

    private static async Task<long> Grant(TestVault test, ResidentNo resident, string clinician, AccessClasses classes, DateOnly? from, DateOnly? to) =>
        (await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, clinician, Purpose.Care, classes, from, to, test.Clock.Now.AddDays(10)), Cancel)).Value;
}
