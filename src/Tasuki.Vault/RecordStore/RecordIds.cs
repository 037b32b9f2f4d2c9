using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// A record's id: kind(1) | resident(5) | seq(5) | zeros(5) in one AES block, as 26 characters of lower-case base32. Nobody outside can tell what is in it or
/// make one that holds; inside it names its row, so no table of ids is needed. Entries of the log, grants and shared records have ids of the same make, each kind for itself.
/// </summary>
internal sealed class RecordIds(byte[] key) : IDisposable
{
    /// <summary>Of an id in characters.</summary>
    public const int Length = 26;

    private const byte RecordKind = 1;
    private const byte EntryKind = 2;
    private const byte GrantKind = 3;
    private const byte SharedKind = 4;

    private readonly ThreadLocal<Block> _block = new(() => new Block(key), trackAllValues: true);

    private static ReadOnlySpan<byte> Alphabet => "abcdefghijklmnopqrstuvwxyz234567"u8;

    public string Encode(ResidentNo resident, long seq)
    {
        Span<byte> text = stackalloc byte[Length];
        Encode(resident, seq, text);
        return Encoding.ASCII.GetString(text);
    }

    public void Encode(ResidentNo resident, long seq, Span<byte> text)
    {
        var block = _block.Value!;
        var plain = block.Input.AsSpan();
        plain.Clear();
        plain[0] = RecordKind;
        Write40(plain[1..], resident.Value);
        Write40(plain[6..], seq);
        Spell(block, text);
    }

    /// <summary>Of an entry of the access log, as this resident sees it.</summary>
    public string EncodeEntry(ResidentNo resident, long writer, long entry)
    {
        var block = _block.Value!;
        var plain = block.Input.AsSpan();
        plain[0] = EntryKind;
        Write40(plain[1..], resident.Value);
        BinaryPrimitives.WriteUInt32BigEndian(plain[6..], checked((uint)writer));
        BinaryPrimitives.WriteUInt16BigEndian(plain[10..], checked((ushort)(entry >> 32)));
        BinaryPrimitives.WriteUInt32BigEndian(plain[12..], (uint)entry);
        return Spelt(block);
    }

