using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The bytes of everything sealed under a resident's body key (security: bytes):
/// format(1) | key version(1) | dictionary(1) | nonce(12) | ciphertext | tag(16). What is inside is padded to the next multiple of 32 and above 2 kB to the next
/// 5 %, so that a size says little of its content.
/// Format 1 holds length(4) | zstd | zeros. Format 2 holds the bytes as they are, for chunks of files whose size stands in clear anyway.
/// Format 4 is a record's row: zstd without its magic number, over a dictionary | 0x80 | zeros. Format 3 is the same, bound to all columns but the other code.
/// </summary>
internal static class BodyFormat
{
    public const byte Packed = 1;
    public const byte RecordOfOneCode = 3;
    public const byte Record = 4;

    private const byte Raw = 2;
    private const byte EndOfPacked = 0x80;
    private const int HeadSize = 3;
    private const int Step = 32;
    private const int StepsUpTo = 2048;

    public static byte[] Seal(ResidentKeys keys, ReadOnlySpan<byte> payload, Binding bound)
    {
        var plain = new byte[PaddedSize(4 + Zstd.Bound(payload.Length))];
        var length = Zstd.Plain.Pack(payload, plain.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(plain, length);
        // What the compressor used of the buffer beyond its result must not stand in the padding.
        var padded = PaddedSize(4 + length);
        plain.AsSpan(4 + length, padded - 4 - length).Clear();
        return Aead.Seal(keys.BodyKey, [Packed, keys.Version, Zstd.NoDictionary], plain.AsSpan(0, padded), bound.Bytes);
    }

    public static byte[] SealRaw(ResidentKeys keys, ReadOnlySpan<byte> payload, Binding bound) =>
        Aead.Seal(keys.BodyKey, [Raw, keys.Version, Zstd.NoDictionary], payload, bound.Bytes);

    /// <param name="bound">The place of the row, behind <see cref="RecordHead"/>.</param>
    public static byte[] SealRecord(ResidentKeys keys, ReadOnlySpan<byte> payload, ReadOnlySpan<byte> bound)
    {
        var plain = ArrayPool<byte>.Shared.Rent(PaddedSize(1 + Zstd.Bound(payload.Length)));
        var cipher = keys.Lend(keys.Version)!;
        try
        {
            var length = Zstd.Newest.Pack(payload, plain);
            plain[length] = EndOfPacked;
            var padded = PaddedSize(length + 1);
            plain.AsSpan(length + 1, padded - length - 1).Clear();
            return Aead.Seal(cipher, bound[..HeadSize], plain.AsSpan(0, padded), bound);
        }
        finally
        {
            keys.GiveBack(keys.Version, cipher);
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }
    }

    /// <summary>The head of a record sealed now.</summary>
    public static void RecordHead(ResidentKeys keys, ref BoundBytes bound) => bound.Head(Record, keys.Version, Zstd.NewestDictionary);

    /// <summary>Null when the value does not open here: altered, moved, or under a key that is gone.</summary>
    public static byte[]? Open(ResidentKeys keys, ReadOnlySpan<byte> body, Binding bound)
    {
        if (body.Length < HeadSize || body[2] != Zstd.NoDictionary || keys.BodyKeyOf(body[1]) is not { IsEmpty: false } key)
            return null;
        if (Aead.Open(key, HeadSize, body, bound.Bytes) is not { } plain)
            return null;
        return body[0] == Raw ? plain : body[0] == Packed ? UnpackFirst(plain) : null;
    }

    /// <summary>The same for a row of records, of any format they had. <paramref name="bound"/> begins with the three bytes of the body's head.</summary>
    public static byte[]? OpenRecord(ResidentKeys keys, ReadOnlySpan<byte> body, ReadOnlySpan<byte> bound)
    {
        var size = body.Length - HeadSize - Aead.Overhead;
        if (size < 1 || body[0] is not (Packed or RecordOfOneCode or Record) || Zstd.Known(body[2]) is not { } zstd || keys.Lend(body[1]) is not { } cipher)
            return null;
        var plain = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            if (!Aead.Open(cipher, HeadSize, body, bound, plain.AsSpan(0, size)))
                return null;
            if (body[0] == Packed)
                return UnpackFirst(plain.AsSpan(0, size));
            var end = plain.AsSpan(0, size).LastIndexOf(EndOfPacked);
            return zstd.Unpack(plain.AsSpan(0, end));
        }
        finally
        {
            keys.GiveBack(body[1], cipher);
            CryptographicOperations.ZeroMemory(plain.AsSpan(0, size));
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    /// <summary>The same content under the version that closes now. Null when the value does not open here.</summary>
    public static byte[]? Reseal(ResidentKeys keys, ReadOnlySpan<byte> body, Binding bound) =>
        Open(keys, body, bound) is not { } plain ? null : body[0] == Raw ? SealRaw(keys, plain, bound) : Seal(keys, plain, bound);

    internal static int PaddedSize(int size)
    {
        if (size <= StepsUpTo)
            return Up(size);
        var padded = StepsUpTo;
        while (padded < size)
            padded = Up(padded + (padded / 20));
        return padded;
    }

    private static byte[]? UnpackFirst(ReadOnlySpan<byte> plain) =>
        plain.Length < 4 ? null : Zstd.Plain.Unpack(plain.Slice(4, BinaryPrimitives.ReadInt32BigEndian(plain)));

    private static int Up(int size) => (size + Step - 1) / Step * Step;
}
