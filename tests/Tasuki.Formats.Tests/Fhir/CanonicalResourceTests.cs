using System.Buffers;
using System.Text;
using System.Text.Json;
using CsCheck;
using Tasuki.Fhir;

namespace Tasuki.Formats.Tests.Fhir;

public sealed class CanonicalResourceTests
{
    private static readonly DateTimeOffset Updated = new(2026, 4, 1, 9, 30, 0, 123, TimeSpan.FromHours(9));

    [Theory]
    [InlineData("5.60")]
    [InlineData("0.10")]
    [InlineData("-1.000")]
    [InlineData("12345678901234567890.00")]
    [InlineData("1e3")]
    [InlineData("1E-05")]
    public void Numbers_keep_their_digits(string digits)
    {
        var resource = Parse("{ \"resourceType\" : \"Observation\", \"valueQuantity\" : { \"value\" : " + digits + " } }");
        Assert.Equal("{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":" + digits + "}}", Text(resource));
    }

    [Fact]
    public void Type_and_meta_come_first_and_what_the_store_gives_is_left_out()
    {
        var resource = Parse("""{"status":"final","id":"a1","meta":{"versionId":"3","lastUpdated":"2020-01-01T00:00:00Z","profile":["x"]},"resourceType":"Observation","note":[{"text":"日本語 <b>"}]}""");
        Assert.Equal("""{"resourceType":"Observation","meta":{"profile":["x"]},"status":"final","note":[{"text":"日本語 <b>"}]}""", Text(resource));
        Assert.Equal("a1", resource.OriginalId);
    }

    [Theory]
    [InlineData("""{"resourceType":"Patient","meta":{"profile":["x"]},"gender":"male"}""", """{"resourceType":"Patient","id":"i","meta":{"versionId":"2","lastUpdated":"2026-04-01T00:30:00.123000Z","profile":["x"]},"gender":"male"}""")]
    [InlineData("""{"resourceType":"Patient","gender":"male"}""", """{"resourceType":"Patient","id":"i","meta":{"versionId":"2","lastUpdated":"2026-04-01T00:30:00.123000Z"},"gender":"male"}""")]
    [InlineData("""{"resourceType":"Patient"}""", """{"resourceType":"Patient","id":"i","meta":{"versionId":"2","lastUpdated":"2026-04-01T00:30:00.123000Z"}}""")]
    public void Id_version_and_time_are_written_back(string json, string written)
    {
        var output = new ArrayBufferWriter<byte>();
        Parse(json).WriteWithIdentity(output, "i", 2, Updated);
        Assert.Equal(written, Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void Tags_join_those_that_stand_there()
    {
        var output = new ArrayBufferWriter<byte>();
        Parse("""{"resourceType":"Patient","meta":{"tag":[{"system":"s","code":"c"}]},"gender":"male"}""")
            .WriteWithIdentity(output, "i", 1, Updated, [new Coding("t", "d") { Display = "名" }]);
        Assert.Equal(
            """{"resourceType":"Patient","id":"i","meta":{"versionId":"1","lastUpdated":"2026-04-01T00:30:00.123000Z","tag":[{"system":"s","code":"c"},{"system":"t","code":"d","display":"名"}]},"gender":"male"}""",
            Encoding.UTF8.GetString(output.WrittenSpan));
    }

    [Fact]
    public void References_are_rewritten_wherever_they_stand()
    {
        var resource = Parse("""{"resourceType":"Observation","subject":{"reference":"urn:uuid:1"},"hasMember":[{"reference":"urn:uuid:2"},{"reference":"urn:uuid:3"}],"extension":[{"url":"u","valueReference":{"reference":"urn:uuid:1"}}]}""");
        var rewritten = resource.WithReferences(reference => reference is "urn:uuid:1" ? "Patient/7" : null);
        Assert.Equal("""{"resourceType":"Observation","subject":{"reference":"Patient/7"},"hasMember":[{"reference":"urn:uuid:2"},{"reference":"urn:uuid:3"}],"extension":[{"url":"u","valueReference":{"reference":"Patient/7"}}]}""", Text(rewritten));
    }

    [Theory]
    [InlineData("{", "resource.json")]
    [InlineData("", "resource.json")]
    [InlineData("[]", "resource.shape")]
    [InlineData("{}", "resource.type")]
    [InlineData("""{"resourceType":5}""", "resource.type")]
    [InlineData("""{"resourceType":"Dog"}""", "resource.type")]
    [InlineData("""{"resourceType":"Patient","gender":"male","gender":"female"}""", "resource.duplicate")]
    [InlineData("""{"resourceType":"Patient","name":[{"text":"\ud83d"}]}""", "resource.text")]
    [InlineData("""{"resourceType":"Patient","name":[{"text":"\udc00\ud83d"}]}""", "resource.text")]
    [InlineData("""{"resourceType":"Patient","name":[{"text":"a\u0000b"}]}""", "resource.text")]
    public void What_is_no_resource_says_why(string json, string code) =>
        Assert.Equal(code, CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Error?.Code);

    [Fact]
    public void A_pair_of_surrogates_and_an_escaped_backslash_are_no_fault()
    {
        Assert.Null(JsonText.Fault("""{"a":"\ud83d\ude00 \\ud83d"}"""u8));
        Assert.Equal("resource.text", JsonText.Fault([(byte)'"', 0x82, 0xA0, (byte)'"'])?.Code);
    }

    [Fact]
    public void Deep_nesting_is_refused_and_not_walked()
    {
        var json = """{"resourceType":"Patient","extension":""" + string.Concat(Enumerable.Repeat("[", 10_000)) + string.Concat(Enumerable.Repeat("]", 10_000)) + "}";
        Assert.Equal("resource.depth", CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Error?.Code);
    }

    [Fact]
    public void Canonical_bytes_are_the_same_when_taken_again()
    {
        var values = Gen.OneOf(
            Gen.Int[-9999, 9999].Select(n => JsonSerializer.Serialize(n)),
            Gen.String[Gen.Char.AlphaNumeric, 0, 8].Select(text => JsonSerializer.Serialize(text)),
            Gen.Const("null"), Gen.Const("true"), Gen.Const("1.50"), Gen.Const("[1,2.0,{\"x\":\"健診\"}]"), Gen.Const("{\"reference\":\"Patient/1\"}"));
        Gen.Select(Gen.String[Gen.Char['b', 'z'], 1, 6].HashSet[0, 6], values.Array[6]).Sample((names, some) =>
        {
            var json = "{\"resourceType\":\"Basic\"" + string.Concat(names.Select((name, i) => $",\"{name}\": {some[i]}")) + "}";
            var once = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
            var twice = CanonicalResource.Parse(once.Json).Value;
            return once.Json.Span.SequenceEqual(twice.Json.Span) && RecordIdentity.ContentOf(once).AsSpan().SequenceEqual(RecordIdentity.ContentOf(twice));
        }, seed: "0000000000001", iter: 1_000);
    }

    [Theory]
    [InlineData("urn:oid:1.2.392.200119.4.403.1", "http://medis.or.jp/CodeSystem/master-HOT9")]
    [InlineData("urn:oid:1.2.392.100495.20.2.74", "http://medis.or.jp/CodeSystem/master-HOT9")]
    [InlineData("1.2.392.200119.6.1001", "http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category")]
    [InlineData("urn:oid:1.2.392.100495.20.3.61", "http://jpfhir.jp/fhir/core/mhlw/IdSystem/InsurerNumber")]
    public void Old_and_new_names_of_a_system_are_one(string old, string preferred)
    {
        Assert.True(CodeSystems.Same(old, preferred));
        Assert.Equal(preferred, CodeSystems.Preferred(old));
        Assert.Contains(preferred, CodeSystems.NamesOf(old), StringComparer.Ordinal);
        Assert.False(CodeSystems.Same(old, "http://example.org"));
    }

    private static CanonicalResource Parse(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;

    private static string Text(CanonicalResource resource) => Encoding.UTF8.GetString(resource.Json.Span);
}
