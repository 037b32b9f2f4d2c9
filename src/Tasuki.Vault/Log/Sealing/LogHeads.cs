using System.Buffers.Binary;

namespace Tasuki.Vault.Log.Sealing;

/// <summary>Part of stored bytes.</summary>
internal enum HeadState : byte
{
    Open = 0,

    /// <summary>The writer said that it ends; this seal is its last.</summary>
    Ended = 1,

    /// <summary>The writer's lease ran out without a word: this seal closes it, aloud.</summary>
    Vanished = 2,
}

/// <summary>How far a writer had come. No group yet: zeros.</summary>
internal sealed record LogHead(long WriterNo, long GroupNo, long EntryNo, byte[] Hash, HeadState State);

/// <summary>
/// The heads of all writers that live or were closed by this very seal, in order of their number, and the highest number ever given. A writer that was closed by an
/// earlier seal stands there for good.
/// </summary>
internal sealed record LogHeads(long HighestWriter, IReadOnlyList<LogHead> Heads)
{
    private const int HeadSize = 8 + 8 + 8 + MerkleTree.HashSize + 1;

    public static readonly LogHeads None = new(0, []);

    /// <summary>Those that go on after this seal.</summary>
    public IEnumerable<LogHead> Living => Heads.Where(h => h.State is HeadState.Open);

    public byte[] Bytes()
    {
        var bytes = new byte[8 + (Heads.Count * HeadSize)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, HighestWriter);
        for (var i = 0; i < Heads.Count; i++)
        {
            var part = bytes.AsSpan(8 + (i * HeadSize), HeadSize);
            BinaryPrimitives.WriteInt64BigEndian(part, Heads[i].WriterNo);
            BinaryPrimitives.WriteInt64BigEndian(part[8..], Heads[i].GroupNo);
            BinaryPrimitives.WriteInt64BigEndian(part[16..], Heads[i].EntryNo);
            Heads[i].Hash.CopyTo(part[24..]);
            part[^1] = (byte)Heads[i].State;
        }

        return bytes;
    }

    /// <summary>Null when the bytes are no heads.</summary>
    public static LogHeads? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || (bytes.Length - 8) % HeadSize != 0)
            return null;
        var heads = new List<LogHead>((bytes.Length - 8) / HeadSize);
        for (var part = bytes[8..]; part.Length > 0; part = part[HeadSize..])
        {
            heads.Add(new LogHead(
                BinaryPrimitives.ReadInt64BigEndian(part), BinaryPrimitives.ReadInt64BigEndian(part[8..]), BinaryPrimitives.ReadInt64BigEndian(part[16..]),
                part[24..(24 + MerkleTree.HashSize)].ToArray(), (HeadState)part[HeadSize - 1]));
        }

        return new LogHeads(BinaryPrimitives.ReadInt64BigEndian(bytes), heads);
    }
}
