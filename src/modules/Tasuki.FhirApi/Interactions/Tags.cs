using System.Globalization;

namespace Tasuki.FhirApi.Interactions;

/// <summary>Weak entity tags with the version in them, one or a list of them (RFC 9110, 8.8.3 and 13.1).</summary>
internal static class Tags
{
    public static string Of(int version) => string.Create(CultureInfo.InvariantCulture, $"W/\"{version}\"");

    public static bool IsAny(string tags) => tags.AsSpan().Trim() is "*";

    /// <summary>Whether a version is among them, or any will do. What is no list of tags names none.</summary>
    public static bool Hold(string tags, int version) => IsAny(tags) || Find(tags, version) == version;

    /// <summary>The first version they name; null where they name none that this server could have given.</summary>
    public static int? FirstOf(string tags) => Find(tags, wanted: null);

    private static int? Find(ReadOnlySpan<char> tags, int? wanted)
    {
        int? first = null;
        var has = false;
        for (var rest = tags.Trim(); ; rest = rest[1..].TrimStart())
        {
            if (rest.StartsWith("W/"))
                rest = rest[2..];
            if (rest.Length < 2 || rest[0] != '"' || rest[1..].IndexOf('"') is not (>= 0 and var end))
                return null;
            if (int.TryParse(rest.Slice(1, end), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                first ??= version;
                has |= version == wanted;
            }

            rest = rest[(end + 2)..].TrimStart();
            if (rest.IsEmpty)
                return wanted is null ? first : has ? wanted : null;
            if (rest[0] != ',')
                return null;
        }
    }
}
