using System.Security.Cryptography;

namespace Tasuki.Vault.Keys;

/// <summary>
/// AES-256-GCM: head | nonce(12, random: a counter or an id would repeat after a restore) | ciphertext | tag(16). The head is bound too. The cipher object lives
/// for one call and so has one owner.
/// </summary>
internal static class Aead
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    /// <summary>The bytes added beyond head and plain text.</summary>
    public const int Overhead = NonceSize + TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        var output = new byte[head.Length + Overhead + plain.Length];
        head.CopyTo(output);
        var nonce = output.AsSpan(head.Length, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, plain, output.AsSpan(head.Length + NonceSize, plain.Length), output.AsSpan(output.Length - TagSize), [.. head, .. bound]);
        return output;
    }

    /// <summary>Null when the bytes were altered, cut, or bound to something else.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, int headLength, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> bound)
    {
        if (sealedBytes.Length < headLength + Overhead)
            return null;
        var plain = new byte[sealedBytes.Length - headLength - Overhead];
        using var cipher = new AesGcm(key, TagSize);
        try
        {
            cipher.Decrypt(
                sealedBytes.Slice(headLength, NonceSize), sealedBytes.Slice(headLength + NonceSize, plain.Length), sealedBytes[^TagSize..], plain,
                [.. sealedBytes[..headLength], .. bound]);
            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    /// <summary>The tag that stands at the end: with it a log entry names exactly these bytes.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> sealedBytes) => sealedBytes[^TagSize..];
}
