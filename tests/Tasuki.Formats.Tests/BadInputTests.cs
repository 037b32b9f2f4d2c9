using System.Text;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests;

/// <summary>Files that are broken, lie or attack: each ends in a sentence that names the place, none in an exception.</summary>
public sealed class BadInputTests
{
    private const string Resource = """{"resourceType":"Observation","status":"final","code":{"text":"日本"}}""";

    [Theory]
    [InlineData("", "stopped:format.empty")]
    [InlineData(" \n ", "stopped:format.unknown")]
    [InlineData("hello", "stopped:format.unknown")]
    [InlineData("[1,2]", "stopped:format.unknown")]
    [InlineData("null", "stopped:format.unknown")]
    [InlineData("{}", "stopped:format.json")]
    [InlineData("{\"a\":1}", "stopped:format.json")]
    [InlineData("{\"resourceType\":\"Patient\"", "stopped:json.broken")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{\"resourceType\":\"Patient\"}}", "stopped:json.broken")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[}", "stopped:json.broken")]
    [InlineData("{\"resourceType\":\"Bundle\"} {\"resourceType\":\"Bundle\"}", "stopped:json.broken")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[],\"entry\":[]}", "stopped:json.duplicate")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":{},\"resource\":{}}]}", "stopped:json.duplicate")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":[1,{},{\"resource\":5}]}", "bundle.entry bundle.entry bundle.entry")]
    [InlineData("{\"resourceType\":\"Bundle\",\"entry\":{\"resource\":{}}}", "")]
    [InlineData("{\"resourceType\":\"Patient\",\"gender\":\"male\",\"gender\":\"female\"}", "stopped:json.duplicate")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\ud83d\"}]}", "stopped:json.text")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\\u0000\"}]}", "stopped:json.text")]
    [InlineData("{\"resourceType\":\"Patient\",\"name\":[{\"text\":\"\0\"}]}", "stopped:json.broken")]
    [InlineData("{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"},\"valueQuantity\":{\"value\":1e999999999}}", "resource.invalid")]
    [InlineData("<?xml version=\"1.0\"?><note>hello</note>", "stopped:format.xml")]
    [InlineData("<!DOCTYPE html><html><body>ログイン</body></html>", "stopped:format.html")]
    [InlineData("%PDF-1.7 …", "stopped:format.pdf")]
    [InlineData("resourceType,id\nPatient,1", "stopped:format.unknown")]
    public async Task It_ends_in_a_reason(string text, string expected) => Assert.Equal(expected, (await Reading.Of(text)).Codes());

    [Theory]
    [InlineData(100)]
    [InlineData(10_000)]
    [InlineData(1_000_000)]
    public async Task Nesting_without_end_is_refused(int levels)
    {
        var nested = string.Concat(Enumerable.Repeat("{\"a\":", levels));
        Assert.Equal("stopped:json.depth", (await Reading.Of("{\"resourceType\":\"Patient\",\"extension\":" + nested)).Codes());
        Assert.Equal("stopped:json.depth", (await Reading.Of("{\"resourceType\":\"Bundle\",\"entry\":[{\"resource\":" + nested)).Codes());
        Assert.Equal("stopped:json.depth", (await Reading.Of("{\"header\":{\"schema_id\":{\"name\":\"step-count\"}},\"body\":" + nested)).Codes());
        Assert.Equal("stopped:format.unknown", (await Reading.Of(new string('[', levels))).Codes());
        Assert.Equal("json.depth", (await Reading.Of(Resource + "\n{\"resourceType\":\"Patient\",\"extension\":" + nested)).Codes());
    }

    [Fact]
    public async Task Another_encoding_than_UTF8_is_named()
    {
        var japanese = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
        var shiftJis = await Reading.Of(japanese.GetBytes(Resource), "a.json");
        Assert.Equal("stopped:json.encoding", shiftJis.Codes());
        Assert.Contains("Shift_JIS", Assert.IsType<ReadStopped>(shiftJis[0]).Reason.Message, StringComparison.Ordinal);
        Assert.Contains("column", Assert.IsType<ReadStopped>(shiftJis[0]).Reason.Message, StringComparison.Ordinal);
        foreach (var encoding in new Encoding[] { new UnicodeEncoding(bigEndian: false, byteOrderMark: true), new UnicodeEncoding(bigEndian: true, byteOrderMark: true), new UnicodeEncoding(bigEndian: false, byteOrderMark: false) })
            Assert.Equal("stopped:json.encoding", (await Reading.Of([.. encoding.GetPreamble(), .. encoding.GetBytes(Resource)])).Codes());
        Assert.Equal("", (await Reading.Of([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Resource)])).Codes());
    }

    [Fact]
    public async Task A_file_over_the_size_of_its_kind_is_refused_before_it_is_held()
    {
        var limits = ReadLimits.Default with { JsonBytes = 1_000 };
        var items = await Reading.Of(Fhir.BundleReaderTests.Bundle("collection", Enumerable.Repeat(Resource, 100).ToArray()), limits: limits);
        Assert.Equal("stopped:file.size", items.Codes());
        Assert.Contains("1000", Assert.IsType<ReadStopped>(items[0]).Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_crowd_of_tiny_entries_is_refused_and_not_held()
    {
        var crowd = string.Join(',', Enumerable.Repeat("{}", 1_000));
        var limits = ReadLimits.Default with { Resources = 100 };
        Assert.Equal("stopped:file.resources", (await Reading.Of("{\"resourceType\":\"Bundle\",\"entry\":[" + crowd + "]}", limits: limits)).Codes());
        Assert.Equal("stopped:file.resources", (await Reading.Of("{\"header\":{\"schema_id\":{\"name\":\"step-count\"}},\"body\":[" + crowd + "]}", limits: limits)).Codes());
        Assert.EndsWith("stopped:file.resources", (await Reading.Of("{\"resourceType\":\"X\"}\n" + crowd.Replace(',', '\n'), limits: limits)).Codes(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_my_number_is_found_in_every_kind_of_file_and_never_told()
    {
        const string Number = "123456789018";
        var person = """{"resourceType":"Patient","identifier":[{"system":"http://example.org/my-number","value":"NUMBER"}]}""".Replace("NUMBER", Number, StringComparison.Ordinal);
        var cda = "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><個人番号>" + Number + "</個人番号></ClinicalDocument>";
        var japanese = CodePagesEncodingProvider.Instance.GetEncoding(932)!;
        byte[][] files =
        [
            Encoding.UTF8.GetBytes(person),
            Encoding.UTF8.GetBytes(Fhir.BundleReaderTests.Bundle("collection", Resource, person)),
            Encoding.UTF8.GetBytes(Resource + "\n" + person),
            Encoding.UTF8.GetBytes(cda),
            [.. "<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>"u8, .. japanese.GetBytes(cda)],
            [.. new UnicodeEncoding(false, true).GetPreamble(), .. Encoding.Unicode.GetBytes(cda)],
        ];
        foreach (var file in files)
        {
            var items = await Reading.Of(file, "a");
            var stopped = Assert.IsType<ReadStopped>(items[^1]);
            Assert.Equal("mynumber.found", stopped.Reason.Code);
            Assert.NotNull(stopped.Position.Line);
            Assert.DoesNotContain(Number, stopped.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Templates_among_the_published_examples_are_refused_with_line_and_column()
    {
        var items = await Reading.OfFile(Samples.Path("municipal-checkup/samples/9P562000000000011.json"));
        Assert.Equal(new SourcePosition("9P562000000000011.json", 19, 25), Assert.IsType<ReadStopped>(Assert.Single(items)).Position);
    }

    [Fact]
    public async Task Reading_ends_when_it_is_cancelled()
    {
        using var ended = new CancellationTokenSource();
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Fhir.BundleReaderTests.Bundle("collection", Enumerable.Repeat(Resource, 50).ToArray())));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var item in FormatReader.Read(stream, "a", ReadLimits.Default, ended.Token))
            {
                if (item is ReadResource)
                    await ended.CancelAsync();
            }
        });
    }
}
