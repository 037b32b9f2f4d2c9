using System.IO.Compression;
using System.Text;
using CsCheck;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.Tests.Writing;

public sealed class WriterTests
{
    private static readonly SphrExport About = new("jp.example.tasuki", "見本市の健康手帳", new DateTimeOffset(2026, 4, 1, 9, 30, 15, 123, TimeSpan.FromHours(9)));

    private static readonly string[] Texts = ["健診", "a \"quoted\" name", "改行\nとタブ\t", "😀", "見本　病院", "=1+1", "\u0085\u2028"];

    private static readonly Gen<string> Words = Gen.Int[0, 6].Select(i => Texts[i]);

    private static readonly Gen<string> Digits = Gen.Select(Gen.Int[0, 999], Gen.Int[0, 99]).Select((whole, part) => $"{whole}.{part:00}");

    private static readonly Gen<ExportRecord> Records = Gen.Select(
        Gen.Int[0, 5], Digits, Words, Gen.Enum<DataCategory>(), Gen.Enum<SourceKind>(), Gen.Bool, Gen.Int[1, 1_000_000]).Select(Make);

    private static ExportRecord Make(int kind, string digits, string words, DataCategory category, SourceKind source, bool named, int id)
    {
        var time = $"2026-0{1 + id % 9}-{1 + id % 28:00}T0{id % 10}:15:00+09:00";
        var text = System.Text.Json.JsonSerializer.Serialize(words);
        var json = kind switch
        {
            0 => $$$"""{"resourceType":"Patient","id":"x","name":[{"text":{{{text}}}}],"birthDate":"1980-02-03"}""",
            1 => $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},"effectiveDateTime":"{{{time}}}","component":[{"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},"valueQuantity":{"value":{{{digits}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}},{"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},"valueQuantity":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}""",
            2 => $$$"""{"resourceType":"Observation","meta":{"tag":[{"system":"http://a.example","code":"stays"}]},"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"effectiveDateTime":"{{{time}}}","valueQuantity":{"value":{{{digits}}},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}""",
            3 => $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"55423-8"}]},"effectivePeriod":{"start":"2026-04-01","end":"2026-04-01"},"valueQuantity":{"value":8000,"unit":"steps"}}""",
            4 => $$$"""{"resourceType":"Composition","status":"final","type":{"text":{{{text}}}},"date":"2026-04-01","author":[{"display":"a"}],"title":{{{text}}},"section":[{"title":{{{text}}},"entry":[{"display":"a"}]}]}""",
            _ => $$$"""{"resourceType":"Condition","meta":{"profile":["http://a.example/p"]},"code":{"text":{{{text}}}},"subject":{"reference":"Patient/{{{id}}}"},"note":[{"text":{{{text}}}}]}""",
        };
        return new ExportRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, $"r{id}", 1 + id % 3, About.Made, category, source, named ? words.Trim().Replace('\n', ' ') : null);
    }

    [Fact]
    public void What_was_written_as_an_archive_is_read_back_once() =>
        Records.Array[0, 12].Sample(records =>
        {
            using var file = new MemoryStream();
            Finish(SphrWriter.WriteAsync(file, About, Async(records), CancellationToken.None));
            var (format, items) = Read(file);
            Assert.Equal(FileFormat.TasukiExport, format);
            Same(records, items, patientsToo: true);
        }, seed: "0000000000001", iter: 150);

    [Fact]
    public void What_was_written_as_lines_is_read_back() =>
        Records.Array[2, 12].Sample(records =>
        {
            using var file = new MemoryStream();
            Finish(NdjsonWriter.WriteAsync(file, Async(records), CancellationToken.None));
            var (format, items) = Read(file);
            Assert.True(format is FileFormat.FhirNdjson or FileFormat.Phr);
            Same(records, items, patientsToo: false);
        }, seed: "0000000000001", iter: 150);

    [Fact]
    public async Task The_archive_has_the_shape_that_other_services_read()
    {
        using var file = new MemoryStream();
        await using (var writer = SphrWriter.Begin(file, About))
        {
            await writer.AddRecords(Async([.. Enumerable.Range(0, 12).Select(i => Make(i % 6, "61.50", "x", DataCategory.Lifelog, SourceKind.Device, named: true, i + 1))]), TestContext.Current.CancellationToken);
            await writer.AddFile("表/検査 一覧.csv", "text/csv", (stream, token) => CsvWriter.WriteAsync(stream, ["日付", "値"], Async<IReadOnlyList<string?>>([["2026-04-01", "5.60"]]), token), TestContext.Current.CancellationToken);
            await writer.Finish(TestContext.Current.CancellationToken);
        }

        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        const string Folder = "SPHR_jp.example.tasuki_20260401093015123/";
        Assert.All(zip.Entries, entry => Assert.StartsWith(Folder, entry.FullName, StringComparison.Ordinal));
        var lines = Text(zip, Folder + "index.phr").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("\"34133-9\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"ExportPHR20260401\"", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("{\"resourceType\":\"DocumentManifest\"", lines[1], StringComparison.Ordinal);
        foreach (var line in lines)
            Assert.Empty(ResourceCheck.Check(CanonicalResource.Parse(Encoding.UTF8.GetBytes(line)).Value));
        foreach (var (name, code) in new[] { ("blood-pressure.json", "omh-blood-pressure-4.0"), ("body-weight.json", "omh-body-weight-2.0"), ("physical-activity.json", "ieee-physical-activity-1.0") })
        {
            Assert.Contains(lines, line => line.Contains($"\"{code}\"", StringComparison.Ordinal) && line.Contains($"\"{name}\"", StringComparison.Ordinal));
            // Read alone, the copy is a file of measurements like any other's.
            var items = await Reading.Of(Text(zip, Folder + name));
            Assert.NotEmpty(items.Resources());
            Assert.Equal("", items.Codes());
        }

        Assert.Equal("", (await Reading.Of(file, "a.sphr")).Codes());
    }

    [Theory]
    [InlineData("../a.csv")]
    [InlineData("/a.csv")]
    [InlineData("a\\b.csv")]
    [InlineData("index.phr")]
    [InlineData("")]
    public async Task A_file_does_not_leave_the_folder(string path)
    {
        await using var writer = SphrWriter.Begin(new MemoryStream(), About);
        await Assert.ThrowsAsync<ArgumentException>(() => writer.AddFile(path, "text/csv", (_, _) => Task.CompletedTask, TestContext.Current.CancellationToken));
        Assert.Throws<ArgumentException>(() => SphrWriter.Begin(new MemoryStream(), About with { ServiceId = "a/b" }));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("5.60", "5.60")]
    [InlineData("-5.60", "-5.60")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("a\"b", "\"a\"\"b\"")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("=1+1", "\"'=1+1\"")]
    [InlineData("+81-3-0000", "\"'+81-3-0000\"")]
    [InlineData("-1-1", "\"'-1-1\"")]
    [InlineData("@SUM(A1)", "\"'@SUM(A1)\"")]
    [InlineData(" =1", "\"' =1\"")]
    [InlineData("＝1", "\"'＝1\"")]
    [InlineData("\t=1", "\"'\t=1\"")]
    [InlineData(null, "")]
    public async Task A_cell_is_quoted_and_never_a_formula(string? cell, string written)
    {
        using var file = new MemoryStream();
        await CsvWriter.WriteAsync(file, ["列"], Async<IReadOnlyList<string?>>([[cell, "x"]]), TestContext.Current.CancellationToken);
        Assert.Equal("\uFEFF列\r\n" + written + ",x\r\n", Encoding.UTF8.GetString(file.ToArray()));
    }

    private static void Same(IReadOnlyList<ExportRecord> written, IReadOnlyList<ReadItem> items, bool patientsToo)
    {
        var expected = written.Where(record => patientsToo || record.Resource.Type != "Patient")
            // The cover of a .phr is a Composition without sections; ours all have one.
            .Select(record => (record.Resource.Type + "/" + record.Id, Encoding.UTF8.GetString(record.Resource.Json.Span), (DataCategory?)record.Category, (SourceKind?)record.Source, string.IsNullOrWhiteSpace(record.SourceName) ? null : record.SourceName));
        var read = items.Resources().Select(item => (item.FullUrl!, Encoding.UTF8.GetString(item.Resource.Json.Span), item.Category, item.Source, item.SourceName));
        Assert.Equal(expected.ToList(), read.ToList());
        Assert.DoesNotContain(items, item => item is ReadStopped or NotUnderstood { Reason.Code: not "person.several" });
    }

    private static (FileFormat Format, List<ReadItem> Items) Read(MemoryStream file)
    {
        var format = FormatReader.Detect(file, CancellationToken.None).AsTask();
        Finish(format);
        var items = Reading.Of(file, "file");
        Finish(items);
        return (format.GetAwaiter().GetResult(), items.GetAwaiter().GetResult());
    }

    // Everything runs over memory, so nothing waits.
    private static void Finish(Task task)
    {
        Assert.True(task.IsCompleted);
        task.GetAwaiter().GetResult();
    }

    private static async IAsyncEnumerable<T> Async<T>(IReadOnlyList<T> items)
    {
        await ValueTask.CompletedTask;
        foreach (var item in items)
            yield return item;
    }

    private static string Text(ZipArchive zip, string path)
    {
        using var reader = new StreamReader(zip.GetEntry(path)!.Open());
        return reader.ReadToEnd();
    }
}
