using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tasuki.Sandbox.Upstream;

/// <summary>A key of the sandbox's provider: RS256, or ES256.</summary>
internal sealed class SigningKey : IDisposable
{
    private readonly RSA? _rsa;
    private readonly ECDsa? _curve;

    public SigningKey(bool curve)
    {
        if (curve)
            _curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        else
            _rsa = RSA.Create(2048);
        Id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(8));
    }

    public string Id { get; }

    public string Algorithm => _curve is null ? "RS256" : "ES256";

    /// <summary>The public half as everybody may read it.</summary>
    public string Pem => _curve?.ExportSubjectPublicKeyInfoPem() ?? _rsa!.ExportSubjectPublicKeyInfoPem();

    /// <summary>The public half as a JSON Web Key.</summary>
    public string Public
    {
        get
        {
            var key = new Dictionary<string, string>(StringComparer.Ordinal) { ["kid"] = Id, ["use"] = "sig", ["alg"] = Algorithm };
            if (_curve?.ExportParameters(includePrivateParameters: false) is { } point)
                (key["kty"], key["crv"], key["x"], key["y"]) = ("EC", "P-256", Base64Url.EncodeToString(point.Q.X), Base64Url.EncodeToString(point.Q.Y));
            else if (_rsa!.ExportParameters(includePrivateParameters: false) is var number)
                (key["kty"], key["n"], key["e"]) = ("RSA", Base64Url.EncodeToString(number.Modulus), Base64Url.EncodeToString(number.Exponent));
            return JsonSerializer.Serialize(key);
        }
    }

    public byte[] Sign(byte[] text) => _curve?.SignData(text, HashAlgorithmName.SHA256) ?? _rsa!.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

    public void Dispose()
    {
        _rsa?.Dispose();
        _curve?.Dispose();
    }
}

/// <summary>The word of a service that has a key instead of a secret (RFC 7523), checked as a provider checks it.</summary>
internal static class ClientAssertion
{
    public static bool IsRight(string text, string publicKey, string client, string endpoint, DateTimeOffset now)
    {
        if (text.Split('.') is not [var head, var body, var signature])
            return false;
        using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(head));
        using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(body));
        var root = claims.RootElement;
        return Verifies(header.RootElement.GetProperty("alg").GetString()!, publicKey, Encoding.ASCII.GetBytes($"{head}.{body}"), Base64Url.DecodeFromChars(signature))
            && root.GetProperty("iss").GetString() == client && root.GetProperty("sub").GetString() == client && root.GetProperty("aud").GetString() == endpoint
            && root.GetProperty("jti").GetString() is { Length: >= 16 } && root.GetProperty("exp").GetInt64() > now.ToUnixTimeSeconds();
    }

    private static bool Verifies(string algorithm, string publicKey, byte[] text, byte[] signature)
    {
        if (algorithm == "ES256")
        {
            using var curve = ECDsa.Create();
            curve.ImportFromPem(publicKey);
            return curve.VerifyData(text, signature, HashAlgorithmName.SHA256);
        }

        using var rsa = RSA.Create();
        rsa.ImportFromPem(publicKey);
        return algorithm == "RS256" && rsa.VerifyData(text, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
