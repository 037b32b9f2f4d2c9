using System.Security.Cryptography;

namespace Tasuki.FhirApi.Operations.Summary;

/// <summary>A UUID of chance (RFC 9562, version 4): it names what an answer made and nothing that is stored.</summary>
internal static class MadeId
{
    public static string New()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return "urn:uuid:" + new Guid(bytes, bigEndian: true);
    }
}
