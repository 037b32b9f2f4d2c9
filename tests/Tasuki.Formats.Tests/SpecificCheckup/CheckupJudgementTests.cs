using CsCheck;
using Tasuki.Formats.SpecificCheckup;
using Xunit;

namespace Tasuki.Formats.Tests.SpecificCheckup;

public class CheckupJudgementTests
{
    private static readonly CheckupFindings Healthy = new()
    {
        AgeAtFiscalYearEnd = 55, Gender = "male", Waist = 90.0m, Bmi = 24.0m, FastingGlucose = 90, HbA1c = 5.2m, FastingTriglycerides = 100, Hdl = 55,
        Systolic = 120, Diastolic = 75, Smokes = false, TreatsBloodPressure = false, TreatsGlucose = false, TreatsLipids = false,
    };

    [Fact]
    public void Glucose_105_calls_for_guidance_but_is_no_metabolic_risk()
    {
        var findings = Healthy with { FastingGlucose = 105 };
        Assert.Equal(GuidanceLevel.Motivational, CheckupJudgement.Guidance(findings));
        Assert.Equal(MetabolicJudgement.Absent, CheckupJudgement.Metabolic(findings));
        Assert.Equal(MetabolicJudgement.Borderline, CheckupJudgement.Metabolic(findings with { FastingGlucose = 110 }));
    }

