using System.Text;

namespace Tasuki.Fhir.Tests;

/// <summary>Where a resource names others, and that nothing but those places changes.</summary>
public sealed class ResourceLinksTests
{
    [Fact]
    public void References_addresses_and_links_of_the_narrative_are_given_out_with_their_element()
    {
        const string Json = """
            {"resourceType":"Observation","text":{"div":"<div><a class='x' href=\"n1\">a = b</a><img src = 'n2'/><p data-href=\"no\" xsrc='no'>href=no</p></div>"},
            "identifier":[{"system":"no","value":"no"}],"subject":{"reference":"s","display":"no"},"instantiatesUri":["u1","u2"],
            "extension":[{"url":"e","valueUrl":"v1"},{"url":"e","valueUri":"v2"},{"url":"e","valueOid":"no"},{"url":"e","valueReference":{"reference":"r\/1"}}],"contained":[{"source":"c"}]}
            """;
        var found = new List<string>();
        var json = new ReadOnlyMemory<byte>(Encoding.UTF8.GetBytes(Json));
        var same = ResourceLinks.Rewrite(json, link =>
        {
            found.Add($"{Encoding.UTF8.GetString(link.Element)} {link.Text}{(link.IsReference ? "!" : "")}");
            return null;
        });
        Assert.True(same.Equals(json));
        Assert.Equal(
            ["text n1", "text n2", "subject s!", "instantiatesUri u1", "instantiatesUri u2", "extension e", "extension v1", "extension e", "extension v2", "extension e", "extension e", "extension r/1!", "contained c"],
            found, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\":1.50, \"subject\": {\"reference\" : \"x\"}}", "{\"a\":1.50, \"subject\": {\"reference\" : \"山\\\"1\"}}")]
    [InlineData("{\"div\":\"<p>=</p><a href='x'>x</a><a href='x\"}", "{\"div\":\"<p>=</p><a href='山\\\"1'>x</a><a href='x\"}")]
    [InlineData("{\"div\":\"=\",\"url\":[\"x\",\"y\",\"x\"]}", "{\"div\":\"=\",\"url\":[\"山\\\"1\",\"y\",\"山\\\"1\"]}")]
    public void What_is_replaced_is_escaped_and_the_rest_stays_byte_for_byte(string json, string expected) =>
        Assert.Equal(expected, Encoding.UTF8.GetString(ResourceLinks.Rewrite(Encoding.UTF8.GetBytes(json), link => link.Text is "x" ? "山\"1" : null).Span));
}
