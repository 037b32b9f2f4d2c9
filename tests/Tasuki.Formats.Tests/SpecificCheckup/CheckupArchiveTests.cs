using System.IO.Compression;
using System.Text;
using System.Xml;
using System.Xml.Schema;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class CheckupArchiveTests
{
    private const string Root = "1319999991_06139999_202502200_1/";

    [Theory]
    [InlineData("http://tokuteikenshin.jp/checkup/2007")]
    [InlineData("https://www.mhlw.go.jp/stf/seisakunitsuite/bunya/0000161103.html")]
    public async Task An_archive_is_read_in_both_namespaces(string space)
    {
        var items = await Read(
            (Root + "ix08_V08.xml", Text(Index(space, 2))),
            (Root + "su08_V08.xml", Text($"<s:summary xmlns:s=\"{space}\"><s:serviceEventType code=\"1\"/><s:totalSubjectCount value=\"2\"/></s:summary>")),
            (Root + "DATA/", []),
            (Root + "DATA/h13199999912025022001000001.xml", Fixture.Bytes("individual.xml")),
            (Root + "DATA/h13199999912025022001000002.xml", Fixture.Bytes("employer-shift-jis.xml")),
            (Root + "XSD/hc08_V08.xsd", Text("<x/>")));

        Assert.Empty(items.Said());
        Assert.Equal(2, items.OfType<ReadPerson>().Count());
        Assert.Equal(Root + "DATA/h13199999912025022001000001.xml", items[0].Position.File);
        Assert.Equal(2, CheckupDocument.From(items).Count);
    }

    [Fact]
    public async Task What_does_not_belong_or_does_not_match_is_said()
    {
        var items = await Read(
            ("a/ix08_V08.xml", Text(Index("http://tokuteikenshin.jp/checkup/2007", 5))),
            ("a/CLAIMS/c13199999912025022001000001.xml", Text("<claim/>")),
            ("a/CLAIMS/c13199999912025022001000002.xml", Text("<claim/>")),
            ("a/readme.txt", Text("hello")),
            ("a/DATA/h13199999912025022001000001.xml", Fixture.Bytes("minimal.xml")),
            ("a/DATA/h13199999912025022001000002.xml", Text("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code code=\"19\"/></ClinicalDocument>")));

        Assert.Equal(1, items.Said().Count(code => code == "checkup.claims"));
        Assert.Equal(["checkup.deletion", "checkup.claims", "checkup.file", "checkup.count"], items.Said()[4..]);
        Assert.Contains("5 results; the archive has 2", items.OfType<NotUnderstood>().Last().Reason.Message, StringComparison.Ordinal);
        Assert.Single(items.Of("Observation"));
        Assert.Empty(items.OfType<ReadStopped>());
    }

    [Theory]
    [InlineData("<index/>")]
    [InlineData("<index xmlns=\"http://tokuteikenshin.jp/checkup/2007\"><totalRecordCount value=\"many\"/></index>")]
    [InlineData("<!DOCTYPE index><index/>")]
    [InlineData("")]
    public async Task An_index_that_cannot_be_used_is_said_and_the_results_are_read(string index)
    {
        var items = await Read(("ix08_V08.xml", Text(index)), ("DATA/h.xml", Fixture.Bytes("individual.xml")));
        Assert.Equal("checkup.index", Assert.Single(items.Said()));
        Assert.NotEmpty(items.Of("Observation"));
    }

    [Fact]
    public async Task A_broken_result_brings_nothing_and_the_others_are_read()
    {
        var items = await Read(
            ("DATA/h13199999912025022001000001.xml", Fixture.Bytes("individual.xml")),
            ("DATA/h13199999912025022001000002.xml", Fixture.Bytes("individual.xml")[..2000]),
            ("DATA/h13199999912025022001000003.xml", Fixture.Bytes("late-elderly.xml")));
        var said = Assert.Single(items.OfType<NotUnderstood>());
        Assert.Equal(("xml.broken", "DATA/h13199999912025022001000002.xml"), (said.Reason.Code, said.Position.File));
        Assert.Equal(2, items.OfType<ReadPerson>().Count());
        Assert.Empty(items.OfType<ReadStopped>());
    }

    [Fact]
    public async Task A_my_number_stops_the_whole_archive()
    {
        var marked = Encoding.UTF8.GetString(Fixture.Bytes("minimal.xml")).Replace("</structuredBody>", "<!-- 個人番号 123456789018 --></structuredBody>", StringComparison.Ordinal);
        var items = await Read(
            ("DATA/h13199999912025022001000001.xml", Fixture.Bytes("individual.xml")),
            ("DATA/h13199999912025022001000002.xml", Text(marked)),
            ("DATA/h13199999912025022001000003.xml", Fixture.Bytes("late-elderly.xml")));
        var stopped = Assert.IsType<ReadStopped>(items[^1]);
        Assert.Equal(("mynumber.found", "DATA/h13199999912025022001000002.xml"), (stopped.Reason.Code, stopped.Position.File));
        Assert.DoesNotContain("123456789018", stopped.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_archive_is_recognised_by_its_paths()
    {
        Assert.True(CheckupArchive.LooksLike(["x/ix08_V08.xml"]));
        Assert.True(CheckupArchive.LooksLike(["x/DATA/h13199999912025022001000001.xml"]));
        Assert.False(CheckupArchive.LooksLike(["x/DATA/notes.xml", "index.phr"]));
        Assert.False(CheckupArchive.LooksLike([]));
    }

    [Fact]
    public void A_file_name_is_built_as_the_rules_say()
    {
        var name = new CheckupFileName('h', "1319999991", new DateOnly(2025, 2, 20), 0, 1, 1);
        Assert.Equal("h13199999912025022001000001.xml", name.ToString());
        Assert.Equal(name, CheckupFileName.Parse(name.ToString()));
        Assert.Null(CheckupFileName.Parse("h13199999912025132001000001.xml"));
        Assert.Null(CheckupFileName.Parse("x13199999912025022001000001.xml"));
        Assert.Null(CheckupFileName.Parse("h1.xml"));
    }

    [Fact]
    public async Task An_archive_that_was_written_is_read_again()
    {
        var documents = CheckupDocument.From([.. await Fixture.Read("individual.xml"), .. await Fixture.Read("late-elderly.xml")]);
        var exchange = new CheckupExchange("1319999991", "06139999", new DateOnly(2025, 2, 20), 0, 1, 1) { Amounts = new CheckupAmounts(10_000, 1_000, 9_000) };
        using var zip = new MemoryStream();
        Assert.Empty(CheckupArchiveWriter.Write(zip, exchange, documents).Value);
        using var again = new MemoryStream();
        _ = CheckupArchiveWriter.Write(again, exchange, documents);
        Assert.Equal(zip.ToArray(), again.ToArray());

        zip.Position = 0;
        using var archive = new ZipArchive(zip);
        var entries = archive.Entries.Select(entry => new CheckupArchiveEntry(entry.FullName, entry.Open)).ToList();
        Assert.Equal(
            $"{Root}ix08_V08.xml {Root}su08_V08.xml {Root}DATA/h13199999912025022001000001.xml {Root}DATA/h13199999932025022001000002.xml",
            string.Join(' ', entries.Select(entry => entry.Path)));
        var items = new List<ReadItem>();
        await foreach (var item in CheckupArchive.Read(entries, "", ReadLimits.Default, TestContext.Current.CancellationToken))
            items.Add(item);
        Assert.Empty(items.Said());
        Assert.Equal(documents.Sum(each => each.Resources.Count), items.OfType<ReadResource>().Count());
    }

    [Theory]
    [InlineData("ix08_V08.xml", "ix08_V08.xsd")]
    [InlineData("su08_V08.xml", "su08_V08.xsd")]
    public void Index_and_summary_follow_the_official_schema(string file, string schema)
    {
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema, Schemas = OfficialSchemaTests.Compile(schema) };
        using var zip = new MemoryStream();
        _ = CheckupArchiveWriter.Write(zip, new CheckupExchange("1319999991", "06139999", new DateOnly(2025, 2, 20), 0, 1, 1) { Amounts = new CheckupAmounts(1, 2, 3, 4) }, []);
        zip.Position = 0;
        using var archive = new ZipArchive(zip);
        using var reader = XmlReader.Create(archive.GetEntry(Root + file)!.Open(), settings);
        var elements = 0;
        while (reader.Read())
            elements++;
        Assert.True(elements > 4);
    }

    [Fact]
    public void Numbers_the_format_does_not_have_are_refused() =>
        Assert.Equal("checkup.exchange", CheckupArchiveWriter.Write(new MemoryStream(), new CheckupExchange("12", "06139999", new DateOnly(2025, 2, 20), 0, 1, 1), []).Error?.Code);

    private static async Task<List<ReadItem>> Read(params (string Path, byte[] Bytes)[] files)
    {
        var items = new List<ReadItem>();
        var entries = files.Select(file => new CheckupArchiveEntry(file.Path, () => new MemoryStream(file.Bytes))).ToList();
        await foreach (var item in CheckupArchive.Read(entries, "", ReadLimits.Default, TestContext.Current.CancellationToken))
            items.Add(item);
        return items;
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Index(string space, int count) => $"""
        <?xml version="1.0" encoding="UTF-8"?>
        <index xmlns="{space}"><interactionType code="1"/><creationTime value="20250220"/><sender><id root="1.2.392.200119.6.102" extension="1319999991"/></sender>
        <receiver><id root="1.2.392.200119.6.101" extension="06139999"/></receiver><serviceEventType code="1"/><totalRecordCount value="{count}"/></index>
        """;
}
