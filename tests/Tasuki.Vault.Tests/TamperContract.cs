using System.Security.Cryptography;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteTamperTests() : TamperContract(StoreKind.Sqlite);

public sealed class PostgresTamperTests() : TamperContract(StoreKind.Postgres);

/// <summary>Somebody writes to the database: no read succeeds, each is reported, no request falls over.</summary>
public abstract class TamperContract(StoreKind store)
{
    [Fact]
    public async Task A_changed_column_of_a_record_hides_it_and_raises_an_alarm()
    {
        string[] changes =
        [
            "seq = seq + 100", "type = type + 1", "type = 30000", "version = version + 1", "version = version + 65536", "identity = identity + 1", "identity = null", "updated = updated + 1",
            "class = case class when 3 then 4 else 3 end", "class = 120", "source = case source when 3 then 4 else 3 end", "code = code + 1", "code = null", "other_code = 7", "other_code = 0",
            "date_from = date_from - 1", "date_to = date_to + 1", "tokens = substr(tokens, 1, 8)", "deleted = -1",
        ];
        await using var test = await Start(store);
        foreach (var change in changes)
        {
            var resident = await test.Resident();
            var session = await test.Own(resident, Purpose.Import);
            var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
            var alarms = test.Alarms.Messages.Count;
            Assert.Equal(1, await test.Sql($"update record set {change} where resident_no = @r", ("@r", resident.Value)));
            Assert.False((await session.Read(id, Cancel)).IsOk, change);
            Assert.Empty((await session.Search(new RecordQuery(), Cancel)).Value.Records);
            Assert.Empty((await session.Search(new RecordQuery { Order = RecordOrder.Stored, Types = ["Observation"] }, Cancel)).Value.Records);
            if (!change.StartsWith("deleted", StringComparison.Ordinal))
                Assert.True(test.Alarms.Messages.Count > alarms, change);
        }

        Assert.Contains(await (await test.Own(await Owner(test))).AccessLog(100, Cancel), entry => entry.Action == "alarm");
    }

