using System.Text;
using Tasuki.Exchange.Importing;
using Tasuki.Formats;
using Tasuki.Kernel.Records;
using Tasuki.Testing;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class ImportFileTests
{
    private const string Observation =
        """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}],"text":"体重"},"subject":{"reference":"Patient/x"},"effectiveDateTime":"2026-10-01","valueQuantity":{"value":65.50,"unit":"kg"}}""";

    private static byte[] Small => Encoding.UTF8.GetBytes(Observation);

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_checkup_report_is_shown_stored_once_taken_out_and_brought_in_elsewhere(StoreKind store)
    {
        var bytes = await File.ReadAllBytesAsync(Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json"), ExchangeHost.Cancel);
        await using var host = await ExchangeHost.Start(store);
        var person = await host.Resident();
        var received = await host.Receive(person, "報告書.json", bytes);
        Assert.Null(received.Problem);
        Assert.Equal(0, await host.Count(person));

        var preview = (await host.Imports.Preview(await host.Open(person.No), person, received.Id, ExchangeHost.Cancel)).Value;
        Assert.Equal(FileFormat.FhirBundle, preview.Format);
        Assert.False(preview.MustBeConfirmed);
        Assert.Equal(51, preview.New);
        Assert.Equal(0, preview.AlreadyThere);
        Assert.Equal(44, preview.Kinds.Single(kind => kind.Type == "Observation").New);
        Assert.All(preview.Kinds, kind => Assert.Equal(DataCategory.SpecificCheckup, kind.Category));
        Assert.All(preview.Sources, source => Assert.Equal(SourceKind.MedicalInstitution, source.Kind));

        var stored = (await host.Imports.Store(await host.Open(person.No), person, received.Id, new PersonsWord(false, null), ExchangeHost.Cancel)).Value;
        Assert.Equal(51, stored.Created);
        var file = Assert.Single(await (await host.Open(person.No)).Files(ExchangeHost.Cancel));
        Assert.Equal("報告書.json", file.Name);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));

        var session = await host.Open(person.No, Purpose.OwnUse);
        var weight = (await session.Search(new RecordQuery { Types = ["Observation"], Codes = [new Fhir.Coding(null, "9N006000000000001")] }, ExchangeHost.Cancel)).Value.Records.Single();
        Assert.Equal(file.FileNo, weight.Origin.FileNo);
        Assert.Contains("entry[", weight.Origin.Position, StringComparison.Ordinal);
        var patient = (await session.Search(new RecordQuery { Types = ["Patient"] }, ExchangeHost.Cancel)).Value.Records.Single();
        Assert.Contains($"\"{patient.Reference}\"", Encoding.UTF8.GetString(weight.Resource.Json.Span), StringComparison.Ordinal);

        var again = await host.Receive(person, "報告書.json", bytes);
        var known = (await host.Imports.Preview(await host.Open(person.No), person, again.Id, ExchangeHost.Cancel)).Value;
        Assert.NotNull(known.ReadBefore);
        Assert.Equal((0, 0, 51), (known.New, known.Changed, known.AlreadyThere));
        var second = (await host.Imports.Store(await host.Open(person.No), person, again.Id, new PersonsWord(false, null), ExchangeHost.Cancel)).Value;
        Assert.Equal((0, 0, 51), (second.Created, second.Updated, second.AlreadyThere));
        Assert.Single(await (await host.Open(person.No)).Files(ExchangeHost.Cancel));

        var zip = await host.TakeOut(person);
        var other = await host.Resident();
        var outcome = await host.BringIn(other, "tasuki.zip", zip);
        Assert.Equal((51, 0, 0, 1), (outcome.Created, outcome.Updated, outcome.AlreadyThere, outcome.Originals));
        Assert.Equal(await host.Contents(person), await host.Contents(other));
        Assert.Equal(file.Sha256, Assert.Single(await (await host.Open(other.No)).Files(ExchangeHost.Cancel)).Sha256);
        Assert.Equal(0, (await host.BringIn(other, "tasuki.zip", zip)).Created);
    }

    [Theory]
    [InlineData("[0,60,null]", "days[0].samples[1]")]
    [InlineData("[0,86401,\"1\"]", "days[0].samples[1]")]
    [InlineData("[-1,60,\"1\"]", "days[0].samples[1]")]
    [InlineData("[60,0,\"1\"]", "days[0].samples[1]")]
    [InlineData("[0,60,1]", "days[0].samples[1]")]
    [InlineData("[0,60,\"1\"]]},{\"day\":\"2024-01-05\",\"metric\":\"zz\",\"unit\":\"other\",\"samples\":[[0,60,\"1\"]", "days[1]")]
    [InlineData("[0,60,\"1\"]]},{\"day\":null,\"metric\":\"zz\",\"unit\":\"u\",\"samples\":[[0,60,\"1\"]", "days[1]")]
    public async Task A_measurement_that_cannot_be_stored_is_told_with_its_place_and_nothing_of_the_file_is_stored(string sample, string place)
    {
        await using var host = await ExchangeHost.Start();
        var (person, other) = (await host.Resident(), await host.Resident());
        await host.BringIn(person, "o.json", Small);
        var zip = WithSamples(await host.TakeOut(person), $$"""{"days":[{"day":"2024-01-05","metric":"zz","unit":"u","samples":[[0,60,"1"],{{sample}}]}]}""");
        var received = await host.Receive(other, "tasuki.zip", zip);
        Assert.Equal(("import.samples", "tasuki.zip/tasuki-20261101/samples/2024-01.json", place), (received.Problem?.Code, received.Problem?.Position?.File, received.Problem?.Position?.Path));
        Assert.False((await host.Imports.Store(await host.Open(other.No), other, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel)).IsOk);
        Assert.Equal(0, await host.Count(other));
        Assert.Empty(await (await host.Open(other.No)).Files(ExchangeHost.Cancel));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Two_entries_of_one_metric_and_day_are_joined(StoreKind store)
    {
        await using var host = await ExchangeHost.Start(store);
        var person = await host.Resident();
        await host.BringIn(person, "o.json", Small);
        var zip = WithSamples(
            await host.TakeOut(person),
            "{\"days\":[{\"day\":\"2024-01-05\",\"metric\":\"zz\",\"unit\":\"u\",\"samples\":[[60,120,\"2\"]]},{\"day\":\"2024-01-05\",\"metric\":\"zz\",\"unit\":\"u\",\"samples\":[[0,60,\"1\"],[60,120,\"2\"]]}]}");
        Assert.Equal(1, (await host.BringIn(person, "tasuki.zip", zip)).SampleDays);
        var days = new List<SampleDay>();
        await foreach (var day in (await host.Open(person.No, Purpose.OwnUse)).Samples(null, null, null, ExchangeHost.Cancel))
            days.Add(day);
        Assert.Equal([new Sample(0, 60, "1"), new Sample(60, 120, "2")], Assert.Single(days).Samples);
        Assert.Equal(0, (await host.BringIn(person, "tasuki.zip", zip)).SampleDays);
    }

    private static byte[] WithSamples(byte[] export, string samples)
    {
        using var zip = new MemoryStream();
        zip.Write(export);
        using (var archive = new System.IO.Compression.ZipArchive(zip, System.IO.Compression.ZipArchiveMode.Update, leaveOpen: true))
        {
            using var writer = new StreamWriter(archive.CreateEntry("tasuki-20261101/samples/2024-01.json").Open(), new UTF8Encoding(false));
            writer.Write(samples);
        }

        return zip.ToArray();
    }

    [Fact]
    public async Task Someone_elses_records_need_the_persons_word_and_are_not_stored_without_it()
    {
        await using var host = await ExchangeHost.Start();
        var hanako = await host.Resident("高橋 花子", "タカハシ ハナコ", "1971-03-04");
        var bundle = Encoding.UTF8.GetBytes("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"fullUrl\":\"urn:uuid:1\",\"resource\":{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"健診 太郎\"}],\"birthDate\":\"1950-05-04\"}},{\"resource\":" + Observation + "}]}");
        var received = await host.Receive(hanako, "b.json", bundle);
        var preview = (await host.Imports.Preview(await host.Open(hanako.No), hanako, received.Id, ExchangeHost.Cancel)).Value;
        Assert.True(preview.MustBeConfirmed);
        Assert.Equal(("健診 太郎", Agreement.Differs, Agreement.Differs), (preview.People[0].NameInFile, preview.People[0].Name, preview.People[0].BirthDate));

        var refused = await host.Imports.Store(await host.Open(hanako.No), hanako, received.Id, new PersonsWord(false, null), ExchangeHost.Cancel);
        Assert.Equal("import.not-mine", refused.Error?.Code);
        Assert.Equal(0, await host.Count(hanako));
        Assert.Empty(await (await host.Open(hanako.No)).Files(ExchangeHost.Cancel));
        Assert.True((await host.Imports.Store(await host.Open(hanako.No), hanako, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel)).IsOk);
        Assert.Equal(1, await host.Count(hanako));
    }

    [Theory]
    [InlineData("{\"end\":\"2025-03-31\"}", "2025-03-31")]
    [InlineData("{\"start\":\"2024-04-01\"}", "2024-04-01")]
    public async Task A_period_that_is_open_at_one_side_shows_the_side_it_has(string period, string day)
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var coverage = "{\"resourceType\":\"Coverage\",\"status\":\"active\",\"beneficiary\":{\"reference\":\"Patient/x\"},\"payor\":[{\"display\":\"架空市\"}],\"period\":" + period + "}";
        var received = await host.Receive(person, "c.json", Encoding.UTF8.GetBytes(coverage));
        var preview = (await host.Imports.Preview(await host.Open(person.No), person, received.Id, ExchangeHost.Cancel)).Value;
        var kind = Assert.Single(preview.Kinds);
        Assert.Equal(DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture), Kernel.TokyoDay.Of(kind.From!.Value));
        Assert.Equal(Kernel.TokyoDay.Of(kind.From!.Value), Kernel.TokyoDay.Of(kind.To!.Value));
    }

    [Fact]
    public async Task Another_resident_does_not_reach_an_import()
    {
        await using var host = await ExchangeHost.Start();
        var owner = await host.Resident();
        var other = await host.Resident("高橋 花子", "タカハシ ハナコ", "1971-03-04");
        var received = await host.Receive(owner, "o.json", Small);
        Assert.Equal("import.missing", (await host.Imports.Preview(await host.Open(other.No), other, received.Id, ExchangeHost.Cancel)).Error?.Code);
        Assert.Equal("import.missing", (await host.Imports.Store(await host.Open(other.No), other, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel)).Error?.Code);
        Assert.Equal("import.missing", (await host.Imports.GiveUp(await host.Open(other.No), received.Id, ExchangeHost.Cancel)).Error?.Code);
    }

    [Fact]
    public async Task The_source_the_person_names_is_kept_where_the_file_says_none()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var received = await host.Receive(person, "o.json", Small);
        Assert.True((await host.Imports.Preview(await host.Open(person.No), person, received.Id, ExchangeHost.Cancel)).Value.SourceIsAsked);
        await host.Imports.Store(await host.Open(person.No), person, received.Id, new PersonsWord(false, SourceKind.Device), ExchangeHost.Cancel);
        Assert.Contains("Device", Assert.Single(await host.Contents(person)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_given_up_leaves_nothing()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var received = await host.Receive(person, "o.json", Small);
        Assert.True((await host.Imports.GiveUp(await host.Open(person.No), received.Id, ExchangeHost.Cancel)).IsOk);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
        Assert.Equal(ImportState.GivenUp, Assert.Single(await host.Imports.List(await host.Open(person.No), ExchangeHost.Cancel)).State);
        Assert.Equal("import.settled", (await host.Imports.Store(await host.Open(person.No), person, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel)).Error?.Code);
    }

    [Fact]
    public async Task Too_many_uploads_that_wait_are_refused()
    {
        await using var host = await ExchangeHost.Start(adjust: options => options with { OpenImports = 2 });
        var person = await host.Resident();
        await host.Receive(person, "1.json", Small);
        await host.Receive(person, "2.json", Small);
        var third = await host.Imports.Receive(await host.Open(person.No), "3.json", "application/json", new MemoryStream(Small), ExchangeHost.Cancel);
        Assert.Equal("import.waiting", third.Error?.Code);
    }

    [Fact]
    public async Task A_scanner_that_refuses_leaves_nothing_and_says_why()
    {
        await using var host = await ExchangeHost.Start(adjust: options => options with { Scanner = "127.0.0.1:1" });
        var person = await host.Resident();
        var received = await host.Receive(person, "o.json", Small);
        Assert.Equal("scan.unreachable", received.Problem?.Code);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
        var row = Assert.Single(await host.Imports.List(await host.Open(person.No), ExchangeHost.Cancel));
        Assert.Equal((ImportState.Failed, "scan.unreachable"), (row.State, row.Problem?.Code));
    }

    [Fact]
    public async Task A_person_who_goes_away_during_the_upload_leaves_nothing()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        using var away = new CancellationTokenSource();
        var session = await host.Open(person.No);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Imports.Receive(session, "o.json", "application/json", new GoingAway(away), away.Token));
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
        Assert.Empty(await host.Imports.List(session, ExchangeHost.Cancel));
    }

    [Fact]
    public async Task A_crash_is_swept_at_the_next_start_and_a_waiting_preview_is_kept()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var waiting = await host.Receive(person, "o.json", Small);
        // What a killed process leaves: a spool with its row still receiving, one without a row, and a hold that nobody holds.
        var cut = await ImportRowsOf(host).Add(person.No, ImportRows.NewId(), new ImportDetails { Name = "cut.json", ContentType = "application/json" }, ExchangeHost.Cancel);
        await File.WriteAllBytesAsync(Path.Combine(host.Spools, $"{cut.Value.Id}.spool"), new byte[100], ExchangeHost.Cancel);
        await File.WriteAllBytesAsync(Path.Combine(host.Spools, $"{new string('0', 32)}.spool"), new byte[100], ExchangeHost.Cancel);

        await host.Sweep.Recover(ExchangeHost.Cancel);
        Assert.Equal(2, await host.Sweep.Sweep(ExchangeHost.Cancel));
        Assert.Equal($"{waiting.Id}.spool", Assert.Single(Directory.EnumerateFiles(host.Spools).Select(Path.GetFileName)));
        Assert.Equal(1, (await host.Imports.Preview(await host.Open(person.No), person, waiting.Id, ExchangeHost.Cancel)).Value.New);

        host.Clock.Now += TimeSpan.FromHours(25);
        Assert.Equal(1, await host.Sweep.Sweep(ExchangeHost.Cancel));
        Assert.Equal(ImportState.GivenUp, Assert.Single(await host.Imports.List(await host.Open(person.No), ExchangeHost.Cancel)).State);
    }

    [Fact]
    public async Task An_upload_that_a_living_process_holds_is_not_swept()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var id = ImportRows.NewId();
        using (host.SpoolFolder.Hold(id))
        {
            await ImportRowsOf(host).Add(person.No, id, new ImportDetails { Name = "o.json", ContentType = "application/json" }, ExchangeHost.Cancel);
            await host.Sweep.Recover(ExchangeHost.Cancel);
            Assert.True((await ImportRowsOf(host).Find(person.No, id, ExchangeHost.Cancel)).IsOk);
        }

        await host.Sweep.Recover(ExchangeHost.Cancel);
        Assert.False((await ImportRowsOf(host).Find(person.No, id, ExchangeHost.Cancel)).IsOk);
    }

    [Fact]
    public async Task What_waits_on_the_disk_shows_no_mark_of_its_contents()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var mark = "MARKQ7WX93KLZ2PD";
        await host.Receive(person, $"{mark}.json", Encoding.UTF8.GetBytes(Observation.Replace("体重", mark, StringComparison.Ordinal)));
        foreach (var file in Directory.EnumerateFiles(host.Folder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, ExchangeHost.Cancel);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) < 0, file);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(mark)) < 0, file);
        }
    }

    [Fact]
    public async Task Of_an_erased_resident_no_import_stays()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        await host.Receive(person, "o.json", Small);
        foreach (var erasure in Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetServices<People.IResidentErasure>(host.Services))
            await erasure.Erase(person.No, ExchangeHost.Cancel);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
        Assert.Empty(await host.Imports.List(await host.Open(person.No), ExchangeHost.Cancel));
    }

    [Fact]
    public async Task When_storing_breaks_off_no_original_stays_and_the_file_waits_as_before()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var received = await host.Receive(person, "o.json", Small);
        await Sql(host, "CREATE TRIGGER breaks BEFORE INSERT ON record BEGIN SELECT RAISE(ABORT, 'broken'); END");
        var session = await host.Open(person.No);
        await Assert.ThrowsAnyAsync<Exception>(() => host.Imports.Store(session, person, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel));
        Assert.Equal(0, await host.Count(person));
        Assert.Empty(await (await host.Open(person.No)).Files(ExchangeHost.Cancel));

        await Sql(host, "DROP TRIGGER breaks");
        Assert.True((await host.Imports.Store(await host.Open(person.No), person, received.Id, new PersonsWord(true, null), ExchangeHost.Cancel)).IsOk);
        Assert.Equal(1, await host.Count(person));
        Assert.Single(await (await host.Open(person.No)).Files(ExchangeHost.Cancel));
    }

    [Fact]
    public async Task A_large_upload_is_refused_at_its_limit_and_taken_in_small_pieces()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var session = await host.Open(person.No);
        var endless = new Endless(1L << 40);
        var received = (await host.Imports.Receive(session, "endless.xml", "application/xml", endless, ExchangeHost.Cancel)).Value;
        Assert.Equal("import.size", received.Problem?.Code);
        Assert.Contains("8 MiB", received.Problem!.Message, StringComparison.Ordinal);
        Assert.InRange(endless.Given, 8 << 20, 9 << 20);
        Assert.InRange(endless.Largest, 1, 64 << 10);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
    }

    private static async Task Sql(ExchangeHost host, string sql)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(host.Folder, "data", "records.db")};Pooling=False");
        await connection.OpenAsync(ExchangeHost.Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(ExchangeHost.Cancel);
    }

    private static ImportRows ImportRowsOf(ExchangeHost host) => Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<ImportRows>(host.Services);

    /// <summary>Some bytes, then the connection is gone.</summary>
    private sealed class GoingAway(CancellationTokenSource away) : MemoryStream(new byte[200_000])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > 100_000)
                away.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>XML that never ends.</summary>
    private sealed class Endless(long length) : MemoryStream
    {
        public long Given { get; private set; }

        /// <summary>Bytes asked for at once.</summary>
        public int Largest { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var taken = (int)Math.Min(buffer.Length, length - Given);
            buffer.Span[..taken].Fill((byte)'<');
            Given += taken;
            Largest = Math.Max(Largest, taken);
            return ValueTask.FromResult(taken);
        }
    }
}
