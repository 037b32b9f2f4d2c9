using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Profiles.Instance;
using Tasuki.Fhir.Profiles.Rules;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Profiles.Checks;

/// <summary>May an extension stand where it stands (R4, defining-extensions.html#context)?</summary>
internal static class ExtensionPlace
{
    private static readonly string[] OwnResources = ["Bundle", "Binary", "Parameters"];

    /// <summary>True also where it cannot be told: a definition without contexts, a context given as an expression, an element that R4 does not know.</summary>
    public static bool IsAllowed(Node extension, Profile definition)
    {
        if (definition.Contexts.Count == 0 || extension.Parent is not { } owner)
            return true;
        HashSet<string>? names = null;
        foreach (var (kind, expression) in definition.Contexts)
        {
            if (kind is "extension")
            {
                if (string.Equals(owner.ChildText("url"), Canonical.Parse(expression).Url, StringComparison.Ordinal))
                    return true;
                continue;
            }

            if (kind is not "element" || expression.AsSpan().IndexOfAny(':', '#', '(') >= 0)
                return true;
            names ??= Names(owner);
            if (names is null || names.Contains(expression))
                return true;
        }

        return false;
    }

    // What an element may be called in a context: its path from its resource and from each data type it is in, and its types. Null for what R4 does not know.
    private static HashSet<string>? Names(Node owner)
    {
        var steps = new Stack<Node>();
        var node = owner;
        for (; node.ResourceType is null; node = node.Parent)
        {
            steps.Push(node);
            if (node.Parent is null)
                return null;
        }

        var type = node.ResourceType;
        var table = R4.Type(type);
        List<string> paths = [type];
        foreach (var step in steps)
        {
            if (table?.Find(step.Name) is not { } element)
                return null;
            var named = table.Bits[element.Bit];
            var ends = element.IsChoice ? new[] { named, named[..^3], element.Name } : [named];
            paths = [.. paths.SelectMany(path => ends.Select(end => $"{path}.{end}")), element.TypeName];
            (type, table) = (element.TypeName, element.Type);
        }

        return [.. paths, .. Above(type, isResource: steps.Count == 0)];
    }

    // Element is what may be extended anywhere, a resource too.
    private static string[] Above(string type, bool isResource) => type switch
    {
        _ when isResource => OwnResources.Contains(type, StringComparer.Ordinal) ? ["Element", "Resource"] : ["Element", "Resource", "DomainResource"],
        _ when type.Contains('.', StringComparison.Ordinal) => ["Element", "BackboneElement"],
        "Dosage" or "Timing" => ["Element", "BackboneElement"],
        "Age" or "Count" or "Distance" or "Duration" => ["Element", "Quantity"],
        "code" or "id" or "markdown" => ["Element", "string"],
        "url" or "canonical" or "oid" or "uuid" => ["Element", "uri"],
        "positiveInt" or "unsignedInt" => ["Element", "integer"],
        _ => ["Element"],
    };
}
