using System.Security.Cryptography;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteVaultTests() : VaultContract(StoreKind.Sqlite);

public sealed class PostgresVaultTests() : VaultContract(StoreKind.Postgres);

/// <summary>What a vault does, the same on every store.</summary>
public abstract class VaultContract(StoreKind store)
{
    [Fact]
    public async Task What_was_written_is_read_back_after_the_vault_was_closed_and_opened()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var record = Make.Record(Make.Observation("a", value: "5.60"), localUrl: "urn:uuid:1");
        var written = (await session.Write([record], Cancel)).Value;
        Assert.Equal(WriteOutcome.Created, written[0].Outcome);

        await test.Reopen();
        var read = (await (await test.Own(resident)).Read(written[0].Id, Cancel)).Value;
        Assert.Equal(record.Resource.Text(), read.Resource.Text());
        Assert.Equal(record.Origin, read.Origin);
        Assert.Equal(1, read.Version);
        Assert.Equal(new AccessClass(DataCategory.Chart, false), read.Class);
    }

    [Fact]
    public async Task The_same_record_is_stored_once_and_another_content_is_a_new_version()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var first = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b"))], Cancel)).Value;
        var again = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b", value: "5.61")), Make.Record(Make.Observation("c"))], Cancel)).Value;
        Assert.Equal([WriteOutcome.AlreadyThere, WriteOutcome.Updated, WriteOutcome.Created], again.Select(w => w.Outcome));
        Assert.Equal([.. first.Select(w => w.Id)], again.Take(2).Select(w => w.Id).ToList());

        var now = (await session.Read(first[1].Id, Cancel)).Value;
        Assert.Equal(2, now.Version);
        Assert.Contains("5.61", now.Resource.Text(), StringComparison.Ordinal);
        var before = (await session.ReadVersion(first[1].Id, 1, Cancel)).Value;
        Assert.Contains("5.60", before.Resource.Text(), StringComparison.Ordinal);
        Assert.True(before.Updated < now.Updated);
    }

    [Fact]
    public async Task A_search_finds_by_code_type_date_identifier_and_pages_through_all()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var records = Enumerable.Range(0, 30).Select(i => Make.Record(Make.Observation($"id{i}", code: i % 3 == 0 ? "AAA" : "BBB", date: $"2025-06-{i + 1:00}"))).ToList();
        records.Add(Make.Record("""{"resourceType":"Basic","code":{"text":"no date"}}"""));
        await session.Write(records, Cancel);

        var query = new RecordQuery { Types = ["Observation"], Codes = [new Coding(null, "AAA")], Limit = 4 };
        var seen = new List<string>();
        string? after = null;
        do
        {
            var page = (await session.Search(query with { After = after }, Cancel)).Value;
            seen.AddRange(page.Records.Select(r => r.Id));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(10, seen.ToHashSet(StringComparer.Ordinal).Count);
        Assert.Equal(10, seen.Count);

        Assert.Single((await session.Search(new RecordQuery { Identifier = "id7" }, Cancel)).Value.Records);
        Assert.Equal(2, (await session.Search(new RecordQuery { DateFrom = TokyoDay.StartOf(new DateOnly(2025, 6, 4)), DateTo = TokyoDay.StartOf(new DateOnly(2025, 6, 6)) }, Cancel)).Value.Records.Count);
        var all = (await session.Search(new RecordQuery { Limit = 1000 }, Cancel)).Value.Records;
        Assert.Equal(31, all.Count);
        Assert.Equal("Basic", all[^1].Type);
        var next = (await session.Search(query, Cancel)).Value.Next;
        Assert.Equal("query.page", (await (await test.Own(await test.Resident(), Purpose.Import)).Search(query with { After = next }, Cancel)).Error?.Code);
        Assert.Equal("query.page", (await (await test.Own(session.Resident)).Search(query with { After = next }, Cancel)).Error?.Code);
        Assert.Equal("query.page", (await session.Search(query with { After = "AAAA" + next }, Cancel)).Error?.Code);
        Assert.Equal("query.page", (await session.Search(query with { Identifier = "x", After = next }, Cancel)).Error?.Code);
        Assert.Equal("query.limit", (await session.Search(query with { Limit = 0 }, Cancel)).Error?.Code);
        Assert.Equal("query.type", (await session.Search(query with { Types = ["Nonsense"] }, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task References_inside_one_write_point_to_the_stored_ids()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var patient = Make.Record("""{"resourceType":"Organization","identifier":[{"system":"urn:o","value":"1"}],"name":"みどり内科"}""", localUrl: "urn:uuid:o");
        var report = Make.Record("""{"resourceType":"DiagnosticReport","identifier":[{"system":"urn:r","value":"1"}],"status":"final","performer":[{"reference":"urn:uuid:o"}]}""");
        var written = (await session.Write([patient, report], Cancel)).Value;
        var stored = (await session.Read(written[1].Id, Cancel)).Value;
        Assert.Contains($"\"Organization/{written[0].Id}\"", stored.Resource.Text(), StringComparison.Ordinal);
        Assert.Equal(written[1].Id, Assert.Single((await session.Search(new RecordQuery { Reference = $"Organization/{written[0].Id}" }, Cancel)).Value.Records).Id);

        // A later write that brings the organisation again points to the known one.
        var later = Make.Record("""{"resourceType":"DiagnosticReport","identifier":[{"system":"urn:r","value":"2"}],"status":"final","performer":[{"reference":"urn:uuid:o"}]}""");
        var second = (await session.Write([patient, later], Cancel)).Value;
        Assert.Equal(WriteOutcome.AlreadyThere, second[0].Outcome);
        Assert.Contains($"\"Organization/{written[0].Id}\"", (await session.Read(second[1].Id, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_says_what_a_write_then_does()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b"))], Cancel);
        NewRecord[] next = [Make.Record(Make.Observation("b", value: "7")), Make.Record(Make.Observation("a")), Make.Record(Make.Observation("n")), Make.Record(Make.Observation("n"))];
        var preview = await session.Preview(next, Cancel);
        Assert.Equal(4, (await session.Count(Cancel)).Sum(c => c.Count) + 2);
        Assert.Equal((await session.Write(next, Cancel)).Value.Select(w => w.Outcome), preview.Select(p => p.Outcome));
    }

    [Fact]
    public async Task A_deleted_record_is_missing_and_can_come_again()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var id = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;
        Assert.True((await session.Delete(id, Cancel)).IsOk);
        Assert.Equal("record.missing", (await session.Read(id, Cancel)).Error?.Code);
        Assert.Equal("record.missing", (await session.ReadVersion(id, 1, Cancel)).Error?.Code);
        Assert.Equal("record.missing", (await session.Delete(id, Cancel)).Error?.Code);
        Assert.Empty((await session.Search(new RecordQuery(), Cancel)).Value.Records);
        Assert.Equal(WriteOutcome.Created, (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Outcome);
    }

    [Fact]
    public async Task A_file_of_five_megabytes_comes_back_byte_for_byte_from_any_position()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var bytes = RandomNumberGenerator.GetBytes(5_000_123);
        var kept = (await session.KeepFile("健診結果.zip", "application/zip", new MemoryStream(bytes), Cancel)).Value;
        Assert.Equal(SHA256.HashData(bytes), kept.Sha256);
        await test.Reopen();
        session = await test.Own(resident);
        Assert.Equal("健診結果.zip", Assert.Single(await session.Files(Cancel)).Name);

        await using var stream = (await session.OpenFile(kept.FileNo, Cancel)).Value;
        var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        Assert.Equal(bytes, copy.ToArray());
        stream.Position = 3_333_333;
        var part = new byte[300_000];
        await stream.ReadExactlyAsync(part, Cancel);
        Assert.Equal(bytes.AsSpan(3_333_333, 300_000).ToArray(), part);

        Assert.Equal("file.missing", (await session.OpenFile(99, Cancel)).Error?.Code);
        Assert.True((await session.DeleteFile(kept.FileNo, Cancel)).IsOk);
        Assert.Empty(await session.Files(Cancel));
        Assert.Equal(0, await test.Number("select count(*) from file_chunk"));
    }

    [Fact]
    public async Task An_upload_that_broke_off_is_no_file_and_is_swept_a_day_later()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.KeepFile("whole", "text/plain", new MemoryStream(new byte[10]), Cancel);
        await Assert.ThrowsAsync<IOException>(() => session.KeepFile("broken", "text/plain", new BreakingStream(), Cancel));
        Assert.Equal("whole", Assert.Single(await session.Files(Cancel)).Name);
        Assert.Equal("file.missing", (await session.OpenFile(2, Cancel)).Error?.Code);
        await test.Reopen();
        Assert.Equal(3, await test.Number("select count(*) from file_chunk"));
        test.Clock.Pass(TimeSpan.FromHours(25));
        await test.Reopen();
        Assert.Equal(1, await test.Number("select count(*) from file_chunk"));
        Assert.Single(await (await test.Own(resident)).Files(Cancel));
    }

    [Fact]
    public async Task Samples_come_back_and_a_day_is_replaced()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var days = Enumerable.Range(0, 450).Select(i => new SampleDay(i % 2 == 0 ? "8867-4" : "55423-8", "/min", new DateOnly(2025, 1, 1).AddDays(i / 2), [new Sample(0, 60, "72.0"), new Sample(86_399, 86_400, "1E2")])).ToList();
        Assert.True((await session.WriteSamples(days, Cancel)).IsOk);
        Assert.True((await session.WriteSamples([days[0] with { Samples = [new Sample(1, 2, "3")] }], Cancel)).IsOk);
        var read = new List<SampleDay>();
        await foreach (var day in session.Samples(null, null, null, Cancel))
            read.Add(day);
        Assert.Equal(450, read.Count);
        Assert.Equal([new Sample(1, 2, "3")], read.Single(d => d.Metric == "8867-4" && d.Day == new DateOnly(2025, 1, 1)).Samples);
        Assert.Equal(days[1].Samples, read.Single(d => d.Metric == "55423-8" && d.Day == new DateOnly(2025, 1, 1)).Samples);
        read.Clear();
        await foreach (var day in session.Samples("55423-8", new DateOnly(2025, 1, 10), new DateOnly(2025, 1, 12), Cancel))
            read.Add(day);
        Assert.Equal(3, read.Count);
    }

    [Fact]
    public async Task A_closed_account_refuses_at_once_can_be_reopened_and_is_erased_when_the_wait_is_over()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([Make.Record(Make.Observation("a"))], Cancel);
        var kept = (await (await test.Own(other, Purpose.Import)).Write([Make.Record(Make.Observation("a"))], Cancel)).Value[0].Id;

        Assert.True((await test.Vault.Close(Actor.Resident(resident), resident, Cancel)).IsOk);
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Error?.Code);
        Assert.Equal("gate.refused", (await session.Write([Make.Record(Make.Observation("b"))], Cancel)).Error?.Code);
        Assert.NotNull(await test.Vault.ClosingAt(resident, Cancel));
        Assert.True((await test.Vault.CancelClosure(Actor.Resident(resident), resident, Cancel)).IsOk);
        Assert.Single((await (await test.Own(resident)).Search(new RecordQuery(), Cancel)).Value.Records);

        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        Assert.Empty(await test.Vault.EraseDue(Actor.Job("erase", "due"), Cancel));
        test.Clock.Pass(TimeSpan.FromDays(14));
        Assert.Equal([resident], await test.Vault.EraseDue(Actor.Job("erase", "due"), Cancel));
        Assert.Equal("gate.refused", (await test.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Error?.Code);
        Assert.Equal(0, await test.Number("select count(*) from record where resident_no = @r", ("@r", resident.Value)));
        Assert.True((await (await test.Own(other)).Read(kept, Cancel)).IsOk);
    }

    /// <summary>Two whole chunks, then the line is cut.</summary>
    private sealed class BreakingStream() : MemoryStream(new byte[600_000])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= 524_288 ? throw new IOException("cut") : base.ReadAsync(buffer[..Math.Min(buffer.Length, 131_072)], cancellationToken);
    }
}
