using System.Text;
using System.Xml.Linq;
using CsCheck;
using Tasuki.Fhir;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class SpecificCheckupWriterTests
{
    private static readonly XNamespace V3 = "urn:hl7-org:v3";
    private static readonly XNamespace Xsi = "http://www.w3.org/2001/XMLSchema-instance";

    [Theory]
    [InlineData("individual.xml")]
    [InlineData("prefixed.xml")]
    [InlineData("late-elderly.xml")]
    [InlineData("employer-shift-jis.xml")]
    [InlineData("screenings.xml")]
    [InlineData("minimal.xml")]
    [InlineData("odd-values.xml")]
    public async Task What_was_read_comes_back(string name)
    {
        var first = await Fixture.Read(name);
        var written = Write(first);
        var second = await Fixture.Read(written, name);
        Assert.Empty(second.OfType<ReadStopped>());
        Assert.Equal(Plain(first), Plain(second));
    }

    [Theory]
    [InlineData("individual.xml")]
    [InlineData("prefixed.xml")]
    [InlineData("late-elderly.xml")]
    [InlineData("employer-shift-jis.xml")]
    [InlineData("screenings.xml")]
    [InlineData("minimal.xml")]
    [InlineData("odd-values.xml")]
    public async Task What_is_written_follows_the_official_schema(string name)
    {
        _ = Samples.Path("tokutei-kenshin");
        Assert.Empty(OfficialSchemaTests.Faults(Write(await Fixture.Read(name))));
    }

    [Fact]
    public void Any_values_of_all_items_come_back_and_follow_the_schema() => Documents.Sample(xml =>
    {
        var first = Fixture.Read(Encoding.UTF8.GetBytes(xml), "h.xml").GetAwaiter().GetResult();
        var written = Write(first);
        var second = Fixture.Read(written, "h.xml").GetAwaiter().GetResult();
        Assert.Equal(Plain(first), Plain(second));
        if (Samples.Here)
            Assert.Empty(OfficialSchemaTests.Faults(written));
        // Three in four items have a value; each item stands in the document once.
        Assert.True(first.Of("Observation").Count() + first.Of("Observation").Sum(each => each.Json()["component"]?.AsArray().Count ?? 0) >= 323);
    }, seed: "0000KOIR3s33", iter: 40, threads: 1);

    [Fact]
    public void A_document_without_composition_is_refused()
    {
        var written = SpecificCheckupWriter.Write(new MemoryStream(), new CheckupDocument(new ReadPerson(default, [], null, null), []));
        Assert.Equal("checkup.composition", written.Error?.Code);
    }

    [Fact]
    public async Task Members_that_hold_each_other_end()
    {
        var items = await Fixture.Read("individual.xml");
        var document = Assert.Single(CheckupDocument.From(items));
        var group = document.Resources.First(each => each.Resource.Type == "Observation" && each.Json().ContainsKey("hasMember"));
        var member = (string)group.Json()["hasMember"]![0]!["reference"]!;
        var resources = document.Resources.Select(each =>
        {
            if (each.FullUrl != member)
                return each;
            var json = each.Json();
            json["hasMember"] = new System.Text.Json.Nodes.JsonArray(new System.Text.Json.Nodes.JsonObject { ["reference"] = group.FullUrl });
            return each with { Resource = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Value };
        }).ToList();
        Assert.True(SpecificCheckupWriter.Write(new MemoryStream(), document with { Resources = resources }).IsOk);
    }

    [Fact]
    public async Task What_the_format_cannot_hold_is_told()
    {
        var document = Assert.Single(CheckupDocument.From(await Fixture.Read("minimal.xml")));
        var resources = document.Resources.Select(each =>
        {
            if (each.Resource.Type != "Observation")
                return each;
            var json = each.Json();
            json["code"]!["coding"]![0]!["system"] = "http://loinc.org";
            return each with { Resource = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Value };
        }).ToList();
        var written = SpecificCheckupWriter.Write(new MemoryStream(), document with { Resources = resources });
        Assert.Equal(resources.First(each => each.Resource.Type == "Observation").FullUrl, Assert.Single(written.Value));
    }

    internal static byte[] Write(List<ReadItem> items)
    {
        using var stream = new MemoryStream();
        var written = SpecificCheckupWriter.Write(stream, Assert.Single(CheckupDocument.From(items)));
        Assert.True(written.IsOk, written.Error?.ToString());
        Assert.Empty(written.Value);
        return stream.ToArray();
    }

    /// <summary>Everything but positions; the names of resources, which follow from the bytes of the file, are numbered in the order of the text.</summary>
    private static string Plain(List<ReadItem> items)
    {
        var text = new StringBuilder();
        foreach (var item in items)
        {
            if (item is ReadPerson person)
                text.AppendLine($"{string.Join('|', person.Names)} {person.BirthDate:O} {person.Gender} {person.FullUrl}");
            if (item is ReadResource resource)
                text.AppendLine($"{resource.FullUrl} {resource.Category} {resource.Source} {resource.SourceName} {Encoding.UTF8.GetString(resource.Resource.Json.Span)}");
        }

        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        return System.Text.RegularExpressions.Regex.Replace(text.ToString(), "urn:uuid:[0-9a-f-]{36}", match =>
        {
            if (!names.TryGetValue(match.Value, out var number))
                names[match.Value] = number = names.Count;
            return $"#{number}";
        }, System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(5));
    }

    private static Gen<string> AnyOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(at => words[at]);

    private static readonly Gen<string> Words = Gen.OneOf(
        AnyOf("所見なし", "血圧がやや高めです。\n塩分を控えましょう。", "<b> & \"x\" 'y' ]]>", "𠮷野家　髙﨑", "ﾊﾝｶｸ", "a\tb", "12", "～①㎎"),
        Gen.String[Gen.Char["あいうアイウ漢字abc <>&'\"\u3000\n0123"], 1, 30].Select(text => text.Trim().Length == 0 ? "x" : text.Trim()));

    private static readonly Gen<string> Documents =
        from seeds in Gen.Int[0, int.MaxValue].Array[323]
        from words in Words.Array[323]
        from programme in AnyOf("010", "020", "030", "060", "090", "990")
        from report in AnyOf("10", "40", "90", "30")
        from day in Gen.Int[0, 3000].Select(days => new DateOnly(2018, 4, 1).AddDays(days))
        from gender in AnyOf("1", "2")
        select Document(seeds, words, programme, report, day, gender);

    private static string Document(int[] seeds, string[] words, string programme, string report, DateOnly day, string gender)
    {
        var entries = new List<XElement>();
        var groups = new Dictionary<string, XElement>(StringComparer.Ordinal);
        for (var i = 0; i < CheckupItems.All.Count; i++)
        {
            var item = CheckupItems.All[i];
            var observation = Observation(item, new Random(seeds[i]), words[i], day);
            if (item.Group is null || item.Relation is null)
            {
                entries.Add(new XElement(V3 + "entry", observation));
                continue;
            }

            if (!groups.TryGetValue(item.Group, out var group))
            {
                groups[item.Group] = group = new XElement(V3 + "observation", new XAttribute("classCode", "OBS"), new XAttribute("moodCode", "EVN"),
                    new XElement(V3 + "code", new XAttribute("nullFlavor", "NA")));
                entries.Add(new XElement(V3 + "entry", group));
            }

            group.Add(new XElement(V3 + "entryRelationship", new XAttribute("typeCode", item.Relation), observation));
        }

        XElement Nothing(string name) => new(V3 + name, new XAttribute("nullFlavor", "NI"));
        XElement Stamp(string name, DateOnly at) => new(V3 + name, new XAttribute("value", at.ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)));
        var organization = new XElement(V3 + "representedOrganization",
            new XElement(V3 + "id", new XAttribute("root", "1.2.392.200119.6.102"), new XAttribute("extension", "1319999999")), new XElement(V3 + "name", "試験健診所"));
        var document = new XElement(V3 + "ClinicalDocument", new XAttribute(XNamespace.Xmlns + "xsi", Xsi.NamespaceName),
            new XElement(V3 + "typeId", new XAttribute("root", "2.16.840.1.113883.1.3"), new XAttribute("extension", "POCD_HD000040")),
            Nothing("id"), new XElement(V3 + "code", new XAttribute("code", report)), Stamp("effectiveTime", day.AddDays(20)),
            new XElement(V3 + "confidentialityCode", new XAttribute("code", "N")),
            new XElement(V3 + "recordTarget", new XElement(V3 + "patientRole", Nothing("id"), new XElement(V3 + "patient",
                new XElement(V3 + "name", "シケン　ジロウ"), new XElement(V3 + "administrativeGenderCode", new XAttribute("code", gender)), Stamp("birthTime", new DateOnly(1970, 1, 1))))),
            new XElement(V3 + "author", Stamp("time", day), new XElement(V3 + "assignedAuthor", Nothing("id"), organization)),
            new XElement(V3 + "documentationOf", new XElement(V3 + "serviceEvent", new XElement(V3 + "code", new XAttribute("code", programme)), Stamp("effectiveTime", day))),
            new XElement(V3 + "component", new XElement(V3 + "structuredBody", new XElement(V3 + "component", new XElement(V3 + "section",
                new XElement(V3 + "code", new XAttribute("code", "01010"), new XAttribute("codeSystem", "1.2.392.200119.6.1010")), new XElement(V3 + "title", "検査"), new XElement(V3 + "text"), entries)))));
        return document.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Observation(CheckupItem item, Random random, string words, DateOnly day)
    {
        var observation = new XElement(V3 + "observation", new XAttribute("classCode", "OBS"), new XAttribute("moodCode", "EVN"));
        var way = random.Next(12);
        if (way == 0)
            observation.Add(new XAttribute("negationInd", "true"));
        observation.Add(new XElement(V3 + "code", new XAttribute("code", item.Code)));
        if (random.Next(8) == 0)
            observation.Add(new XElement(V3 + "effectiveTime", new XAttribute("value", day.AddDays(-1).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture))));
        if (way == 0)
            return observation;
        var value = new XElement(V3 + "value", new XAttribute(Xsi + "type", way == 3 && item.ValueType == "PQ" ? "ST" : item.ValueType));
        if (way == 1)
            value.Add(new XAttribute("nullFlavor", random.Next(2) == 0 ? "NI" : "UNK"));
        else if (way == 3 && item.ValueType == "PQ")
            value.Add("0.10未満");
        else if (way > 3 || item.ValueType == "ST")
            Fill(value, item, random, words);
        observation.Add(value);
        if (item.ValueType == "PQ" && random.Next(3) == 0)
            observation.Add(new XElement(V3 + "interpretationCode", new XAttribute("code", "HLN"[random.Next(3)])));
        if (item.MethodCode is not null)
            observation.Add(new XElement(V3 + "methodCode", new XAttribute("code", item.MethodCode)));
        if (item.ValueType == "PQ" && random.Next(3) == 0)
        {
            var unit = item.Unit is null ? null : new XAttribute("unit", item.Unit);
            observation.Add(new XElement(V3 + "referenceRange", new XElement(V3 + "observationRange", new XElement(V3 + "value", new XAttribute(Xsi + "type", "IVL_PQ"),
                new XElement(V3 + "low", new XAttribute("value", "1.0"), unit), new XElement(V3 + "high", new XAttribute("value", "99"), unit)))));
        }

        return observation;
    }

    private static void Fill(XElement value, CheckupItem item, Random random, string words)
    {
        switch (item.ValueType)
        {
            case "PQ":
                var digits = item.Format!.Split('.');
                var text = random.Next((int)Math.Pow(10, Math.Min(digits[0].Length, 6))).ToString(System.Globalization.CultureInfo.InvariantCulture);
                value.Add(new XAttribute("value", digits.Length > 1 ? $"{text}.{random.Next((int)Math.Pow(10, digits[1].Length)).ToString(new string('0', digits[1].Length), System.Globalization.CultureInfo.InvariantCulture)}" : text));
                value.Add(new XAttribute("unit", item.Unit ?? "1"));
                break;
            case "CD" or "CO":
                var answers = CheckupItems.Answers(item.AnswerSet!);
                value.Add(new XAttribute("code", answers.Count > 0 ? answers[random.Next(answers.Count)].Code : "1"), new XAttribute("codeSystem", "1.2.392.200119.6." + item.AnswerSet));
                break;
            default:
                value.Add(words);
                break;
        }
    }
}
