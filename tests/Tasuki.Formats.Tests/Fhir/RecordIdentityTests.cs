using System.Text;
using CsCheck;
using Tasuki.Fhir;

namespace Tasuki.Formats.Tests.Fhir;

public sealed class RecordIdentityTests
{
    private const string Instance = "http://jpfhir.jp/fhir/core/IdSystem/resourceInstance-identifier";

    [Fact]
    public void The_order_of_elements_the_references_and_the_narrative_do_not_make_another_record() =>
        Assert.True(Same(
            """{"resourceType":"Observation","status":"final","subject":{"reference":"urn:uuid:1"},"code":{"text":"x"},"text":{"status":"generated"},"meta":{"profile":["p"]}}""",
            """{"resourceType":"Observation","code":{"text":"x"},"status":"final","subject":{"reference":"Patient/9"}}"""));

    [Theory]
    [InlineData("5.60", "5.6")]
    [InlineData("5.60", "5.61")]
    public void Another_value_is_another_record(string one, string other) =>
        Assert.False(Same("{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":" + one + "}}", "{\"resourceType\":\"Observation\",\"valueQuantity\":{\"value\":" + other + "}}"));

    [Fact]
    public void An_identifier_of_its_own_names_the_record_whatever_it_says() =>
        Assert.True(Same(With("http://a.example", "1", "x"), With("http://a.example", "1", "y")));

    [Fact]
    public void A_number_that_counts_within_an_institution_names_nothing_without_the_institution()
    {
        Assert.False(Same(With(Instance, "1", "x"), With(Instance, "1", "y")));
        Assert.True(Same(With(Instance, "1", "x"), With(Instance, "1", "x")));
        Assert.True(Same(With(Instance, "1", "x", "1311234567"), With(Instance, "1", "y", "1311234567")));
        Assert.False(Same(With(Instance, "1", "x", "1311234567"), With(Instance, "1", "x", "1311234568")));
    }

    [Fact]
    public void A_line_of_a_prescription_is_no_identity() =>
        Assert.False(Same(With("urn:oid:1.2.392.100495.20.3.81", "1", "x"), With("urn:oid:1.2.392.100495.20.3.81", "1", "y")));

    [Theory]
    [InlineData("2026", "2026-01-01T00:00:00+09:00", "2027-01-01T00:00:00+09:00")]
    [InlineData("2026-02", "2026-02-01T00:00:00+09:00", "2026-03-01T00:00:00+09:00")]
    [InlineData("2026-02-28", "2026-02-28T00:00:00+09:00", "2026-03-01T00:00:00+09:00")]
    [InlineData("2026-02-28T10:05", "2026-02-28T10:05:00+09:00", "2026-02-28T10:06:00+09:00")]
    [InlineData("2026-02-28T10:05Z", "2026-02-28T10:05:00Z", "2026-02-28T10:06:00Z")]
    [InlineData("2026-02-28T10:05-05:00", "2026-02-28T10:05:00-05:00", "2026-02-28T10:06:00-05:00")]
    [InlineData("2026-02-28T10:05:06+09:00", "2026-02-28T10:05:06+09:00", "2026-02-28T10:05:07+09:00")]
    [InlineData("2026-02-28T10:05:06", "2026-02-28T10:05:06+09:00", "2026-02-28T10:05:07+09:00")]
    [InlineData("2026-02-28T10:05:06.5Z", "2026-02-28T10:05:06.5Z", "2026-02-28T10:05:06.5000001Z")]
    [InlineData("9999", "9999-01-01T00:00:00+09:00", "9999-12-31T00:00:00Z")]
    [InlineData("9999-12-31", "9999-12-31T00:00:00+09:00", "9999-12-31T00:00:00Z")]
    [InlineData("9999-12-31T23:59:59.9999999Z", "9999-12-30T23:59:59Z", "9999-12-30T23:59:59.0000001Z")]
    public void A_date_is_the_span_it_covers(string text, string from, string to)
    {
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        Assert.Equal(new FhirDate(DateTimeOffset.Parse(from, culture), DateTimeOffset.Parse(to, culture)), FhirDate.Parse(text));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-02-30")]
    [InlineData("2026-13")]
    [InlineData("0001-01-01T00:00:00Z")]
    [InlineData("yesterday")]
    public void What_is_no_date_is_none(string? text) => Assert.Null(FhirDate.Parse(text));

    [Fact]
    public void No_text_makes_a_date_throw() =>
        Gen.String[Gen.OneOf(Gen.Char['0', '9'], Gen.Char['+', ':'], Gen.Const('T'), Gen.Const('Z')), 0, 40].Sample(text => FhirDate.Parse(text) is not { } span || span.From < span.To, seed: "0000000000001", iter: 20_000);

    private static string With(string system, string value, string code, string? institution = null) =>
        "{\"resourceType\":\"Condition\"," + (institution is null ? "" : "\"extension\":[{\"url\":\"u\",\"valueIdentifier\":{\"system\":\"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no\",\"value\":\"" + institution + "\"}}],")
        + "\"identifier\":[{\"system\":\"" + system + "\",\"value\":\"" + value + "\"}],\"code\":{\"text\":\"" + code + "\"}}";

    private static bool Same(string one, string other) => RecordIdentity.Of(Parse(one)).AsSpan().SequenceEqual(RecordIdentity.Of(Parse(other)));

    private static CanonicalResource Parse(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
}
