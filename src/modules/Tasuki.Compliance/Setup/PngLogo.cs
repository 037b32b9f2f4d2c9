using System.Buffers.Binary;
using System.IO.Compression;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Setup;

/// <summary>PNG (third edition): signature, chunks with their checksums, the picture's own bytes unpacked and counted, and nothing after the end.</summary>
internal static class PngLogo
{
    private const int Frame = 12;

    private static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    public static bool Is(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    public static Result<ChosenLogo> Read(ReadOnlySpan<byte> file)
    {
        using var made = new MemoryStream();
        using var packed = new MemoryStream();
        made.Write(Signature);
        PngHeader? header = null;
        var rest = file[Signature.Length..];
        for (var first = true; ; first = false)
        {
            if (rest.Length < Frame || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - Frame)
                return LogoFile.Broken;
            var whole = rest[..((int)length + Frame)];
            var name = whole.Slice(4, 4);
            var data = whole.Slice(8, (int)length);
            if (Checksum(whole[4..^4]) != BinaryPrimitives.ReadUInt32BigEndian(whole[^4..]) || first != name.SequenceEqual("IHDR"u8))
                return LogoFile.Broken;
            rest = rest[whole.Length..];
            if (name.SequenceEqual("acTL"u8))
                return LogoFile.Moving;
            if (name.SequenceEqual("IHDR"u8) && (header = PngHeader.Of(data)) is null)
                return LogoFile.Broken;
            if (name.SequenceEqual("IDAT"u8))
                packed.Write(data);
            else if (name.SequenceEqual("IEND"u8))
            {
                made.Write(whole);
                break;
            }

            // A chunk with a capital first letter decides about the picture; one that is not known here cannot be left out.
            if (name.SequenceEqual("IHDR"u8) || name.SequenceEqual("PLTE"u8) || name.SequenceEqual("IDAT"u8) || name.SequenceEqual("tRNS"u8))
                made.Write(whole);
            else if (char.IsAsciiLetterUpper((char)name[0]))
                return LogoFile.Broken;
        }

        if (rest.Length > 0 || header is not { } picture)
            return LogoFile.Broken;
        if (picture.Width > LogoFile.Largest || picture.Height > LogoFile.Largest)
            return new ChosenLogo("image/png", picture.Width, picture.Height, []);
        return HoldsExactly(packed, picture.Unpacked) ? new ChosenLogo("image/png", picture.Width, picture.Height, made.ToArray()) : LogoFile.Broken;
    }

    // Bounded by what the header promises: a small file that would unpack to much more is broken after one byte too many.
    private static bool HoldsExactly(MemoryStream packed, long expected)
    {
        packed.Position = 0;
        var buffer = new byte[8192];
        var count = 0L;
        try
        {
            using var unpacked = new ZLibStream(packed, CompressionMode.Decompress, leaveOpen: true);
            while (count <= expected && unpacked.Read(buffer) is > 0 and var read)
                count += read;
        }
        catch (InvalidDataException)
        {
            return false;
        }

        return count == expected;
    }

    // CRC-32 as PNG wants it, bit by bit: a logo is small.
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc >> 1) ^ ((crc & 1) * 0xedb88320);
        }

        return ~crc;
    }
}

/// <summary>What IHDR says.</summary>
internal sealed record PngHeader(int Width, int Height, int BitsPerPixel, bool Interlaced)
{
    // Adam7: where each pass begins, and how far its pixels lie apart.
    private static readonly (int X, int Y, int StepX, int StepY)[] Passes = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>Bytes of all lines, each with its filter in front.</summary>
    public long Unpacked => Interlaced ? Passes.Sum(p => Lines(Parts(Width, p.X, p.StepX), Parts(Height, p.Y, p.StepY))) : Lines(Width, Height);

    /// <summary>Null when it is none.</summary>
    public static PngHeader? Of(ReadOnlySpan<byte> data)
    {
        if (data.Length != 13 || BinaryPrimitives.ReadUInt32BigEndian(data) is not (> 0 and <= int.MaxValue and var width) || BinaryPrimitives.ReadUInt32BigEndian(data[4..]) is not (> 0 and <= int.MaxValue and var height))
            return null;
        var channels = (Colour: data[9], Depth: data[8]) switch
        {
            (0, 1 or 2 or 4 or 8 or 16) => 1,
            (2, 8 or 16) => 3,
            (3, 1 or 2 or 4 or 8) => 1,
            (4, 8 or 16) => 2,
            (6, 8 or 16) => 4,
            _ => 0,
        };
        return channels > 0 && data[10] is 0 && data[11] is 0 && data[12] is 0 or 1 ? new PngHeader((int)width, (int)height, channels * data[8], data[12] is 1) : null;
    }

    private static int Parts(int all, int first, int step) => (all - first + step - 1) / step;

    private long Lines(int width, int height) => width <= 0 || height <= 0 ? 0 : (1 + ((((long)width * BitsPerPixel) + 7) / 8)) * height;
}
