using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Exchange.Importing;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests.Exporting;

public sealed class ExportRecordsTests
{
    [Fact]
    public async Task What_the_synthetic_population_takes_out_gives_the_same_records_elsewhere_and_nothing_the_second_time()
    {
        await using var host = await ExchangeHost.Start();
        foreach (var synthetic in Population.Generate(new PopulationOptions(20, PopulationOptions.DemoSeed)))
        {
            var person = await host.Resident(synthetic.Name.Kanji, synthetic.Name.Kana, synthetic.BirthDate.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));
            await Fill(host, person.No, synthetic);
            var zip = await host.TakeOut(person);
            var other = await host.Resident(synthetic.Name.Kanji, synthetic.Name.Kana, person.BirthDate!.Value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture));

            var received = await host.Receive(other, "tasuki.zip", zip);
            Assert.Null(received.Problem);
            var preview = (await host.Imports.Preview(await host.Open(other.No), other, received.Id, ExchangeHost.Cancel)).Value;
            Assert.False(preview.MustBeConfirmed);
            Assert.Empty(preview.NotUnderstood);
            Assert.True((await host.Imports.Store(await host.Open(other.No), other, received.Id, new PersonsWord(false, null), ExchangeHost.Cancel)).IsOk);

            Assert.Equal(await host.Contents(person), await host.Contents(other));
            Assert.Equal(await SamplesOf(host, person.No), await SamplesOf(host, other.No));
            Assert.Equal(await FilesOf(host, person.No), [.. (await FilesOf(host, other.No)).Where(file => !file.EndsWith("tasuki.zip", StringComparison.Ordinal))]);

