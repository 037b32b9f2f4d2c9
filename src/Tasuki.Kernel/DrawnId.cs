using System.Security.Cryptography;

namespace Tasuki.Kernel;

/// <summary>A UUID of chance (RFC 9562, version 4), for what has to be called something and is stored under no id of ours.</summary>
public static class DrawnId
{
    public static string Urn()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        (bytes[6], bytes[8]) = ((byte)((bytes[6] & 0x0F) | 0x40), (byte)((bytes[8] & 0x3F) | 0x80));
        return $"urn:uuid:{new Guid(bytes, bigEndian: true)}";
    }
}
