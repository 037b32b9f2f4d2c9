using System.Buffers.Binary;
using System.Text;

namespace Tasuki.Formats.Tests.Archives;

/// <summary>Archives that lie, swell or reach out. None may throw, fill the memory or be read.</summary>
public sealed class SafeZipTests
{
    private static readonly byte[] Resource = Encoding.UTF8.GetBytes("""{"resourceType":"Observation","status":"final","code":{"text":"x"}}""");

    [Theory]
    [InlineData("../a.json")]
    [InlineData("a/../../b.json")]
    [InlineData("/etc/a.json")]
    [InlineData("C:/a.json")]
    [InlineData("a\\b.json")]
    [InlineData("a//b.json")]
    [InlineData("./a.json")]
    [InlineData("a\0.json")]
    [InlineData("a\n.json")]
    [InlineData("")]
    public async Task A_path_that_leads_out_is_refused(string path) => Assert.Equal("stopped:zip.path", await Codes(new ZipMaker().Add(path, Resource)));

    [Fact]
    public async Task Names_in_no_encoding_are_refused() =>
        Assert.Equal("stopped:zip.path", await Codes(new ZipMaker().Add("", Resource, flags: 0, nameBytes: [0x61, 0x80, 0xFF])));

    [Fact]
    public async Task A_path_without_end_is_refused() => Assert.Equal("stopped:zip.path", await Codes(new ZipMaker().Add(new string('a', 2000), Resource)));

    [Fact]
    public async Task Names_of_Japanese_Windows_are_read()
    {
        var name = CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes("健診/結果.json");
        var items = await Reading.Of(new ZipMaker().Add("", Resource, flags: 0, nameBytes: name).Done(), "a.zip");
        Assert.Equal("a.zip/健診/結果.json", Assert.Single(items.Resources()).Position.File);
    }

    [Fact]
    public async Task Two_entries_of_one_name_are_refused() =>
        Assert.Equal("stopped:zip.twice", await Codes(new ZipMaker().Add("a.json", Resource).Add("a.json", Resource)));

    [Fact]
    public async Task A_link_is_refused() => Assert.Equal("stopped:zip.link", await Codes(new ZipMaker().Add("a.json", Resource, attributes: 0xA1FF_0000)));

    [Theory]
    [InlineData(0x801)]
    [InlineData(0x841)]
    [InlineData(0x2800)]
    public async Task An_encrypted_entry_is_refused(int flags) => Assert.Equal("stopped:zip.encrypted", await Codes(new ZipMaker().Add("a.json", Resource, flags: flags)));

    [Fact]
    public async Task A_way_of_packing_that_is_not_known_is_refused() => Assert.Equal("stopped:zip.method", await Codes(new ZipMaker().Add("a.json", Resource, method: 12)));

    [Fact]
    public async Task An_entry_that_swells_beyond_measure_is_refused_though_the_directory_lies()
    {
        var zeros = new byte[20 << 20];
        zeros[0] = (byte)'{';
        Assert.Equal("stopped:zip.bomb", await Codes(new ZipMaker().Add("a.json", zeros, crc: 0)));
        Assert.Equal("stopped:zip.damaged", await Codes(new ZipMaker().Add("a.json", zeros, declared: 100)));
    }

    [Fact]
    public async Task Many_small_bombs_are_one_large_bomb()
    {
        var maker = new ZipMaker();
        var text = new byte[200_000];
        new Random(3).NextBytes(text);
        for (var i = 0; i < text.Length; i++)
            text[i] = (byte)("0123456789"[text[i] % 10]);
        text[0] = (byte)'{';
        for (var i = 0; i < 20; i++)
            maker.Add($"{i}.json", text);
        var items = await Reading.Of(maker.Add("index.json", Resource).Done(), limits: ReadLimits.Default with { UnpackedBytes = 1_000_000 });
        Assert.Equal("zip.bomb", items.OfType<ReadStopped>().Single().Reason.Code);
    }

    [Fact]
    public async Task Entries_that_lie_over_one_another_are_refused()
    {
        var zip = new ZipMaker().Add("a.json", Resource).Add("b.json", Resource, at: 0).Done();
        Assert.Equal("stopped:zip.overlap", (await Reading.Of(zip)).Codes());
    }

