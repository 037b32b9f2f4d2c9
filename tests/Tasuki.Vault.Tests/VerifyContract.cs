using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Log;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteVerifyTests() : VerifyContract(StoreKind.Sqlite, 12);

public sealed class PostgresVerifyTests() : VerifyContract(StoreKind.Postgres, 6);

/// <summary>What the entries of writes say against the rows that stand: what somebody did to the rows is found, what a crash left is no alarm.</summary>
public abstract class VerifyContract(StoreKind store, int rounds)
{
    [Fact]
    public async Task A_row_deleted_rolled_back_or_slipped_in_is_found()
    {
        (string Change, string Found)[] changes =
        [
            ("delete from record where seq = 2", "record, seq 2, version 1: the row was deleted"),
            ("delete from record where seq = 4", "record, seq 4, version 1: the row was deleted"),
            ("delete from record_history where seq = 1", "record_history, seq 1: 1 of 1 versions were deleted"),
            ("delete from record where seq = 1;insert into record select * from record_history where seq = 1;delete from record_history where seq = 1",
                "record, seq 1, version 2: the row was rolled back to version 1"),
            ("insert into record (resident_no, seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body) select resident_no, seq + 100, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body from record where seq = 2",
                "record, seq 102, version 1: the row stands without an entry"),
            ("insert into record_history (resident_no, seq, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body) select resident_no, seq + 100, type, version, updated, class, source, code, date_from, date_to, tokens, deleted, body from record where seq = 2",
                "record_history, seq 102, version 1: the past of a record that does not stand"),
            ("update record set body = (select o.body from record o where o.seq = 3) where seq = 2", "record, seq 2, version 1: the row is not the one that was written"),
            ("update record set version = 9 where seq = 2", "record, seq 2, version 9: the row stands without an entry"),
            ("update record set resident_no = 77 where seq = 2", "Resident 77 is missing from the list of residents"),
            ("delete from sample_chunk", "the row was deleted"),
            ("update sample_chunk set version = 1", "the row was rolled back to version 1"),
            ("insert into sample_chunk select resident_no, metric, day + 1, version, updated, body from sample_chunk", "the row stands without an entry"),
            ("delete from access_grant where grant_no = 1", "access_grant 1: the row was deleted"),
            ("update access_grant set until = until + 1 where grant_no = 1", "access_grant 1: the row was altered"),
            ("insert into access_grant select resident_no, 9, grantee, purpose, classes, period_from, period_to, until, state, created, body, mac from access_grant where grant_no = 1",
                "access_grant 9: the row stands without an entry"),
            ("delete from file", "file 1: the row was deleted"),
            ("update file set file_no = 5", "file 5: the row stands without an entry"),
            ("delete from resident where resident_no = 1", "Resident 1 is missing from the list of residents"),
        ];
        foreach (var (change, found) in changes)
        {
            await using var test = await Start(store);
            await Fill(test, await test.Resident());
            await LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
            foreach (var one in change.Split(';'))
                Assert.True(await test.Sql(one) > 0, one);
            var report = await Report(test, records: true);
            Assert.True(report.Findings.Any(f => f.Contains(found, StringComparison.Ordinal)), $"{change}: {string.Join(" | ", report.Findings)}");
        }
    }

