using System.Text;
using Tasuki.Testing;

namespace Tasuki.Formats.Tests;

/// <summary>Damages whole files at random, with fixed seeds: whatever becomes of them, reading ends in items and never in an exception.</summary>
public sealed class MutationTests
{
    private const string Bundle = """
        {"resourceType":"Bundle","type":"document","entry":[
         {"fullUrl":"urn:uuid:1","resource":{"resourceType":"Composition","status":"final","type":{"coding":[{"system":"http://loinc.org","code":"57133-1"}]},"date":"2024-04-05","author":[{"reference":"urn:uuid:3"}],"title":"紹介","section":[{"entry":[{"reference":"urn:uuid:4"}]}]}},
         {"fullUrl":"urn:uuid:2","resource":{"resourceType":"Patient","id":"p","name":[{"text":"見本 花子","family":"見本","given":["花子"]}],"birthDate":"1980-02-03","gender":"female"}},
         {"fullUrl":"urn:uuid:3","resource":{"resourceType":"Organization","name":"見本病院","identifier":[{"system":"urn:oid:1.2.392.100495.20.3.61","value":"06123456"}]}},
         {"fullUrl":"urn:uuid:4","resource":{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"2339-0"}]},"subject":{"reference":"urn:uuid:2"},"effectiveDateTime":"2024-04-05T10:00:00+09:00","valueQuantity":{"value":95.0,"unit":"mg/dL"},"note":[{"text":"\u5065\u8a3a \ud83d\ude00"}]}},
         {"resource":{"resourceType":"Coverage","status":"active","subscriberId":"１２３","beneficiary":{"reference":"urn:uuid:2"},"payor":[{"reference":"urn:uuid:3"}]}},
         {"resource":{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Condition","clinicalStatus":"active","_id":"x","subject":[{"reference":"Patient/p"}],"meta":{"tag":[{"code":"UNINFORMED"}]}}}]}}]}
        """;

    private static readonly string[] Splices =
        ["{", "}", "[", "]", "\"", ",", ":", "\\", "\\ud800", "\\u0000", "null", "1e400", "-", "\n", "\0", "{}", "[]", "\"\"", "\uFEFF", "個人番号123456789018", "<", "\u00ff", "true", "[[[[[[[["];

    [Fact]
    public async Task Damaged_bundles_end_in_items()
    {
        var original = Encoding.UTF8.GetBytes(Bundle);
        var random = new Random(20260401);
        for (var i = 0; i < 4_000; i++)
            await Ends(Damage(original, random));
    }

    [Fact]
    public async Task Damaged_lines_end_in_items()
    {
        var original = Encoding.UTF8.GetBytes(string.Join('\n', Bundle.Split('\n').Where(line => line.Contains("\"resource\":", StringComparison.Ordinal)).Select(line => line.Trim().TrimEnd(',')[(line.Trim().IndexOf("\"resource\":", StringComparison.Ordinal) + 11)..^1])));
        var random = new Random(20260402);
        for (var i = 0; i < 3_000; i++)
            await Ends(Damage(original, random));
    }

    [Fact]
    public async Task Damaged_archives_end_in_items()
    {
        var original = Archives.ZipMaker.Of(
            ("S/index.phr", """{"resourceType":"Composition","status":"final","contained":{"resourceType":"Organization","name":"a"}}""" + "\n" + """{"resourceType":"DocumentReference","status":"","content":[{"attachment":{"contentType":"x","url":"w.json"}}],"type":{"coding":[{"code":"omh-body-weight-2.0","system":"http://phr.or.jp/fhir/doctype"}]}}"""),
            ("S/w.json", """{"header":{"schema_id":{"name":"body-weight"}},"body":[{"body_weight":{"value":61.5,"unit":"kg"},"effective_time_frame":{"date_time":"2026-04-01T07:05:00+09:00"}}]}"""));
        var random = new Random(20260403);
        for (var i = 0; i < 4_000; i++)
            await Ends(Damage(original, random));
    }

    [Fact]
    public async Task Damaged_measurements_end_in_items()
    {
        var original = Encoding.UTF8.GetBytes("""{"body":[{"effective_time_frame":{"time_interval":{"end_date_time":"2024-12-01T23:59:59.9990000+09:00","start_date_time":"2024-12-01T00:00:00.0000000+09:00"}},"activity_name":"Walking","base_movement_quantity":{"unit":"steps","value":5000},"distance":{"unit":"km","value":1.8}}],"header":{"schema_id":{"name":"physical-activity","namespace":"ieee","version":"1.0"},"uuid":"0"}}""");
        var random = new Random(20260404);
        for (var i = 0; i < 3_000; i++)
            await Ends(Damage(original, random));
    }

    [Fact]
    public async Task Damaged_published_files_end_in_items()
    {
        var random = new Random(20260405);
        foreach (var path in new[] { "echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json", "jp-clins/ExampleJson/Bundle-Bundle-CLINS-Referral-Example-01.json", "hl7-phr/WilliamSim.phr", "hl7-phr/WilliamSim.sphr", "sphr/SPHR_com.system.service-a_20250122210232755.sphr" })
        {
            var original = await File.ReadAllBytesAsync(Samples.Path(path), TestContext.Current.CancellationToken);
            for (var i = 0; i < 60; i++)
                await Ends(Damage(original, random));
        }
    }

    private static async Task Ends(byte[] file)
    {
        var items = await Reading.Of(file);
        Assert.True(items.Count(item => item is ReadStopped) <= 1 && (items.Count == 0 || !items[..^1].Any(item => item is ReadStopped)));
        Assert.All(items.OfType<ReadResource>(), one => Assert.DoesNotContain(Tasuki.Fhir.ResourceCheck.Check(one.Resource), issue => issue.Refuses));
    }

    private static byte[] Damage(byte[] original, Random random)
    {
        var bytes = original.ToList();
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    break;
                case 2:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Splices[random.Next(Splices.Length)]));
                    break;
                case 3:
                    var length = Math.Min(bytes.Count - at, random.Next(1, 200));
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
                case 4:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return [.. bytes];
    }
}