    [Fact]
    public async Task Too_many_entries_are_refused()
    {
        var maker = new ZipMaker();
        for (var i = 0; i < 11; i++)
            maker.Add($"{i}.json", Resource);
        Assert.Equal("stopped:zip.entries", (await Reading.Of(maker.Done(), limits: ReadLimits.Default with { ZipEntries = 10 })).Codes());
    }

    [Fact]
    public async Task An_archive_over_its_size_is_refused() =>
        Assert.Equal("stopped:zip.size", (await Reading.Of(new ZipMaker().Add("a.json", Resource).Done(), limits: ReadLimits.Default with { ZipBytes = 50 })).Codes());

    [Fact]
    public async Task Contents_that_differ_from_the_directory_are_refused()
    {
        Assert.Equal("stopped:zip.damaged", await Codes(new ZipMaker().Add("a.json", Resource, crc: 5)));
        Assert.Equal("stopped:zip.damaged", await Codes(new ZipMaker().Add("a.json", Resource, declared: 5000)));
        Assert.Equal("stopped:zip.damaged", await Codes(new ZipMaker().Add("a.json", Resource, deflate: false, declared: 5)));
        Assert.Equal("stopped:zip.damaged", await Codes(new ZipMaker().Add("a.json", Resource, localName: "other.json"u8.ToArray())));
    }

    [Fact]
    public async Task An_archive_cut_off_anywhere_is_refused_and_never_throws()
    {
        var zip = new ZipMaker().Add("a.json", Resource).Add("b/c.json", Resource).Done();
        for (var length = 4; length < zip.Length; length++)
        {
            var items = await Reading.Of(zip[..length]);
            Assert.IsType<ReadStopped>(items[^1]);
            Assert.Empty(items.Resources());
        }
    }

    [Fact]
    public async Task A_directory_that_points_anywhere_never_throws()
    {
        var zip = new ZipMaker().Add("a.json", Resource).Add("b.json", Resource, deflate: false).Done();
        foreach (var value in new uint[] { 0, 1, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF })
        {
            for (var at = 0; at + 4 <= zip.Length; at++)
            {
                var broken = zip.ToArray();
                BinaryPrimitives.WriteUInt32LittleEndian(broken.AsSpan(at), value);
                await Reading.Of(broken);
            }
        }
    }

    [Fact]
    public async Task An_archive_in_an_archive_is_said_and_not_opened()
    {
        var inner = ZipMaker.Of(("x.json", Encoding.UTF8.GetString(Resource)));
        var items = await Reading.Of(new ZipMaker().Add("a.json", Resource).Add("inner.zip", inner).Done());
        Assert.Equal("zip.nested", items.Codes());
        Assert.Single(items.Resources());
    }

    [Fact]
    public async Task A_checkup_archive_inside_an_archive_is_opened()
    {
        var result = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "SpecificCheckup/Fixtures/individual.xml"), TestContext.Current.CancellationToken);
        var inner = new ZipMaker().Add("1311234567_06123456_202504010_1/DATA/h13112345672025040101000001.xml", result).Done();
        var direct = await Reading.Of(inner, "a.zip");
        var packed = await Reading.Of(new ZipMaker().Add("outer/inner.zip", inner).Done(), "a.zip");
        Assert.NotEmpty(direct.Resources());
        Assert.Equal(direct.Resources().Count(), packed.Resources().Count());
        Assert.StartsWith("a.zip/outer/inner.zip/1311234567", packed.Resources().First().Position.File, StringComparison.Ordinal);
        var renamed = await Reading.Of(new ZipMaker().Add("result.xml", result).Done(), "a.zip");
        Assert.Equal(direct.Resources().Count(), renamed.Resources().Count());
    }

    [Fact]
    public async Task An_archive_of_nothing_that_can_be_read_says_so()
    {
        Assert.Equal("stopped:format.zip", (await Reading.Of(ZipMaker.Of(("a.txt", "hello")))).Codes());
        Assert.Equal("stopped:format.zip", (await Reading.Of(new ZipMaker().Done())).Codes());
    }

    private static async Task<string> Codes(ZipMaker maker) => (await Reading.Of(maker.Done(), "a.zip")).Codes();
}
