using System.Text;
using Tasuki.Compliance.Setup;
using Xunit;

namespace Tasuki.Compliance.Tests.Setup;

/// <summary>Which files become a logo, and what is left of them.</summary>
public sealed class LogoTests
{
    private const string Script = "<script>alert(1)</script>";

    public static TheoryData<string, string> Refused => new()
    {
        { "empty", "setup.logo-kind" },
        { "jpeg", "setup.logo-kind" },
        { "gif", "setup.logo-kind" },
        { "html", "setup.logo-kind" },
        { "svg", "setup.logo-svg" },
        { "svg with a declaration", "setup.logo-svg" },
        { "svg in UTF-16", "setup.logo-svg" },
        { "too large", "setup.logo-size" },
        { "cut short", "setup.logo-broken" },
        { "signature alone", "setup.logo-broken" },
        { "a wrong checksum", "setup.logo-broken" },
        { "a page behind it", "setup.logo-broken" },
        { "an archive behind it", "setup.logo-broken" },
        { "two headers", "setup.logo-broken" },
        { "fewer lines than it says", "setup.logo-broken" },
        { "more lines than it says", "setup.logo-broken" },
        { "unpacks to a flood", "setup.logo-broken" },
        { "an unknown part that decides", "setup.logo-broken" },
        { "moves", "setup.logo-moving" },
        { "small", "setup.logo-pixels" },
        { "wide", "setup.logo-pixels" },
        { "as wide as a number goes", "setup.logo-pixels" },
        { "webp longer than it says", "setup.logo-broken" },
        { "webp without a picture", "setup.logo-broken" },
        { "webp with two pictures", "setup.logo-broken" },
        { "webp of two sizes", "setup.logo-broken" },
        { "webp that moves", "setup.logo-moving" },
        { "webp with frames", "setup.logo-moving" },
        { "webp with a part that is cut", "setup.logo-broken" },
        { "webp with a part as long as a number goes", "setup.logo-broken" },
    };

    [Theory, MemberData(nameof(Refused))]
    public void A_file_that_is_no_plain_picture_is_refused(string what, string code) => Assert.Equal(code, LogoFile.Read(Made(what)).Error?.Code);

    [Fact]
    public void A_picture_is_kept_with_its_size_and_without_what_it_carries_beside()
    {
        byte[] more = [.. Pictures.Chunk("tEXt", Encoding.ASCII.GetBytes($"Comment\0{Script}")), .. Pictures.Chunk("eXIf", "GPS"u8.ToArray()), .. Pictures.Chunk("zzZz", Encoding.ASCII.GetBytes(Script))];
        var png = LogoFile.Read(Pictures.Png(more: more)).Value;
        Assert.Equal(("image/png", 64, 64), (png.Type, png.Width, png.Height));
        Assert.Equal(Pictures.Png(), png.Bytes);

        var webp = LogoFile.Read(Pictures.Webp(64, 48, Pictures.Canvas(0x0c), Pictures.Part("ICCP", [1]), Pictures.Part("EXIF", "GPS"u8.ToArray()), Pictures.Part("XMP ", Encoding.ASCII.GetBytes(Script)))).Value;
        Assert.Equal(("image/webp", 64, 48), (webp.Type, webp.Width, webp.Height));
        Assert.Equal(Pictures.Webp(), webp.Bytes);
        // What was kept is a picture again.
        Assert.Equal(webp.Bytes, LogoFile.Read(webp.Bytes).Value.Bytes);
    }

    [Fact]
    public void The_lossy_form_with_transparency_keeps_both_parts()
    {
        var picture = Pictures.Part("VP8 ", [0x10, 0, 0, 0x9d, 0x01, 0x2a, 64, 0, 48, 0, 9]);
        var file = Pictures.Riff(Pictures.Canvas(0x1c), Pictures.Part("EXIF", [1]), Pictures.Part("ALPH", [7]), picture);
        var kept = LogoFile.Read(file).Value;
        Assert.Equal(Pictures.Riff(Pictures.Canvas(0x10), Pictures.Part("ALPH", [7]), picture), kept.Bytes);
        Assert.Equal(kept.Bytes, LogoFile.Read(kept.Bytes).Value.Bytes);
    }

