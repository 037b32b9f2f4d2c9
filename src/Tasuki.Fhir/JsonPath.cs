using System.Globalization;
using System.Text.Json.Nodes;

namespace Tasuki.Fhir;

/// <summary>An element that an issue names, found in the JSON of its resource: its owner, the name it is written under, and the place in the list where it is one of several.</summary>
internal sealed record JsonPlace(JsonObject Owner, string Name, int? Index)
{
    public JsonNode? Value => Index is { } index && Owner[Name] is JsonArray list ? index < list.Count ? list[index] : null : Owner[Name];

    public void Set(JsonNode? value)
    {
        if (Index is { } index && Owner[Name] is JsonArray list && index < list.Count)
            list[index] = value;
        else
            Owner[Name] = value;
    }

    public void Remove()
    {
        if (Index is { } index && Owner[Name] is JsonArray list && index < list.Count)
            list.RemoveAt(index);
        else
            Owner.Remove(Name);
    }

    /// <summary>
    /// The place of <paramref name="path"/>, as <c>Observation.value.unit</c>. The name of a choice stands in the path without its type (<c>value</c>) and in JSON with
    /// it (<c>valueQuantity</c>). An index on an element that is no list is passed over. Null when there is no such place; the last name alone may be missing.
    /// </summary>
    public static JsonPlace? Find(JsonObject resource, string path)
    {
        var segments = path.Split('.');
        var owner = resource;
        for (var i = 1; i < segments.Length; i++)
        {
            var (name, index) = Split(segments[i]);
            name = WrittenName(owner, name);
            if (i == segments.Length - 1)
                return new JsonPlace(owner, name, owner[name] is JsonArray ? index : null);
            var next = owner[name] is JsonArray list ? index is { } at && at < list.Count ? list[at] : null : owner[name];
            if (next is not JsonObject inner)
                return null;
            owner = inner;
        }

        return null;
    }

    private static (string Name, int? Index) Split(string segment)
    {
        var bracket = segment.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 && segment.EndsWith(']') && int.TryParse(segment.AsSpan(bracket + 1, segment.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            ? (segment[..bracket], index) : (segment, null);
    }

    private static string WrittenName(JsonObject owner, string name) =>
        owner.ContainsKey(name)
            ? name
            : owner.Select(member => member.Key).FirstOrDefault(key => key.Length > name.Length && key.StartsWith(name, StringComparison.Ordinal) && char.IsAsciiLetterUpper(key[name.Length])) ?? name;
}
