using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir;

namespace Tasuki.Formats;

/// <summary>A resource opened for a change that R4 allows at the same place.</summary>
internal sealed class ResourceEdit
{
    private static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly CanonicalResource _resource;

    private ResourceEdit(CanonicalResource resource, JsonObject json)
    {
        _resource = resource;
        Json = json;
    }

    public JsonObject Json { get; }

    public static ResourceEdit Of(CanonicalResource resource) =>
        new(resource, JsonNode.Parse(resource.Json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = CanonicalResource.MaximumDepth })!.AsObject());

    public CanonicalResource Done() => _resource.WithContent(Encoding.UTF8.GetBytes(Json.ToJsonString(Writing)));
}
