using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Tasuki.Formats.Tests.Archives;

/// <summary>Makes ZIPs byte by byte, so that they can lie.</summary>
internal sealed class ZipMaker
{
    private readonly MemoryStream _body = new();
    private readonly MemoryStream _directory = new();
    private int _count;

    public static byte[] Of(params (string Path, string Text)[] files)
    {
        var maker = new ZipMaker();
        foreach (var (path, text) in files)
            maker.Add(path, Encoding.UTF8.GetBytes(text));
        return maker.Done();
    }

    public ZipMaker Add(
        string path, byte[] content, bool deflate = true, int flags = 0x800, uint? declared = null, uint? crc = null, int method = -1, uint attributes = 0,
        byte[]? nameBytes = null, byte[]? localName = null, uint? at = null)
    {
        var name = nameBytes ?? Encoding.UTF8.GetBytes(path);
        var packed = deflate ? Deflate(content) : content;
        var offset = at ?? (uint)_body.Position;
        var header = new byte[30];
        Fill(header, 0x04034b50, 4, flags, method < 0 ? deflate ? 8 : 0 : method, crc ?? Crc(content), (uint)packed.Length, declared ?? (uint)content.Length, (localName ?? name).Length);
        _body.Write(header);
        _body.Write(localName ?? name);
        _body.Write(packed);

        var entry = new byte[46];
        Fill(entry, 0x02014b50, 6, flags, method < 0 ? deflate ? 8 : 0 : method, crc ?? Crc(content), (uint)packed.Length, declared ?? (uint)content.Length, name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(38), attributes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry.AsSpan(42), offset);
        _directory.Write(entry);
        _directory.Write(name);
        _count++;
        return this;
    }

    public byte[] Done()
    {
        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)_count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)_count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)_directory.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)_body.Length);
        return [.. _body.ToArray(), .. _directory.ToArray(), .. end];
    }

    private static void Fill(byte[] header, uint mark, int at, int flags, int method, uint crc, uint packed, uint size, int name)
    {
        var span = header.AsSpan();
        BinaryPrimitives.WriteUInt32LittleEndian(span, mark);
        BinaryPrimitives.WriteUInt16LittleEndian(span[4..], 20);
        span = span[at..];
        BinaryPrimitives.WriteUInt16LittleEndian(span[2..], (ushort)flags);
        BinaryPrimitives.WriteUInt16LittleEndian(span[4..], (ushort)method);
        BinaryPrimitives.WriteUInt32LittleEndian(span[10..], crc);
        BinaryPrimitives.WriteUInt32LittleEndian(span[14..], packed);
        BinaryPrimitives.WriteUInt32LittleEndian(span[18..], size);
        BinaryPrimitives.WriteUInt16LittleEndian(span[22..], (ushort)name);
    }

    private static byte[] Deflate(byte[] content)
    {
        using var output = new MemoryStream();
        using (var deflate = new DeflateStream(output, CompressionLevel.SmallestSize))
            deflate.Write(content);
        return output.ToArray();
    }

    private static uint Crc(byte[] content)
    {
        var crc = uint.MaxValue;
        foreach (var b in content)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