    [Fact]
    public async Task Records_put_back_to_an_older_backup_are_found_even_when_writing_went_on()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        // Two writes after the backup, then the rows as the backup has them, then one more write in the place of the first.
        await test.Sql("create table kept as select * from record");
        await test.Sql("create table kept_resident as select * from resident");
        await session.Write([Make.Record(Make.Observation("b"))], Cancel);
        await session.Write([Make.Record(Make.Observation("c"))], Cancel);
        await LiveOn(test);
        await test.Sql("delete from record");
        await test.Sql("insert into record select * from kept");
        await test.Sql("delete from resident");
        await test.Sql("insert into resident select * from kept_resident");
        Assert.Equal(2, (await Report(test, records: true)).Findings.Count);
        await (await test.Own(resident, Purpose.Import)).Write([Make.Record(Make.Observation("d"))], Cancel);
        var findings = (await Report(test, records: true)).Findings;
        Assert.Contains(findings, f => f.Contains("seq 2, version 1: what was written first was taken back and written anew", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Contains("seq 3, version 1: the row was deleted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_write_that_was_cut_off_by_a_crash_is_open_until_the_next_one_and_never_an_alarm()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await (await test.Own(resident, Purpose.Import)).Write([Make.Record(Make.Observation("a"))], Cancel);
        await CutOff(test.Vault, resident, seq: 2, version: 1);
        await test.Vault.Abandon();
        await test.Open();
        var report = await Report(test, records: true);
        Assert.Empty(report.Findings);
        Assert.Contains(report.Notes, n => n.Contains("record, seq 2, version 1: the row was deleted (entry 3 of writer 1): the last write before a crash", StringComparison.Ordinal));
        await (await test.Own(resident, Purpose.Import)).Write([Make.Record(Make.Observation("b"))], Cancel);
        report = await Report(test, records: true);
        Assert.Empty(report.Findings);
        Assert.DoesNotContain(report.Notes, n => n.Contains("crash", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_erased_persons_missing_rows_are_no_alarm_and_rows_that_came_back_are()
    {
        await using var test = await Start(store);
        var (gone, stays) = (await test.Resident(), await test.Resident());
        await Fill(test, gone);
        await Fill(test, stays);
        await test.Sql("create table kept as select * from record");
        await test.Vault.Close(Actor.Resident(gone), gone, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(15));
        await test.Vault.EraseDue(Actor.Job("erase", "over"), Cancel);
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        await test.Sql("insert into record select * from kept where resident_no = 1");
        Assert.Equal("Resident 1 was erased and 4 rows stand.", Assert.Single((await Report(test, records: true)).Findings));
    }

    [Fact]
    public async Task A_grant_that_was_taken_back_and_made_live_again_is_found()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await test.Vault.Grant(Actor.Resident(resident), Care(test, resident), Cancel);
        await test.Sql("create table kept as select * from access_grant");
        await test.Vault.Revoke(Actor.Resident(resident), resident, 1, Cancel);
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        await test.Sql("delete from access_grant");
        await test.Sql("insert into access_grant select * from kept");
        Assert.Contains("it was taken back and is live again", Assert.Single((await Report(test, records: true)).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_another_forestalled_is_no_alarm_when_the_record_changes_later()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        // Opened before the other wrote, so its first try is planned on the same numbers: as two tabs do it at the same moment.
        var late = (await test.Vault.OpenToWrite(Actor.Resident(resident), resident, Purpose.OwnUse, Purpose.OwnUse, Cancel)).Value;
        var first = (await (await test.Own(resident)).Change([Create("a"), Create("b")], null, Cancel)).Value;
        var second = (await late.Change([Create("c"), Create("d")], null, Cancel)).Value;
        Assert.Single(await (await test.Own(resident)).AccessLog(50, Cancel), entry => entry.Action is LogAction.Unconfirmed);
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);

        foreach (var (id, name) in first.Concat(second).Select(one => one.Id).Zip(["a", "b", "c", "d"]))
            await (await test.Own(resident)).Change([new RecordChange.Update(id, Make.Record(Make.Observation(name, value: "7")))], null, Cancel);
        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        Assert.True(await test.Sql("delete from record_history where seq = 1") > 0);
        Assert.Contains("record_history, seq 1", Assert.Single((await Report(test, records: true)).Findings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writes_side_by_side_and_changes_after_them_raise_no_alarm()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        for (var round = 0; round < 3; round++)
        {
            var at = round;
            var written = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(async () => (await (await test.Own(resident, Purpose.Import)).Write(
                [Make.Record(Make.Observation($"{at}.{i}.a")), Make.Record(Make.Observation($"{at}.{i}.b"))], Cancel)).Value)));
            foreach (var one in written.SelectMany(some => some))
                Assert.True((await (await test.Own(resident)).Change([new RecordChange.Update(one.Id, Make.Record(Make.Observation($"{one.Id}", value: "7")))], null, Cancel)).IsOk);
        }

        await LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
    }

    /// <summary>Whatever is done in whatever order, with processes that die: no false alarm. And then one row is taken: found.</summary>
    [Fact]
    public async Task Random_work_with_crashes_raises_no_alarm_and_a_row_taken_afterwards_does()
    {
        for (var round = 0; round < rounds; round++)
        {
            var random = new Random(round);
            await using var test = await Start(store);
            var residents = (await test.Vault.EnrolMany(Actor.Operator("desk", "tests"), 3, Cancel)).Value;
            for (var step = 0; step < 25; step++)
                await Step(test, random, residents[random.Next(3)]);
            await LiveOn(test);
            await test.Vault.Parts.Sealer.SealNow(Cancel);
            var report = await Report(test, await Witness(test), records: true);
            Assert.True(report.Findings.Count == 0, $"round {round}: {string.Join(" | ", report.Findings)}");
            if (await test.Sql("delete from record where resident_no = 2 and seq = (select min(r.seq) from record r where r.resident_no = 2)") > 0)
                Assert.True((await Report(test, records: true)).Findings.Count > 0, $"round {round}");
        }
    }

    private static async Task Step(TestVault test, Random random, ResidentNo resident)
    {
        test.Clock.Pass(TimeSpan.FromSeconds(random.Next(300)));
        var session = await test.Own(resident, Purpose.Import);
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                await session.Write([.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => Make.Record(Make.Observation($"i{random.Next(6)}", value: $"{random.Next(4)}")))], Cancel);
                break;
            case 3:
                if ((await session.Search(new RecordQuery(), Cancel)).Value.Records is [var first, ..])
                    await session.Delete(first.Id, Cancel);
                break;
            case 4:
                await session.WriteSamples([new SampleDay($"m{random.Next(2)}", "/min", new DateOnly(2025, 1, 1 + random.Next(3)), [new Sample(0, 60, "72")])], Cancel);
                break;
            case 5:
                await test.Vault.Grant(Actor.Resident(resident), Care(test, resident), Cancel);
                break;
            case 6:
                await test.Vault.Revoke(Actor.Resident(resident), resident, random.Next(1, 3), Cancel);
                break;
            case 7:
                await session.KeepFile("a.txt", "text/plain", new MemoryStream("original"u8.ToArray()), Cancel);
                await session.DeleteFile(random.Next(1, 5), Cancel);
                break;
            case 8:
                await test.Reopen();
                break;
            case 9:
                // The entry is on the disk, the rows are not, and the process is gone.
                var next = await test.Number("select next_seq from resident where resident_no = @r", ("@r", resident.Value));
                await CutOff(test.Vault, resident, next, 1);
                await test.Vault.Abandon();
                await test.Open();
                break;
            case 10:
                await test.Vault.Unneeded.Erase(Actor.Job("retention", "tests"), resident, random.Next(2) == 0 ? [DataCategory.Lifelog] : Enum.GetValues<DataCategory>(), Cancel);
                break;
            default:
                await test.Vault.Parts.Sealer.SealNow(Cancel);
                await session.Count(Cancel);
                break;
        }
    }

    private static RecordChange.Create Create(string name) => new(Make.Record(Make.Observation(name)));

    private static Task CutOff(RecordVault vault, ResidentNo resident, long seq, long version) => vault.Parts.Log.Append(
        new LogEntry(resident, Actor.Resident(resident), Purpose.Import, LogAction.Write, null, Refused: false, new byte[] { (byte)seq, (byte)version, 1, 2, 3, 4, 5, 6, 7, 8 }));

    // The process lives on: a write that it had not finished would have been followed by a word.
    internal static async Task LiveOn(TestVault test)
    {
        test.Clock.Pass(TimeSpan.FromMinutes(2));
        await test.Vault.Open(Actor.Officer("o"), new ResidentNo(1), Purpose.Care, Cancel);
    }

    internal static NewGrant Care(TestVault test, ResidentNo resident) =>
        new(resident, ActorKind.Clinician, "c1", Purpose.Care, AccessClasses.All, null, null, test.Clock.Now.AddDays(100));

    internal static async Task Fill(TestVault test, ResidentNo resident)
    {
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b")), Make.Record(Make.Observation("c"))], Cancel);
        await session.Write([Make.Record(Make.Observation("a", value: "8")), Make.Record(Make.Observation("d"))], Cancel);
        for (var i = 0; i < 2; i++)
            await session.WriteSamples([new SampleDay("8867-4", "/min", new DateOnly(2025, 1, 1), [new Sample(0, 60, "72")])], Cancel);
        await session.KeepFile("a.txt", "text/plain", new MemoryStream(Encoding.UTF8.GetBytes("original")), Cancel);
        await test.Vault.Grant(Actor.Resident(resident), Care(test, resident), Cancel);
    }
}
