using System.Globalization;
using Tasuki.Kernel.Records;

namespace Tasuki.People;

/// <summary>What an app says of itself, as it lies sealed. Addresses were checked when it was registered (<see cref="RegisterApp"/>).</summary>
/// <param name="Seat">Where its operator sits, and of a company who represents it (Act art. 29: to whom something is provided). Null of an app from before this was asked.</param>
internal sealed record AppContent(
    string Name, string Operator, string Contact, string Purpose, string PrivacyPolicy, string[] RedirectUris, string? Launch, string? Keys, string Scopes, string? Seat = null)
{
    /// <summary>None where they were registered under a grammar that read more than today's.</summary>
    public SmartScopes Registered => SmartScopes.Parse(Scopes) is { IsOk: true } scopes ? scopes.Value : new SmartScopes([], []);

    /// <summary>It can be started from a clinician's page: there is an address for it, and the app may say whom it was started for.</summary>
    public bool CanBeLaunched => Launch is not null && Registered.Has(SmartScopes.Launch);

    /// <summary>
    /// An address of its own, to the letter; of one on the loopback by its number, any port: a native app is given its port by the system (RFC 8252, 7.3).
    /// </summary>
    public bool ReturnsTo(string address) => RedirectUris.Contains(address, StringComparer.Ordinal)
        || (Loopback.WithoutPort(address) is { } sent && RedirectUris.Any(own => string.Equals(sent, Loopback.WithoutPort(own), StringComparison.Ordinal)));
}

/// <summary>For how long somebody lets an app in.</summary>
internal enum KeptFor : byte
{
    /// <summary>One access token; nothing to renew it with.</summary>
    Once = 1,

    /// <summary>As long as the person stays signed in here, twelve hours at most.</summary>
    SignedIn = 2,
    Month = 3,
    Quarter = 4,
    Year = 5,
}

/// <summary>What was agreed to, as it lies sealed.</summary>
/// <param name="Patient">The id of the Patient record the app was launched for.</param>
internal sealed record ConnectionContent(string Scopes, DataCategory[] Categories, DataCategory[] Sensitive, bool Write, KeptFor Kept, string? Patient, long? LaunchResident);

/// <summary>Addresses of the loopback by its number; <c>localhost</c> is a name, and may be anybody's.</summary>
internal static class Loopback
{
    private static readonly string[] Hosts = ["http://127.0.0.1", "http://[::1]"];

    /// <summary>The address without its port; null for every other address.</summary>
    public static string? WithoutPort(string address)
    {
        if (Array.Find(Hosts, host => address.StartsWith(host, StringComparison.Ordinal)) is not { } start)
            return null;
        var rest = address.AsSpan(start.Length);
        if (rest.StartsWith(":"))
        {
            rest = rest[1..];
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : rest.Length;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is 0 or > 65_535)
                return null;
            rest = rest[digits..];
        }

        return rest.IsEmpty || rest[0] is '/' or '?' ? string.Concat(start, rest) : null;
    }
}