    /// <summary>Null for an id of another kind or resident, and for a forged one.</summary>
    public (long Writer, long Entry)? EntryOf(ResidentNo resident, string id) =>
        Block16(id) is { } plain && plain[0] == EntryKind && Read40(plain.AsSpan(1)) == resident.Value
            ? (BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(6)), ((long)BinaryPrimitives.ReadUInt16BigEndian(plain.AsSpan(10)) << 32) | BinaryPrimitives.ReadUInt32BigEndian(plain.AsSpan(12))) : null;

    /// <summary>Of a grant: its number would tell how many there were.</summary>
    public string EncodeGrant(ResidentNo resident, long grantNo)
    {
        var block = _block.Value!;
        var plain = block.Input.AsSpan();
        plain.Clear();
        plain[0] = GrantKind;
        Write40(plain[1..], resident.Value);
        Write40(plain[6..], grantNo);
        return Spelt(block);
    }

    /// <summary>As <see cref="EntryOf"/>.</summary>
    public long? GrantOf(ResidentNo resident, string id) =>
        Block16(id) is { } plain && plain[0] == GrantKind && !plain.AsSpan(11).ContainsAnyExcept((byte)0) && Read40(plain.AsSpan(1)) == resident.Value ? Read40(plain.AsSpan(6)) : null;

    /// <summary>Of a record about nobody: it is of no resident.</summary>
    public string EncodeShared(long number)
    {
        var block = _block.Value!;
        var plain = block.Input.AsSpan();
        plain.Clear();
        plain[0] = SharedKind;
        Write40(plain[1..], number);
        return Spelt(block);
    }

    /// <summary>Null for an id of another kind, and for a forged one. Says nothing of whether it is there.</summary>
    public long? SharedOf(string id) =>
        Block16(id) is { } plain && plain[0] == SharedKind && !plain.AsSpan(6).ContainsAnyExcept((byte)0) ? Read40(plain.AsSpan(1)) : null;

    /// <summary>Whose log or grant an id is of; null for ids of records and forged ones.</summary>
    public ResidentNo? ResidentOfView(string id) => Block16(id) is [EntryKind or GrantKind, ..] plain ? new ResidentNo(Read40(plain.AsSpan(1))) : null;

    private byte[]? Block16(string id)
    {
        Span<byte> text = stackalloc byte[Length];
        var block = _block.Value!;
        return id.Length == Length && Encoding.ASCII.TryGetBytes(id, text, out var written) && written == Length && TryBytes(text, block.Input) ? block.Decrypt().ToArray() : null;
    }

    private static string Spelt(Block block)
    {
        Span<byte> text = stackalloc byte[Length];
        Spell(block, text);
        return Encoding.ASCII.GetString(text);
    }

    private static void Spell(Block block, Span<byte> text)
    {
        var rest = BinaryPrimitives.ReadUInt128BigEndian(block.Encrypt());
        // 128 bits in 26 characters: the last one carries three bits.
        text[Length - 1] = Alphabet[(int)((ulong)rest & 7) << 2];
        rest >>= 3;
        for (var i = Length - 2; i >= 0; i--, rest >>= 5)
            text[i] = Alphabet[(int)((ulong)rest & 31)];
    }

    /// <summary>The seq behind an id of this resident. -1, which no row has, for a forged id or another resident's: so the caller sends the same statement.</summary>
    public long SeqOf(ResidentNo resident, string id)
    {
        Span<byte> text = stackalloc byte[Length];
        return id.Length == Length && Encoding.ASCII.TryGetBytes(id, text, out var written) && written == Length ? SeqOf(resident, text) : -1;
    }

    public long SeqOf(ResidentNo resident, ReadOnlySpan<byte> id)
    {
        var block = _block.Value!;
        if (id.Length != Length || !TryBytes(id, block.Input))
            return -1;
        var plain = block.Decrypt();
        return plain[0] == RecordKind && !plain[11..].ContainsAnyExcept((byte)0) && Read40(plain[1..]) == resident.Value ? Read40(plain[6..]) : -1;
    }

    /// <summary>Whose record an id is: null for a forged one. Says nothing of whether it is there.</summary>
    public ResidentNo? ResidentOf(string id)
    {
        Span<byte> text = stackalloc byte[Length];
        var block = _block.Value!;
        if (id.Length != Length || !Encoding.ASCII.TryGetBytes(id, text, out var written) || written != Length || !TryBytes(text, block.Input))
            return null;
        var plain = block.Decrypt();
        return plain[0] == RecordKind && !plain[11..].ContainsAnyExcept((byte)0) ? new ResidentNo(Read40(plain[1..])) : null;
    }

    public void Dispose()
    {
        foreach (var block in _block.Values)
            block.Dispose();
        _block.Dispose();
    }

    private static bool TryBytes(ReadOnlySpan<byte> text, Span<byte> bytes)
    {
        UInt128 value = 0;
        for (var i = 0; i < Length - 1; i++)
        {
            var digit = Digit(text[i]);
            if (digit < 0)
                return false;
            value = value << 5 | (uint)digit;
        }

        // Only the spelling that Encode gives is an id: one record has one id.
        var last = Digit(text[Length - 1]);
        if (last < 0 || (last & 3) != 0)
            return false;
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value << 3 | (uint)(last >> 2));
        return true;
    }

    private static int Digit(byte letter) => letter switch
    {
        >= (byte)'a' and <= (byte)'z' => letter - 'a',
        >= (byte)'2' and <= (byte)'7' => letter - '2' + 26,
        _ => -1,
    };

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

    /// <summary>One thread's ciphers, made once, and the block they work on.</summary>
    private sealed class Block : IDisposable
    {
        private readonly Aes _aes = Aes.Create();
        private readonly ICryptoTransform _encrypt;
        private readonly ICryptoTransform _decrypt;
        private readonly byte[] _output = new byte[16];

        public Block(byte[] key)
        {
            _aes.Mode = CipherMode.ECB;
            _aes.Padding = PaddingMode.None;
            _aes.Key = key;
            _encrypt = _aes.CreateEncryptor();
            _decrypt = _aes.CreateDecryptor();
        }

        public byte[] Input { get; } = new byte[16];

        public ReadOnlySpan<byte> Encrypt() => Through(_encrypt);

        public ReadOnlySpan<byte> Decrypt() => Through(_decrypt);

        public void Dispose()
        {
            _encrypt.Dispose();
            _decrypt.Dispose();
            _aes.Dispose();
        }

        private byte[] Through(ICryptoTransform cipher)
        {
            cipher.TransformBlock(Input, 0, 16, _output, 0);
            return _output;
        }
    }
}
