using System.Globalization;
using Tasuki.Formats.SpecificCheckup;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class CheckupLimitsTests
{
    [Theory]
    [InlineData("sbp", null, "129", LimitJudgement.Fine)]
    [InlineData("sbp", null, "130", LimitJudgement.Guidance)]
    [InlineData("sbp", null, "140", LimitJudgement.SeeDoctor)]
    [InlineData("dbp", null, "84.9", LimitJudgement.Fine)]
    [InlineData("dbp", null, "90", LimitJudgement.SeeDoctor)]
    [InlineData("hba1c", null, "5.60", LimitJudgement.Guidance)]
    [InlineData("hba1c", null, "5.59", LimitJudgement.Fine)]
    [InlineData("hba1c", null, "6.5", LimitJudgement.SeeDoctor)]
    [InlineData("glucose-fasting", null, "99.9", LimitJudgement.Fine)]
    [InlineData("glucose-casual", null, "126", LimitJudgement.SeeDoctor)]
    [InlineData("tg-fasting", null, "174", LimitJudgement.Guidance)]
    [InlineData("tg-casual", null, "174", LimitJudgement.Fine)]
    [InlineData("hdl", null, "40", LimitJudgement.Fine)]
    [InlineData("hdl", null, "39", LimitJudgement.Guidance)]
    [InlineData("hdl", null, "10", LimitJudgement.Guidance)]
    [InlineData("egfr", null, "60", LimitJudgement.Fine)]
    [InlineData("egfr", null, "59.9", LimitJudgement.Guidance)]
    [InlineData("egfr", null, "45", LimitJudgement.Guidance)]
    [InlineData("egfr", null, "44.9", LimitJudgement.SeeDoctor)]
    [InlineData("hemoglobin", "male", "13.0", LimitJudgement.Guidance)]
    [InlineData("hemoglobin", "female", "13.0", LimitJudgement.Fine)]
    [InlineData("hemoglobin", "female", "11.0", LimitJudgement.SeeDoctor)]
    [InlineData("hemoglobin", null, "5", LimitJudgement.Unknown)]
    [InlineData("waist", "male", "85.0", LimitJudgement.Guidance)]
    [InlineData("waist", "female", "85.0", LimitJudgement.Fine)]
    [InlineData("bmi", null, "24.9", LimitJudgement.Fine)]
    [InlineData("ast", null, "31", LimitJudgement.Guidance)]
    [InlineData("ggt", null, "101", LimitJudgement.SeeDoctor)]
    [InlineData("height", null, "170", LimitJudgement.Unknown)]
    public void A_value_is_judged_at_its_own_digits(string key, string? gender, string value, LimitJudgement expected) =>
        Assert.Equal(expected, CheckupLimits.Judge(key, gender, decimal.Parse(value, CultureInfo.InvariantCulture)));

    [Fact]
    public void A_limit_whose_source_was_not_seen_says_so()
    {
        Assert.Contains("to be checked", CheckupLimits.For("non-hdl", null)!.Source, StringComparison.Ordinal);
        Assert.DoesNotContain("to be checked", CheckupLimits.For("sbp", null)!.Source, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_limit_belongs_to_a_measure()
    {
        foreach (var measure in CheckupMeasures.All)
        {
            foreach (var gender in (string?[])[null, "male", "female"])
            {
                if (CheckupLimits.For(measure.Key, gender) is { SeeDoctorFrom: { } doctor } limit)
                    Assert.Equal(limit.LowIsBad, doctor < limit.GuidanceFrom);
            }
        }
    }
}
