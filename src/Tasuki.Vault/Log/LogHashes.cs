using System.Buffers.Binary;
using System.Security.Cryptography;
using Tasuki.Kernel;

namespace Tasuki.Vault.Log;

/// <summary>The hashes of the log, over stored bytes alone: whoever holds no key can check them, and they hold when a year's key has ended.</summary>
internal static class LogHashes
{
    /// <summary>The leaf of an entry in the tree of its group.</summary>
    public static byte[] Leaf(SealedEntry entry)
    {
        var hash = new byte[MerkleTree.HashSize];
        Leaf(entry, hash);
        return hash;
    }

    public static void Leaf(SealedEntry entry, Span<byte> hash)
    {
        var size = 45 + (entry.Residents?.Length ?? 0) + entry.Body.Length;
        Span<byte> data = size <= 1000 ? stackalloc byte[1000] : new byte[size];
        BinaryPrimitives.WriteInt64BigEndian(data, entry.WriterNo);
        BinaryPrimitives.WriteInt64BigEndian(data[8..], entry.EntryNo);
        data[16] = (byte)((entry.ResidentNo is null ? 0 : 1) | (entry.Residents is null ? 0 : 2));
        BinaryPrimitives.WriteInt64BigEndian(data[17..], entry.ResidentNo ?? 0);
        BinaryPrimitives.WriteInt64BigEndian(data[25..], entry.At);
        BinaryPrimitives.WriteInt64BigEndian(data[33..], entry.Actor);
        BinaryPrimitives.WriteInt32BigEndian(data[41..], entry.Residents?.Length ?? 0);
        entry.Residents?.CopyTo(data[45..]);
        entry.Body.CopyTo(data[(45 + (entry.Residents?.Length ?? 0))..]);
        MerkleTree.Leaf(data[..size], hash);
    }

    /// <summary>The hash of a group: the group before, its place, and the root of the tree over its entries. It needs no entries, so it holds when they are retired.</summary>
    public static byte[] Group(ReadOnlySpan<byte> previous, long writerNo, long groupNo, long first, long last, ReadOnlySpan<byte> root)
    {
        Span<byte> data = stackalloc byte[18 + 32 + 32 + 32];
        "tasuki log group 2"u8.CopyTo(data);
        previous.CopyTo(data[18..50]);
        BinaryPrimitives.WriteInt64BigEndian(data[50..], writerNo);
        BinaryPrimitives.WriteInt64BigEndian(data[58..], groupNo);
        BinaryPrimitives.WriteInt64BigEndian(data[66..], first);
        BinaryPrimitives.WriteInt64BigEndian(data[74..], last);
        root[..32].CopyTo(data[82..]);
        return SHA256.HashData(data);
    }
}

/// <summary>The hash of a group as it was before groups had a tree: over the one before, its place, and every stored byte of its entries.</summary>
internal sealed class OldGroupHash : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public OldGroupHash(ReadOnlySpan<byte> previous, long writerNo, long groupNo)
    {
        _hash.AppendData("tasuki log group 1"u8);
        _hash.AppendData(previous);
        Number(writerNo);
        Number(groupNo);
    }

    public void Add(SealedEntry entry)
    {
        Number(entry.EntryNo);
        Number(entry.ResidentNo ?? -1);
        Number(entry.At);
        Number(entry.Actor);
        Number(entry.Body.Length);
        _hash.AppendData(entry.Body);
    }

    public byte[] Hash() => _hash.GetHashAndReset();

    public void Dispose() => _hash.Dispose();

    private void Number(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        _hash.AppendData(bytes);
    }
}

/// <summary>The residents of a run over many, as a tree: an entry's proof names the one it is for and nobody else.</summary>
internal static class ResidentList
{
    public static byte[] RootOf(IReadOnlyList<ResidentNo> residents)
    {
        var tree = new MerkleTree();
        foreach (var resident in residents)
            tree.Add(Leaf(resident.Value));
        return tree.Root();
    }

    public static byte[] Leaf(long resident)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(number, resident);
        return MerkleTree.Leaf(number);
    }
}
