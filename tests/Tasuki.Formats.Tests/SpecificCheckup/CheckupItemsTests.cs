using Tasuki.Formats.SpecificCheckup;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class CheckupItemsTests
{
    [Fact]
    public void The_table_holds_every_item_once()
    {
        Assert.Equal(323, CheckupItems.All.Count);
        Assert.All(CheckupItems.All, item => Assert.Equal(17, item.Code.Length));
        Assert.Equal(323, CheckupItems.All.Select(item => item.Code).Distinct(StringComparer.Ordinal).Count());
        Assert.All(CheckupItems.All, item => Assert.True(item.ValueType is "PQ" or "CD" or "CO" or "ST", item.ValueType));
    }

    [Fact]
    public void A_coded_item_names_a_set_whose_answers_are_known()
    {
        var coded = CheckupItems.All.Where(item => item.ValueType is "CD" or "CO").ToList();
        Assert.Equal(143, coded.Count);
        Assert.All(coded, item => Assert.NotEmpty(CheckupItems.Answers(item.AnswerSet!)));
    }

    [Theory]
    [InlineData("9N001000000000001", "身長", "PQ", "cm", null)]
    [InlineData("9A751000000000001", "収縮期血圧(1回目)", "PQ", "mm[Hg]", "9A75100000")]
    [InlineData("3D046000001920402", "HbA1c(NGSP値)", "PQ", "%", "3D04620000")]
    [InlineData("9N511000000000049", "医師の診断(判定)", "ST", null, null)]
    public void An_item_is_found_by_its_code(string code, string name, string type, string? unit, string? method)
    {
        var item = CheckupItems.Find(code)!;
        Assert.Equal((name, type, unit, method), (item.Name, item.ValueType, item.Unit, item.MethodCode));
    }

    [Theory]
    [InlineData("19120", "3", "やめた")]
    [InlineData("2113", "9", "Ⅵ")]
    [InlineData("18100", "5", "HSIL")]
    [InlineData("18100", "9", "Adenocarcinoma")]
    [InlineData("2150", "1", "現在、C型肝炎ウイルスに感染していない可能性が極めて高い")]
    [InlineData("24060", "2", "以前は吸っていたが、最近1ヶ月間は吸っていない")]
    [InlineData("2005", "2", "時々")]
    [InlineData("2102", "1", "－")]
    public void Known_errors_of_the_published_answer_sets_are_corrected(string set, string code, string text) =>
        Assert.Equal(text, CheckupItems.Answer(set, code));

    [Fact]
    public void What_is_not_known_has_no_text()
    {
        Assert.Null(CheckupItems.Find("9N001"));
        Assert.Null(CheckupItems.Answer("2102", "9"));
        Assert.Null(CheckupItems.Answer("0", "1"));
        Assert.Empty(CheckupItems.Answers("0"));
    }

    [Fact]
    public void An_answer_system_is_told_with_and_without_its_urn()
    {
        Assert.Equal("2102", CheckupItems.AnswerSet("urn:oid:1.2.392.200119.6.2102"));
        Assert.Equal("2102", CheckupItems.AnswerSet("1.2.392.200119.6.2102"));
        Assert.Null(CheckupItems.AnswerSet("http://loinc.org"));
        Assert.Equal("urn:oid:1.2.392.200119.6.2102", CheckupItems.AnswerSystem("2102"));
    }

    [Fact]
    public void Every_code_of_a_measure_is_an_item_and_belongs_to_one_measure()
    {
        var codes = CheckupMeasures.All.SelectMany(measure => measure.Codes).ToList();
        Assert.Equal(codes.Count, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, code => Assert.NotNull(CheckupItems.Find(code)));
        Assert.All(CheckupMeasures.All, measure => Assert.Single(measure.Codes.Select(code => CheckupItems.Find(code)!.Unit).Distinct(StringComparer.Ordinal)));
        Assert.Equal("hdl", CheckupMeasures.OfCode("3F070000002327201")!.Key);
        Assert.Equal("9A755000000000001", CheckupMeasures.Find("sbp")!.Codes[0]);
    }

    [Fact]
    public void The_municipal_screenings_stand_beside_them()
    {
        Assert.Equal(166, MunicipalScreeningItems.All.Count);
        var item = MunicipalScreeningItems.Find("9P504000000000011")!;
        Assert.Equal(("51", 1, "2140"), (item.Category, item.Stage, item.AnswerSet));
        Assert.Equal("要精密検査（肺がん疑い）", MunicipalScreeningItems.Answer("2140", "2"));
        Assert.All(MunicipalScreeningItems.All.Where(each => each.AnswerSet is not null), each => Assert.NotEmpty(MunicipalScreeningItems.Answers(each.AnswerSet!)));
    }
}