            var again = await host.BringIn(other, "tasuki.zip", zip);
            Assert.Equal((0, 0, 0, 0), (again.Created, again.Updated, again.SampleDays, again.Originals));
        }
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task What_was_given_to_others_goes_along_and_a_disclosure_in_part_leaves_it_out(StoreKind store)
    {
        await using var host = await ExchangeHost.Start(store);
        var person = await host.Resident();
        var app = Actor.Application("7/1");
        Assert.Single(await Provided(await host.TakeOut(person)));
        Assert.True((await host.Vault.Grant(
            Actor.Resident(person.No), new NewGrant(person.No, app.Kind, app.Id, Purpose.AppUse, AccessClasses.All, null, null, host.Clock.Now.AddDays(1)), ExchangeHost.Cancel)).IsOk);
        var session = (await host.Vault.Open(app, person.No, Purpose.AppUse, ExchangeHost.Cancel)).Value;
        Assert.True((await session.Search(new RecordQuery { Order = RecordOrder.Stored, Limit = 5 }, ExchangeHost.Cancel)).IsOk);

        var lines = await Provided(await host.TakeOut(person));
        Assert.StartsWith("\uFEFF日,", lines[0], StringComparison.Ordinal);
        // The app is on nobody's list here: the record names it as the log does.
        Assert.StartsWith("2026-11-01,7/1,", Assert.Single(lines[1..]), StringComparison.Ordinal);
        Assert.EndsWith(",2026-11-01 (1)", lines[1], StringComparison.Ordinal);

        var request = (await host.Vault.Open(Actor.Job("disclosure", "request 1"), person.No, Purpose.LegalRequest, ExchangeHost.Cancel)).Value;
        foreach (var (whole, count) in new[] { (true, 2), (false, 1) })
        {
            using var zip = new MemoryStream();
            await host.Export.Write(whole ? request : request.Narrowed(AccessClasses.Of(DataCategory.Immunization)), person, zip, ExchangeHost.Cancel);
            Assert.Equal(count, (await Provided(zip.ToArray())).Length);
        }

        static async Task<string[]> Provided(byte[] zip)
        {
            using var archive = new ZipArchive(new MemoryStream(zip));
            using var reader = new StreamReader(await archive.GetEntry("tasuki-20261101/about/provided.csv")!.OpenAsync(ExchangeHost.Cancel), new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false);
            return (await reader.ReadToEndAsync(ExchangeHost.Cancel)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [Fact]
    public async Task The_archive_holds_what_its_manifest_says()
    {
        await using var host = await ExchangeHost.Start();
        var synthetic = Population.Generate(new PopulationOptions(1, PopulationOptions.DemoSeed)).Single();
        var person = await host.Resident();
        await Fill(host, person.No, synthetic);
        using var archive = new ZipArchive(new MemoryStream(await host.TakeOut(person)));
        using var manifest = await JsonDocument.ParseAsync(await archive.GetEntry("tasuki-20261101/manifest.json")!.OpenAsync(ExchangeHost.Cancel), default, ExchangeHost.Cancel);
        var files = manifest.RootElement.GetProperty("files").EnumerateArray().ToList();
        Assert.Equal(archive.Entries.Count - 1, files.Count);
        foreach (var file in files)
        {
            await using var stream = await archive.GetEntry("tasuki-20261101/" + file.GetProperty("path").GetString())!.OpenAsync(ExchangeHost.Cancel);
            Assert.Equal(file.GetProperty("sha256").GetString(), Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ExchangeHost.Cancel)));
        }

        var records = files.Where(file => file.GetProperty("path").GetString()!.StartsWith("fhir/", StringComparison.Ordinal)).Sum(file => file.GetProperty("count").GetInt32());
        Assert.Equal(await host.Count(person) + 1, records);
    }

    [Fact]
    public async Task The_readable_page_runs_no_script_and_shows_what_strangers_wrote_as_text()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        const string Evil = "<script>alert(1)</script>=1+1\u202E";
        var json = "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":" + JsonSerializer.Serialize(Evil) + "},\"effectiveDateTime\":\"2026-10-01\",\"valueString\":\"=cmd|calc\"}";
        Assert.True((await (await host.Open(person.No)).Write(
            [new NewRecord(ExchangeHost.Json(json), new RecordOrigin(SourceKind.Person, null, null, null, host.Clock.Now), DataCategory.SpecificCheckup)], ExchangeHost.Cancel)).IsOk);
        using var archive = new ZipArchive(new MemoryStream(await host.TakeOut(person)));
        var page = await Text(archive, "tasuki-20261101/index.html");
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.DoesNotContain("http://", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https://", page, StringComparison.Ordinal);
        Assert.Contains("健診 太郎", page, StringComparison.Ordinal);
        var csv = await Text(archive, "tasuki-20261101/csv/checkups-specificcheckup.csv");
        Assert.StartsWith("\uFEFF", csv, StringComparison.Ordinal);
        Assert.Contains("'=cmd|calc", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_my_number_hidden_among_the_originals_of_an_export_is_found()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        await host.BringIn(person, "o.json", Encoding.UTF8.GetBytes("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"体重\"},\"valueString\":\"1\"}"));
        var zip = new MemoryStream();
        zip.Write(await host.TakeOut(person));
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Update, leaveOpen: true))
        {
            archive.GetEntry("tasuki-20261101/originals/0001_o.json")!.Delete();
            await using var entry = await archive.CreateEntry("tasuki-20261101/originals/0001_o.json").OpenAsync(ExchangeHost.Cancel);
            await entry.WriteAsync(Encoding.UTF8.GetBytes("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"個人番号 1234 5678 9018\"}}"), ExchangeHost.Cancel);
        }

        var received = await host.Receive(await host.Resident(), "tasuki.zip", zip.ToArray());
        Assert.Equal("mynumber.found", received.Problem?.Code);
        Assert.Contains("originals/0001_o.json", received.Problem!.Position!.Value.File, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(host.Spools));
    }

    [Fact]
    public async Task Contents_are_written_asynchronously_into_a_stream_that_cannot_seek()
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        // Random texts, so that packing does not make them small.
        var session = await host.Open(person.No);
        Assert.True((await session.Write([.. Enumerable.Range(0, 2_000).Select(_ => new NewRecord(
            ExchangeHost.Json("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"体重\"},\"valueString\":\"" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(300)) + "\"}"),
            new RecordOrigin(SourceKind.Person, null, null, null, host.Clock.Now)))], ExchangeHost.Cancel)).IsOk);
        await using var answer = new ForwardOnly();
        await host.TakeOut(person, answer);
        Assert.InRange(answer.Asynchronous, 1_500_000, long.MaxValue);
        Assert.InRange(answer.Synchronous, 0, 100_000);
    }

    private static async Task Fill(ExchangeHost host, Kernel.ResidentNo no, SyntheticResident synthetic)
    {
        var session = await host.Open(no);
        var data = synthetic.MakeData();
        Assert.True((await session.Write([.. data.Records.Select(record => new NewRecord(
            record.Resource, new RecordOrigin(record.Source, record.SourceName, null, null, host.Clock.Now), record.Category, record.LocalUrl))], ExchangeHost.Cancel)).IsOk);
        Assert.True((await session.WriteSamples([.. data.SampleDays.Select(day => new SampleDay(
            day.Metric, day.Unit, day.Day, [.. day.Samples.Select(sample => new Sample(sample.FromSecond, sample.ToSecond, sample.Value))]))], ExchangeHost.Cancel)).IsOk);
        Assert.True((await session.KeepFile($"元の{synthetic.Index}.txt", "text/plain", new MemoryStream(Encoding.UTF8.GetBytes($"原本 {synthetic.Index}")), ExchangeHost.Cancel)).IsOk);
    }

    private static async Task<List<string>> SamplesOf(ExchangeHost host, Kernel.ResidentNo no)
    {
        var days = new List<string>();
        await foreach (var day in (await host.Open(no, Purpose.OwnUse)).Samples(null, null, null, ExchangeHost.Cancel))
            days.Add($"{day.Day} {day.Metric} {day.Unit} {string.Join(';', day.Samples)}");
        days.Sort(StringComparer.Ordinal);
        return days;
    }

    private static async Task<IReadOnlyList<string>> FilesOf(ExchangeHost host, Kernel.ResidentNo no) =>
        [.. (await (await host.Open(no, Purpose.OwnUse)).Files(ExchangeHost.Cancel)).Select(file => $"{Convert.ToHexString(file.Sha256)} {file.Name}").Order(StringComparer.Ordinal)];

    private static async Task<string> Text(ZipArchive archive, string path)
    {
        using var memory = new MemoryStream();
        await using (var stream = await archive.GetEntry(path)!.OpenAsync(ExchangeHost.Cancel))
            await stream.CopyToAsync(memory, ExchangeHost.Cancel);
        return Encoding.UTF8.GetString(memory.ToArray());
    }

    private sealed class ForwardOnly : Stream
    {
        public long Asynchronous { get; private set; }

        public long Synchronous { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => Synchronous += count;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Asynchronous += buffer.Length;
            return ValueTask.CompletedTask;
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
