using System.IO.Compression;
using System.Text;
using Tasuki.Testing.Marks;
using ZstdSharp;

namespace Tasuki.Server.Tests.Marks;

/// <summary>A search that finds nothing says nothing unless it is known to find.</summary>
public sealed class MarkSearchTests
{
    private static readonly (string Name, Func<byte[], byte[]> Hide)[] Ways =
    [
        ("plain", b => b),
        ("UTF-16 little-endian", b => Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(b))),
        ("UTF-16 big-endian", b => Encoding.BigEndianUnicode.GetBytes(Encoding.UTF8.GetString(b))),
        ("capital hex", b => Encoding.ASCII.GetBytes(Convert.ToHexString(b))),
        ("small hex", b => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(b))),
        ("small letters", b => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(b).ToLowerInvariant())),
        ("base64", b => Encoding.ASCII.GetBytes(Convert.ToBase64String(b))),
        ("base64, one byte before", b => Encoding.ASCII.GetBytes(Convert.ToBase64String([0xF9, .. b, 0xFF]))),
        ("base64, two bytes before", b => Encoding.ASCII.GetBytes(Convert.ToBase64String([0xF9, 0xFE, .. b, 0xFF]))),
        ("base64 for URLs", b => Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(b))).Replace('+', '-').Replace('/', '_').TrimEnd('='))),
        ("zlib", b => Packed(b, s => new ZLibStream(s, CompressionLevel.Optimal))),
        ("gzip", b => Packed(b, s => new GZipStream(s, CompressionLevel.Optimal))),
        ("deflate behind a head", b => [1, 7, 9, 200, .. Packed(b, s => new DeflateStream(s, CompressionLevel.Optimal))]),
        ("zstd", b => Packed(b, s => new CompressionStream(s))),
        ("ZIP", Zip),
        ("ZIP in a ZIP", b => Zip(Zip(b))),
        ("zlib as hex in a dump", b => Encoding.ASCII.GetBytes($"INSERT '\\x{Convert.ToHexStringLower(Packed(b, s => new ZLibStream(s, CompressionLevel.Optimal)))}'")),
        ("gzip as base64 in JSON", b => Encoding.ASCII.GetBytes($"\"{Convert.ToBase64String(Packed(b, s => new GZipStream(s, CompressionLevel.Optimal)))}\"")),
        ("base64 of JSON in zstd", b => Packed(Encoding.ASCII.GetBytes(Convert.ToBase64String(b)), s => new CompressionStream(s))),
    ];

    [Fact]
    public void A_planted_mark_is_found_however_it_is_written_or_packed()
    {
        var marks = new MarkSet();
        // Thousands of others, as in a real search.
        for (var i = 0; i < 5_000; i++)
            marks.New("elsewhere");
        foreach (var (kind, make) in new (string, Func<string, string>)[] { ("Latin", marks.New), ("kana", marks.Kana), ("kanji", marks.Kanjis) })
        {
            var mark = make(kind);
            // Surrounded by what compresses badly, so that no packer leaves it plain, and by what else stands in a record.
            var text = Encoding.UTF8.GetBytes(mark + string.Concat(Enumerable.Repeat($"{mark}\",\"valueString\":\"{mark}", 4)));
            var unlike = new MarkSearch(marks.All.Where(m => m.Text != mark));
            foreach (var (name, hide) in Ways)
            {
                var search = new MarkSearch([new Mark(mark, kind)]);
                search.Value("here", [.. Encoding.ASCII.GetBytes("{}#"), .. hide(text), .. Encoding.ASCII.GetBytes("{}#")]);
                if (!name.StartsWith("deflate", StringComparison.Ordinal))
                    Assert.True(search.Report().StartsWith($"here: {kind} as", StringComparison.Ordinal), $"{kind} {name}: {search.Report()}");
                search.Value("bare", hide(text));
                Assert.True(search.Report().Contains($"bare: {kind} as", StringComparison.Ordinal), $"{kind} {name}: {search.Report()}");
                unlike.Value("here", hide(text));
            }

            Assert.Equal("", unlike.Report());
        }
    }

    [Fact]
    public void Kana_in_other_letters_and_escaped_texts_are_found()
    {
        var marks = new MarkSet();
        var (kana, kanji) = (marks.Kana("kana"), marks.Kanjis("kanji"));
        var search = new MarkSearch(marks.All);
        search.Value("hiragana", Encoding.UTF8.GetBytes(string.Concat(kana.Select(c => (char)(c - 0x60)))));
        search.Value("JSON", System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new { name = kanji }));
        search.Value("URL", Encoding.UTF8.GetBytes(Uri.EscapeDataString(kanji)));
        search.Value("HTML", Encoding.UTF8.GetBytes(System.Text.Encodings.Web.HtmlEncoder.Default.Encode(kanji)));
        Assert.Equal(["HTML", "JSON", "URL", "hiragana"], search.Report().Split('\n').Select(l => l.Split(':')[0]), StringComparer.Ordinal);
    }

    [Fact]
    public void A_mark_is_found_in_names_of_files_and_where_two_pieces_of_a_large_file_meet()
    {
        var marks = new MarkSet();
        var (inside, named, folder) = (marks.New("inside"), marks.New("named"), TestMunicipality.NewFolder());
        try
        {
            var large = new byte[(16 << 20) + 100];
            Encoding.UTF8.GetBytes(inside).CopyTo(large, (16 << 20) - 7);
            File.WriteAllBytes(Path.Combine(folder, "large"), large);
            Directory.CreateDirectory(Path.Combine(folder, named));
            var search = new MarkSearch(marks.All);
            search.Folder(folder);
            Assert.Equal($"{Path.Combine(folder, named)}: named as UTF-8 in its name\n{Path.Combine(folder, "large")}: inside as UTF-8".Split('\n').Order(StringComparer.Ordinal), search.Report().Split('\n'), StringComparer.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Packed(byte[] bytes, Func<Stream, Stream> pack)
    {
        using var packed = new MemoryStream();
        using (var stream = pack(packed))
            stream.Write(bytes);
        return packed.ToArray();
    }

    private static byte[] Zip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var zip = new ZipArchive(packed, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("a").Open();
            entry.Write(bytes);
        }

        return packed.ToArray();
    }
}
