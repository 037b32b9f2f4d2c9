using System.Buffers.Binary;
using System.IO.Compression;

namespace Tasuki.Compliance.Tests.Setup;

/// <summary>Pictures for the set-up, made byte by byte: whole ones, and each with one thing wrong.</summary>
internal static class Pictures
{
    private static byte[] Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>Red, green, blue, 8 bits each; further chunks stand before the picture.</summary>
    public static byte[] Png(int width = 64, int height = 64, byte[]? more = null, byte[]? lines = null, byte interlaced = 0)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (8, 2, interlaced);
        return [.. Signature, .. Chunk("IHDR", header), .. more ?? [], .. Chunk("IDAT", Packed(lines ?? new byte[height * (1 + (width * 3))])), .. Chunk("IEND", [])];
    }

    public static byte[] Chunk(string name, byte[] data)
    {
        byte[] named = [.. System.Text.Encoding.ASCII.GetBytes(name), .. data];
        var length = new byte[4];
        var checksum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc(named));
        return [.. length, .. named, .. checksum];
    }

    /// <summary>The lossless form: its header says the size, what follows is not looked at.</summary>
    public static byte[] Webp(int width = 64, int height = 48, params byte[][] more)
    {
        var bits = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bits, (uint)(width - 1) | ((uint)(height - 1) << 14));
        return Riff([.. more, Part("VP8L", [0x2f, .. bits, 1, 2, 3])]);
    }

    public static byte[] Riff(params byte[][] parts)
    {
        byte[] file = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. parts.SelectMany(p => p)];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    public static byte[] Part(string name, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, data.Length);
        return [.. System.Text.Encoding.ASCII.GetBytes(name), .. length, .. data, .. data.Length % 2 == 1 ? new byte[1] : []];
    }

    /// <summary>The extended form's own part, with its flags.</summary>
    public static byte[] Canvas(byte flags, int width = 64, int height = 48) => Part("VP8X", [flags, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0]);

    private static byte[] Packed(byte[] lines)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            zlib.Write(lines);
        return packed.ToArray();
    }

    private static uint Crc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
        }

        return ~crc;
    }
}
