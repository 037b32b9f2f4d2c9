using System.Security.Cryptography;

namespace Tasuki.Vault.Keys;

/// <summary>
/// AES-256-GCM: head | nonce(12, random: a counter or an id would repeat after a restore) | ciphertext | tag(16). The head is bound too. The cipher object lives
/// for one call and so has one owner; where one is lent (<see cref="ResidentKeys.Lend"/>) it has the borrower.
/// </summary>
internal static class Aead
{
    public const int NonceSize = 12;
    public const int TagSize = 16;

    /// <summary>The bytes added beyond head and plain text.</summary>
    public const int Overhead = NonceSize + TagSize;

    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> head, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        using var cipher = new AesGcm(key, TagSize);
        return Seal(cipher, head, plain, [.. head, .. bound]);
    }

    /// <param name="headAndBound">The associated data as a whole: the head, then what the value is bound to.</param>
    public static byte[] Seal(AesGcm cipher, ReadOnlySpan<byte> head, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> headAndBound)
    {
        var output = GC.AllocateUninitializedArray<byte>(head.Length + Overhead + plain.Length);
        head.CopyTo(output);
        var nonce = output.AsSpan(head.Length, NonceSize);
        Nonces.Fill(nonce);
        cipher.Encrypt(nonce, plain, output.AsSpan(head.Length + NonceSize, plain.Length), output.AsSpan(output.Length - TagSize), headAndBound);
        return output;
    }

    /// <summary>Null when the bytes were altered, cut, or bound to something else.</summary>
    public static byte[]? Open(ReadOnlySpan<byte> key, int headLength, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> bound)
    {
        if (sealedBytes.Length < headLength + Overhead)
            return null;
        var plain = new byte[sealedBytes.Length - headLength - Overhead];
        using var cipher = new AesGcm(key, TagSize);
        return Open(cipher, headLength, sealedBytes, [.. sealedBytes[..headLength], .. bound], plain) ? plain : null;
    }

    /// <param name="plain">As long as <paramref name="sealedBytes"/> less head and <see cref="Overhead"/>. Holds nothing of use when the answer is false.</param>
    public static bool Open(AesGcm cipher, int headLength, ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> headAndBound, Span<byte> plain)
    {
        try
        {
            cipher.Decrypt(sealedBytes.Slice(headLength, NonceSize), sealedBytes.Slice(headLength + NonceSize, plain.Length), sealedBytes[^TagSize..], plain, headAndBound);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    /// <summary>The tag that stands at the end: with it a log entry names exactly these bytes.</summary>
    public static ReadOnlySpan<byte> TagOf(ReadOnlySpan<byte> sealedBytes) => sealedBytes[^TagSize..];

    /// <summary>Random bytes taken from the system a block at a time, a block for each thread. Every byte is handed out once.</summary>
    private static class Nonces
    {
        private const int BlockSize = 340 * NonceSize;

        [ThreadStatic]
        private static byte[]? _block;

        [ThreadStatic]
        private static int _used;

        public static void Fill(Span<byte> nonce)
        {
            if (_block is null || _used == BlockSize)
            {
                _block ??= new byte[BlockSize];
                RandomNumberGenerator.Fill(_block);
                _used = 0;
            }

            _block.AsSpan(_used, NonceSize).CopyTo(nonce);
            _used += NonceSize;
        }
    }
}
