using System.Text;
using Tasuki.Kernel.Records;

namespace Tasuki.Formats.Tests.Fhir;

public sealed class NdjsonReaderTests
{
    private const string One = """{"resourceType":"Observation","id":"1","status":"final","code":{"text":"x"}}""";
    private const string Two = """{"resourceType":"Observation","id":"2","status":"final","code":{"text":"x"}}""";

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\n\n \t\n")]
    [InlineData("\r\n\r\n")]
    public async Task Lines_may_end_in_every_way(string end)
    {
        var items = await Reading.Of("\uFEFF" + One + end + Two + end, "a.ndjson");
        Assert.Equal("Observation/1 Observation/2", string.Join(' ', items.Resources().Select(one => one.FullUrl)));
        Assert.Equal("", items.Codes());
    }

    [Fact]
    public async Task A_broken_line_is_said_with_its_place_and_the_rest_is_read()
    {
        var items = await Reading.Of(One + "\n{\"resourceType\":\"Observation\",\n" + Two + "\n\"text\"\n" + One, "a.ndjson");
        Assert.Equal("json.broken resource.shape", items.Codes());
        Assert.Equal(3, items.Resources().Count());
        Assert.Equal(2, items.OfType<NotUnderstood>().First().Position.Line);
        Assert.Equal("a.ndjson, line 2, column 30", items.OfType<NotUnderstood>().First().Position.ToString());
    }

    [Fact]
    public async Task A_line_beyond_its_bound_is_skipped_and_not_held()
    {
        var items = await Reading.Of(One + "\n" + new string('x', 500_000) + "\n" + Two, limits: ReadLimits.Default with { LineBytes = 1_000 });
        Assert.Equal("ndjson.line", items.Codes());
        Assert.Equal(2, items.OfType<NotUnderstood>().Single().Position.Line);
        Assert.Equal(2, items.Resources().Count());
    }

    [Fact]
    public async Task A_file_beyond_its_bound_ends_with_a_reason()
    {
        var items = await Reading.Of(string.Concat(Enumerable.Repeat(One + "\n", 5_000)), limits: ReadLimits.Default with { NdjsonBytes = 100_000 });
        Assert.Equal("stopped:file.size", items.Codes());
    }

    [Fact]
    public async Task More_resources_than_allowed_end_with_a_reason()
    {
        var items = await Reading.Of(string.Concat(Enumerable.Repeat(One + "\n", 20)), limits: ReadLimits.Default with { Resources = 10 });
        Assert.Equal(10, items.Resources().Count());
        Assert.Equal("stopped:file.resources", items.Codes());
    }

    [Fact]
    public async Task Invalid_text_in_a_line_is_said()
    {
        var bytes = Encoding.UTF8.GetBytes(One + "\n" + One + "\n" + Two);
        bytes[One.Length + 20] = 0xFF;
        var items = await Reading.Of(bytes);
        Assert.Equal("json.text", items.Codes());
        Assert.Equal(2, items.Resources().Count());
    }

    [Fact]
    public async Task A_my_number_ends_the_reading_and_is_not_told()
    {
        var items = await Reading.Of(One + "\n" + Two.Replace("\"x\"", "\"マイナンバー 1234 5678 9018\"", StringComparison.Ordinal) + "\n" + One, "a.ndjson");
        var stopped = Assert.IsType<ReadStopped>(items[^1]);
        Assert.Equal("mynumber.found", stopped.Reason.Code);
        Assert.Equal(2, stopped.Position.Line);
        Assert.DoesNotContain("5678", stopped.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phr_has_a_cover_that_is_no_record_and_names_the_service()
    {
        var cover = """{"resourceType":"Composition","status":"final","type":{"text":"t"},"date":"2026-04-01","author":[{"display":"見本手帳"}],"title":"t"}""";
        var document = cover.Replace("\"title\"", "\"section\":[{\"title\":\"a\",\"entry\":[{\"display\":\"b\"}]}],\"title\"", StringComparison.Ordinal);
        var items = await Reading.Of(cover + "\n" + One + "\n" + document + "\n" + """{"resourceType":"DocumentManifest","status":"current","content":[{"reference":"1"}]}""");
        Assert.Equal("Observation Composition", string.Join(' ', items.Resources().Select(one => one.Resource.Type)));
        Assert.All(items.Resources(), one => Assert.Equal((SourceKind.OtherPhr, "見本手帳"), (one.Source, one.SourceName)));
        Assert.Equal("", items.Codes());
    }
}
