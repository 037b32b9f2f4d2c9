using System.Text.Json;

namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>The codes of one code system with what filters ask of them.</summary>
internal sealed class CodeSystemContent
{
    private readonly Dictionary<string, List<string>> _parents;
    private readonly Dictionary<string, List<(string Property, string Value)>> _properties;

    private CodeSystemContent(bool isComplete, StringComparer order)
    {
        IsComplete = isComplete;
        Order = order;
        _parents = new(order);
        _properties = new(order);
    }

    /// <summary>A code that is not listed is none of the system.</summary>
    public bool IsComplete { get; }

    public StringComparer Order { get; }

    public IReadOnlyCollection<string> Codes => _parents.Keys;

    public bool Has(string code) => _parents.ContainsKey(code);

    public static CodeSystemContent Read(JsonElement system)
    {
        var ignoresCase = system.TryGetProperty("caseSensitive", out var sensitive) && sensitive.ValueKind is JsonValueKind.False;
        var complete = system.TryGetProperty("content", out var content) && content.ValueKind is JsonValueKind.String && content.GetString() is "complete";
        var read = new CodeSystemContent(complete, ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        read.Add(system, null);
        return read;
    }

    /// <summary>The code itself or one below it.</summary>
    public bool IsA(string code, string ancestor)
    {
        var seen = new HashSet<string>(Order);
        var open = new Stack<string>([code]);
        while (open.TryPop(out var one))
        {
            if (Order.Equals(one, ancestor))
                return true;
            if (seen.Add(one) && _parents.TryGetValue(one, out var parents))
                parents.ForEach(open.Push);
        }

        return false;
    }

    public bool HasProperty(string code, string property, Func<string, bool> wanted) =>
        property is "concept" or "code" ? wanted(code)
        : property is "parent" && _parents.TryGetValue(code, out var parents) && parents.Exists(one => wanted(one))
            || (_properties.TryGetValue(code, out var properties) && properties.Exists(one => string.Equals(one.Property, property, StringComparison.Ordinal) && wanted(one.Value)));

    private void Add(JsonElement owner, string? parent)
    {
        foreach (var concept in Json.Items(owner, "concept"))
        {
            if (Json.Text(concept, "code") is not { } code)
                continue;
            if (!_parents.TryGetValue(code, out var parents))
                _parents[code] = parents = [];
            if (parent is not null)
                parents.Add(parent);
            foreach (var property in Json.Items(concept, "property"))
            {
                if (Json.Text(property, "code") is not { } name || Json.Value(property) is not { } value)
                    continue;
                if (name is "parent" or "subsumedBy")
                    parents.Add(value);
                if (!_properties.TryGetValue(code, out var properties))
                    _properties[code] = properties = [];
                properties.Add((name, value));
            }

            Add(concept, code);
        }
    }
}
