using System.Text.Json.Nodes;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class SpecificCheckupReaderTests
{
    [Fact]
    public async Task A_checkup_of_phase_4_is_read_whole()
    {
        var items = await Fixture.Read("individual.xml");

        Assert.Empty(items.Said());
        var person = Assert.IsType<ReadPerson>(items[0]);
        Assert.Equal(["ミホン　ハナコ"], person.Names);
        Assert.Equal(new DateOnly(1968, 2, 29), person.BirthDate);
        Assert.Equal("female", person.Gender);
        Assert.Equal("Composition", Assert.IsType<ReadResource>(items[^1]).Resource.Type);
        Assert.All(items.OfType<ReadResource>(), each =>
        {
            Assert.Equal(DataCategory.SpecificCheckup, each.Category);
            Assert.Equal(SourceKind.MedicalInstitution, each.Source);
            Assert.Equal("見本健診センター", each.SourceName);
            Assert.NotNull(each.Position.Line);
        });
    }

    [Fact]
    public async Task The_header_becomes_institution_encounter_voucher_and_insurer()
    {
        var items = await Fixture.Read("individual.xml");

        var institution = items.Of("Organization").First();
        institution.Json()["identifier"].Is("""[{"system":"http://jpfhir.jp/fhir/core/IdSystem/insurance-medical-institution-no","value":"1319999991"}]""");
        Assert.Equal("見本健診センター", (string?)institution.Json()["name"]);

        var encounter = Assert.Single(items.Of("Encounter")).Json();
        encounter["period"].Is("""{"start":"2025-02-05","end":"2025-02-05"}""");
        encounter["class"].Is("""{"system":"http://jpfhir.jp/fhir/eCheckup/CodeSystem/encounter-category","code":"checkup","display":"健診"}""");
        Assert.Equal(institution.FullUrl, (string?)encounter["serviceProvider"]!["reference"]);

        var voucher = Assert.Single(items.Of("Coverage")).Json();
        Assert.Equal("24100000456", (string?)voucher["subscriberId"]);
        voucher["type"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.208","code":"1","display":"受診券"}]}""");
        voucher["period"].Is("""{"end":"2025-03-31"}""");
        var insurer = Assert.Single(items.Of("Organization"), each => each.FullUrl == (string?)voucher["payor"]![0]!["reference"]).Json();
        insurer["identifier"].Is("""[{"system":"urn:oid:1.2.392.100495.20.3.61","value":"06139999"}]""");
    }

    [Fact]
    public async Task The_composition_holds_the_sections_and_their_results()
    {
        var items = await Fixture.Read("individual.xml");

        var composition = Assert.Single(items.Of("Composition")).Json();
        composition["type"].Is("""{"coding":[{"system":"http://jpfhir.jp/fhir/Common/CodeSystem/doc-typecodes","code":"53576-5","display":"検診・健診報告書"}]}""");
        composition["category"].Is("""[{"coding":[{"system":"http://jpfhir.jp/fhir/eCheckup/CodeSystem/checkup-report-category","code":"10","display":"特定健診"}]}]""");
        Assert.Equal("2025-02-20", (string?)composition["date"]);
        composition["event"].Is("""[{"code":[{"coding":[{"system":"urn:oid:1.2.392.200119.6.1002","code":"010","display":"特定健診"}]}],"period":{"start":"2025-02-05","end":"2025-02-05"}}]""");
        composition["section"]![0]!["code"].Is("""{"coding":[{"system":"http://jpfhir.jp/fhir/eCheckup/CodeSystem/section-code","code":"01010","display":"特定健診・問診結果セクション"}]}""");
        Assert.Equal(12, composition["section"]![0]!["entry"]!.AsArray().Count);
        Assert.Single(composition["section"]![1]!["entry"]!.AsArray());
        var urls = items.OfType<ReadResource>().Select(each => each.FullUrl!).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(urls.Count, items.OfType<ReadResource>().Count());
        Assert.All(composition["section"]!.AsArray().SelectMany(section => section!["entry"]!.AsArray()), entry => Assert.Contains((string)entry!["reference"]!, urls, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_number_keeps_its_digits_unit_method_and_range()
    {
        var items = await Fixture.Read("individual.xml");

        items.Observation("9N001000000000001")["valueQuantity"].Is("""{"value":158.0,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}""");
        var pressure = items.Observation("9A751000000000001");
        pressure["code"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9A751000000000001","display":"収縮期血圧(1回目)"}]}""");
        pressure["category"].Is("""[{"coding":[{"system":"http://jpfhir.jp/fhir/core/CodeSystem/JP_SimpleObservationCategory_CS","code":"vital-signs"}]}]""");
        pressure["valueQuantity"].Is("""{"value":138,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}""");
        pressure["interpretation"].Is("""[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation","code":"H"}]}]""");
        pressure["method"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.1007","code":"9A75100000","display":"1回目"}]}""");
        pressure["referenceRange"].Is("""
            [{"low":{"value":80,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"},
              "high":{"value":129,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]
            """);
        Assert.Equal("2025-02-05", (string?)pressure["effectiveDateTime"]);
        items.Observation("3D046000001920402")["valueQuantity"].Is("""{"value":5.60,"unit":"%","system":"http://unitsofmeasure.org","code":"%"}""");
        Assert.Equal("2025-02-06", (string?)items.Observation("3D046000001920402")["effectiveDateTime"]);
    }

    [Fact]
    public async Task A_coded_answer_has_the_text_of_its_list()
    {
        var items = await Fixture.Read("individual.xml");

        items.Observation("9N736000000000011")["valueCodeableConcept"]
            .Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.24060","code":"2","display":"以前は吸っていたが、最近1ヶ月間は吸っていない"}]}""");
        var protein = items.Observation("1A010000000191111");
        protein["valueCodeableConcept"].Is("""
            {"coding":[{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/ordinalValue","valueDecimal":2}],"system":"urn:oid:1.2.392.200119.6.2102","code":"2","display":"±"}]}
            """);
        protein["specimen"].Is("""{"type":"Specimen","identifier":{"system":"urn:oid:1.2.392.200119.6.1006","value":"001"},"display":"尿"}""");
    }

    [Fact]
    public async Task Not_done_and_not_measurable_are_told_apart()
    {
        var items = await Fixture.Read("individual.xml");

        var notDone = items.Observation("3D010000002227101");
        notDone["dataAbsentReason"].Is("""{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"not-performed"}],"text":"検査未実施"}""");
        Assert.Null(notDone["valueQuantity"]);
        items.Observation("1A020000000191111")["dataAbsentReason"].Is("""
            {"coding":[{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"unknown"},{"system":"http://terminology.hl7.org/CodeSystem/v3-NullFlavor","code":"NI"}]}
            """);
    }

    [Fact]
    public async Task A_group_is_a_parent_with_members_and_its_reason()
    {
        var items = await Fixture.Read("individual.xml");

        var group = items.Observation("9A110");
        group["code"].Is("""{"coding":[{"system":"http://jpfhir.jp/fhir/eCheckup/CodeSystem/observationGroup-codes","code":"9A110","display":"心電図検査"}]}""");
        group["component"].Is("""
            [{"code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9A110161000000049","display":"心電図(実施理由)"}]},"valueString":"血圧が基準を超えたため"}]
            """);
        var members = group["hasMember"]!.AsArray().Select(each => (string)each!["reference"]!).ToList();
        Assert.Equal("9A110160700000011 9A110160800000049",
            string.Join(' ', members.Select(url => (string?)items.Of("Observation").Single(each => each.FullUrl == url).Json()["code"]!["coding"]![0]!["code"])));
        items.Observation("9N056000000000011")["component"].Is("""
            [{"code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9N056160400000049","display":"具体的な既往歴"}]},"valueString":"虫垂炎（20歳）"}]
            """);
    }

    [Fact]
    public async Task The_doctor_who_judged_is_the_performer()
    {
        var items = await Fixture.Read("individual.xml");

        var doctor = Assert.Single(items.Of("Practitioner"));
        doctor.Json()["name"].Is("""[{"text":"架空　次郎"}]""");
        Assert.Equal(doctor.FullUrl, (string?)items.Observation("9N511000000000049")["performer"]![0]!["reference"]);
    }

    [Theory]
    [InlineData("individual.xml", "９９－８８", "７７６６５")]
    [InlineData("late-elderly.xml", "５５５５０００１", "55550001")]
    [InlineData("employer-shift-jis.xml", "あいう", "４３２１")]
    public async Task Insured_symbol_and_number_come_into_nothing(string name, params string[] secrets)
    {
        foreach (var item in await Fixture.Read(name))
        {
            var text = item switch
            {
                ReadResource resource => System.Text.Encoding.UTF8.GetString(resource.Resource.Json.Span) + resource.SourceName,
                ReadPerson person => string.Join('|', person.Names),
                NotUnderstood said => said.Reason.ToString(),
                _ => item.ToString(),
            };
            Assert.All(secrets, secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Prefixes_attribute_order_comments_and_blanks_do_not_matter()
    {
        var items = await Fixture.Read("prefixed.xml");

        Assert.Empty(items.Said());
        Assert.Equal(["ｻﾝﾌﾟﾙ ﾀﾛｳ"], Assert.IsType<ReadPerson>(items[0]).Names);
        items.Observation("9N006000000000001")["valueQuantity"].Is("""{"value":68.40,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}""");
        Assert.Equal("右上 第二大臼歯 & 周囲", (string?)items.Observation("9N076000000000049")["valueString"]);
        var composition = Assert.Single(items.Of("Composition")).Json();
        composition["identifier"].Is("""{"system":"urn:oid:1.2.392.999999.1","value":"K-2025-17"}""");
        Assert.Equal("健診結果通知表", (string?)composition["title"]);
        Assert.Equal("""<div xmlns="http://www.w3.org/1999/xhtml">体重 &lt;70 kg</div>""", (string?)composition["section"]![0]!["text"]!["div"]);
        composition["event"]![0]!["period"].Is("""{"start":"2025-05-20","end":"2025-05-21"}""");
        Assert.Equal("仮名　三郎, 仮名内科", string.Join(", ", composition["author"]!.AsArray().Select(each => (string?)each!["display"])));
    }

    [Theory]
    [InlineData("late-elderly.xml")]
    [InlineData("late-elderly-utf-16.xml")]
    public async Task The_checkup_of_the_late_stage_elderly_has_its_own_questionnaire(string name)
    {
        var items = await Fixture.Read(name);

        Assert.Empty(items.Said());
        Assert.Equal(["コウレイ　ウメ"], Assert.IsType<ReadPerson>(items[0]).Names);
        Assert.All(items.OfType<ReadResource>(), each => Assert.Equal(DataCategory.SpecificCheckup, each.Category));
        Assert.Equal("まあよい", Answer(items, "9N932000000000011"));
        Assert.Equal("満足", Answer(items, "9N933000000000011"));
        Assert.Equal("やめた", Answer(items, "9N943000000000011"));
        items.Observation("9N946000000000011")["dataAbsentReason"]!["coding"]![0].Is("""{"system":"http://terminology.hl7.org/CodeSystem/data-absent-reason","code":"asked-unknown"}""");
        Assert.Equal("01020", (string?)items.Of("Composition").Single().Json()["section"]![0]!["code"]!["coding"]![0]!["code"]);
    }

    [Fact]
    public async Task An_employers_checkup_of_phase_3_in_shift_jis_is_read()
    {
        var items = await Fixture.Read("employer-shift-jis.xml");

        Assert.Empty(items.Said());
        Assert.All(items.OfType<ReadResource>(), each => Assert.Equal(DataCategory.EmployerCheckup, each.Category));
        Assert.Equal("株式会社見本工業①", items.OfType<ReadResource>().First().SourceName);
        Assert.Equal("はい", Answer(items, "9N736000000000011"));
        Assert.Equal("時々", Answer(items, "9N786000000000011"));
        items.Observation("9E160162100000001")["valueQuantity"].Is("""{"value":1.20,"system":"http://unitsofmeasure.org","code":"1"}""");
        items.Observation("2A020000001930101")["valueQuantity"].Is("""{"value":498,"unit":"万/mm3","system":"http://unitsofmeasure.org","code":"10*4/mm3"}""");
        Assert.Equal("夜勤あり（週２回）～要観察", (string?)items.Observation("9N551000000000049")["valueString"]);
    }

    [Theory]
    [InlineData("screenings.xml")]
    [InlineData("screenings-euc-jp.xml")]
    public async Task Cancer_and_hepatitis_screenings_are_municipal_screenings(string name)
    {
        var items = await Fixture.Read(name);

        Assert.Empty(items.Said());
        Assert.All(items.OfType<ReadResource>(), each => Assert.Equal(DataCategory.MunicipalScreening, each.Category));
        var chest = items.Observation("9N201");
        Assert.Equal(3, chest["hasMember"]!.AsArray().Count);
        Assert.Equal("B", Answer(items, "9N201000000000011"));
        Assert.Equal("NILM", Answer(items, "7A021165208543311"));
        Assert.Equal("現在、C型肝炎ウイルスに感染していない可能性が極めて高い", Answer(items, "9N401000000000011"));
        Assert.Empty(items.Of("Coverage"));
    }

    [Fact]
    public async Task What_a_poor_document_lacks_is_said_and_the_rest_is_read()
    {
        var items = await Fixture.Read("minimal.xml");

        Assert.Equal(["checkup.programme", "checkup.day", "checkup.person", "checkup.section"], items.Said());
        Assert.Empty(Assert.Single(items.OfType<ReadPerson>()).Names);
        var weight = items.Observation("9N006000000000001");
        Assert.Null(weight["effectiveDateTime"]);
        weight["valueQuantity"].Is("""{"value":61,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}""");
        items.Of("Composition").Single().Json()["author"].Is("""[{"display":"記載なし"}]""");
    }

    [Fact]
    public async Task What_is_odd_is_said_with_its_place_and_nothing_is_dropped()
    {
        var items = await Fixture.Read("odd-values.xml");

        Assert.Equal(
        [
            "checkup.element", "checkup.time", "checkup.gender", "checkup.institution", "checkup.section",
            "checkup.width", "checkup.number", "checkup.unit", "checkup.width", "checkup.type", "checkup.answer", "checkup.item", "checkup.item",
            "checkup.value", "checkup.time", "checkup.item", "checkup.entry",
        ], items.Said());
        items.Observation("9N001000000000001")["valueQuantity"].Is("""{"value":170.5,"unit":"cm","system":"http://unitsofmeasure.org","code":"cm"}""");
        Assert.Equal("2025-03-15", (string?)items.Observation("9N001000000000001")["effectiveDateTime"]);
        Assert.Equal("溶血", (string?)items.Observation("3F070000002327101")["valueString"]);
        items.Observation("3D010000001926101")["valueQuantity"].Is("""{"value":5.4,"unit":"mmol/L"}""");
        items.Observation("5C070000002306201")["valueQuantity"].Is("""{"value":0.10,"comparator":"<","unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"}""");
        Assert.Equal("六十キロ", (string?)items.Observation("9N006000000000001")["valueString"]);
        items.Observation("9N736000000000011")["valueCodeableConcept"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.24060","code":"8"}]}""");
        items.Observation("9Z999000000000001")["code"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9Z999000000000001","display":"独自の握力"}]}""");
        items.Observation("L001")["code"].Is("""{"coding":[{"system":"urn:oid:1.2.392.200119.6.1205","code":"L001","display":"院内項目"}]}""");
        var alt = items.Observation("3B045000002327201");
        Assert.Equal("22", alt["valueQuantity"]!["value"]!.ToJsonString());
        alt["referenceRange"].Is("""[{"low":{"value":5,"unit":"U/L","system":"http://unitsofmeasure.org","code":"U/L"},"text":"31 U/L 未満"}]""");
        items.Observation("3J010000002327101")["valueQuantity"]!["value"].Is("0.7");

        var number = items.OfType<NotUnderstood>().First(each => each.Reason.Code == "checkup.number");
        Assert.Equal(("odd-values.xml", 18L), (number.Position.File, number.Position.Line));
        Assert.Equal("/ClinicalDocument/component/structuredBody/component/section/entry[2]/observation/value", number.Position.Path);
        Assert.All(items.OfType<NotUnderstood>(), each => Assert.DoesNotContain("溶血", each.Reason.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_file_gives_the_same_items()
    {
        var once = await Fixture.Read("individual.xml");
        var again = await Fixture.Read("individual.xml");
        Assert.Equal(once.OfType<ReadResource>().Select(each => (each.FullUrl, Convert.ToHexString(each.Resource.Json.Span))),
            again.OfType<ReadResource>().Select(each => (each.FullUrl, Convert.ToHexString(each.Resource.Json.Span))));
    }

    [Theory]
    [InlineData("individual.xml")]
    [InlineData("prefixed.xml")]
    [InlineData("late-elderly-utf-16.xml")]
    [InlineData("employer-shift-jis.xml")]
    [InlineData("screenings-euc-jp.xml")]
    [InlineData("minimal.xml")]
    public void A_checkup_is_recognised_by_its_first_bytes(string name) =>
        Assert.True(SpecificCheckupReader.LooksLike(Fixture.Bytes(name).AsSpan(0, Math.Min(4096, Fixture.Bytes(name).Length))));

    [Fact]
    public void Other_files_are_not_recognised()
    {
        Assert.False(SpecificCheckupReader.LooksLike("""{"resourceType":"Bundle","note":"ClinicalDocument urn:hl7-org:v3"}"""u8));
        Assert.False(SpecificCheckupReader.LooksLike("<html><body>ClinicalDocument</body></html>"u8));
        Assert.False(SpecificCheckupReader.LooksLike("PK\u0003\u0004"u8));
        Assert.False(SpecificCheckupReader.LooksLike([]));
    }

    private static string? Answer(List<ReadItem> items, string code) => (string?)items.Observation(code)["valueCodeableConcept"]!["coding"]![0]!["display"];
}
