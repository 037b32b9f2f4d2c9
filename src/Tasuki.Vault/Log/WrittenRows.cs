using System.Buffers;
using System.Buffers.Binary;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Log;

/// <summary>A row an entry says was written: where it stands, which version, and the start of its body's tag.</summary>
/// <param name="Metric">0 for records; for samples the metric's token.</param>
/// <param name="Place">The seq of a record, the day of samples.</param>
/// <param name="Version">Null for samples of entries that named the day alone.</param>
internal readonly record struct WrittenRow(long Metric, long Place, long? Version, long Tag);

/// <summary>
/// What the entry of a write holds of its rows. Records: (seq, version, tag)*. Samples: 0, then (metric, day, version, tag)*; without the leading 0, which is no
/// day of a sample, it is the older (day, tag)*. Numbers are varints, tags the first 8 bytes.
/// </summary>
internal static class WrittenRows
{
    private const int TagPart = 8;

    public static ArrayBufferWriter<byte> Samples()
    {
        var tags = new ArrayBufferWriter<byte>();
        Varint.Write(tags, 0);
        return tags;
    }

    public static void AddSample(ArrayBufferWriter<byte> tags, long metric, long day, long version, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt64BigEndian(tags.GetSpan(8), metric);
        tags.Advance(8);
        Varint.Write(tags, (ulong)day);
        Varint.Write(tags, (ulong)version);
        tags.Write(Aead.TagOf(body)[..TagPart]);
    }

    public static void AddRow(ArrayBufferWriter<byte> tags, long place, long version, ReadOnlySpan<byte> body)
    {
        Varint.Write(tags, (ulong)place);
        Varint.Write(tags, (ulong)version);
        tags.Write(Aead.TagOf(body)[..TagPart]);
    }

    /// <summary>A grant: it has no versions, and its MAC is what names it.</summary>
    public static void AddMac(ArrayBufferWriter<byte> tags, long place, ReadOnlySpan<byte> mac)
    {
        Varint.Write(tags, (ulong)place);
        Varint.Write(tags, 1);
        tags.Write(mac[..TagPart]);
    }

    public static List<WrittenRow> ReadRecords(ReadOnlySpan<byte> written)
    {
        var rows = new List<WrittenRow>();
        while (written.Length > 0)
        {
            var seq = Number(ref written);
            var version = Number(ref written);
            rows.Add(new WrittenRow(0, seq, version, Eight(ref written)));
        }

        return rows;
    }

    public static List<WrittenRow> ReadSamples(ReadOnlySpan<byte> written)
    {
        var rows = new List<WrittenRow>();
        var old = written.Length > 0 && written[0] != 0;
        if (!old && written.Length > 0)
            written = written[1..];
        while (written.Length > 0)
        {
            var metric = old ? 0 : Eight(ref written);
            var day = Number(ref written);
            long? version = old ? null : Number(ref written);
            rows.Add(new WrittenRow(metric, day, version, Eight(ref written)));
        }

        return rows;
    }

    private static long Number(ref ReadOnlySpan<byte> from)
    {
        var value = (long)Varint.Read(from, out var length);
        from = from[length..];
        return value;
    }

    private static long Eight(ref ReadOnlySpan<byte> from)
    {
        var value = BinaryPrimitives.ReadInt64BigEndian(from);
        from = from[8..];
        return value;
    }
}
