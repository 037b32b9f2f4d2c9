using System.Text.Json;

namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>Reads the JSON of definitions that nobody has checked: what is not there, or of another kind, is nothing.</summary>
internal static class Json
{
    public static JsonElement? Member(JsonElement owner, string name) => owner.ValueKind is JsonValueKind.Object && owner.TryGetProperty(name, out var value) ? value : null;

    public static string? Text(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static IEnumerable<JsonElement> Items(JsonElement owner, string name) => Member(owner, name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    public static IEnumerable<string> Texts(JsonElement owner, string name) => Items(owner, name).Where(one => one.ValueKind is JsonValueKind.String).Select(one => one.GetString()!);

    /// <summary>The plain <c>value[x]</c> as text.</summary>
    public static string? Value(JsonElement owner)
    {
        foreach (var member in owner.EnumerateObject())
        {
            if (member.Name.StartsWith("value", StringComparison.Ordinal))
            {
                return member.Value.ValueKind switch
                {
                    JsonValueKind.String => member.Value.GetString(),
                    JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => member.Value.GetRawText(),
                    _ => Text(member.Value, "code"),
                };
            }
        }

        return null;
    }
}
