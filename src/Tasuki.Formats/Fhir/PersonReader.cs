using System.Globalization;
using System.Text.Json;

namespace Tasuki.Formats;

/// <summary>Reads a Patient as the person a file speaks of. JP Core writes each name twice: 漢字 (IDE) and カナ (SYL), both are kept.</summary>
public static class PersonReader
{
    public static ReadPerson Read(JsonElement patient, SourcePosition position, string? name)
    {
        var names = Fields.Items(patient, "name").Select(Name).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        DateOnly? birth = DateOnly.TryParseExact(Fields.Text(patient, "birthDate"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;
        return new ReadPerson(position, names, birth, Fields.Text(patient, "gender"), name);
    }

    // Family name first, as Japanese names are written; a text of its own wins because it is what the writer shows.
    private static string? Name(JsonElement name)
    {
        if (Fields.Text(name, "text") is { } text)
            return text;
        var parts = Fields.Items(name, "family").Concat(Fields.Items(name, "given"))
            .Where(part => part.ValueKind is JsonValueKind.String).Select(part => part.GetString()).Where(part => !string.IsNullOrWhiteSpace(part)).ToList();
        return parts.Count > 0 ? string.Join(' ', parts) : null;
    }
}
