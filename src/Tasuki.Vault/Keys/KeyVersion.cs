using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tasuki.Vault.Keys;

/// <summary>
/// One version of a resident's keys, as it is wrapped: body key(32) | index key(32), and in every version but the first the moment from which it closes, in
/// microseconds(8). Until then it only opens, so that no server meets a body whose key it has not read yet. The index key is the same in all versions: tokens and
/// permuted classes stand in columns that a search asks for in one statement, and two index keys at a time would make every search two searches. So whoever copied
/// the index key goes on telling codes from tokens; bodies it does not open.
/// </summary>
/// <param name="Bytes">64 bytes.</param>
internal sealed record KeyVersion(byte Number, byte[] Bytes, DateTimeOffset UsedFrom)
{
    public const byte Last = byte.MaxValue;

    private const int BodySize = 32;
    private const int Size = 64;

    public static KeyVersion First() => new(1, RandomNumberGenerator.GetBytes(Size), DateTimeOffset.MinValue);

    /// <summary>Another body key beside the same index key.</summary>
    public KeyVersion Next(DateTimeOffset usedFrom) =>
        new((byte)(Number + 1), [.. RandomNumberGenerator.GetBytes(BodySize), .. Bytes.AsSpan(BodySize)], usedFrom);

    public byte[] Write()
    {
        var wrapped = new byte[UsedFrom == DateTimeOffset.MinValue ? Size : Size + 8];
        Bytes.CopyTo(wrapped, 0);
        if (wrapped.Length > Size)
            BinaryPrimitives.WriteInt64BigEndian(wrapped.AsSpan(Size), RecordStore.Time.Micros(UsedFrom));
        return wrapped;
    }

    /// <summary>Null for bytes of no version.</summary>
    public static KeyVersion? Read(byte number, byte[] bytes) => bytes.Length switch
    {
        Size => new KeyVersion(number, bytes, DateTimeOffset.MinValue),
        Size + 8 => new KeyVersion(number, bytes[..Size], RecordStore.Time.FromMicros(BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(Size)))),
        _ => null,
    };
}
