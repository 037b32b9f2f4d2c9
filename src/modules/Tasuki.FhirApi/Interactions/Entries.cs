using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>The entries of a Bundle as the requests they are, and what is said of one.</summary>
internal static class Entries
{
    public const int Most = 5_000;
    private const string PatchType = "application/json-patch+json";

    /// <summary>All of them, or why the Bundle as a whole is none to be run.</summary>
    public static (List<Interaction> Entries, Answer? Refused) Of(Call call, JsonElement bundle, Interaction whole)
    {
        if (!bundle.TryGetProperty("entry"u8, out var list))
            return ([], null);
        if (list.ValueKind is not JsonValueKind.Array)
            return ([], Failures.Answer(new Error("resource.structure", "The entry of a Bundle is a list.")));
        if (list.GetArrayLength() > Most)
            return ([], new Answer(413, Outcome.Of(new Issue("error", "too-costly", $"A Bundle holds at most {Most} entries."))));
        var entries = new List<Interaction>();
        var named = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (index, entry) in list.EnumerateArray().Index())
        {
            var parsed = One(call, entry, whole, index);
            if (!parsed.IsOk)
                return ([], Failures.Answer(new Error(parsed.Error.Code, $"Entry {index + 1}: {parsed.Error.Message}")));
            // Invariant bdl-7 of R4.
            if (parsed.Value.FullUrl is { } url && !named.TryAdd(url, index))
                return ([], Failures.Answer(new Error("resource.structure", $"Entries {named[url] + 1} and {index + 1} have the same fullUrl; each has its own.")));
            entries.Add(parsed.Value);
        }

        return (entries, null);
    }

    /// <summary>The answer with the entry named in each of its sentences.</summary>
    public static Answer At(int index, Answer refused)
    {
        using var outcome = JsonDocument.Parse(refused.Body);
        var issues = outcome.RootElement.GetProperty("issue"u8).EnumerateArray().Select(issue => new Issue(
            Text(issue, "severity")!, Text(issue, "code")!, $"Entry {index + 1}: {Text(issue, "diagnostics")}",
            issue.TryGetProperty("expression"u8, out var expression) ? expression[0].GetString() : null)).ToList();
        return refused with { Body = Outcome.Of(issues) };
    }

    /// <summary>Why an entry is refused that refers to what can never be found.</summary>
    public static Answer Nowhere(string element) => new(422, Outcome.Of(new Issue(
        "error", "not-found", $"The element '{element}' refers to a urn:uuid that is the fullUrl of no entry which a transaction creates or updates here; in a batch there is none.")));

    public static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static Result<Interaction> One(Call call, JsonElement entry, Interaction whole, int index)
    {
        if (entry.ValueKind is not JsonValueKind.Object || !entry.TryGetProperty("request"u8, out var request) || request.ValueKind is not JsonValueKind.Object
            || Text(request, "method") is not { } method || Text(request, "url") is not { } url)
        {
            return new Error("resource.structure", "it needs request.method and request.url.");
        }

        if (QueryText.Fault(url) is { } broken)
            return broken;
        url = WrittenReferences.Own(url, call.Root);
        var question = url.IndexOf('?', StringComparison.Ordinal);
        var path = (question < 0 ? url : url[..question]).Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToList();
        if (path is ["", ..] or [] && method is not "GET")
            return new Error("interaction.unknown", "its address names no type.");
        var (body, type) = entry.TryGetProperty("resource"u8, out var resource) ? Body(resource, method) : (default, "application/fhir+json");
        return new Interaction(method, path, question < 0 ? [] : QueryText.Parse(url[question..]), body)
        {
            ContentType = type, IfMatch = Text(request, "ifMatch"), IfNoneMatch = Text(request, "ifNoneMatch"), IfNoneExist = Text(request, "ifNoneExist"), Prefer = whole.Prefer,
            FullUrl = Text(entry, "fullUrl"), Place = resource.ValueKind is JsonValueKind.Object && whole.Body.Span.Overlaps(JsonMarshal.GetRawUtf8Value(resource), out var start) ? new BodyPlace(whole.Body, index, start) : null,
        };
    }

    // A patch comes as a Binary (R4, http, 3.1.0.8): what is in it is the body.
    private static (ReadOnlyMemory<byte> Body, string Type) Body(JsonElement resource, string method) =>
        method is "PATCH" && resource.ValueKind is JsonValueKind.Object && Text(resource, "resourceType") is "Binary" && Text(resource, "contentType") is PatchType
            ? (resource.TryGetProperty("data"u8, out var data) && data.ValueKind is JsonValueKind.String && data.TryGetBytesFromBase64(out var bytes) ? bytes : default(ReadOnlyMemory<byte>), PatchType)
            : (Encoding.UTF8.GetBytes(resource.GetRawText()), "application/fhir+json");
}
