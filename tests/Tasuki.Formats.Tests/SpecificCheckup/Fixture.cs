using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Formats.SpecificCheckup;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

/// <summary>Files typed by hand after the published schema and item table, and what the reader makes of them.</summary>
internal static class Fixture
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "SpecificCheckup", "Fixtures");

    public static byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static Task<List<ReadItem>> Read(string name) => Read(Bytes(name), name);

    public static Task<List<ReadItem>> ReadText(string xml, ReadLimits? limits = null) => Read(Encoding.UTF8.GetBytes(xml), "h.xml", limits);

    public static async Task<List<ReadItem>> Read(byte[] bytes, string name, ReadLimits? limits = null)
    {
        var items = new List<ReadItem>();
        await foreach (var item in SpecificCheckupReader.Read(new MemoryStream(bytes), name, limits ?? ReadLimits.Default, TestContext.Current.CancellationToken))
            items.Add(item);
        return items;
    }

    public static JsonObject Json(this ReadResource resource) => JsonNode.Parse(resource.Resource.Json.Span)!.AsObject();

    public static IEnumerable<ReadResource> Of(this IEnumerable<ReadItem> items, string type) => items.OfType<ReadResource>().Where(each => each.Resource.Type == type);

    /// <summary>The observation with this item code.</summary>
    public static JsonObject Observation(this IEnumerable<ReadItem> items, string code) =>
        Assert.Single(items.Of("Observation"), each => (string?)each.Json()["code"]?["coding"]?[0]?["code"] == code).Json();

    /// <summary>The codes of what was said, in order.</summary>
    public static string[] Said(this IEnumerable<ReadItem> items) => [.. items.OfType<NotUnderstood>().Select(each => each.Reason.Code)];

    /// <summary>Equal as JSON text: names, order of elements and the digits of numbers.</summary>
    public static void Is(this JsonNode? actual, string expected) =>
        Assert.Equal(Compact(expected), actual is null ? null : Compact(actual.ToJsonString()));

    private static string Compact(string json)
    {
        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            document.RootElement.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
