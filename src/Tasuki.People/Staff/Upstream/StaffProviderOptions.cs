using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.Tokens;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// The municipality's own OpenID Connect provider for staff, from the settings under <c>Tasuki:StaffProvider</c>: <c>Issuer</c> (an https address, exactly as the provider writes it),
/// <c>Name</c> (what people call it), <c>ClientId</c>, one of <c>ClientSecretFile</c> and <c>KeyFile</c> (a private key in PEM, P-256 or RSA; <c>KeyId</c> where the provider knows it by
/// one), <c>Acr</c> and <c>Amr</c> (values of those claims that say a second factor was proved; with neither, ours is always asked).
/// </summary>
public sealed class StaffProviderOptions
{
    private static readonly char[] Between = [' ', ';'];
    private static readonly string[] Known = ["Issuer", "Name", "ClientId", "ClientSecretFile", "KeyFile", "KeyId", "Acr", "Amr"];

    private StaffProviderOptions(Uri issuer, string written, string clientId, string name) => (Issuer, IssuerAsWritten, ClientId, Name) = (issuer, written, clientId, name);

    public string Name { get; }

    internal Uri Issuer { get; }

    /// <summary>Compared letter for letter.</summary>
    internal string IssuerAsWritten { get; }

    internal string ClientId { get; }

    /// <summary>Null where a key proves who we are.</summary>
    internal string? Secret { get; private init; }

    internal SigningCredentials? Key { get; private init; }

    internal IReadOnlyList<string> Acr { get; private init; } = [];

    internal IReadOnlyList<string> Amr { get; private init; } = [];

    /// <summary>The provider may be on this machine itself, unencrypted: tests and the demo.</summary>
    internal bool Sandbox { get; private init; }

    /// <summary>For one call to the provider.</summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Null where there is no such section. Error <c>settings.staff-provider</c>, with a sentence that names the setting.</summary>
    public static Result<StaffProviderOptions?> From(IConfigurationSection section, bool sandbox)
    {
        if (!section.Exists())
            return Result.Of<StaffProviderOptions?>(null);
        if (section.GetChildren().FirstOrDefault(s => !Known.Contains(s.Key, StringComparer.OrdinalIgnoreCase)) is { } other)
            return Wrong($"{other.Key} is no setting; there are {string.Join(", ", Known)}.");
        if (section["Issuer"] is not { Length: > 0 } written || !Uri.TryCreate(written, UriKind.Absolute, out var issuer) || issuer.Query.Length > 0 || issuer.Fragment.Length > 0 || issuer.UserInfo.Length > 0
            || !(issuer.Scheme == Uri.UriSchemeHttps || (sandbox && issuer.Scheme == Uri.UriSchemeHttp && issuer.IsLoopback)))
            return Wrong("Issuer is the provider's https address as it writes it itself, without query or name in it.");
        if (section["ClientId"] is not { Length: > 0 and <= 255 } client)
            return Wrong("ClientId is what the provider knows this service by.");
        if (section["Name"]?.Trim() is not { Length: > 0 and <= 60 } name)
            return Wrong("Name is what staff call the provider, 1 to 60 characters.");
        if ((section["ClientSecretFile"] is { Length: > 0 }) == (section["KeyFile"] is { Length: > 0 }))
            return Wrong("ClientSecretFile or KeyFile names a file, and one of the two.");
        if (section["KeyId"] is { Length: > 0 } && section["KeyFile"] is not { Length: > 0 })
            return Wrong("KeyId stands with KeyFile.");
        var secret = section["ClientSecretFile"] is { Length: > 0 } secretFile ? Text(secretFile) : null;
        if (section["ClientSecretFile"] is { Length: > 0 } && secret is null)
            return Wrong("ClientSecretFile must be a file that holds the secret and can be read.");
        var key = section["KeyFile"] is { Length: > 0 } keyFile ? KeyOf(Text(keyFile), section["KeyId"]) : null;
        if (section["KeyFile"] is { Length: > 0 } && key is null)
            return Wrong("KeyFile must be a private key in PEM, P-256 or RSA of 2048 bits and more, without a password.");
        return new StaffProviderOptions(issuer, written, client, name)
        {
            Secret = secret, Key = key, Acr = Values(section["Acr"]), Amr = Values(section["Amr"]), Sandbox = sandbox,
        };
    }

    private static Error Wrong(string sentence) => new("settings.staff-provider", $"Tasuki:StaffProvider:{sentence}");

    private static string[] Values(string? list) => (list ?? "").Split(Between, StringSplitOptions.RemoveEmptyEntries);

    private static string? Text(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static SigningCredentials? KeyOf(string? pem, string? id)
    {
        if (pem is null)
            return null;
        id = id is { Length: > 0 } ? id : null;
        try
        {
            var curve = ECDsa.Create();
            curve.ImportFromPem(pem);
            return curve.KeySize == 256 && Signs(() => curve.SignData([1], HashAlgorithmName.SHA256)) ? new SigningCredentials(new ECDsaSecurityKey(curve) { KeyId = id }, SecurityAlgorithms.EcdsaSha256) : null;
        }
        catch (Exception other) when (other is ArgumentException or CryptographicException)
        {
            // No key of a curve; RSA is tried next.
        }

        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return rsa.KeySize >= 2048 && Signs(() => rsa.SignData([1], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) ? new SigningCredentials(new RsaSecurityKey(rsa) { KeyId = id }, SecurityAlgorithms.RsaSha256) : null;
        }
        catch (Exception other) when (other is ArgumentException or CryptographicException)
        {
            return null;
        }
    }

    // A public key in the file would be found out by the first officer.
    private static bool Signs(Func<byte[]> sign)
    {
        try
        {
            return sign().Length > 0;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
