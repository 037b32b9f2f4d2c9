using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Interactions;

/// <summary>
/// JSON Patch (RFC 6902) over a resource. All operations or none. The sentences name operations by their place, never values. What the operations put in is counted
/// before it is put in: copies of copies grow to the largest body and no further, and nest no deeper than a resource may.
/// </summary>
internal sealed class JsonPatch
{
    private const int MostOperations = 200;
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth, AllowDuplicateProperties = false };
    private static readonly JsonSerializerOptions Writing = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2 * CanonicalResource.MaximumDepth };
    private long _left = FhirEndpoint.LargestBody;

    private JsonPatch()
    {
    }

    /// <summary>Errors <c>patch.json</c>, <c>patch.operation</c>, <c>patch.path</c>, <c>patch.test</c>, <c>patch.size</c>, <c>resource.text</c>, <c>resource.duplicate</c>.</summary>
    public static Result<ReadOnlyMemory<byte>> Apply(ReadOnlyMemory<byte> resource, ReadOnlyMemory<byte> patch) =>
        JsonText.Fault(patch.Span) is { } fault ? fault : new JsonPatch().Run(resource, patch);

    private Result<ReadOnlyMemory<byte>> Run(ReadOnlyMemory<byte> resource, ReadOnlyMemory<byte> patch)
    {
        JsonNode? root, operations;
        try
        {
            root = JsonNode.Parse(resource.Span, documentOptions: Reading);
            operations = JsonNode.Parse(patch.Span, documentOptions: Reading);
        }
        catch (JsonException broken)
        {
            return CanonicalResource.JsonError(broken);
        }

        if (operations is not JsonArray { Count: <= MostOperations } list)
            return new Error("patch.json", $"A JSON Patch is a list of at most {MostOperations} operations.");
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i] is not JsonObject operation || Run(ref root, operation) is not { } fault)
            {
                if (list[i] is JsonObject)
                    continue;
                return new Error("patch.operation", $"Operation {i + 1} is no object.");
            }

            return new Error(fault.Code, $"Operation {i + 1}: {fault.Message}");
        }

        var patched = JsonSerializer.SerializeToUtf8Bytes(root, Writing);
        return patched.Length > FhirEndpoint.LargestBody ? TooLarge : new ReadOnlyMemory<byte>(patched);
    }

    private Error? Run(ref JsonNode? root, JsonObject operation)
    {
        var (name, path) = (Text(operation, "op"), Text(operation, "path"));
        if (name is null || path is null || Steps(path) is not { } steps)
            return new Error("patch.operation", "it needs 'op' and 'path', the path a JSON pointer.");
        var hasValue = operation.TryGetPropertyValue("value", out var value);
        switch (name)
        {
            case "add" or "replace" or "test" when !hasValue:
                return new Error("patch.operation", "it needs 'value'.");
            case "add":
                return TooMuch(value, steps) ?? Add(ref root, steps, value?.DeepClone());
            case "remove":
                return Take(ref root, steps, out _);
            case "replace":
                return TooMuch(value, steps) ?? Replace(ref root, steps, value?.DeepClone());
            case "test":
                return Find(root, steps, out var found) && JsonNode.DeepEquals(found, value) ? null : new Error("patch.test", "what it tests does not hold.");
            case "move" or "copy":
                if (Text(operation, "from") is not { } from || Steps(from) is not { } source)
                    return new Error("patch.operation", "it needs 'from', a JSON pointer.");
                if (name is "move" && path.StartsWith(from + "/", StringComparison.Ordinal))
                    return new Error("patch.path", "nothing is moved into itself.");
                if (!Find(root, source, out var moved))
                    return NoPlace;
                if (TooMuch(moved, steps) is { } tooMuch)
                    return tooMuch;
                // What was taken out has no owner any more and is put in as it is.
                return name is "move" ? Take(ref root, source, out moved) ?? Add(ref root, steps, moved) : Add(ref root, steps, moved?.DeepClone());
            default:
                return new Error("patch.operation", "'op' is add, remove, replace, move, copy or test.");
        }
    }

    private static Error TooLarge => new("patch.size", "The operations put in more than a resource may hold.");

    private static Error NoPlace => new("patch.path", "the path leads nowhere.");

    private Error? TooMuch(JsonNode? value, List<string> steps)
    {
        if (steps.Count + DepthOf(value) > CanonicalResource.MaximumDepth)
            return new Error("patch.size", $"what it puts in would be nested deeper than {CanonicalResource.MaximumDepth} levels.");
        return (_left -= SizeOf(value) + steps.Sum(step => (long)step.Length)) < 0 ? TooLarge : null;
    }

    private static int DepthOf(JsonNode? node) => node switch
    {
        JsonObject parts => 1 + parts.Select(part => DepthOf(part.Value)).DefaultIfEmpty(0).Max(),
        JsonArray list => 1 + list.Select(DepthOf).DefaultIfEmpty(0).Max(),
        _ => 0,
    };

    private static long SizeOf(JsonNode? node) => node switch
    {
        JsonObject parts => 2 + parts.Sum(part => part.Key.Length + 4 + SizeOf(part.Value)),
        JsonArray list => 2 + list.Sum(item => 1 + SizeOf(item)),
        null => 4,
        _ => node.ToJsonString().Length,
    };

    private static Error? Set(ref JsonNode? root, JsonNode? value)
    {
        root = value;
        return null;
    }

    private static Error? Add(ref JsonNode? root, List<string> steps, JsonNode? value)
    {
        if (steps.Count == 0)
            return Set(ref root, value);
        if (!Find(root, steps[..^1], out var parent))
            return NoPlace;
        switch (parent)
        {
            case JsonObject there:
                there[steps[^1]] = value;
                return null;
            case JsonArray list when steps[^1] is "-":
                list.Add(value);
                return null;
            case JsonArray list when Index(steps[^1], list.Count) is { } at:
                list.Insert(at, value);
                return null;
            default:
                return NoPlace;
        }
    }

    // In its place: what is replaced by the same is the same to the byte.
    private static Error? Replace(ref JsonNode? root, List<string> steps, JsonNode? value)
    {
        if (steps.Count == 0)
            return Set(ref root, value);
        if (!Find(root, steps, out _) || !Find(root, steps[..^1], out var parent))
            return NoPlace;
        if (parent is JsonObject there)
            there[steps[^1]] = value;
        else
            ((JsonArray)parent!)[Index(steps[^1], int.MaxValue)!.Value] = value;
        return null;
    }

    private static Error? Take(ref JsonNode? root, List<string> steps, out JsonNode? taken)
    {
        taken = null;
        if (steps.Count == 0)
            return Set(ref root, null);
        if (!Find(root, steps, out taken) || !Find(root, steps[..^1], out var parent))
            return NoPlace;
        if (parent is JsonObject there)
            there.Remove(steps[^1]);
        else
            ((JsonArray)parent!).RemoveAt(Index(steps[^1], int.MaxValue)!.Value);
        return null;
    }

    private static bool Find(JsonNode? root, List<string> steps, out JsonNode? found)
    {
        found = root;
        foreach (var step in steps)
        {
            switch (found)
            {
                case JsonObject there when there.TryGetPropertyValue(step, out var inner):
                    found = inner;
                    break;
                case JsonArray list when Index(step, list.Count - 1) is { } at:
                    found = list[at];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    private static int? Index(string step, int most) =>
        int.TryParse(step, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var at) && at <= most && (step.Length == 1 || step[0] != '0') ? at : null;

    // RFC 6901.
    private static List<string>? Steps(string pointer) =>
        pointer.Length == 0 ? [] : pointer[0] != '/' ? null
        : [.. pointer[1..].Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    private static string? Text(JsonObject operation, string name) =>
        operation.TryGetPropertyValue(name, out var node) && node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
