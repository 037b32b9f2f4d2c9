using System.Text;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class SpecificCheckupRefusalTests
{
    private const string Body = "<component><structuredBody><component><section/></component></structuredBody></component>";

    [Fact]
    public async Task A_document_type_is_refused()
    {
        var stopped = await Stopped("<?xml version=\"1.0\"?>\n<!DOCTYPE ClinicalDocument [<!ENTITY a SYSTEM \"file:///etc/hostname\">]>\n<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><title>&a;</title></ClinicalDocument>");
        Assert.Equal(("xml.doctype", 2L), (stopped.Reason.Code, stopped.Position.Line));
    }

    [Fact]
    public async Task A_file_that_is_cut_off_is_broken_at_its_end()
    {
        var whole = Encoding.UTF8.GetString(Fixture.Bytes("individual.xml"));
        var items = await Fixture.ReadText(whole[..(whole.Length / 2)]);
        var stopped = Assert.IsType<ReadStopped>(items[^1]);
        Assert.Equal("xml.broken", stopped.Reason.Code);
        Assert.True(stopped.Position.Line > 100);
        Assert.NotEmpty(items.OfType<ReadResource>());
    }

    [Fact]
    public async Task Text_after_the_root_is_broken() =>
        Assert.Equal("xml.broken", (await Stopped($"<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{Body}</ClinicalDocument><more/>")).Reason.Code);

    [Fact]
    public async Task Shift_jis_bytes_that_claim_utf_8_are_refused_with_a_hint()
    {
        var text = Encoding.UTF8.GetString(Fixture.Bytes("late-elderly.xml"));
        var items = await Fixture.Read(System.Text.CodePagesEncodingProvider.Instance.GetEncoding(932)!.GetBytes(text), "h.xml");
        var stopped = Assert.IsType<ReadStopped>(Assert.Single(items));
        Assert.Equal("xml.encoding", stopped.Reason.Code);
        Assert.Contains("Shift_JIS", stopped.Reason.Message, StringComparison.Ordinal);
        Assert.Equal(10, stopped.Position.Line);
    }

    [Fact]
    public async Task An_encoding_that_is_not_read_is_named_as_the_reason() =>
        Assert.Equal("xml.encoding", (await Stopped("<?xml version=\"1.0\" encoding=\"EBCDIC-CP-US\"?><ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>")).Reason.Code);

    [Fact]
    public async Task A_deletion_report_and_another_cda_document_are_refused()
    {
        Assert.Equal("checkup.deletion", (await Stopped("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code code=\"19\" codeSystem=\"1.2.392.200119.6.1001\"/></ClinicalDocument>")).Reason.Code);
        Assert.Equal("checkup.other", (await Stopped("<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><code code=\"34133-9\" codeSystem=\"2.16.840.1.113883.6.1\"/></ClinicalDocument>")).Reason.Code);
        Assert.Equal("checkup.other", (await Stopped("<ClinicalDocument xmlns=\"urn:other\"/>")).Reason.Code);
    }

    [Theory]
    [InlineData("<id root=\"1.2.3\" extension=\"123456789018\" assigningAuthorityName=\"個人番号\"/>", true)]
    [InlineData("<id root=\"1.2.3\" extension=\"123456789019\" assigningAuthorityName=\"個人番号\"/>", false)]
    [InlineData("<id root=\"1.2.392.200119.6.209.106139999\" extension=\"123456789018\"/>", false)]
    [InlineData("<id extension=\"１２３４５６７８９０１８\" root=\"1.2.3\"/><!-- マイナンバー -->", true)]
    public async Task A_my_number_is_refused_only_beside_words_that_name_it(string id, bool refused)
    {
        var items = await Fixture.ReadText($"<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget><patientRole>{id}</patientRole></recordTarget>{Body}</ClinicalDocument>");
        Assert.Equal(refused, items is [ReadStopped { Reason.Code: "mynumber.found" }]);
    }

    [Fact]
    public async Task Two_people_in_one_document_are_refused() =>
        Assert.Equal("checkup.persons", (await Stopped($"<ClinicalDocument xmlns=\"urn:hl7-org:v3\"><recordTarget/><recordTarget/>{Body}</ClinicalDocument>")).Reason.Code);

    [Fact]
    public async Task Health_guidance_is_kept_and_said()
    {
        var items = await Fixture.ReadText($"""
            <ClinicalDocument xmlns="urn:hl7-org:v3"><code code="22" codeSystem="1.2.392.200119.6.1001"/><recordTarget><patientRole><id/><patient><name>シドウ　ケン</name></patient></patientRole></recordTarget>
            <documentationOf><serviceEvent><code code="100"/><effectiveTime value="20250601"/></serviceEvent></documentationOf>{Body}</ClinicalDocument>
            """);
        Assert.Contains(items.Said(), code => code == "checkup.guidance");
        Assert.Equal(["シドウ　ケン"], Assert.Single(items.OfType<ReadPerson>()).Names);
        Assert.Empty(items.OfType<ReadResource>());
        Assert.Empty(items.OfType<ReadStopped>());
    }

    [Fact]
    public async Task Utf_8_that_calls_itself_utf_16_is_read()
    {
        var text = Encoding.UTF8.GetString(Fixture.Bytes("late-elderly.xml")).Replace("<?xml version=\"1.0\"?>", "<?xml version=\"1.0\" encoding=\"utf-16\"?>", StringComparison.Ordinal);
        var items = await Fixture.ReadText(text);
        Assert.Empty(items.Said());
        Assert.Equal(["コウレイ　ウメ"], Assert.IsType<ReadPerson>(items[0]).Names);
    }

    [Fact]
    public async Task What_a_component_cannot_hold_becomes_a_member()
    {
        var items = await Fixture.ReadText("""
            <ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><structuredBody><component><section><code code="01010"/>
            <entry><observation><code code="9N056000000000011"/><value xsi:type="CD" code="1"/><entryRelationship typeCode="COMP"><observation>
            <code code="9N056160400000049"/><effectiveTime value="20200101"/><value xsi:type="ST">骨折</value></observation></entryRelationship></observation></entry>
            </section></component></structuredBody></component></ClinicalDocument>
            """);
        var history = items.Observation("9N056000000000011");
        Assert.Null(history["component"]);
        history["valueCodeableConcept"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.2001","code":"1","display":"特記すべきことあり"}]}""");
        var detail = items.Of("Observation").Single(each => each.FullUrl == (string?)history["hasMember"]![0]!["reference"]).Json();
        Assert.Equal(("骨折", "2020-01-01"), ((string?)detail["valueString"], (string?)detail["effectiveDateTime"]));
    }

    [Fact]
    public async Task A_system_that_is_no_oid_is_left_out_and_said()
    {
        var items = await Fixture.ReadText("""
            <ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><structuredBody><component><section><code code="01010"/>
            <entry><observation><code code="9N736000000000011"/><value xsi:type="CD" code=" 1  a " codeSystem="1.2..24060"/></observation></entry>
            </section></component></structuredBody></component></ClinicalDocument>
            """);
        Assert.Contains(items.Said(), code => code == "checkup.system");
        items.Observation("9N736000000000011")["valueCodeableConcept"].Is("""{"coding":[{"code":"1 a"}]}""");
    }

    [Fact]
    public async Task Size_depth_and_number_are_bounded()
    {
        var limits = new ReadLimits { XmlBytes = 1000, Depth = 12, Resources = 3 };
        Assert.Equal("file.size", Assert.IsType<ReadStopped>(Assert.Single(await Fixture.ReadText(new string(' ', 1001), limits))).Reason.Code);
        var deep = $"<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{string.Concat(Enumerable.Repeat("<a>", 20))}{string.Concat(Enumerable.Repeat("</a>", 20))}</ClinicalDocument>";
        Assert.Equal("xml.depth", Assert.IsType<ReadStopped>((await Fixture.ReadText(deep, limits))[^1]).Reason.Code);
        var many = await Fixture.Read(Fixture.Bytes("individual.xml"), "h.xml", new ReadLimits { Resources = 3 });
        Assert.Equal("read.resources", Assert.IsType<ReadStopped>(many[^1]).Reason.Code);
        Assert.Equal(3, many.OfType<ReadResource>().Count());
        var wide = $"<ClinicalDocument xmlns=\"urn:hl7-org:v3\">{string.Concat(Enumerable.Repeat("<a/>", 200_001))}</ClinicalDocument>";
        Assert.Equal("xml.elements", Assert.IsType<ReadStopped>((await Fixture.ReadText(wide))[^1]).Reason.Code);
    }

    private static async Task<ReadStopped> Stopped(string xml) => Assert.IsType<ReadStopped>((await Fixture.ReadText(xml))[^1]);
}
