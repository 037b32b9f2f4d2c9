using System.Buffers.Binary;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Setup;

/// <summary>WebP (RFC 9649): one RIFF that is as long as it says, one picture that stands still, and the size the picture's own header gives.</summary>
internal static class WebpLogo
{
    private const int Head = 12;
    private const byte AlphaFlag = 0x10;
    private const byte MovingFlag = 0x02;

    public static bool Is(ReadOnlySpan<byte> file) => file.Length >= Head && file.StartsWith("RIFF"u8) && file[8..12].SequenceEqual("WEBP"u8);

    public static Result<ChosenLogo> Read(ReadOnlySpan<byte> file)
    {
        if (BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) != file.Length - 8)
            return LogoFile.Broken;
        ReadOnlySpan<byte> alpha = [];
        ReadOnlySpan<byte> picture = [];
        (int Width, int Height)? canvas = null;
        (int Width, int Height)? size = null;
        for (var rest = file[Head..]; rest.Length > 0;)
        {
            if (rest.Length < 8 || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) is var length && length + (long)(length & 1) > rest.Length - 8)
                return LogoFile.Broken;
            var whole = rest[..(int)(8 + length + (length & 1))];
            var name = whole[..4];
            var data = whole.Slice(8, (int)length);
            rest = rest[whole.Length..];
            if (name.SequenceEqual("VP8X"u8))
            {
                if (data.Length != 10 || canvas is not null || picture.Length > 0)
                    return LogoFile.Broken;
                if ((data[0] & MovingFlag) != 0)
                    return LogoFile.Moving;
                canvas = (Three(data[4..]) + 1, Three(data[7..]) + 1);
            }
            else if (name.SequenceEqual("ANIM"u8) || name.SequenceEqual("ANMF"u8))
                return LogoFile.Moving;
            else if (name.SequenceEqual("ALPH"u8) && canvas is not null && alpha.Length == 0)
                alpha = whole;
            else if (name.SequenceEqual("VP8 "u8) || name.SequenceEqual("VP8L"u8))
            {
                if (picture.Length > 0 || (size = name[3] is (byte)'L' ? Lossless(data) : Lossy(data)) is null)
                    return LogoFile.Broken;
                picture = whole;
            }
        }

        return size is var (width, height) && (canvas is null || canvas == size) && picture.Length > 0
            ? new ChosenLogo("image/webp", width, height, Made(alpha, picture, width, height)) : LogoFile.Broken;
    }

    private static byte[] Made(ReadOnlySpan<byte> alpha, ReadOnlySpan<byte> picture, int width, int height)
    {
        // Without a plane of its own for transparency the simple form is enough.
        ReadOnlySpan<byte> canvas = alpha.Length == 0 ? [] :
        [
            .. "VP8X"u8, 10, 0, 0, 0, AlphaFlag, 0, 0, 0, (byte)(width - 1), (byte)((width - 1) >> 8), (byte)((width - 1) >> 16), (byte)(height - 1), (byte)((height - 1) >> 8), (byte)((height - 1) >> 16),
        ];
        byte[] made = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. canvas, .. alpha, .. picture];
        BinaryPrimitives.WriteInt32LittleEndian(made.AsSpan(4), made.Length - 8);
        return made;
    }

    // A key frame: three bytes of a tag whose lowest bit is 0, the start code, then 14 bits each.
    private static (int Width, int Height)? Lossy(ReadOnlySpan<byte> data) =>
        data.Length >= 10 && (data[0] & 1) == 0 && data[3..6].SequenceEqual((ReadOnlySpan<byte>)[0x9d, 0x01, 0x2a])
            ? (BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3fff, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3fff) : null;

    // The signature byte, then 14 bits each less one, a bit for transparency and a version of 0.
    private static (int Width, int Height)? Lossless(ReadOnlySpan<byte> data) =>
        data.Length >= 5 && data[0] is 0x2f && BinaryPrimitives.ReadUInt32LittleEndian(data[1..]) is var bits && bits >> 29 == 0
            ? ((int)(bits & 0x3fff) + 1, (int)((bits >> 14) & 0x3fff) + 1) : null;

    private static int Three(ReadOnlySpan<byte> data) => data[0] | (data[1] << 8) | (data[2] << 16);
}