    [Fact]
    public async Task A_body_moved_to_another_row_resident_version_or_table_does_not_open()
    {
        await using var test = await Start(store);
        var (one, two) = (await test.Resident(), await test.Resident());
        var session = await test.Own(one, Purpose.Import);
        var foreign = await test.Own(two, Purpose.Import);
        // Two rows alike in every column but seq and tokens; then a second version of the first.
        var ids = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b"))], Cancel)).Value;
        var other = (await foreign.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        await session.Write([Make.Record(Make.Observation("a", value: "9"))], Cancel);
        Assert.True((await session.ReadVersion(ids[0].Id, 1, Cancel)).IsOk);

        await test.Sql("update record set body = (select h.body from record_history h where h.resident_no = record.resident_no and h.seq = record.seq) where resident_no = @r and seq = 1", ("@r", one.Value));
        Assert.False((await session.Read(ids[0].Id, Cancel)).IsOk);
        await test.Sql("update record_history set body = (select body from record where resident_no = @r and seq = 2) where resident_no = @r", ("@r", one.Value));
        Assert.False((await session.ReadVersion(ids[0].Id, 1, Cancel)).IsOk);
        await test.Sql("delete from record where resident_no = @r and seq = 2", ("@r", one.Value));
        await test.Sql("update record set resident_no = @one, seq = 2 where resident_no = @two", ("@one", one.Value), ("@two", two.Value));
        Assert.False((await session.Read(ids[1].Id, Cancel)).IsOk);
        Assert.False((await foreign.Read(other, Cancel)).IsOk);
        Assert.Equal(3, test.Alarms.Messages.Count);
        Assert.All(test.Alarms.Messages, message => Assert.DoesNotContain("みどり", message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_whole_old_row_put_back_into_the_table_of_today_does_not_open()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        await session.Write([Make.Record(Make.Observation("a", value: "9"))], Cancel);
        await test.Sql("delete from record where resident_no = @r", ("@r", resident.Value));
        await test.Sql("insert into record select * from record_history where resident_no = @r", ("@r", resident.Value));
        Assert.False((await session.Read(id, Cancel)).IsOk);
        Assert.NotEmpty(test.Alarms.Messages);
    }

    [Fact]
    public async Task A_token_planted_by_sql_returns_no_extra_row()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a", code: "AAA")), Make.Record(Make.Observation("b", code: "BBB"))], Cancel);
        var keys = (await test.Vault.Parts.ResidentKeys.Get(resident, Cancel))!;
        var planted = RecordStore.PackedTokens.Bytes(keys.Token(Keys.TokenKind.Identifier, "a"));
        Assert.Single((await session.Search(new RecordQuery { Identifier = "a" }, Cancel)).Value.Records);
        await test.Sql("update record set tokens = @planted where resident_no = @r and seq = 2", ("@planted", (byte[])[.. planted, .. planted]), ("@r", resident.Value));
        Assert.Single((await session.Search(new RecordQuery { Identifier = "a" }, Cancel)).Value.Records);
    }

    [Fact]
    public async Task A_token_that_matches_by_chance_is_settled_by_the_matcher()
    {
        // The vault itself writes the false token, so the row opens: what is left is the matcher.
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        var keys = (await test.Vault.Parts.ResidentKeys.Get(resident, Cancel))!;
        await using (var work = await test.Vault.Parts.Records.Write(Cancel))
        {
            var row = (await work.Query($"select {RecordStore.RecordRow.Select} from record where resident_no = @r", r => RecordStore.RecordRow.Read(resident, r), Cancel, ("@r", resident.Value)))[0];
            var payload = row.Open(keys, test.Options.Municipality, "record")!;
            var forged = row with { Tokens = [.. row.Tokens, .. RecordStore.PackedTokens.Bytes(keys.Token(Keys.TokenKind.Identifier, "never"))], Code = keys.Token(Keys.TokenKind.Code, "never") };
            forged = forged.Sealed(keys, test.Options.Municipality, "record", payload);
            await work.Execute("update record set tokens = @t, code = @c, body = @b where resident_no = @r", Cancel, ("@t", forged.Tokens), ("@c", forged.Code), ("@b", forged.Body), ("@r", resident.Value));
            await work.Commit(Cancel);
        }

        Assert.Single((await session.Search(new RecordQuery(), Cancel)).Value.Records);
        Assert.Empty((await session.Search(new RecordQuery { Identifier = "never" }, Cancel)).Value.Records);
        Assert.Empty((await session.Search(new RecordQuery { Codes = [new Fhir.Coding(null, "never")] }, Cancel)).Value.Records);
        Assert.Empty(test.Alarms.Messages);
    }

    [Fact]
    public async Task The_first_bytes_of_a_body_are_bound_too()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        byte[] body;
        await using (var work = await test.Vault.Parts.Records.Read(Cancel))
            body = (await work.Query("select body from record where resident_no = @r", row => (byte[])row.GetValue(0), Cancel, ("@r", resident.Value)))[0];
        byte[][] altered = [[2, 1, 1, .. body[3..]], [1, 1, 1, .. body[3..]], [3, 1, 1, .. body[3..]], [4, 2, 1, .. body[3..]], [4, 1, 0, .. body[3..]], [9, 9, 9, .. body[3..]], [4, 1], [4, 1, 1], body[..^1], [.. body, 0], []];
        foreach (var one in altered)
        {
            await test.Sql("update record set body = @body where resident_no = @r", ("@body", one), ("@r", resident.Value));
            Assert.False((await session.Read(id, Cancel)).IsOk);
        }

        Assert.Equal(altered.Length, test.Alarms.Messages.Count);
        await test.Sql("update record set body = @body where resident_no = @r", ("@body", body), ("@r", resident.Value));
        Assert.True((await session.Read(id, Cancel)).IsOk);
    }

    [Fact]
    public async Task A_wrapped_key_moved_to_another_resident_epoch_or_version_opens_nothing()
    {
        string[] changes = ["resident_no = 3 - resident_no + 100", "epoch = epoch + 1", "key_version = 2"];
        foreach (var change in changes)
        {
            await using var test = await Start(store);
            var (one, two) = (await test.Resident(), await test.Resident());
            Assert.Equal((1, 2), (one.Value, two.Value));
            var id = (await (await test.Own(one, Purpose.Import)).Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
            await using (var work = await test.Vault.Parts.Keys.Write(Cancel))
            {
                await work.Execute($"update resident_key set {change}", Cancel);
                await work.Execute("update resident_key set resident_no = resident_no - 100 where resident_no > 100", Cancel);
                await work.Commit(Cancel);
            }

            test.Clock.Pass(TimeSpan.FromMinutes(2));
            var session = await test.Own(one, Purpose.Import);
            Assert.Null(await test.Vault.Parts.ResidentKeys.Get(one, Cancel));
            Assert.False((await session.Read(id, Cancel)).IsOk);
            Assert.Equal("gate.refused", (await session.Write([Make.Record(Make.Observation("b"))], Cancel)).Error?.Code);
        }
    }

    [Fact]
    public async Task Chunks_of_a_file_in_another_order_or_cut_short_do_not_read()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var file = (await session.KeepFile("a.bin", "application/octet-stream", new MemoryStream(RandomNumberGenerator.GetBytes(900_000)), Cancel)).Value;
        await test.Sql("update file_chunk set chunk_no = case chunk_no when 1 then 102 when 2 then 101 else chunk_no end");
        await test.Sql("update file_chunk set chunk_no = chunk_no - 100 where chunk_no > 100");
        await using var stream = (await session.OpenFile(file.FileNo, Cancel)).Value;
        await Assert.ThrowsAsync<IOException>(async () => await stream.CopyToAsync(Stream.Null, Cancel));
        Assert.NotEmpty(test.Alarms.Messages);

        var second = (await session.KeepFile("b.bin", "application/octet-stream", new MemoryStream(RandomNumberGenerator.GetBytes(900_000)), Cancel)).Value;
        await test.Sql("delete from file_chunk where file_no = @f and chunk_no = 3", ("@f", second.FileNo));
        await using var cut = (await session.OpenFile(second.FileNo, Cancel)).Value;
        await Assert.ThrowsAsync<IOException>(async () => await cut.CopyToAsync(Stream.Null, Cancel));
        await test.Sql("update file set chunks = 3, size = 786432 where file_no = @f", ("@f", second.FileNo));
        Assert.Equal("file.missing", (await session.OpenFile(second.FileNo, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_changed_or_moved_sample_chunk_is_left_out_and_reported()
    {
        string[] changes = ["metric = metric + 1", "day = day + 1", "version = version + 1", "updated = updated + 1"];
        await using var test = await Start(store);
        foreach (var change in changes)
        {
            var resident = await test.Resident();
            var session = await test.Own(resident, Purpose.Import);
            await session.WriteSamples([new SampleDay("8867-4", "/min", new DateOnly(2025, 1, 1), [new Sample(0, 60, "72")])], Cancel);
            var alarms = test.Alarms.Messages.Count;
            await test.Sql($"update sample_chunk set {change} where resident_no = @r", ("@r", resident.Value));
            await foreach (var day in session.Samples(null, null, null, Cancel))
                Assert.Fail($"{change}: {day.Day}");
            Assert.Equal(alarms + 1, test.Alarms.Messages.Count);
        }
    }

    private static async Task<Kernel.ResidentNo> Owner(TestVault test) => new(await test.Number("select min(resident_no) from record"));
}