    [Fact]
    public void HbA1c_counts_only_where_fasting_glucose_is_missing()
    {
        var findings = Healthy with { HbA1c = 5.8m };
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(findings));
        Assert.Equal(GuidanceLevel.Motivational, CheckupJudgement.Guidance(findings with { FastingGlucose = null }));
        Assert.Equal(MetabolicJudgement.Absent, CheckupJudgement.Metabolic(findings with { FastingGlucose = null }));
        Assert.Equal(MetabolicJudgement.Borderline, CheckupJudgement.Metabolic(findings with { FastingGlucose = null, HbA1c = 6.0m }));
        Assert.Equal(MetabolicJudgement.Absent, CheckupJudgement.Metabolic(findings with { HbA1c = 6.5m }));
    }

    [Theory]
    [InlineData(0, GuidanceLevel.InformationOnly)]
    [InlineData(1, GuidanceLevel.Motivational)]
    [InlineData(2, GuidanceLevel.Active)]
    [InlineData(3, GuidanceLevel.Active)]
    public void With_a_wide_waist_two_risks_are_active_support(int risks, GuidanceLevel expected) => Assert.Equal(expected, CheckupJudgement.Guidance(With(Healthy, risks)));

    [Theory]
    [InlineData(0, GuidanceLevel.InformationOnly)]
    [InlineData(1, GuidanceLevel.Motivational)]
    [InlineData(2, GuidanceLevel.Motivational)]
    [InlineData(3, GuidanceLevel.Active)]
    public void With_weight_alone_three_risks_are_active_support(int risks, GuidanceLevel expected) =>
        Assert.Equal(expected, CheckupJudgement.Guidance(With(Healthy with { Waist = 80, Bmi = 25.0m }, risks)));

    [Fact]
    public void Neither_waist_nor_weight_is_information_whatever_the_risks() =>
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(With(Healthy with { Waist = 84.9m, Bmi = 24.9m, Smokes = true }, 3)));

    [Fact]
    public void Smoking_counts_only_beside_another_risk()
    {
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(Healthy with { Smokes = true }));
        Assert.Equal(GuidanceLevel.Active, CheckupJudgement.Guidance(With(Healthy with { Smokes = true }, 1)));
    }

    [Theory]
    [InlineData(39, GuidanceLevel.NotApplicable)]
    [InlineData(40, GuidanceLevel.Active)]
    [InlineData(64, GuidanceLevel.Active)]
    [InlineData(65, GuidanceLevel.Motivational)]
    [InlineData(74, GuidanceLevel.Motivational)]
    [InlineData(75, GuidanceLevel.NotApplicable)]
    public void From_65_active_becomes_motivational(int age, GuidanceLevel expected) =>
        Assert.Equal(expected, CheckupJudgement.Guidance(With(Healthy with { AgeAtFiscalYearEnd = age }, 3)));

    [Fact]
    public void Who_takes_medicine_gets_information_and_the_medicine_is_a_metabolic_risk()
    {
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(With(Healthy, 3) with { TreatsLipids = true }));
        Assert.Equal(MetabolicJudgement.Borderline, CheckupJudgement.Metabolic(Healthy with { TreatsLipids = true }));
        Assert.Equal(MetabolicJudgement.Present, CheckupJudgement.Metabolic(Healthy with { TreatsLipids = true, TreatsGlucose = true }));
    }

    [Fact]
    public void Visceral_fat_stands_in_for_the_waist()
    {
        Assert.Equal(MetabolicJudgement.Borderline, CheckupJudgement.Metabolic(With(Healthy with { Waist = null, VisceralFat = 100 }, 1)));
        Assert.Equal(MetabolicJudgement.Absent, CheckupJudgement.Metabolic(With(Healthy with { Waist = null, VisceralFat = 99.9m }, 3)));
        Assert.Equal(MetabolicJudgement.Undeterminable, CheckupJudgement.Metabolic(With(Healthy with { Waist = null }, 3)));
    }

    [Fact]
    public void A_gap_that_could_decide_makes_it_undeterminable_and_one_that_could_not_does_not()
    {
        Assert.Equal(GuidanceLevel.Undeterminable, CheckupJudgement.Guidance(Healthy with { Bmi = null }));
        Assert.Equal(GuidanceLevel.Undeterminable, CheckupJudgement.Guidance(Healthy with { Waist = null }));
        Assert.Equal(GuidanceLevel.Undeterminable, CheckupJudgement.Guidance(With(Healthy with { Smokes = null }, 1)));
        Assert.Equal(GuidanceLevel.Active, CheckupJudgement.Guidance(With(Healthy with { Smokes = null }, 2)));
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(Healthy with { Smokes = null }));
        Assert.Equal(GuidanceLevel.Undeterminable, CheckupJudgement.Guidance(With(Healthy with { TreatsGlucose = null }, 2)));
        Assert.Equal(GuidanceLevel.InformationOnly, CheckupJudgement.Guidance(Healthy with { TreatsGlucose = null }));
        Assert.Equal(GuidanceLevel.Undeterminable, CheckupJudgement.Guidance(With(Healthy with { AgeAtFiscalYearEnd = null }, 3)));
        Assert.Equal(MetabolicJudgement.Undeterminable, CheckupJudgement.Metabolic(With(Healthy with { Hdl = null }, 1)));
        Assert.Equal(MetabolicJudgement.Present, CheckupJudgement.Metabolic(With(Healthy with { Hdl = null, FastingTriglycerides = null, FastingGlucose = 110 }, 1)));
        Assert.Equal(MetabolicJudgement.Undeterminable, CheckupJudgement.Metabolic(Healthy with { Gender = null, Waist = 87 }));
        Assert.Equal(MetabolicJudgement.Absent, CheckupJudgement.Metabolic(Healthy with { Gender = null, Waist = 84 }));
    }

    [Fact]
    public void More_risks_never_lower_either_judgement()
    {
        var number = Gen.Int[0, 400].Select(value => (decimal?)value);
        Gen.Select(number, number, number, Gen.Int[40, 60], Gen.Bool).Sample((glucose, fat, pressure, hdl, smokes) =>
        {
            var findings = Healthy with { FastingGlucose = glucose, FastingTriglycerides = fat, Systolic = pressure, Hdl = hdl, Smokes = smokes };
            var worse = findings with { FastingGlucose = glucose + 40, FastingTriglycerides = fat + 40, Systolic = pressure + 40, Hdl = hdl - 30 };
            return CheckupJudgement.Guidance(worse) <= CheckupJudgement.Guidance(findings)
                && CheckupJudgement.Metabolic(worse) <= CheckupJudgement.Metabolic(findings);
        }, seed: "0000KOIR3s33", iter: 2_000, threads: 1);
    }

    private static CheckupFindings With(CheckupFindings findings, int risks) => findings with
    {
        Systolic = risks >= 1 ? 130 : findings.Systolic,
        FastingTriglycerides = risks >= 2 ? 150 : findings.FastingTriglycerides,
        FastingGlucose = risks >= 3 ? 110 : findings.FastingGlucose,
    };
}
