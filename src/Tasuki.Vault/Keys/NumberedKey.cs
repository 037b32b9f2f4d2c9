using System.Buffers.Binary;

namespace Tasuki.Vault.Keys;

/// <summary>
/// What a renewable key of the ring closes: head | nonce | ciphertext | tag. The head is <c>1</c> for the key that was made with the ring, else <c>2</c> and the
/// key's number in two bytes, so that a value made before a rotation opens after it.
/// </summary>
internal static class NumberedKey
{
    private const byte First = 1;
    private const byte Numbered = 2;

    public static byte[] Seal(KeyRing ring, string purpose, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> bound)
    {
        var (number, key) = ring.NewestKey(purpose);
        return Aead.Seal(key, number == 1 ? [First] : [Numbered, (byte)(number >> 8), (byte)number], plain, bound);
    }

    /// <summary>Null when the value was altered, stands elsewhere, or its key is gone.</summary>
    public static byte[]? Open(KeyRing ring, string purpose, ReadOnlySpan<byte> value, ReadOnlySpan<byte> bound)
    {
        var (head, number) = value switch
        {
            [First, ..] => (1, 1),
            [Numbered, _, _, ..] => (3, BinaryPrimitives.ReadUInt16BigEndian(value[1..])),
            _ => (0, 0),
        };
        return head > 0 && ring.KeyOf(purpose, number) is { IsEmpty: false } key ? Aead.Open(key, head, value, bound) : null;
    }
}
