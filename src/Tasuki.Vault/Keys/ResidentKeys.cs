using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Tasuki.Vault.Classes;

namespace Tasuki.Vault.Keys;

/// <summary>What a token stands for: the same text of two kinds gives two tokens. Part of stored bytes.</summary>
internal enum TokenKind : byte
{
    Code = 1,
    Identifier = 2,
    Reference = 3,
    Metric = 4,
    RecordIdentity = 5,
}

/// <summary>
/// A resident's keys, unwrapped. Two versions of the body key can live while the rest is rewritten; the index key and what comes from it follow the newest.
/// </summary>
internal sealed class ResidentKeys
{
    private const int MostTokens = 4_096;

    private readonly Dictionary<byte, byte[]> _bodyKeys;
    private readonly ConcurrentDictionary<byte, ConcurrentBag<AesGcm>> _idle = new();
    private readonly ConcurrentDictionary<(TokenKind Kind, string Text), long> _tokens = new();
    private readonly byte[] _indexKey;

    /// <param name="versions">Key version and its 64 bytes: body key, index key.</param>
    /// <param name="sealsWith">The version that closes; null for the newest. One that is being spread opens already and does not close yet.</param>
    public ResidentKeys(IReadOnlyCollection<(byte Version, byte[] Bytes)> versions, byte? sealsWith = null)
    {
        _bodyKeys = versions.ToDictionary(v => v.Version, v => v.Bytes[..32]);
        Version = sealsWith ?? versions.Max(v => v.Version);
        _indexKey = versions.First(v => v.Version == Version).Bytes[32..];
        Classes = Permutation.Of(_indexKey, "class", 64);
        Sources = Permutation.Of(_indexKey, "source", 16);
    }

    public byte Version { get; }

    public Permutation Classes { get; }

    public Permutation Sources { get; }

    public ReadOnlySpan<byte> BodyKey => _bodyKeys[Version];

    /// <summary>Empty when that version is gone.</summary>
    public ReadOnlySpan<byte> BodyKeyOf(byte version) => _bodyKeys.TryGetValue(version, out var key) ? key : default;

    /// <summary>A cipher under that version of the body key, the caller's alone until <see cref="GiveBack"/>. Null when the version is gone.</summary>
    public AesGcm? Lend(byte version)
    {
        if (_idle.TryGetValue(version, out var idle) && idle.TryTake(out var cipher))
            return cipher;
        return _bodyKeys.TryGetValue(version, out var key) ? new AesGcm(key, Aead.TagSize) : null;
    }

    /// <summary>Idle ciphers live as long as these keys do, and no longer.</summary>
    public void GiveBack(byte version, AesGcm cipher) => _idle.GetOrAdd(version, _ => []).Add(cipher);

    /// <summary>Codes and references come again and again in one file; they are hashed once while these keys are in memory.</summary>
    public long RecurringToken(TokenKind kind, string text)
    {
        if (_tokens.TryGetValue((kind, text), out var known))
            return known;
        var token = Token(kind, text);
        if (_tokens.Count < MostTokens)
            _tokens.TryAdd((kind, text), token);
        return token;
    }

    public long Token(TokenKind kind, string text)
    {
        Span<byte> stack = stackalloc byte[256];
        var size = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        var buffer = size <= stack.Length ? stack : new byte[size];
        buffer[0] = (byte)kind;
        var length = 1 + Encoding.UTF8.GetBytes(text, buffer[1..]);
        return Token(buffer[..length]);
    }

    public long IdentityToken(ReadOnlySpan<byte> identity) => Token([(byte)TokenKind.RecordIdentity, .. identity]);

    private long Token(ReadOnlySpan<byte> kindAndText)
    {
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_indexKey, kindAndText, hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash);
    }
}
