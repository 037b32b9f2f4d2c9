using System.IO.Compression;
using System.Text;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

/// <summary>Whatever is wrong with a file: a sentence that names it, and nothing stored anywhere.</summary>
public sealed class BadInputTests
{
    static BadInputTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public static TheoryData<string, string> Cases => new()
    {
        { "broken.xml", "xml" },
        { "doctype.xml", "xml format" },
        { "entities.xml", "xml format" },
        { "text.xml", "format" },
        { "shift-jis.json", "json" },
        { "shift-jis.xml", "xml" },
        { "truncated.json", "json" },
        { "deep.json", "json" },
        { "deep.xml", "xml" },
        { "bomb.zip", "zip" },
        { "path.zip", "zip" },
        { "cut.zip", "zip" },
        { "mynumber.json", "mynumber" },
        { "mynumber.ndjson", "mynumber" },
        { "mynumber.zip", "mynumber" },
        { "empty.json", "import" },
        { "large.xml", "import" },
        { "picture.png", "format" },
        { "nothing.json", "format" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task It_is_said_and_nothing_is_stored(string name, string group)
    {
        await using var host = await ExchangeHost.Start();
        var person = await host.Resident();
        var received = await host.Receive(person, name, Make(name));
        Assert.NotNull(received.Problem);
        Assert.Contains(received.Problem.Code.Split('.')[0], group.Split(' '), StringComparer.Ordinal);
        Assert.EndsWith(".", received.Problem.Message, StringComparison.Ordinal);
        if (group is not "import")
            Assert.StartsWith(name, received.Problem.Position!.Value.File, StringComparison.Ordinal);

        Assert.Equal(0, await host.Count(person));
        Assert.Empty(await (await host.Open(person.No, Purpose.OwnUse)).Files(ExchangeHost.Cancel));
        Assert.Empty(Directory.EnumerateFiles(host.Spools));

        // And the next file goes through.
        Assert.Null((await host.Receive(person, "good.json", Encoding.UTF8.GetBytes(Record("体重")))).Problem);
    }

    private static byte[] Make(string name) => name switch
    {
        "broken.xml" => Xml("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>健診</titel></ClinicalDocument>"),
        "doctype.xml" => Xml("<!DOCTYPE ClinicalDocument SYSTEM \"file:///etc/passwd\"><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>a</title></ClinicalDocument>"),
        "entities.xml" => Xml("<!DOCTYPE ClinicalDocument [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">" +
            "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>&c;</title></ClinicalDocument>"),
        "text.xml" => Encoding.UTF8.GetBytes("これは健診の結果ではなく、ただの文章です。"),
        "shift-jis.json" => Encoding.GetEncoding(932).GetBytes(Record("体重")),
        "shift-jis.xml" => [.. "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>"u8, .. Encoding.GetEncoding(932).GetBytes("健診結果"), .. "</title></ClinicalDocument>"u8],
        "truncated.json" => Encoding.UTF8.GetBytes(Record("体重"))[..^20],
        "deep.json" => Encoding.UTF8.GetBytes("{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":" + new string('[', 10_000) + new string(']', 10_000) + "}"),
        "deep.xml" => Xml("<ClinicalDocument xmlns=\"urn:hl7-org:v3\">" + string.Concat(Enumerable.Repeat("<a>", 10_000)) + string.Concat(Enumerable.Repeat("</a>", 10_000)) + "</ClinicalDocument>"),
        "bomb.zip" => Zip(("DATA/bomb.json", Encoding.ASCII.GetBytes("{\"resourceType\":\"Bundle\",\"language\":\"" + new string('a', 40 << 20)))),
        "path.zip" => Zip(("../../etc/cron.d/x.json", Encoding.UTF8.GetBytes(Record("体重")))),
        "cut.zip" => Zip(("a.json", Encoding.UTF8.GetBytes(Record("体重"))))[..^30],
        "mynumber.json" => Encoding.UTF8.GetBytes(Record("個人番号 1234 5678 9018")),
        "mynumber.ndjson" => Encoding.UTF8.GetBytes(Record("体重") + "\n" + Record("マイナンバー：123456789018") + "\n"),
        "mynumber.zip" => Zip(("a.json", Encoding.UTF8.GetBytes(Record("個人番号 1234 5678 9018")))),
        "empty.json" => [],
        "large.xml" => Xml("<a>" + new string('x', 9 << 20) + "</a>"),
        "picture.png" => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0],
        _ => Encoding.UTF8.GetBytes("{\"hello\":\"world\"}"),
    };

    private static string Record(string text) =>
        "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"" + text + "\"},\"effectiveDateTime\":\"2026-10-01\",\"valueQuantity\":{\"value\":65.5,\"unit\":\"kg\"}}";

    private static byte[] Xml(string text) => Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text);

    private static byte[] Zip(params (string Name, byte[] Bytes)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(bytes);
            }
        }

        return stream.ToArray();
    }
}
