using System.Text;
using Tasuki.Kernel.Records;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests.Archives;

public sealed class SphrTests
{
    private const string Cover = """{"resourceType":"Composition","status":"final","author":[{"reference":"Organization/s"}],"contained":{"id":"s","name":"見本サービス","resourceType":"Organization"},"date":"2025-01-22T21:02:32+09:00","title":"ExportPHR20250122","type":{"coding":[{"code":"34133-9","system":"http://loinc.org"}]}}""";
    private const string Manifest = """{"resourceType":"DocumentManifest","status":"current","content":[{"reference":"1"}],"id":"m"}""";
    private const string Weight = """{"header":{"uuid":"1","schema_id":{"namespace":"omh","name":"body-weight","version":"2.0"},"modality":"self_reported"},"body":[{"body_weight":{"value":61.50,"unit":"kg"},"effective_time_frame":{"date_time":"2026-04-01T07:05:00+09:00"}}]}""";

    [Fact]
    public async Task The_published_archive_yields_its_measurements_with_the_service_that_wrote_it()
    {
        var items = await Reading.OfFile(Samples.Path("sphr/SPHR_com.system.service-a_20250122210232755.sphr"));
        Assert.Equal("", items.Codes());
        var found = items.Resources().ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, one => Assert.Equal((DataCategory.Lifelog, SourceKind.OtherPhr, "サービスA"), (one.Category, one.Source, one.SourceName)));
    }

    [Fact]
    public async Task A_record_archive_with_pictures_yields_the_pictures_too()
    {
        var items = await Reading.OfFile(Samples.Path("hl7-phr/WilliamSim.sphr"));
        Assert.Equal(["ct-chest.jpg", "xr-chest.jpg"], items.OfType<ReadAttachment>().Select(one => one.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.All(items.OfType<ReadAttachment>(), one => Assert.Equal("image/jpeg", one.ContentType));
        Assert.Equal(11, items.Resources().Count());
    }

    [Fact]
    public async Task An_index_names_files_by_what_they_hold_and_the_words_of_its_types_do_not_matter()
    {
        var items = await Reading.Of(ZipMaker.Of(
            ("S/index.phr", Lines(Cover, Manifest, Reference("w.json", "omh-body-weight-2.0"), Reference("d/b.json", "whatever"), Reference("gone.json", "omh-body-weight-2.0"), Reference("p.xml", "myna-prescription-202407"))),
            ("S/w.json", Weight),
            ("S/d/b.json", Fhir.BundleReaderTests.Bundle("collection", """{"resourceType":"Observation","status":"final","code":{"text":"x"}}""")),
            ("S/p.xml", "<prescription/>")), "a.sphr");
        Assert.Equal("archive.missing archive.unknown", items.Codes());
        Assert.Equal("a.sphr/S/w.json a.sphr/S/d/b.json", string.Join(' ', items.Resources().Select(one => one.Position.File)));
        Assert.Equal("見本サービス", items.Resources().First().SourceName);
        Assert.Equal("a.sphr/S/p.xml", items.OfType<NotUnderstood>().Last().Position.File);
    }

    [Fact]
    public async Task An_earlier_import_in_a_folder_inside_is_read_with_its_own_source()
    {
        var items = await Reading.Of(ZipMaker.Of(
            ("A/B/index.phr", Lines(Cover.Replace("見本", "前の", StringComparison.Ordinal), Reference("w.json", "omh-body-weight-2.0"))),
            ("A/B/w.json", Weight.Replace("61.50", "60.50", StringComparison.Ordinal)),
            ("A/index.phr", Lines(Cover, Reference("w.json", "omh-body-weight-2.0"))),
            ("A/w.json", Weight)));
        Assert.Equal("見本サービス 前のサービス", string.Join(' ', items.Resources().Select(one => one.SourceName)));
        Assert.Equal("", items.Codes());
    }

    [Fact]
    public async Task Leftovers_of_file_managers_are_passed_over_in_silence()
    {
        var items = await Reading.Of(ZipMaker.Of(
            ("S/index.phr", Lines(Cover, Reference("w.json", "omh-body-weight-2.0"))), ("S/w.json", Weight),
            ("__MACOSX/S/._w.json", "x"), ("S/.DS_Store", "x"), ("S/Thumbs.db", "x")));
        Assert.Equal("", items.Codes());
        Assert.Single(items.Resources());
    }

    [Fact]
    public async Task What_no_index_names_is_read_or_said()
    {
        var items = await Reading.Of(ZipMaker.Of(("S/index.phr", Lines(Cover, Manifest)), ("S/w.json", Weight), ("S/readme.txt", "hello"), ("S/empty.json", "")));
        Assert.Equal("archive.unknown archive.empty", items.Codes());
        Assert.Single(items.Resources());
    }

    [Theory]
    [InlineData("../w.json")]
    [InlineData("/etc/passwd")]
    [InlineData("http://example.org/w.json")]
    [InlineData("file:///etc/passwd")]
    [InlineData("..%2Fw.json")]
    public async Task A_url_that_leads_out_of_the_archive_is_never_followed(string url)
    {
        var items = await Reading.Of(ZipMaker.Of(("S/T/index.phr", Lines(Cover, Reference(url, "omh-body-weight-2.0"))), ("S/x.txt", "x")));
        Assert.Empty(items.Resources());
    }

    [Fact]
    public async Task One_broken_file_does_not_spoil_the_others()
    {
        var items = await Reading.Of(ZipMaker.Of(("S/index.phr", Lines(Cover, Reference("a.json", "x"), Reference("w.json", "y"))), ("S/a.json", "{\"header\":{\"schema_id\":1},\"body\":[{"), ("S/w.json", Weight)));
        Assert.Equal("json.broken", items.Codes());
        Assert.Single(items.Resources());
    }

    [Fact]
    public async Task A_my_number_in_any_file_stops_the_whole_archive()
    {
        var items = await Reading.Of(ZipMaker.Of(("S/index.phr", Lines(Cover, Reference("a.json", "x"))), ("S/a.json", Weight.Replace("self_reported", "個人番号 123456789018", StringComparison.Ordinal))), "a.sphr");
        var stopped = Assert.IsType<ReadStopped>(items[^1]);
        Assert.Equal("mynumber.found", stopped.Reason.Code);
        Assert.Equal("a.sphr/S/a.json", stopped.Position.File);
        Assert.DoesNotContain("123456789018", stopped.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_file_named_in_a_phr_without_its_archive_is_said()
    {
        var items = await Reading.Of(Lines(Cover, Manifest, Reference("w.json", "omh-body-weight-2.0")));
        Assert.Equal("phr.data-file", items.Codes());
    }

    private static string Lines(params string[] lines) => string.Join("\r\n", lines);

    private static string Reference(string url, string type) =>
        """{"resourceType":"DocumentReference","status":"","content":[{"attachment":{"contentType":"application/json","size":null,"url":"URL"}}],"type":{"coding":[{"code":"TYPE","system":"http://phr.or.jp/fhir/doctype"}]}}"""
            .Replace("URL", url, StringComparison.Ordinal).Replace("TYPE", type, StringComparison.Ordinal);
}
