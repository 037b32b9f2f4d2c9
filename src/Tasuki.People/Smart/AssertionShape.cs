using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;

namespace Tasuki.People;

/// <summary>
/// What is asked of a client assertion before its signature is: the header names one of the app's registered keys and nothing this server would have to follow or understand, and its
/// times are times, none of them still to come (RFC 7515, 4.1; RFC 7519, 4.1; RFC 7523, 3; SMART App Launch 2.2, client authentication).
/// </summary>
internal static class AssertionShape
{
    /// <summary>How far the clock of an app may be ahead of ours.</summary>
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(60);

    // The last second of the year 9999.
    private const double LastSecond = 253_402_300_799;

    private static readonly string[] Followed = ["jku", "x5u", "jwk", "x5c"];

    private static readonly string[] Times = ["exp", "nbf", "iat"];

    /// <summary>The app that the assertion says it is from, not proved yet; null where it says none.</summary>
    public static long? IssuerOf(string assertion) =>
        Part(assertion, 1) is { } claims && claims.TryGetValue("iss", out var said) && said.ValueKind is JsonValueKind.String
        && long.TryParse(said.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var no) ? no : null;

    /// <param name="keys">The 'kid' of each key the app is registered with.</param>
    /// <returns>A sentence that says what is wrong, without a value of it; null when nothing is.</returns>
    public static string? Wrong(string assertion, IReadOnlyCollection<string> keys, DateTimeOffset now)
    {
        if (assertion.Split('.').Length != 3 || Part(assertion, 0) is not { } header || Part(assertion, 1) is not { } claims)
            return "A client assertion is a signed JWT: three parts, the first two of them JSON objects without a name twice.";
        if (header.ContainsKey("crit"))
            return "The header of the client assertion has 'crit': no extension is understood here.";
        if (Followed.FirstOrDefault(header.ContainsKey) is { } followed)
            return $"The header of the client assertion has '{followed}': keys are those of the registration, and no others are fetched or taken.";
        if (!header.TryGetValue("kid", out var kid) || kid.ValueKind is not JsonValueKind.String || !keys.Contains(kid.GetString(), StringComparer.Ordinal))
            return "The header of the client assertion names by 'kid' one of the keys the app is registered with.";
        // One that is good for two servers could be used by the one at the other.
        if (claims.TryGetValue("aud", out var audience) && audience.ValueKind is JsonValueKind.Array && audience.GetArrayLength() != 1)
            return "'aud' of the client assertion names this server and no other.";
        foreach (var name in Times)
        {
            if (claims.TryGetValue(name, out var time) && !(time.ValueKind is JsonValueKind.Number && time.TryGetDouble(out var seconds) && seconds is >= 0 and <= LastSecond))
                return $"'{name}' of the client assertion is a number of seconds since 1970, at most {LastSecond:F0}.";
        }

        var latest = (now + Ahead).ToUnixTimeSeconds();
        foreach (var name in Times.Skip(1))
        {
            if (claims.TryGetValue(name, out var time) && time.GetDouble() > latest)
                return $"'{name}' of the client assertion lies ahead: it does not hold yet.";
        }

        return null;
    }

    private static Dictionary<string, JsonElement>? Part(string assertion, int at)
    {
        try
        {
            if (assertion.Split('.') is not { Length: 3 } parts)
                return null;
            using var json = JsonDocument.Parse(WebEncoders.Base64UrlDecode(parts[at]));
            if (json.RootElement.ValueKind is not JsonValueKind.Object)
                return null;
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var member in json.RootElement.EnumerateObject())
            {
                if (!members.TryAdd(member.Name, member.Value.Clone()))
                    return null;
            }

            return members;
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