    [Fact]
    public void Lines_in_seven_passes_are_counted_too()
    {
        // 64 by 64 pixels of three bytes; the passes have 8, 8, 8, 16, 16, 32 and 32 lines.
        Assert.True(LogoFile.Read(Pictures.Png(lines: new byte[(64 * 64 * 3) + 120], interlaced: 1)).IsOk);
        Assert.Equal("setup.logo-broken", LogoFile.Read(Pictures.Png(lines: new byte[(64 * 64 * 3) + 64], interlaced: 1)).Error?.Code);
    }

    internal static byte[] Made(string what)
    {
        var png = Pictures.Png();
        return what switch
        {
            "empty" => [],
            "jpeg" => [0xff, 0xd8, 0xff, 0xe0, 0, 16, .. "JFIF"u8],
            "gif" => [.. "GIF89a"u8, 64, 0, 64, 0, 0, 0, 0],
            "html" => Encoding.UTF8.GetBytes($"<!doctype html>{Script}"),
            "svg" => Encoding.UTF8.GetBytes($"<svg xmlns=\"http://www.w3.org/2000/svg\">{Script}</svg>"),
            "svg with a declaration" => Encoding.UTF8.GetBytes($"\uFEFF<?xml version=\"1.0\"?><!-- -->\n<SVG>{Script}</SVG>"),
            "svg in UTF-16" => [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("<svg></svg>")],
            "too large" => [.. Pictures.Png(more: Pictures.Chunk("tEXt", new byte[LogoFile.MostBytes]))],
            "cut short" => png[..^1],
            "signature alone" => png[..8],
            "a wrong checksum" => [.. png[..20], (byte)(png[20] ^ 1), .. png[21..]],
            "a page behind it" => [.. png, .. Encoding.UTF8.GetBytes(Script)],
            "an archive behind it" => [.. png, .. "PK\x03\x04"u8],
            "two headers" => Pictures.Png(more: png[8..33]),
            "fewer lines than it says" => Pictures.Png(lines: new byte[63 * 193]),
            "more lines than it says" => Pictures.Png(lines: new byte[65 * 193]),
            "unpacks to a flood" => Pictures.Png(lines: new byte[40 << 20]),
            "an unknown part that decides" => Pictures.Png(more: Pictures.Chunk("EVIL", [1])),
            "moves" => Pictures.Png(more: Pictures.Chunk("acTL", [0, 0, 0, 2, 0, 0, 0, 0])),
            "small" => Pictures.Png(16, 16),
            "wide" => Pictures.Png(1025, 32),
            "as wide as a number goes" => Pictures.Png(int.MaxValue, 32, lines: [0]),
            "webp longer than it says" => [.. Pictures.Webp(), .. Encoding.UTF8.GetBytes(Script)],
            "webp without a picture" => Pictures.Riff(Pictures.Canvas(0)),
            "webp with two pictures" => Pictures.Webp(64, 48, Pictures.Webp()[12..]),
            "webp of two sizes" => Pictures.Webp(64, 48, Pictures.Canvas(0, 64, 64)),
            "webp that moves" => Pictures.Webp(64, 48, Pictures.Canvas(0x02)),
            "webp with frames" => Pictures.Webp(64, 48, Pictures.Part("ANMF", [1])),
            "webp with a part as long as a number goes" => Pictures.Riff([.. "VP8L"u8, 0xff, 0xff, 0xff, 0xff, 0x2f, 0, 0]),
            "webp with a part that is cut" => Cut(Pictures.Webp()[..^1]),
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    private static byte[] Cut(byte[] file)
    {
        BitConverter.TryWriteBytes(file.AsSpan(4), file.Length - 8);
        return file;
    }
}
