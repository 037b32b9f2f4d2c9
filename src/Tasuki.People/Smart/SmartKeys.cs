using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// The keys of tokens: an ECDSA P-256 key that signs, 256 bits that encrypt, and an RSA key that signs identity tokens, made once for the municipality, shared by its servers, each
/// wrapped whole by the ring. With the database and without the ring no token can be made.
/// </summary>
internal static class SmartKeys
{
    private const string Purpose = "signing";
    private const long Signing = 1;
    private const long Encrypting = 2;
    private const long Identity = 3;
    private const int IdentityBits = 2048;

    public static void AddTo(OpenIddictServerOptions options, IServiceScopeFactory scopes, RecordVault vault)
    {
        var signing = ECDsa.Create();
        signing.ImportPkcs8PrivateKey(Key(scopes, vault, Signing, static () =>
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            return made.ExportPkcs8PrivateKey();
        }), out _);
        options.SigningCredentials.Add(new SigningCredentials(new ECDsaSecurityKey(signing), SecurityAlgorithms.EcdsaSha256));
        var identity = RSA.Create();
        identity.ImportPkcs8PrivateKey(Key(scopes, vault, Identity, static () =>
        {
            using var made = RSA.Create(IdentityBits);
            return made.ExportPkcs8PrivateKey();
        }), out _);
        // Behind the other, which signs whatever nobody else reads.
        options.SigningCredentials.Add(new SigningCredentials(new RsaSecurityKey(identity), SecurityAlgorithms.RsaSha256));
        var encrypting = Key(scopes, vault, Encrypting, static () => RandomNumberGenerator.GetBytes(32));
        options.EncryptionCredentials.Add(new EncryptingCredentials(new SymmetricSecurityKey(encrypting), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
    }

    private static byte[] Key(IServiceScopeFactory scopes, RecordVault vault, long no, Func<byte[]> make)
    {
        if (Stored(scopes, vault, no) is { } known)
            return known;
        using var scope = scopes.CreateScope();
        var db = scope.ServiceProvider.GetRequiredService<TasukiDb>();
        // A row that does not open was altered or belongs elsewhere: it is no key of ours, and another takes its place.
        db.Set<SmartKeyRow>().Where(k => k.No == no).ExecuteDelete();
        db.Add(new SmartKeyRow { No = no, Wrapped = vault.ProtectRing(Purpose, make()) });
        try
        {
            db.SaveChanges();
        }
        catch (DbUpdateException)
        {
            // Another server of this municipality made it in the same moment: its key counts.
        }

        return Stored(scopes, vault, no) ?? throw new InvalidOperationException("The keys of tokens can be neither made nor read.");
    }

    private static byte[]? Stored(IServiceScopeFactory scopes, RecordVault vault, long no)
    {
        using var scope = scopes.CreateScope();
        return scope.ServiceProvider.GetRequiredService<TasukiDb>().Set<SmartKeyRow>().AsNoTracking().SingleOrDefault(k => k.No == no) is { } row
            && vault.UnprotectRing(Purpose, row.Wrapped) is { IsOk: true } key ? key.Value : null;
    }
}
