using System.Buffers.Text;
using System.IO.Compression;
using ZstdSharp;

namespace Tasuki.Testing.Marks;

/// <summary>
/// What lies inside bytes: whatever begins like zlib, gzip, zstd or an entry of a ZIP at any place, raw deflate at the places where a value of ours might begin,
/// and long runs of hex or base64 letters, each again looked into.
/// </summary>
public static class Unpacked
{
    private const int Deepest = 3;

    // What bytes that only look packed inflate to is short; looking into that again would take most of the time.
    private const int ShortestLayer = 24;
    private const int ShortestRun = 48;
    private const int Largest = 64 << 20;

    // Raw deflate says nothing about itself: it is tried behind heads of these lengths.
    private static readonly int[] Heads = [0, 1, 2, 4, 8, 12, 13, 16, 28];

    /// <param name="isValue">One value, not a file of many: raw deflate is tried at its beginning.</param>
    public static IEnumerable<(string How, byte[] Bytes)> In(byte[] bytes, bool isValue)
    {
        if (isValue)
        {
            foreach (var head in Heads.Where(h => h < bytes.Length))
            {
                if (Inflate("deflate", bytes, head) is { Length: > 0 } inner)
                    yield return ("deflate", inner);
            }
        }

        foreach (var layer in In(bytes, 1))
            yield return layer;
    }

    private static IEnumerable<(string How, byte[] Bytes)> In(byte[] bytes, int depth)
    {
        foreach (var (how, inner) in Layers(bytes))
        {
            yield return (how, inner);
            if (depth == Deepest || inner.Length < ShortestLayer)
                continue;
            foreach (var (deeper, innermost) in In(inner, depth + 1))
                yield return ($"{how}, {deeper}", innermost);
        }
    }

    private static IEnumerable<(string How, byte[] Bytes)> Layers(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length - 4; at++)
        {
            var (how, skip) = Begins(bytes, at);
            if (how.Length > 0 && Inflate(how, bytes, at + skip) is { Length: > 0 } inner)
                yield return (how, inner);
        }

        foreach (var run in Runs(bytes))
            yield return run;
    }

    private static (string How, int Skip) Begins(byte[] bytes, int at) => (bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]) switch
    {
        (0x78, var flags, _, _) when ((0x78 << 8) | flags) % 31 == 0 && (flags & 0x20) == 0 => ("zlib", 0),
        (0x1F, 0x8B, 8, _) => ("gzip", 0),
        (0x28, 0xB5, 0x2F, 0xFD) => ("zstd", 0),
        // The head of an entry: 30 bytes, name and extra field, whose lengths stand at 26 and 28.
        ((byte)'P', (byte)'K', 3, 4) when at + 30 < bytes.Length => ("zip", 30 + BitConverter.ToUInt16(bytes, at + 26) + BitConverter.ToUInt16(bytes, at + 28)),
        _ => ("", 0),
    };

    private static byte[]? Inflate(string how, byte[] bytes, int from)
    {
        if (from >= bytes.Length)
            return null;
        using var packed = new MemoryStream(bytes, from, bytes.Length - from, writable: false);
        using var plain = new MemoryStream();
        try
        {
            using Stream stream = how switch
            {
                "zlib" => new ZLibStream(packed, CompressionMode.Decompress),
                "gzip" => new GZipStream(packed, CompressionMode.Decompress),
                "zstd" => new DecompressionStream(packed),
                _ => new DeflateStream(packed, CompressionMode.Decompress),
            };
            var block = new byte[4096];
            while (plain.Length < Largest && stream.Read(block) is > 0 and var read)
                plain.Write(block, 0, read);
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException or ZstdException)
        {
            // Not packed this way, or cut off; what came out until here is looked at all the same.
        }

        return plain.ToArray();
    }

    private static IEnumerable<(string How, byte[] Bytes)> Runs(byte[] bytes)
    {
        var (hex, base64) = (0, 0);
        for (var at = 0; at <= bytes.Length; at++)
        {
            var letter = at < bytes.Length ? bytes[at] : (byte)0;
            var (isHex, isBase64) = (char.IsAsciiHexDigit((char)letter), char.IsAsciiLetterOrDigit((char)letter) || letter is (byte)'+' or (byte)'/' or (byte)'-' or (byte)'_');
            if (!isHex && at - hex >= ShortestRun)
                yield return ("hex", Convert.FromHexString(System.Text.Encoding.ASCII.GetString(bytes, hex, (at - hex) & ~1)));
            // What is hex from end to end was taken above.
            if (!isBase64 && at - base64 >= ShortestRun && hex > base64)
                yield return ("base64", FromBase64(bytes.AsSpan(base64, at - base64)));
            (hex, base64) = (isHex ? hex : at + 1, isBase64 ? base64 : at + 1);
        }
    }

    private static byte[] FromBase64(ReadOnlySpan<byte> letters)
    {
        var whole = letters[..(letters.Length & ~3)].ToArray();
        for (var i = 0; i < whole.Length; i++)
            whole[i] = whole[i] switch { (byte)'-' => (byte)'+', (byte)'_' => (byte)'/', var other => other };
        var plain = new byte[Base64.GetMaxDecodedFromUtf8Length(whole.Length)];
        Base64.DecodeFromUtf8(whole, plain, out _, out var written);
        return plain[..written];
    }
}
