using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;

namespace Tasuki.MyHealth.Tests;

public sealed class CheckupTests
{
    private static string Observation(string code, string value, string? unit, string day = "2025-06-03", string? display = null) =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"{{{code}}}"{{{(display is null ? "" : $",\"display\":\"{display}\"")}}}}]},"effectiveDateTime":"{{{day}}}","valueQuantity":{"value":{{{value}}}{{{(unit is null ? "" : $",\"unit\":\"{unit}\"")}}}}}""";

    [Fact]
    public void A_value_keeps_the_digits_and_the_unit_it_was_written_with()
    {
        var result = Checkups.Result(Stored.Record(Observation("3D046000001906202", "5.60", "%")), FhirText.Parse(Stored.Record(Observation("3D046000001906202", "5.60", "%")).Resource))!;
        Assert.Equal("5.60", result.Value!.Text);
        Assert.Equal("%", result.Value.Unit);
        Assert.Equal(LimitJudgement.Guidance, result.Judge(null));
    }

    [Fact]
    public void A_wrong_display_text_changes_neither_name_nor_judgement()
    {
        var checkup = Assert.Single(Checkups.Build([Stored.Record(Observation("3F077000002327101", "182", "mg/dL", display: "身長"))]));
        var result = Assert.Single(checkup.Results);
        Assert.Equal("LDLコレステロール", result.Name);
        Assert.Equal(LimitJudgement.SeeDoctor, result.Judge(null));
    }

    [Theory]
    [InlineData("mmol/L")]
    [InlineData(null)]
    public void A_value_under_another_unit_is_shown_but_neither_judged_nor_drawn(string? unit)
    {
        var result = Assert.Single(Assert.Single(Checkups.Build([Stored.Record(Observation("3F077000002327101", "182", unit))])).Results);
        Assert.Equal("182", result.Value!.Text);
        Assert.Equal(ValueTrust.OtherUnit, result.Trust);
        Assert.Equal(LimitJudgement.Unknown, result.Judge(null));
        Assert.Null(result.Comparable);
    }

    [Fact]
    public void A_slip_of_the_pen_is_shown_but_neither_judged_nor_drawn()
    {
        var result = Assert.Single(Assert.Single(Checkups.Build([Stored.Record(Observation("9A755000000000001", "1300", "mmHg"))])).Results);
        Assert.Equal(ValueTrust.Implausible, result.Trust);
        Assert.Equal(LimitJudgement.Unknown, result.Judge(null));
    }

    [Theory]
    [InlineData("mm[Hg]", "9A755000000000001", "149")]
    [InlineData("U/l", "3B035000002327201", "32")]
    [InlineData("mg/dl", "3F077000002327101", "130")]
    public void Spellings_of_one_unit_are_the_same_unit(string unit, string code, string value) =>
        Assert.Equal(ValueTrust.Sound, Assert.Single(Assert.Single(Checkups.Build([Stored.Record(Observation(code, value, unit))])).Results).Trust);

    [Fact]
    public void Of_several_readings_the_preferred_one_counts()
    {
        var checkup = Assert.Single(Checkups.Build(
        [
            Stored.Record(Observation("9A751000000000001", "149", "mmHg"), id: "a"), Stored.Record(Observation("9A752000000000001", "139", "mmHg"), id: "b"),
        ]));
        Assert.Equal("139", checkup.Of(CheckupMeasures.Find("sbp")!)!.Value!.Text);
    }

    [Fact]
    public void A_document_gathers_its_results_and_a_wrong_day_inside_does_not_move_it()
    {
        var composition = Stored.Record(
            """{"resourceType":"Composition","status":"final","type":{"text":"x"},"date":"2025-07-01","author":[{"display":"朝の健診所"}],"title":"結果","section":[{"section":[{"entry":[{"reference":"Observation/a"},{"reference":"Observation/b"},{"reference":"Observation/c"}]}]}]}""", id: "doc");
        var checkup = Assert.Single(Checkups.Build(
        [
            composition, Stored.Record(Observation("9N001000000000001", "162.3", "cm"), id: "a"), Stored.Record(Observation("9N006000000000001", "65.5", "kg"), id: "b"),
            Stored.Record(Observation("3F077000002327101", "88", "mg/dL", "2035-06-03"), id: "c"),
        ]));
        Assert.Equal("doc", checkup.Id);
        Assert.Equal(new DateOnly(2025, 6, 3), checkup.Day);
        Assert.Equal("朝の健診所", checkup.Institution);
        Assert.Equal(3, checkup.Results.Count);
    }

    [Fact]
    public void The_table_has_the_years_from_old_to_new_with_arrows_to_the_value_before()
    {
        var table = CheckupTable.Of(
            Checkups.Build(
            [
                Stored.Record(Observation("3F077000002327101", "119", "mg/dL", "2023-06-01"), id: "a"), Stored.Record(Observation("3F077000002327101", "999", "mmol/L", "2024-06-01"), id: "b"),
                Stored.Record(Observation("3F077000002327101", "140", "mg/dL", "2025-06-01"), id: "c"),
            ]), "male");
        Assert.Equal([2023, 2024, 2025], table.Columns.Select(column => column.Day.Year));
        var row = Assert.Single(Assert.Single(table.Groups).Rows);
        Assert.Equal("ldl", row.Key);
        Assert.Equal([Trend.None, Trend.None, Trend.Up], row.Cells.Select(cell => cell!.Trend));
        Assert.Equal([LimitJudgement.Fine, LimitJudgement.Unknown, LimitJudgement.SeeDoctor], row.Cells.Select(cell => cell!.Judgement));
    }

    [Fact]
    public void A_finding_stands_beside_its_item_and_an_answer_is_read_by_its_code()
    {
        var result = Assert.Single(Assert.Single(Checkups.Build([Stored.Record(
            """{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"urn:oid:1.2.392.200119.6.1005","code":"9N056000000000011"}]},"effectiveDateTime":"2025-06-03","valueCodeableConcept":{"coding":[{"system":"urn:oid:1.2.392.200119.6.2001","code":"1","display":"いつわり"}]},"component":[{"code":{"coding":[{"code":"9N056160400000049"}]},"valueString":"虫垂炎（20歳）"}]}""")])).Results);
        Assert.Equal("既往歴", result.Name);
        Assert.Equal(CheckupItems.Answer("2001", "1"), result.Value!.Text);
        Assert.Equal(["虫垂炎（20歳）"], result.Findings);
    }

    [Fact]
    public void Every_checkup_of_a_synthetic_town_comes_together_with_nothing_lost()
    {
        foreach (var person in Population.Generate(new PopulationOptions(60, PopulationOptions.DemoSeed)))
        {
            var records = Stored.Of(person).Where(record => Checkups.Categories.Contains(record.Class.Category)).ToList();
            var checkups = Checkups.Build(records);
            var shown = checkups.SelectMany(checkup => checkup.Results).Select(result => result.RecordId).ToList();
            Assert.Equal(shown.Count, shown.Distinct(StringComparer.Ordinal).Count());
            var missing = records.Where(record => record.Type == "Observation" && !shown.Contains(record.Id, StringComparer.Ordinal)).ToList();
            Assert.All(missing, record => Assert.True(FhirText.At(FhirText.Parse(record.Resource), "hasMember") is not null));
            Assert.Equal(records.Count(record => record.Type == "Composition"), checkups.Count(checkup => checkup.Id is not null));
            Assert.All(checkups, checkup => Assert.True(checkup.Day.Year < 2030));
        }
    }

    [Fact]
    public void The_published_checkup_report_is_read_whole()
    {
        using var bundle = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Tasuki.Testing.Samples.Path("echeckup/Bundle-Bundle-eCheckupReport-Sample-01.json")));
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var resources = bundle.RootElement.GetProperty("entry").EnumerateArray().Select((entry, i) =>
        {
            var resource = Tasuki.Fhir.CanonicalResource.From(entry.GetProperty("resource")).Value;
            ids[entry.GetProperty("fullUrl").GetString()!] = $"{resource.Type}/r{i}";
            return (resource, i);
        }).ToList();
        var checkup = Assert.Single(Checkups.Build(
            [.. resources.Select(pair => Stored.Record(pair.resource.WithReferences(ids.GetValueOrDefault), DataCategory.SpecificCheckup, $"r{pair.i}", SourceKind.Insurer, null))]));
        Assert.NotNull(checkup.Id);
        Assert.Equal(new DateOnly(2020, 4, 4), checkup.Day);
        Assert.Equal("162.3", checkup.Of(CheckupMeasures.Find("height")!)!.Value!.Text);
        Assert.Equal(LimitJudgement.SeeDoctor, checkup.Of(CheckupMeasures.Find("hba1c")!)!.Judge("male"));
        Assert.Contains(checkup.Results, result => result.IsQuestion);
    }
}
