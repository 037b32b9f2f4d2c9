using System.Numerics;
using System.Security.Cryptography;

namespace Tasuki.Vault.Log;

/// <summary>
/// The hash tree of RFC 6962: a leaf is SHA-256(0 | data), a node SHA-256(1 | left | right), so neither passes for the other. Leaves are added one by one and
/// only one hash a level is kept.
/// </summary>
internal sealed class MerkleTree
{
    public const int HashSize = 32;
    private readonly byte[] _peaks = new byte[64 * HashSize];
    private ulong _count;

    public long Count => (long)_count;

    public static byte[] Leaf(ReadOnlySpan<byte> data)
    {
        var hash = new byte[HashSize];
        Leaf(data, hash);
        return hash;
    }

    public static void Leaf(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<byte> buffer = data.Length < 1024 ? stackalloc byte[1024] : new byte[1 + data.Length];
        buffer[0] = 0;
        data.CopyTo(buffer[1..]);
        SHA256.HashData(buffer[..(1 + data.Length)], hash);
    }

    public void Add(ReadOnlySpan<byte> leaf)
    {
        Span<byte> hash = stackalloc byte[HashSize];
        leaf.CopyTo(hash);
        var level = 0;
        for (; (_count >> level & 1) == 1; level++)
            Node(Peak(level), hash, hash);
        hash.CopyTo(Peak(level));
        _count++;
    }

    /// <summary>Of no leaves: the hash of nothing.</summary>
    public byte[] Root()
    {
        if (_count == 0)
            return SHA256.HashData([]);
        var level = BitOperations.TrailingZeroCount(_count);
        var root = Peak(level).ToArray();
        for (level++; level < 64; level++)
        {
            if ((_count >> level & 1) == 1)
                Node(Peak(level), root, root);
        }

        return root;
    }

    public void Clear() => _count = 0;

    /// <summary>The hashes beside the way from a leaf to the root, lowest first.</summary>
    public static IReadOnlyList<byte[]> Path(IReadOnlyList<byte[]> leaves, int index)
    {
        var path = new List<byte[]>();
        Climb(0, leaves.Count, index);
        return path;

        void Climb(int from, int to, int at)
        {
            if (to - from == 1)
                return;
            var split = from + (int)(BitOperations.RoundUpToPowerOf2((uint)(to - from)) / 2);
            Climb(at < split ? from : split, at < split ? split : to, at);
            path.Add(at < split ? RootOf(leaves, split, to) : RootOf(leaves, from, split));
        }
    }

    /// <summary>The root a leaf leads to; null when the path does not fit a tree of that size.</summary>
    public static byte[]? RootFrom(ReadOnlySpan<byte> leaf, long index, long size, IReadOnlyList<byte[]> path)
    {
        if (index < 0 || index >= size)
            return null;
        var hash = leaf.ToArray();
        var (at, last, used) = (index, size - 1, 0);
        while (last > 0)
        {
            // A node without a right neighbour rises as it is.
            if (at % 2 == 1 || at < last)
            {
                if (used == path.Count || path[used] is not { Length: HashSize })
                    return null;
                if (at % 2 == 1)
                    Node(path[used++], hash, hash);
                else
                    Node(hash, path[used++], hash);
            }

            (at, last) = (at / 2, last / 2);
        }

        return used == path.Count ? hash : null;
    }

    public static byte[] RootOf(IReadOnlyList<byte[]> leaves) => RootOf(leaves, 0, leaves.Count);

    private static byte[] RootOf(IReadOnlyList<byte[]> leaves, int from, int to)
    {
        var tree = new MerkleTree();
        for (var i = from; i < to; i++)
            tree.Add(leaves[i]);
        return tree.Root();
    }

    private Span<byte> Peak(int level) => _peaks.AsSpan(level * HashSize, HashSize);

    private static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> buffer = stackalloc byte[1 + (2 * HashSize)];
        buffer[0] = 1;
        left.CopyTo(buffer[1..]);
        right.CopyTo(buffer[(1 + HashSize)..]);
        SHA256.HashData(buffer, hash);
    }
}
