using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Log;
using Tasuki.Vault.RecordStore;
using static Tasuki.Vault.Tests.LogTesting;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteUnneededTests() : UnneededContract(StoreKind.Sqlite);

public sealed class PostgresUnneededTests() : UnneededContract(StoreKind.Postgres);

/// <summary>Categories that no purpose needs any more: counted without opening anything, erased with past, samples and originals, and the log proves it.</summary>
public abstract class UnneededContract(StoreKind store)
{
    private static readonly Actor Job = Actor.Job("retention", "no purpose needs it");
    private static readonly DataCategory[] Gone = [DataCategory.Medication, DataCategory.Lifelog];

    [Fact]
    public async Task Holders_are_counted_by_category_and_nothing_is_said_in_anybodys_log()
    {
        await using var test = await Start(store);
        var (first, second, third) = (await test.Resident(), await test.Resident(), await test.Resident());
        await Fill(test, first);
        await Write(test, third, DataCategory.SpecificCheckup, "x");
        await test.Vault.Close(Actor.Resident(second), second, Cancel);
        var entries = await Entries(test);
        var page = await test.Vault.Unneeded.Holders(Gone, new ResidentNo(0), 10, Cancel);
        var (resident, held) = Assert.Single(page.Held);
        Assert.Equal((first, null), (resident, page.Next));
        Assert.Equal([new HeldCategory(DataCategory.Medication, 3), new HeldCategory(DataCategory.Lifelog, 3)], held);
        Assert.Equal(entries, await Entries(test));

        var parts = await test.Vault.Unneeded.Holders(Gone, new ResidentNo(0), 1, Cancel);
        Assert.Equal((1, first), (parts.Held.Count, parts.Next!.Value));
        Assert.Empty((await test.Vault.Unneeded.Holders(Gone, parts.Next.Value, 10, Cancel)).Held);
        Assert.Equal(third, Assert.Single((await test.Vault.Unneeded.Holders([DataCategory.SpecificCheckup], new ResidentNo(1), 10, Cancel)).Held).Resident);
    }

    [Fact]
    public async Task What_no_purpose_needs_goes_with_its_past_and_what_one_needs_stays()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        await Fill(test, resident);
        await Fill(test, other);
        await VerifyContract.LiveOn(test);
        Assert.Equal(6, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);

        var session = await test.Own(resident);
        Assert.Equal("kept mixed-kept", string.Join(' ', (await session.Search(new RecordQuery(), Cancel)).Value.Records.Select(Identifier).Order(StringComparer.Ordinal)));
        Assert.Empty(await ToList(session.Samples(null, null, null, Cancel)));
        Assert.Equal(0, await test.Number("select count(*) from record_history where resident_no = @r and seq in (select seq from record where resident_no = @r and deleted = 1)", ("@r", resident.Value)));
        Assert.Equal(0, await test.Number("select count(*) from record where resident_no = @r and deleted = 1 and (code is not null or date_from is not null or identity is not null or length(tokens) > 0)", ("@r", resident.Value)));
        Assert.All(await Emptied(test, resident), payload => Assert.Equal(-1, payload.AsSpan().IndexOf("みどり内科"u8)));
        // The past of what stays, stays.
        Assert.Equal(1, await test.Number("select count(*) from record_history where resident_no = @r", ("@r", resident.Value)));
        Assert.Equal(other, Assert.Single((await test.Vault.Unneeded.Holders(Gone, new ResidentNo(0), 10, Cancel)).Held).Resident);
        Assert.Equal(0, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);
        Assert.Equal(4, (await (await test.Own(other)).Search(new RecordQuery(), Cancel)).Value.Records.Count);

