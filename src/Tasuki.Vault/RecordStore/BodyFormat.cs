using System.Buffers.Binary;
using Tasuki.Vault.Keys;
using ZstdSharp;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// The bytes of everything sealed under a resident's body key (security: bytes):
/// format(1) | key version(1) | dictionary(1) | nonce(12) | ciphertext | tag(16).
/// Format 1 holds length(4) | zstd | zeros: padded to the next multiple of 32 and above 2 kB to the next 5 %, so that a size says little of its content.
/// Format 2 holds the bytes as they are, for chunks of files whose size stands in clear anyway.
/// </summary>
internal static class BodyFormat
{
    private const byte Packed = 1;
    private const byte Raw = 2;
    private const byte NoDictionary = 0;
    private const int HeadSize = 3;
    private const int Step = 32;
    private const int StepsUpTo = 2048;

    [ThreadStatic]
    private static Compressor? _compressor;

    [ThreadStatic]
    private static Decompressor? _decompressor;

    public static byte[] Seal(ResidentKeys keys, ReadOnlySpan<byte> payload, Binding bound)
    {
        _compressor ??= new Compressor(3);
        var size = Compressor.GetCompressBound(payload.Length);
        var plain = new byte[PaddedSize(4 + size)];
        var length = _compressor.Wrap(payload, plain.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(plain, length);
        // What the compressor used of the buffer beyond its result must not stand in the padding.
        var padded = PaddedSize(4 + length);
        plain.AsSpan(4 + length, padded - 4 - length).Clear();
        return Aead.Seal(keys.BodyKey, [Packed, keys.Version, NoDictionary], plain.AsSpan(0, padded), bound.Bytes);
    }

    public static byte[] SealRaw(ResidentKeys keys, ReadOnlySpan<byte> payload, Binding bound) =>
        Aead.Seal(keys.BodyKey, [Raw, keys.Version, NoDictionary], payload, bound.Bytes);

    /// <summary>Null when the value does not open here: altered, moved, or under a key that is gone.</summary>
    public static byte[]? Open(ResidentKeys keys, ReadOnlySpan<byte> body, Binding bound)
    {
        if (body.Length < HeadSize || body[2] != NoDictionary || keys.BodyKeyOf(body[1]) is not { IsEmpty: false } key)
            return null;
        if (Aead.Open(key, HeadSize, body, bound.Bytes) is not { } plain)
            return null;
        if (body[0] == Raw)
            return plain;
        if (body[0] != Packed || plain.Length < 4)
            return null;
        _decompressor ??= new Decompressor();
        return _decompressor.Unwrap(plain.AsSpan(4, BinaryPrimitives.ReadInt32BigEndian(plain))).ToArray();
    }

    internal static int PaddedSize(int size)
    {
        if (size <= StepsUpTo)
            return Up(size);
        var padded = StepsUpTo;
        while (padded < size)
            padded = Up(padded + (padded / 20));
        return padded;
    }

    private static int Up(int size) => (size + Step - 1) / Step * Step;
}
