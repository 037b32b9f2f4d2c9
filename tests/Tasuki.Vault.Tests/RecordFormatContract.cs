using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Tasuki.Dictionary;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteRecordFormatTests() : RecordFormatContract(StoreKind.Sqlite);

public sealed class PostgresRecordFormatTests() : RecordFormatContract(StoreKind.Postgres);

/// <summary>Rows of every format that was ever written are read, recognised and replaced; a write costs what it brings.</summary>
public abstract class RecordFormatContract(StoreKind store)
{
    [Fact]
    public async Task Rows_of_the_first_format_and_table_are_read_recognised_and_replaced()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var ids = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b"))], Cancel)).Value;
        await session.Write([Make.Record(Make.Observation("b", value: "7"))], Cancel);
        var before = await Texts(session, ids);
        await BackToTheFirst(test, resident);
        Assert.Equal(2, await test.Number("select count(*) from record where resident_no = @r and identity is not null", ("@r", resident.Value)));

        Assert.Equal(before, await Texts(session, ids));
        Assert.Equal(Make.Received, (await session.Read(ids[0].Id, Cancel)).Value.Origin.Received);
        Assert.Contains("5.60", (await session.ReadVersion(ids[1].Id, 1, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        var again = (await session.Write([Make.Record(Make.Observation("a")), Make.Record(Make.Observation("b", value: "8"))], Cancel)).Value;
        Assert.Equal([WriteOutcome.AlreadyThere, WriteOutcome.Updated], again.Select(one => one.Outcome));
        Assert.Contains("\"value\":7", (await session.ReadVersion(ids[1].Id, 2, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        Assert.True((await session.Delete(ids[0].Id, Cancel)).IsOk);
        Assert.Empty(test.Alarms.Messages);
    }

    // What a compressor writes before its content changes with the size: at 256 bytes, at 64 KiB, and where it is larger than the window, at 2 MiB.
    [Theory]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(2_096_000)]
    [InlineData(2_110_000)]
    [InlineData(2_900_000)]
    [InlineData(15_000_000)]
    public async Task A_record_comes_out_as_it_came_in_whatever_its_size(int size)
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var random = new Random(size);
        foreach (var text in new[] { new string('a', size), Convert.ToBase64String(Bytes()) })
        {
            var sent = Make.Record($$"""{"resourceType":"Binary","contentType":"text/plain","data":"{{text}}"}""");
            var id = (await session.Write([sent], Cancel)).Value[0].Id;
            var read = (await session.Read(id, Cancel)).Value.Resource;
            Assert.Equal(sent.Resource.Json.Length, read.Json.Length);
            Assert.True(read.Json.Span.SequenceEqual(sent.Resource.Json.Span));
            Assert.Equal(sent.Resource.Json.Length, (await session.ReadVersion(id, 1, Cancel)).Value.Resource.Json.Length);
        }

        Assert.Equal(2, (await session.Search(new RecordQuery { Types = ["Binary"] }, Cancel)).Value.Records.Count);
        Assert.Empty(test.Alarms.Messages);

        byte[] Bytes()
        {
            var bytes = new byte[(size + 3) / 4 * 3];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [Fact]
    public async Task Rows_from_before_the_other_code_are_read_found_and_replaced_and_the_column_says_that_it_does_not_know()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var id = (await session.Write([Make.Record("""{"resourceType":"Observation","identifier":[{"value":"a"}],"status":"final","code":{"coding":[{"code":"one"},{"code":"two"}]}}""")], Cancel)).Value[0].Id;
        var (parts, before) = (test.Vault.Parts, (await session.Read(id, Cancel)).Value.Resource.Text());
        var keys = (await parts.ResidentKeys.Get(resident, Cancel))!;
        await using (var work = await parts.Records.Write(Cancel))
        {
            var row = (await work.Query($"select {RecordRow.Select} from record where resident_no = @r", row => RecordRow.Read(resident, row), Cancel, ("@r", resident.Value)))[0];
            await work.Execute("update record set other_code = 0, body = @body where resident_no = @r", Cancel, ("@body", FormatOfOneCode.Body(row, keys, parts)), ("@r", resident.Value));
            await work.Commit(Cancel);
        }

        Assert.Equal(before, (await session.Read(id, Cancel)).Value.Resource.Text());
        var where = new RecordPredicate.And([new RecordPredicate.OfType(["Observation"]), new RecordPredicate.Parameter("code", new Tasuki.Fhir.Searching.TokenTest(null, "two"))]);
        Assert.Equal(id, Assert.Single((await session.Search(new RecordQuery { Where = where }, Cancel)).Value.Records).Id);
        await test.Sql("update record set other_code = 7 where resident_no = @r", ("@r", resident.Value));
        Assert.False((await session.Read(id, Cancel)).IsOk);
        Assert.Single(test.Alarms.Messages);
    }

    [Fact]
    public async Task The_identity_of_a_row_of_the_first_format_is_held_to_its_tokens()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var ids = (await session.Write([Make.Record(Make.Observation("a"))], Cancel)).Value;
        await BackToTheFirst(test, resident);
        Assert.True((await session.Read(ids[0].Id, Cancel)).IsOk);
        await test.Sql("update record set identity = identity + 1 where resident_no = @r", ("@r", resident.Value));
        Assert.False((await session.Read(ids[0].Id, Cancel)).IsOk);
        Assert.Single(test.Alarms.Messages);
    }

    [Fact]
    public async Task Recognising_a_record_looks_into_the_index_of_identities_and_at_no_other_row()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        await session.Write([.. Enumerable.Range(0, 3_000).Select(i => Make.Record(Make.BigObservation(i)))], Cancel);
        await test.Sql("analyze record");
        var keys = (await test.Vault.Parts.ResidentKeys.Get(resident, Cancel))!;
        var opener = new RecordOpener(test.Vault.Parts, Actor.Resident(resident), resident, Purpose.Import);
        var question = new RecordWriter(test.Vault.Parts, opener, new SessionLimit(AccessClasses.All, null, null, MayWrite: true))
            .Recognise([Incoming.Of(Make.Record(Make.BigObservation(7)), keys)], keys);
        await using var work = await test.Vault.Parts.Records.Read(Cancel);
        Assert.Single(await work.Query(question.Sql, row => row.GetInt64(0), Cancel, question.Parameters));
        var plan = await work.Query(
            (store is StoreKind.Sqlite ? "explain query plan " : "explain ") + question.Sql, row => row.GetString(row.FieldCount - 1), Cancel, question.Parameters);
        Assert.Contains(plan, line => line.Contains("record_identity", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal) || line.Contains("SCAN record", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reference_to_an_own_record_is_read_as_it_was_written_and_stored_in_less()
    {
        await using var test = await Start(store);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var other = await test.Own(await test.Resident(), Purpose.Import);
        var patient = (await session.Write([Make.Record("""{"resourceType":"Patient","gender":"female"}""")], Cancel)).Value[0].Id;
        string Json(string id) =>
            $$"""{"resourceType":"Observation","status":"final","subject":{"reference":"Patient/{{id}}"},"focus":[{"reference":"Patient/{{id}}"},{"reference":"Patient/self"}],"note":[{"text":"Patient/{{id}}"}]}""";
        var own = (await session.Write([Make.Record(Json(patient))], Cancel)).Value[0].Id;
        var foreign = (await other.Write([Make.Record(Json(patient))], Cancel)).Value[0].Id;
        Assert.Equal(Json(patient), (await session.Read(own, Cancel)).Value.Resource.Text());
        Assert.Equal(Json(patient), (await other.Read(foreign, Cancel)).Value.Resource.Text());
        var found = (await session.Search(new RecordQuery { Reference = $"Patient/{patient}" }, Cancel)).Value;
        Assert.Equal(own, Assert.Single(found.Records).Id);
    }

    [Fact]
    public async Task A_person_with_ten_thousand_records_is_erased_with_everything()
    {
        await using var test = await Start(store);
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        for (var part = 0; part < 10; part++)
            await session.Write([.. Enumerable.Range(part * 1_000, 1_000).Select(i => Make.Record(Make.BigObservation(i)))], Cancel);
        await test.Vault.Close(Actor.Resident(resident), resident, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(15));
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Single(await test.Vault.EraseDue(Actor.Job("erase", "tests"), Cancel));
        TestContext.Current.TestOutputHelper?.WriteLine($"{store}: 10,000 records erased in {watch.ElapsedMilliseconds} ms");
        Assert.Equal(0, await test.Number("select count(*) from record where resident_no = @r", ("@r", resident.Value)));
    }

    // Rows as they were sealed at first, in the table as it was at first, then the script that brings them here.
    private static async Task BackToTheFirst(TestVault test, ResidentNo resident)
    {
        var parts = test.Vault.Parts;
        var keys = (await parts.ResidentKeys.Get(resident, Cancel))!;
        string Text(string script) => parts.Records is SqliteDatabase ? SqliteDatabase.Dialect(script) : script;
        await using var work = await parts.Records.Write(Cancel);
        var rows = new List<(string Table, RecordRow Row)>();
        foreach (var table in new[] { RecordRow.Current, RecordRow.History })
            rows.AddRange(await work.Query($"select {RecordRow.Select} from {table} where resident_no = @r", row => (table, RecordRow.Read(resident, row)), Cancel, ("@r", resident.Value)));
        var first = Schema.Records[0];
        var start = first.IndexOf("create table record (", StringComparison.Ordinal);
        await work.Execute("drop table record", Cancel);
        await work.Execute("drop table record_history", Cancel);
        await work.Execute("drop table shared_record", Cancel);
        await work.Execute("delete from counter where name = 'shared'", Cancel);
        await work.Execute(Text(first[start..first.IndexOf("create table sample_chunk", StringComparison.Ordinal)]), Cancel);
        foreach (var (table, row) in rows)
        {
            var resource = RecordPayload.Read(row, row.Open(keys, parts.Municipality, table)!, parts.Ids).Resource;
            var old = FirstFormat.Of(row, keys, parts, table, keys.IdentityToken(RecordIdentity.Of(resource)));
            await work.Execute(
                $"insert into {table} ({FirstFormat.Columns}) values ({string.Join(", ", Enumerable.Range(0, 13).Select(i => $"@p{i}"))})", Cancel, FirstFormat.Values(old));
        }

        foreach (var later in Schema.Records.Skip(1))
            await work.Execute(Text(later), Cancel);
        await work.Commit(Cancel);
    }

    private static async Task<List<string>> Texts(Session session, IReadOnlyList<WrittenRecord> ids)
    {
        var texts = new List<string>();
        foreach (var one in ids)
        {
            var read = (await session.Read(one.Id, Cancel)).Value;
            texts.Add($"{read.Version} {read.Origin} {read.Resource.Text()}");
        }

        return texts;
    }
}

public sealed class RecordFormatTests
{
    private static readonly MunicipalityId Hibiki = MunicipalityId.Parse("hibiki").Value;
    private static readonly ResidentNo Resident = new(7);

    [Fact]
    public void The_dictionary_is_rebuilt_byte_for_byte_from_its_seed() =>
        Assert.Equal(Convert.ToHexString(SHA256.HashData(Dictionaries.Resource(1)!)), Convert.ToHexString(SHA256.HashData(Training.Dictionary1())));

    [Fact]
    public void A_dictionary_that_is_lost_or_altered_stops_the_start_with_a_sentence()
    {
        var whole = Dictionaries.Resource(1)!;
        byte[] altered = [.. whole[..^1], (byte)(whole[^1] ^ 1)];
        Assert.Null(Dictionaries.Check());
        Assert.Equal("vault.dictionary", Dictionaries.Load(_ => null).Error?.Code);
        Assert.Equal("vault.dictionary", Dictionaries.Load(_ => altered).Error?.Code);
        Assert.Equal("vault.dictionary", Dictionaries.Load(_ => whole[..^1]).Error?.Code);
    }

    [Fact]
    public void Any_record_comes_back_byte_for_byte_with_its_origin()
    {
        using var ids = new RecordIds(RandomNumberGenerator.GetBytes(32));
        var keys = new ResidentKeys([(1, RandomNumberGenerator.GetBytes(64))]);
        var text = Gen.OneOf(Gen.String[Gen.Char['\u0000', '\u2fff'], 0, 40].Where(s => !s.Any(char.IsSurrogate) && !s.Contains('\0', StringComparison.Ordinal)), Gen.Const("\u0001\u0002"), Gen.Const("\\\"reference\\\":\\\"X/"));
        // Own records by small and large numbers, another resident's, one that is no id, and none.
        var reference = Gen.OneOf(
            Gen.Long[0, 40].Select(seq => "Patient/" + ids.Encode(Resident, seq)), Gen.Long[1, 1L << 39].Select(seq => "Observation/" + ids.Encode(Resident, seq)),
            Gen.Long[1, 9].Select(seq => "Patient/" + ids.Encode(new ResidentNo(8), seq)), Gen.Long[1, 9].Select(seq => ids.Encode(Resident, seq)),
            Gen.Const("Patient/self"), Gen.Const("Patient/abcdefghijklmnopqrstuvwxyz"), text);
        var origin = Gen.Select(
            Gen.Int[0, 8], Gen.OneOf(Gen.Const((string?)null), text.Select(string? (t) => t)), Gen.OneOf(Gen.Const((long?)null), Gen.Long[0, 1L << 50].Select(long? (n) => n)),
            Gen.OneOf(Gen.Const((string?)null), text.Select(string? (t) => t)), Gen.Long[630_000_000_000_000_000, 650_000_000_000_000_000], Gen.Int[-14, 14],
            (kind, name, file, position, ticks, hours) => new RecordOrigin((SourceKind)kind, name, file, position, new DateTimeOffset(ticks, TimeSpan.FromHours(hours))));
        Gen.Select(reference.Array[0, 6], text.Array[0, 3], origin, Gen.Long[0, 2_000_000_000_000_000]).Sample(
            (references, texts, from, updated) =>
            {
                var json = $$"""
                    {"resourceType":"Observation","status":"final","note":{{System.Text.Json.JsonSerializer.Serialize(texts)}},
                    "focus":[{{string.Join(',', references.Select(one => $$"""{"reference":{{System.Text.Json.JsonSerializer.Serialize(one)}},"display":{{System.Text.Json.JsonSerializer.Serialize(one)}}}"""))}}]}
                    """;
                var resource = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
                var row = new RecordRow(Resident, 3, ResourceTypes.NumberOf("Observation"), 1, updated, 1, 1, null, null, null, [], 0, [], 5, null);
                row = row.Sealed(keys, Hibiki, RecordRow.Current, RecordPayload.Write(from, resource.Json.Span, updated, ids, Resident));
                Assert.Equal(0, (row.Body.Length - 3 - Aead.Overhead) % 32);
                var (origin, read) = RecordPayload.Read(row, row.Open(keys, Hibiki, RecordRow.Current)!, ids);
                Assert.Equal(from, origin);
                Assert.Equal(from.Received.Offset, origin.Received.Offset);
                Assert.True(read.Json.Span.SequenceEqual(resource.Json.Span));
            },
            iter: 2_000);
    }

    [Fact]
    public void Sealing_and_opening_a_record_takes_microseconds()
    {
        // Printed, not asserted: the time belongs to the machine.
        using var ids = new RecordIds(RandomNumberGenerator.GetBytes(32));
        var keys = new ResidentKeys([(1, RandomNumberGenerator.GetBytes(64))]);
        var own = Make.BigObservation(7).Replace("Patient/example", "Patient/" + ids.Encode(Resident, 1), StringComparison.Ordinal);
        foreach (var json in new[] { Make.BigObservation(7), own })
        {
            var record = Make.Record(json);
            var row = new RecordRow(Resident, 3, ResourceTypes.NumberOf("Observation"), 1, 1_775_000_000_000_000, 1, 1, 4, 5, 6, new byte[48], 0, [], 5, null);
            RecordRow Seal() => row.Sealed(keys, Hibiki, RecordRow.Current, RecordPayload.Write(record.Origin, record.Resource.Json.Span, row.Updated, ids, Resident));
            var stored = Seal();
            CanonicalResource Open() => RecordPayload.Read(stored, stored.Open(keys, Hibiki, RecordRow.Current)!, ids).Resource;
            Assert.True(Open().Json.Span.SequenceEqual(record.Resource.Json.Span));
            var target = new byte[4_096];
            var payload = RecordPayload.Write(record.Origin, record.Resource.Json.Span, row.Updated, ids, Resident).ToArray();
            var packed = target[..Zstd.Newest.Pack(payload, target)];
            TestContext.Current.TestOutputHelper?.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{record.Resource.Json.Length} bytes in {stored.Body.Length}: pack {Micros(() => Zstd.Newest.Pack(payload, target)):N2} us, unpack {Micros(() => Zstd.Newest.Unpack(packed)):N2} us, seal {Micros(() => Seal()):N2} us, open {Micros(() => Open()):N2} us"));
        }
    }

    private static double Micros(Action act)
    {
        const int Times = 5_000;
        var best = double.MaxValue;
        for (var round = 0; round < 8; round++)
        {
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            for (var i = 0; i < Times; i++)
                act();
            best = Math.Min(best, System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMicroseconds / Times);
        }

        return best;
    }

    [Fact]
    public void A_nonce_never_comes_twice()
    {
        var key = RandomNumberGenerator.GetBytes(32);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Parallel.For(0, 20_000, _ => Assert.True(seen.TryAdd(Convert.ToHexString(Aead.Seal(key, [], "x"u8, [])[..Aead.NonceSize]), 0)));
    }

    [Fact]
    public void A_cipher_that_is_lent_has_one_owner_until_it_comes_back()
    {
        var keys = new ResidentKeys([(1, RandomNumberGenerator.GetBytes(64))]);
        var one = keys.Lend(1)!;
        var two = keys.Lend(1)!;
        Assert.NotSame(one, two);
        keys.GiveBack(1, one);
        Assert.Same(one, keys.Lend(1));
        Assert.Null(keys.Lend(2));
    }
}
