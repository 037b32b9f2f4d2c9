using Tasuki.Kernel.Records;

namespace Tasuki.People;

/// <summary>What an app says of itself, as it lies sealed. Addresses were checked when it was registered (<see cref="RegisterApp"/>).</summary>
/// <param name="Seat">Where its operator sits, and of a company who represents it (Act art. 29: to whom something is provided). Null of an app from before this was asked.</param>
internal sealed record AppContent(
    string Name, string Operator, string Contact, string Purpose, string PrivacyPolicy, string[] RedirectUris, string? Launch, string? Keys, string Scopes, string? Seat = null)
{
    public SmartScopes Registered => SmartScopes.Parse(Scopes).Value;

    /// <summary>It can be started from a clinician's page: there is an address for it, and the app may say whom it was started for.</summary>
    public bool CanBeLaunched => Launch is not null && Registered.Has(SmartScopes.Launch);
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