        await VerifyContract.LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
        Assert.Contains(await session.AccessLog(100, Cancel), e => e is { Action: "erase-records", ActorKind: ActorKind.Job });
        // What comes after begins anew, and is no alarm either.
        await Fill(test, resident);
        await VerifyContract.LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task An_original_goes_with_the_first_of_its_records_and_one_that_is_needed_stays()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var files = new List<long>();
        foreach (var name in (string[])["medicines.csv", "checkup.xml", "mixed.json", "nothing-new.csv"])
            files.Add((await session.KeepFile(name, "text/plain", new MemoryStream("original"u8.ToArray()), Cancel)).Value.FileNo);
        await Write(test, resident, DataCategory.Medication, "m", files[0]);
        await Write(test, resident, DataCategory.SpecificCheckup, "c", files[1]);
        await Write(test, resident, DataCategory.SpecificCheckup, "d", files[2]);
        await Write(test, resident, DataCategory.Medication, "e", files[2]);
        Assert.Equal(2, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);
        Assert.Equal("checkup.xml", Assert.Single(await (await test.Own(resident)).Files(Cancel)).Name);
        Assert.Equal(0, await test.Number("select count(*) from file_chunk where file_no <> @f", ("@f", files[1])));
    }

    [Fact]
    public async Task Only_a_job_with_a_reason_erases_and_only_of_an_open_account()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Fill(test, resident);
        foreach (var actor in (Actor[])[Actor.Officer("o"), Actor.Operator("o", "because"), Actor.Resident(resident), Actor.Job("retention", " ")])
            Assert.Equal("gate.refused", (await test.Vault.Unneeded.Erase(actor, resident, Gone, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await test.Vault.Unneeded.Erase(Job, new ResidentNo(99), Gone, Cancel)).Error?.Code);
        Assert.Equal(4, (await (await test.Own(resident)).AccessLog(100, Cancel)).Count(e => e is { Action: "erase-records", Refused: true }));
        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        Assert.Equal("gate.refused", (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Error?.Code);
        await test.Vault.CancelClosure(Actor.Resident(resident), resident, Cancel);
        Assert.Equal(4, (await (await test.Own(resident)).Search(new RecordQuery(), Cancel)).Value.Records.Count);
    }

    [Fact]
    public async Task An_erasure_that_was_cut_off_between_two_batches_goes_on()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([.. Enumerable.Range(0, 1_200).Select(i => Record(DataCategory.Medication, $"m{i}", null))], Cancel);
        var batches = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => new CategoryErasure(test.Vault.Parts, Job, resident)
        {
            AfterBatch = () => _ = ++batches == 2 ? throw new InvalidOperationException("killed") : 0,
        }.Erase(Gone, Cancel));
        Assert.Equal(200, (await test.Vault.Unneeded.Holders(Gone, new ResidentNo(0), 1, Cancel)).Held[0].Categories[0].Records);
        await test.Vault.Abandon();
        await test.Open();
        Assert.Equal(200, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);
        Assert.Empty((await (await test.Own(resident)).Search(new RecordQuery(), Cancel)).Value.Records);
        Assert.Empty((await Report(test, records: true)).Findings);
    }

    [Fact]
    public async Task A_row_that_does_not_open_stays_with_its_alarm()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Write(test, resident, DataCategory.Medication, "a");
        await Write(test, resident, DataCategory.Medication, "b");
        await test.Sql("update record set updated = updated - 1 where seq = 1");
        Assert.Equal(1, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);
        Assert.Equal(1, await test.Number("select count(*) from record where seq = 1 and deleted = 0"));
        Assert.NotEmpty(test.Alarms.Messages);
    }

    [Fact]
    public async Task What_was_erased_and_is_put_back_is_found()
    {
        (string Keep, string PutBack, string Found)[] changes =
        [
            ("record_history", "insert into record_history select * from kept where seq in (select r.seq from record r where r.deleted = 1)", "1 versions that were erased stand again"),
            ("sample_chunk", "insert into sample_chunk select * from kept", "it was erased and stands again"),
            ("record", "delete from record where deleted = 1;insert into record select * from kept where seq = 1", "record, seq 1, version 3: the row was rolled back to version 2"),
            ("record", "delete from record where deleted = 1 and seq = 2", "record, seq 2, version 2: the row was deleted"),
        ];
        foreach (var (keep, putBack, found) in changes)
        {
            await using var test = await Start(store);
            var resident = await test.Resident();
            await Fill(test, resident);
            await test.Sql($"create table kept as select * from {keep}");
            await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel);
            await VerifyContract.LiveOn(test);
            Assert.Empty((await Report(test, records: true)).Findings);
            foreach (var one in putBack.Split(';'))
                Assert.True(await test.Sql(one) > 0, one);
            var findings = (await Report(test, records: true)).Findings;
            Assert.True(findings.Any(f => f.Contains(found, StringComparison.Ordinal)), $"{putBack}: {string.Join(" | ", findings)}");
        }
    }

    [Fact]
    public async Task An_erasure_whose_process_died_before_the_rows_went_is_no_alarm()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        await Fill(test, resident);
        foreach (var (action, tags) in (ReadOnlySpan<(string, byte[])>)[(LogAction.EraseRecords, await Tags(test, 1, 3)), (LogAction.EraseSamples, await SampleTags(test))])
            _ = test.Vault.Parts.Log.Append(new LogEntry(resident, Job, Purpose.Operation, action, "1", Refused: false, tags));
        await test.Vault.Parts.Sealer.SealNow(Cancel);
        await test.Vault.Abandon();
        await test.Open();
        Assert.Empty((await Report(test, records: true)).Findings);
        Assert.Equal(6, (await test.Vault.Unneeded.Erase(Job, resident, Gone, Cancel)).Value);
        await VerifyContract.LiveOn(test);
        Assert.Empty((await Report(test, records: true)).Findings);
    }

    // Three medicines, one of them in its second version and one deleted by the person; two records that stay, one of them changed once; three days of samples.
    private static async Task Fill(TestVault test, ResidentNo resident)
    {
        var round = await test.Number("select next_seq from resident where resident_no = @r", ("@r", resident.Value));
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Record(DataCategory.Medication, $"a{round}", null), Record(DataCategory.Medication, $"b{round}", null), Record(DataCategory.Medication, $"gone{round}", null)], Cancel);
        await session.Write([Record(DataCategory.Medication, $"a{round}", null, value: "9")], Cancel);
        await session.Write([Record(DataCategory.SpecificCheckup, "kept", null), Record(DataCategory.SpecificCheckup, "mixed-kept", null)], Cancel);
        await session.Write([Record(DataCategory.SpecificCheckup, "kept", null, value: $"{50 + round}")], Cancel);
        var third = (await session.Search(new RecordQuery(), Cancel)).Value.Records.Single(r => Identifier(r) == $"gone{round}");
        await session.Delete(third.Id, Cancel);
        for (var version = 0; version < 2; version++)
            await session.WriteSamples([.. Enumerable.Range(1, 3).Select(day => new SampleDay("8867-4", "/min", new DateOnly(2025, 1, day), [new Sample(0, 60, "72")]))], Cancel);
    }

    private static async Task Write(TestVault test, ResidentNo resident, DataCategory category, string identifier, long? file = null) =>
        await (await test.Own(resident, Purpose.Import)).Write([Record(category, identifier, file)], Cancel);

    private static NewRecord Record(DataCategory category, string identifier, long? file, string value = "5")
    {
        var record = Make.Record(Make.Observation(identifier, value: value));
        return record with { Category = category, Origin = record.Origin with { FileNo = file } };
    }

    private static string Identifier(StoredRecord record) =>
        System.Text.Json.JsonDocument.Parse(record.Resource.Json).RootElement.GetProperty("identifier")[0].GetProperty("value").GetString()!;

    // What still lies in the rows of records that went.
    private static async Task<List<byte[]>> Emptied(TestVault test, ResidentNo resident)
    {
        var keys = (await test.Vault.Parts.ResidentKeys.Get(resident, Cancel))!;
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        var rows = await work.Query($"select {RecordRow.Select} from record where resident_no = @r and deleted = 1", row => RecordRow.Read(resident, row), Cancel, ("@r", resident.Value));
        Assert.Equal(3, rows.Count);
        return [.. rows.Select(row => row.Open(keys, test.Vault.Parts.Municipality, RecordRow.Current)!)];
    }

    private static async Task<List<T>> ToList<T>(IAsyncEnumerable<T> all)
    {
        var list = new List<T>();
        await foreach (var one in all)
            list.Add(one);
        return list;
    }

    private static async Task<long> Entries(TestVault test)
    {
        await using var work = await test.Vault.Parts.LogStore.Read(Cancel);
        return await work.Number("select count(*) from log_entry", Cancel) ?? 0;
    }

    private static Task<byte[]> Tags(TestVault test, long seq, long version) => Task.FromResult<byte[]>([(byte)seq, (byte)version, 1, 2, 3, 4, 5, 6, 7, 8]);

    private static async Task<byte[]> SampleTags(TestVault test)
    {
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        var tags = WrittenRows.Samples();
        foreach (var (metric, day, version, body) in await work.Query(
            "select metric, day, version, body from sample_chunk order by day", row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3)), Cancel))
            WrittenRows.AddSample(tags, metric, day, version, body);
        return tags.WrittenMemory.ToArray();
    }
}
