using System.Buffers.Binary;
using System.Security.Cryptography;
using Tasuki.Kernel;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// A record's id: kind(1) | resident(5) | seq(5) | zeros(5) in one AES block, as 26 characters of lower-case base32. Nobody outside can tell what is in it or
/// make one that holds; inside it names its row, so no table of ids is needed.
/// </summary>
internal sealed class RecordIds(byte[] key) : IDisposable
{
    private const byte RecordKind = 1;
    private const int Length = 26;
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    private readonly ThreadLocal<Aes> _cipher = new(
        () =>
        {
            var aes = Aes.Create();
            aes.Key = key;
            return aes;
        },
        trackAllValues: true);

    public string Encode(ResidentNo resident, long seq)
    {
        Span<byte> block = stackalloc byte[16];
        block.Clear();
        block[0] = RecordKind;
        Write40(block[1..], resident.Value);
        Write40(block[6..], seq);
        Span<byte> sealedBlock = stackalloc byte[16];
        _cipher.Value!.EncryptEcb(block, sealedBlock, PaddingMode.None);
        return Text(sealedBlock);
    }

    /// <summary>The seq behind an id of this resident. -1, which no row has, for a forged id or another resident's: so the caller sends the same statement.</summary>
    public long SeqOf(ResidentNo resident, string id)
    {
        Span<byte> sealedBlock = stackalloc byte[16];
        if (!TryBytes(id, sealedBlock))
            return -1;
        Span<byte> block = stackalloc byte[16];
        _cipher.Value!.DecryptEcb(sealedBlock, block, PaddingMode.None);
        return block[0] == RecordKind && !block[11..].ContainsAnyExcept((byte)0) && Read40(block[1..]) == resident.Value ? Read40(block[6..]) : -1;
    }

    public void Dispose()
    {
        foreach (var cipher in _cipher.Values)
            cipher.Dispose();
        _cipher.Dispose();
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var value = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return string.Create(Length, value, static (text, rest) =>
        {
            // 128 bits in 26 characters: the last one carries three bits.
            text[Length - 1] = Alphabet[(int)(rest & 7) << 2];
            rest >>= 3;
            for (var i = Length - 2; i >= 0; i--, rest >>= 5)
                text[i] = Alphabet[(int)(rest & 31)];
        });
    }

    private static bool TryBytes(string text, Span<byte> bytes)
    {
        if (text.Length != Length)
            return false;
        UInt128 value = 0;
        for (var i = 0; i < Length - 1; i++)
        {
            var digit = Alphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (digit < 0)
                return false;
            value = value << 5 | (uint)digit;
        }

        // Only the spelling that Encode gives is an id: one record has one id.
        var last = Alphabet.IndexOf(text[Length - 1], StringComparison.Ordinal);
        if (last < 0 || (last & 3) != 0)
            return false;
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value << 3 | (uint)(last >> 2));
        return true;
    }

    private static void Write40(Span<byte> target, long value)
    {
        Span<byte> whole = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(whole, value);
        whole[3..].CopyTo(target);
    }

    private static long Read40(ReadOnlySpan<byte> source)
    {
        Span<byte> whole = stackalloc byte[8];
        whole.Clear();
        source[..5].CopyTo(whole[3..]);
        return BinaryPrimitives.ReadInt64BigEndian(whole);
    }
}
