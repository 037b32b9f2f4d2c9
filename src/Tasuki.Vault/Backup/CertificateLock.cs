using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Backup;

/// <summary>A data key wrapped to a certificate whose private key lies on no machine of ours.</summary>
/// <param name="Kind"><c>rsa-oaep-sha256</c>, or <c>ecdh-hkdf-sha256</c> with an ephemeral key.</param>
internal sealed record LockedKey(string Kind, string Certificate, byte[]? Ephemeral, byte[] Wrapped);

/// <summary>Wraps data keys of 32 bytes to an RSA (3072 bits and more) or elliptic-curve certificate, and unwraps them with its private key.</summary>
internal static class CertificateLock
{
    private const string Rsa = "rsa-oaep-sha256";
    private const string Ecdh = "ecdh-hkdf-sha256";
    private const int SmallestRsa = 3072;

    public static Result<X509Certificate2> Read(string path)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(path);
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return new Error("certificate.read", "The certificate cannot be read. It is a file with one X.509 certificate in PEM or DER form.");
        }
    }

    public static Result<LockedKey> Wrap(X509Certificate2 certificate, byte[] dataKey)
    {
        if (certificate.GetRSAPublicKey() is { } rsa)
        {
            using (rsa)
            {
                return rsa.KeySize >= SmallestRsa
                    ? new LockedKey(Rsa, certificate.Thumbprint, null, rsa.Encrypt(dataKey, RSAEncryptionPadding.OaepSHA256))
                    : new Error("certificate.weak", $"The certificate's RSA key has {rsa.KeySize} bits; it must have at least {SmallestRsa}.");
            }
        }

        using var ec = certificate.GetECDsaPublicKey();
        if (ec is null)
            return new Error("certificate.kind", "The certificate holds neither an RSA nor an elliptic-curve key.");
        using var recipient = ECDiffieHellman.Create(ec.ExportParameters(includePrivateParameters: false));
        using var ephemeral = ECDiffieHellman.Create(recipient.ExportParameters(includePrivateParameters: false).Curve);
        var spki = ephemeral.ExportSubjectPublicKeyInfo();
        return new LockedKey(Ecdh, certificate.Thumbprint, spki, Aead.Seal(Shared(ephemeral, recipient.PublicKey, spki), [], dataKey, spki));
    }

    /// <summary>Error <c>key.wrong</c>: not the private key of the certificate this was locked with.</summary>
    public static Result<byte[]> Unwrap(LockedKey locked, string privateKeyPem)
    {
        try
        {
            if (string.Equals(locked.Kind, Rsa, StringComparison.Ordinal))
            {
                using var rsa = RSA.Create();
                rsa.ImportFromPem(privateKeyPem);
                return rsa.Decrypt(locked.Wrapped, RSAEncryptionPadding.OaepSHA256);
            }

            if (!string.Equals(locked.Kind, Ecdh, StringComparison.Ordinal) || locked.Ephemeral is null)
                return new Error("backup.format", "This backup was locked in a way this version does not know.");
            using var own = ECDiffieHellman.Create();
            own.ImportFromPem(privateKeyPem);
            using var ephemeral = ECDiffieHellman.Create();
            ephemeral.ImportSubjectPublicKeyInfo(locked.Ephemeral, out _);
            if (Aead.Open(Shared(own, ephemeral.PublicKey, locked.Ephemeral), 0, locked.Wrapped, locked.Ephemeral) is { } key)
                return key;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            // Said below: the provider's own words differ by platform.
        }

        return new Error("key.wrong", $"The private key does not belong to the certificate this was locked with (thumbprint {locked.Certificate}), or it is no unencrypted PEM.");
    }

    private static byte[] Shared(ECDiffieHellman own, ECDiffieHellmanPublicKey other, byte[] spki)
    {
        var secret = own.DeriveRawSecretAgreement(other);
        return HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, salt: spki, info: "tasuki backup key"u8.ToArray());
    }
}
