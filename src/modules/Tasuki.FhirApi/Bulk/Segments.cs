using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Bulk;

/// <summary>A segment before it is sealed: what the session saw that read it, then the lines, compressed.</summary>
internal static class SegmentBody
{
    private const int Head = 1 + (3 * sizeof(long));

    public static byte[] Pack(SessionExtent extent, ReadOnlySpan<byte> lines)
    {
        using var output = new MemoryStream(Head + (lines.Length / 4));
        Span<byte> head = stackalloc byte[Head];
        head[0] = (byte)((extent.From is null ? 0 : 1) | (extent.To is null ? 0 : 2));
        BinaryPrimitives.WriteUInt64LittleEndian(head[1..], extent.Classes.Bits);
        BinaryPrimitives.WriteInt64LittleEndian(head[9..], extent.From ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(head[17..], extent.To ?? 0);
        output.Write(head);
        using (var packed = new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true))
            packed.Write(lines);
        return output.ToArray();
    }

    public static SessionExtent ExtentOf(ReadOnlySpan<byte> packed) => new(
        new AccessClasses(BinaryPrimitives.ReadUInt64LittleEndian(packed[1..])),
        (packed[0] & 1) == 0 ? null : BinaryPrimitives.ReadInt64LittleEndian(packed[9..]), (packed[0] & 2) == 0 ? null : BinaryPrimitives.ReadInt64LittleEndian(packed[17..]));

    public static async Task Unpack(byte[] packed, Stream output, CancellationToken cancel)
    {
        await using var lines = new BrotliStream(new MemoryStream(packed, Head, packed.Length - Head), CompressionMode.Decompress);
        await lines.CopyToAsync(output, cancel);
    }
}

/// <summary>Whose lines a piece holds, and how many: pairs of numbers.</summary>
internal static class PieceIndex
{
    public static byte[] Of(IEnumerable<(ResidentNo Resident, int Lines)> entries) => MemoryMarshal.AsBytes<long>(entries.SelectMany(one => new[] { one.Resident.Value, one.Lines }).ToArray()).ToArray();

    public static IReadOnlyList<(ResidentNo Resident, int Lines)> Read(ReadOnlySpan<byte> index)
    {
        var numbers = MemoryMarshal.Cast<byte, long>(index);
        var entries = new List<(ResidentNo, int)>(numbers.Length / 2);
        for (var i = 0; i + 1 < numbers.Length; i += 2)
            entries.Add((new ResidentNo(numbers[i]), (int)numbers[i + 1]));
        return entries;
    }
}

/// <summary>The lines of one resident on their way into segments, by kind; a kind that has grown large is closed, so that memory stays small.</summary>
internal sealed class ResidentLines(SessionExtent extent)
{
    private const int Large = 512 * 1024;

    private readonly Dictionary<string, ArrayBufferWriter<byte>> _open = new(StringComparer.Ordinal);

    /// <summary>Packed, not sealed yet.</summary>
    public List<(string Kind, byte[] Packed)> Closed { get; } = [];

    public Dictionary<string, int> Count { get; } = new(StringComparer.Ordinal);

    public void Add(string kind, Action<IBufferWriter<byte>> write)
    {
        if (!_open.TryGetValue(kind, out var lines))
            _open[kind] = lines = new ArrayBufferWriter<byte>(16 * 1024);
        write(lines);
        lines.Write("\n"u8);
        Count[kind] = Count.GetValueOrDefault(kind) + 1;
        if (lines.WrittenCount >= Large)
            Close(kind, lines);
    }

    public void Close()
    {
        foreach (var (kind, lines) in _open)
            Close(kind, lines);
    }

    private void Close(string kind, ArrayBufferWriter<byte> lines)
    {
        if (lines.WrittenCount == 0)
            return;
        Closed.Add((kind, SegmentBody.Pack(extent, lines.WrittenSpan)));
        lines.ResetWrittenCount();
    }
}
