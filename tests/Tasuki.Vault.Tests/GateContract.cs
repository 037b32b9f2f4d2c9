using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.RecordStore;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteGateTests() : GateContract(StoreKind.Sqlite);

public sealed class PostgresGateTests() : GateContract(StoreKind.Postgres);

/// <summary>Who gets in, and what they see.</summary>
public abstract class GateContract(StoreKind store)
{
    private static readonly AccessClasses Charts = AccessClasses.Of(DataCategory.Chart);

    [Fact]
    public async Task A_resident_opens_their_own_records_for_their_own_purposes_and_nobody_elses()
    {
        await using var test = await Start(store);
        var (mine, other) = (await test.Resident(), await test.Resident());
        foreach (var purpose in new[] { Purpose.OwnUse, Purpose.Import, Purpose.Export, Purpose.Closure })
            Assert.Equal(AccessClasses.All, (await test.Vault.Open(Actor.Resident(mine), mine, purpose, Cancel)).Value.Classes);
        foreach (var purpose in new[] { Purpose.Care, Purpose.Operation, "anything" })
            Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(mine), mine, purpose, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(mine), other, Purpose.OwnUse, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Officer("o1"), mine, Purpose.OwnUse, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Officer("o1"), mine, Purpose.Operation, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Operator("ops", " "), mine, Purpose.Operation, Cancel)).Error?.Code);
        Assert.True((await test.Vault.Open(Actor.Operator("ops", "move to another store"), mine, Purpose.Operation, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await (await test.Own(mine, Purpose.Export)).Write([Make.Record(Make.Observation("a"))], Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_grant_opens_its_classes_and_period_until_its_end_and_a_revoked_one_closes_the_next_read()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var written = (await session.Write(
            [
                Make.Record(Make.Observation("a", date: "2025-06-01"), DataCategory.Chart), Make.Record(Make.Observation("b", date: "2024-06-01"), DataCategory.Chart),
                Make.Record(Make.Observation("c", date: "2025-06-01"), DataCategory.Lifelog),
                Make.Record(Make.Observation("d", code: "F32.1", system: "http://hl7.org/fhir/sid/icd-10", date: "2025-06-01"), DataCategory.Chart),
                Make.Record("""{"resourceType":"Basic","code":{"text":"undated"}}""", DataCategory.Chart),
            ],
            Cancel)).Value;
        var clinic = Actor.Clinician("c1");
        var until = test.Clock.Now.AddDays(10);
        var grant = await test.Vault.Grant(
            Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, Charts, new DateOnly(2025, 1, 1), new DateOnly(2025, 12, 31), until), Cancel);

        var opened = (await test.Vault.Open(clinic, resident, Purpose.Care, Cancel)).Value;
        Assert.Equal(Charts, opened.Classes);
        Assert.Equal(written[0].Id, Assert.Single((await opened.Search(new RecordQuery(), Cancel)).Value.Records).Id);
        Assert.True((await opened.Read(written[0].Id, Cancel)).IsOk);
        for (var hidden = 1; hidden < 5; hidden++)
            Assert.Equal("record.missing", (await opened.Read(written[hidden].Id, Cancel)).Error?.Code);
        Assert.Equal(1, (await opened.Count(Cancel)).Sum(c => c.Count));
        Assert.Equal("gate.refused", (await opened.Write([Make.Record(Make.Observation("x"))], Cancel)).Error?.Code);
        Assert.Empty(await opened.AccessLog(10, Cancel));
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Clinician("c2"), resident, Purpose.Care, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Officer("c1"), resident, Purpose.Care, Cancel)).Error?.Code);

        Assert.True((await test.Vault.Revoke(Actor.Resident(resident), resident, grant.Value, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await test.Vault.Open(clinic, resident, Purpose.Care, Cancel)).Error?.Code);
        await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, Charts, null, null, until), Cancel);
        Assert.Equal(3, (await (await test.Vault.Open(clinic, resident, Purpose.Care, Cancel)).Value.Search(new RecordQuery(), Cancel)).Value.Records.Count);
        test.Clock.Now = until;
        Assert.Equal("gate.refused", (await test.Vault.Open(clinic, resident, Purpose.Care, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_later_grant_takes_the_place_of_the_earlier_one()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var wide = new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, null, null, test.Clock.Now.AddDays(10));
        var first = (await test.Vault.Grant(Actor.Resident(resident), wide, Cancel)).Value;
        var second = (await test.Vault.Grant(Actor.Resident(resident), wide with { Classes = Charts }, Cancel)).Value;
        Assert.Equal(Charts, (await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).Value.Classes);
        Assert.Equal("grant.missing", (await test.Vault.Revoke(Actor.Resident(resident), resident, first, Cancel)).Error?.Code);
        Assert.True((await test.Vault.Revoke(Actor.Resident(resident), resident, second, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_period_from_the_first_day_of_the_calendar_to_its_last_shows_all_that_is_dated()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var own = await test.Own(resident, Purpose.Import);
        string[] dates = ["0002-01-01", "2025-06-01", "9999-12-31"];
        await own.Write([.. dates.Select(date => Make.Record(Make.Observation(date, date: date), DataCategory.Chart)), Make.Record("{\"resourceType\":\"Basic\",\"identifier\":[{\"value\":\"undated\"}],\"code\":{\"text\":\"x\"}}", DataCategory.Chart)], Cancel);
        await own.WriteSamples([.. dates.Select(date => new SampleDay("m", "u", DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture), [new Sample(0, 86_400, "1")]))], Cancel);
        foreach (var (from, to, seen) in new (DateOnly?, DateOnly?, int)[]
            { (DateOnly.MinValue, DateOnly.MaxValue, 3), (null, DateOnly.MaxValue, 3), (DateOnly.MinValue, null, 3), (new DateOnly(9999, 12, 31), DateOnly.MaxValue, 1), (DateOnly.MinValue, new DateOnly(2025, 6, 1), 2) })
        {
            Assert.True((await test.Vault.Grant(
                Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, from, to, test.Clock.Now.AddDays(10)), Cancel)).IsOk);
            var session = (await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).Value;
            Assert.Equal(seen, (await session.Search(new RecordQuery(), Cancel)).Value.Records.Count);
            var days = 0;
            await foreach (var _ in session.Samples(null, null, null, Cancel))
                days++;
            Assert.Equal(seen, days);
        }
    }

    [Fact]
    public async Task A_job_that_says_why_ends_what_somebody_gave_and_nobody_else_does()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        var grant = (await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, Charts, null, null, test.Clock.Now.AddDays(10)), Cancel)).Value;
        foreach (var actor in new[] { Actor.Resident(other), Actor.Officer("o1"), Actor.Clinician("c1"), Actor.Operator("op", "why"), Actor.Job("job", " ") })
            Assert.Equal("gate.refused", (await test.Vault.Revoke(actor, resident, grant, Cancel)).Error?.Code);
        Assert.True((await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).IsOk);
        Assert.True((await test.Vault.Revoke(Actor.Job("standing.died", "The person died."), resident, grant, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).Error?.Code);
        var log = await (await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value.AccessLog(10, Cancel);
        Assert.Contains(log, e => e is { Action: "revoke", ActorKind: ActorKind.Job, Refused: false });
    }

    [Fact]
    public async Task A_grant_written_widened_or_revived_by_sql_is_not_honoured()
    {
        string[] changes =
        [
            "update access_grant set classes = -1", "update access_grant set until = until + 1000000", "update access_grant set period_from = null",
            "update access_grant set period_to = period_to + 1", "update access_grant set created = created + 1", "update access_grant set grant_no = grant_no + 1",
            "update access_grant set resident_no = @other",
        ];
        foreach (var change in changes)
        {
            await using var test = await Start(store);
            var (resident, other) = (await test.Resident(), await test.Resident());
            await test.Vault.Grant(
                Actor.Resident(resident),
                new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, Charts, new DateOnly(2025, 1, 1), new DateOnly(2025, 2, 1), test.Clock.Now.AddDays(1)), Cancel);
            Assert.Equal(1, await test.Sql(change, change.Contains("@other", StringComparison.Ordinal) ? [("@other", other.Value)] : []));
            Assert.False((await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).IsOk, change);
            Assert.False((await test.Vault.Open(Actor.Clinician("c1"), other, Purpose.Care, Cancel)).IsOk, change);
            Assert.NotEmpty(test.Alarms.Messages);
        }

        await using var revived = await Start(store);
        var owner = await revived.Resident();
        var grant = (await revived.Vault.Grant(Actor.Resident(owner), new NewGrant(owner, ActorKind.Clinician, "c1", Purpose.Care, Charts, null, null, revived.Clock.Now.AddDays(1)), Cancel)).Value;
        await revived.Vault.Revoke(Actor.Resident(owner), owner, grant, Cancel);
        await revived.Sql("update access_grant set state = 1");
        Assert.False((await revived.Vault.Open(Actor.Clinician("c1"), owner, Purpose.Care, Cancel)).IsOk);
        await revived.Sql(
            "insert into access_grant (resident_no, grant_no, grantee, purpose, classes, until, state, created, body, mac) select resident_no, 77, grantee, purpose, -1, until, 1, created, body, mac from access_grant");
        Assert.False((await revived.Vault.Open(Actor.Clinician("c1"), owner, Purpose.Care, Cancel)).IsOk);
    }

    [Fact]
    public async Task Refused_unknown_closed_and_erased_give_the_same_answer_after_the_same_statements()
    {
        await using var test = await Start(store);
        var (there, closing, erased) = (await test.Resident(), await test.Resident(), await test.Resident());
        await test.Vault.Close(Actor.Resident(erased), erased, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(15));
        await test.Vault.EraseDue(Actor.Job("erase", "due"), Cancel);
        await test.Vault.Close(Actor.Resident(closing), closing, Cancel);

        var answers = new List<(Error? Error, string Statements)>();
        foreach (var resident in new[] { there, closing, erased, new ResidentNo(999_999) })
        {
            var statements = await Recorded(test, async () => answers.Add(((await test.Vault.Open(Actor.Clinician("c9"), resident, Purpose.Care, Cancel)).Error, "")));
            answers[^1] = (answers[^1].Error, statements);
        }

        Assert.NotEmpty(answers[0].Statements);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public async Task A_missing_forged_foreign_hidden_and_deleted_id_give_the_same_answer_after_the_same_statements()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        var session = await test.Own(resident, Purpose.Import);
        var written = (await session.Write([Make.Record(Make.Observation("a"), DataCategory.Lifelog), Make.Record(Make.Observation("b"), DataCategory.Chart), Make.Record(Make.Observation("c"), DataCategory.Chart)], Cancel)).Value;
        await session.Delete(written[1].Id, Cancel);
        var foreign = (await (await test.Own(other, Purpose.Import)).Write([Make.Record(Make.Observation("a"), DataCategory.Chart)], Cancel)).Value[0].Id;
        await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, "c1", Purpose.Care, Charts, null, null, test.Clock.Now.AddDays(1)), Cancel);
        var clinic = (await test.Vault.Open(Actor.Clinician("c1"), resident, Purpose.Care, Cancel)).Value;
        Assert.True((await clinic.Read(written[2].Id, Cancel)).IsOk);

        var missing = test.Vault.Parts.Ids.Encode(resident, 4_000);
        string[] ids = [written[0].Id, written[1].Id, foreign, missing, new string('a', 26), "x", "", "../../etc/passwd", written[0].Id.ToUpperInvariant(), written[0].Id[..25] + "b"];
        var answers = new List<(Error? Error, string Statements)>();
        foreach (var id in ids)
        {
            Error? error = null;
            var statements = await Recorded(test, async () => error = (await clinic.Read(id, Cancel)).Error);
            answers.Add((error, statements));
            error = null;
            statements = await Recorded(test, async () => error = (await clinic.ReadVersion(id, 1, Cancel)).Error);
            Assert.Equal("record.missing", error?.Code);
        }

        Assert.Equal("record.missing", answers[0].Error?.Code);
        Assert.Contains("from record", answers[0].Statements, StringComparison.Ordinal);
        Assert.All(answers, answer => Assert.Equal(answers[0], answer));
    }

    [Fact]
    public async Task An_account_opened_again_or_closed_by_sql_is_neither_open_nor_erased()
    {
        await using var test = await Start(store);
        var (resident, victim) = (await test.Resident(), await test.Resident());
        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        await test.Sql("update resident set state = 1, closed_at = null, erase_at = null where resident_no = @r", ("@r", resident.Value));
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Error?.Code);

        await test.Sql($"update resident set state = {(int)ResidentState.Closing}, closed_at = 1, erase_at = 1 where resident_no = @r", ("@r", victim.Value));
        Assert.Empty(await test.Vault.EraseDue(Actor.Job("erase", "due"), Cancel));
        Assert.NotEmpty(test.Alarms.Messages);
        Assert.NotNull(await test.Vault.Parts.ResidentKeys.Get(victim, Cancel));
    }

    private static async Task<string> Recorded(TestVault test, Func<Task> act)
    {
        var statements = new List<string>();
        foreach (var database in new[] { test.Vault.Parts.Records, test.Vault.Parts.Keys })
            database.Observer = sql => statements.Add(sql);
        await act();
        foreach (var database in new[] { test.Vault.Parts.Records, test.Vault.Parts.Keys })
            database.Observer = null;
        return string.Join("\n", statements);
    }
}
