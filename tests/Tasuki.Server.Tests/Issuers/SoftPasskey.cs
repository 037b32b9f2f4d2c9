using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>An authenticator that signs whatever it is asked for whatever site asks, as no real one does: what it is refused is refused by the server alone (WebAuthn level 2).</summary>
internal sealed class SoftPasskey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _id = RandomNumberGenerator.GetBytes(32);
    private string? _owner;

    /// <summary>The answer to a registration, without attestation.</summary>
    public string Create(string options, string origin)
    {
        using var asked = JsonDocument.Parse(options);
        _owner = asked.RootElement.GetProperty("user").GetProperty("id").GetString();
        var point = _key.ExportParameters(includePrivateParameters: false).Q;
        // COSE_Key: EC2, ES256, P-256, x, y.
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32, .. point.X!, 0x22, 0x58, 32, .. point.Y!];
        byte[] authenticator = [.. Site(asked.RootElement.GetProperty("rp").GetProperty("id").GetString()!, flags: 0x45), .. new byte[16], 0, (byte)_id.Length, .. _id, .. cose];
        byte[] length = [0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)authenticator.Length);
        byte[] attestation = [0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x59, .. length, .. authenticator];
        return Credential(new { clientDataJSON = Text(Client("webauthn.create", asked, origin)), attestationObject = Text(attestation), transports = Array.Empty<string>() });
    }

    /// <summary>The answer to a challenge.</summary>
    public string Sign(string options, string origin)
    {
        using var asked = JsonDocument.Parse(options);
        var client = Client("webauthn.get", asked, origin);
        var authenticator = Site(asked.RootElement.GetProperty("rpId").GetString()!, flags: 0x05);
        var signature = _key.SignData([.. authenticator, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new { clientDataJSON = Text(client), authenticatorData = Text(authenticator), signature = Text(signature), userHandle = _owner });
    }

    public void Dispose() => _key.Dispose();

    private static byte[] Site(string id, byte flags) => [.. SHA256.HashData(Encoding.UTF8.GetBytes(id)), flags, 0, 0, 0, 0];

    private static byte[] Client(string type, JsonDocument asked, string origin) =>
        JsonSerializer.SerializeToUtf8Bytes(new { type, challenge = asked.RootElement.GetProperty("challenge").GetString(), origin, crossOrigin = false });

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);

    private string Credential(object response) =>
        JsonSerializer.Serialize(new { id = Text(_id), rawId = Text(_id), type = "public-key", response, clientExtensionResults = new { } });
}
