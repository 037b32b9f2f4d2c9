using System.Text;
using System.Text.Json;
using Tasuki.Data;

namespace Tasuki.FhirApi.Tests;

/// <summary>Bodies as a client sends them, over HTTP.</summary>
public sealed class XmlBodyTests
{
    [Fact]
    public async Task A_resource_does_not_come_as_a_patch()
    {
        await using var world = await BulkWorld.Start(DataStore.Sqlite);
        var token = await (await world.App("system/*.cruds")).Token("system/*.cruds");
        foreach (var (method, address) in new[] { (HttpMethod.Post, "Observation"), (HttpMethod.Put, "Observation/a"), (HttpMethod.Post, ""), (HttpMethod.Post, "Observation/$validate") })
        {
            using var body = new StringContent("{\"resourceType\":\"Observation\"}", Encoding.UTF8, "application/json-patch+json");
            Assert.Equal(415, (await world.Send(method, address, token, body, ("Accept", "application/fhir+json"))).Status);
        }

        using var patch = new StringContent("[]", Encoding.UTF8, "application/json-patch+json");
        Assert.Equal(404, (await world.Send(HttpMethod.Patch, "Observation/a", token, patch, ("Accept", "application/fhir+json"))).Status);
    }

    [Fact]
    public async Task What_is_wrong_in_XML_is_named_by_the_lines_of_the_XML()
    {
        await using var world = await BulkWorld.Start(DataStore.Sqlite);
        var app = await world.App();
        var token = await app.Token();
        async Task<BulkReply> Validate(string inner)
        {
            using var body = new StringContent($"<Observation xmlns=\"http://hl7.org/fhir\">\n  <status value=\"final\"/>\n  <code><text value=\"x\"/></code>\n\n{inner}\n</Observation>", Encoding.UTF8, "application/fhir+xml");
            return await world.Send(HttpMethod.Post, "Observation/$validate", token, body, ("Accept", "application/fhir+json"));
        }

        var sound = await Validate("  <valueString value=\"a\"/>");
        Assert.Equal((200, "No error was found."), (sound.Status, sound.Sentence));
        var stranger = await Validate("  <foo/>");
        Assert.Equal((200, "Line 5, column 3: Observation.foo is no element of R4."), (stranger.Status, stranger.Sentence));
        Assert.Equal("Observation.foo", stranger.Json.GetProperty("issue")[0].GetProperty("expression")[0].GetString());
        foreach (var lossy in new[] { "<valueString value=\"a\"/><valueString value=\"b\"/>", "<valueString value=\"\"/>", "stray", "<valueString xmlns=\"http://x\" value=\"a\"/>" })
        {
            var refused = await Validate(lossy);
            Assert.True(refused.Status == 400, $"{lossy} {refused.Status}");
            Assert.Contains("line 5", refused.Sentence, StringComparison.Ordinal);
        }
    }
}
