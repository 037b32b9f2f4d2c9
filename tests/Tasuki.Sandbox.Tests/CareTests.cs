using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Sandbox.Tests;

/// <summary>Whether care, families and diaries are ones that could be.</summary>
public sealed partial class CareTests
{
    [Fact]
    public void Expense_notices_add_up()
    {
        var notices = 0;
        foreach (var record in Sample.Everybody.Value.SelectMany(one => one.Data.Records).Where(record => record.Category is DataCategory.MedicalExpense))
        {
            using var document = JsonDocument.Parse(record.Resource.Json);
            var totals = document.RootElement.GetProperty("total").EnumerateArray().ToDictionary(
                total => total.GetProperty("category").GetProperty("coding")[0].GetProperty("code").GetString()!,
                total => total.GetProperty("amount").GetProperty("value").GetInt32(), StringComparer.Ordinal);
            Assert.Equal(totals["submitted"], totals["benefit"] + totals["copay"]);
            Assert.InRange(totals["copay"], 1, totals["submitted"] * 0.31 + 10);
            notices++;
        }

        Assert.True(notices > 5_000);
    }

    [Fact]
    public void Every_dispensing_has_a_notice_of_its_month()
    {
        foreach (var (_, data, _) in Sample.Everybody.Value.Take(80))
        {
            var notices = data.Records.Where(record => record.Category is DataCategory.MedicalExpense).Select(Sample.Text).ToArray();
            foreach (var dispensing in data.Records.Where(record => record.Resource.Type == "MedicationDispense").Select(Sample.Text))
            {
                var month = HandedOver().Match(dispensing).Groups["month"].Value;
                if (DateOnly.ParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture) < Sample.Options.Until.AddMonths(-4))
                    Assert.Contains(notices, notice => notice.Contains($"\"billablePeriod\":{{\"start\":\"{month}", StringComparison.Ordinal) && notice.Contains("調剤", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_child_has_a_mother_who_was_pregnant_with_it()
    {
        var pregnancies = 0;
        foreach (var household in Sample.Everybody.Value.GroupBy(one => one.Resident.Household))
        {
            var children = household.Where(one => one.Resident.Relation == "子").Select(one => one.Resident.BirthDate).ToArray();
            foreach (var (resident, data, readings) in household)
            {
                var weeks = readings.Where(reading => reading.Code == "M01").ToArray();
                pregnancies += weeks.Length;
                if (weeks.Length == 0)
                    continue;
                Assert.Equal("female", resident.Gender);
                Assert.InRange(resident.AgeOn(weeks[0].Day!.Value), 18, 46);
                foreach (var week in weeks)
                {
                    var birth = week.Day!.Value.AddDays(7 * (40 - (int)week.Value!));
                    Assert.True(birth > Sample.Options.Until.AddDays(-30) || Array.Exists(children, child => Math.Abs(child.DayNumber - birth.DayNumber) < 20));
                }
            }
        }

        Assert.True(pregnancies > 100);
    }

    [Fact]
    public void The_sensitive_kinds_occur_and_are_rare()
    {
        var conditions = Sample.Everybody.Value.SelectMany(one => one.Data.Records).Where(record => record.Resource.Type == "Condition").Select(Sample.Text).ToArray();
        foreach (var code in new[] { "F32.9", "B24", "F10.2", "Z34.9" })
            Assert.InRange(conditions.Count(condition => condition.Contains($"\"{code}\"", StringComparison.Ordinal)), 1, conditions.Length / 12);
    }

    [Fact]
    public void A_medicine_for_a_sensitive_illness_can_be_told_by_its_code()
    {
        foreach (var (_, data, _) in Sample.Everybody.Value)
        {
            foreach (var text in data.Records.Where(record => record.Resource.Type is "MedicationDispense" or "MedicationRequest").Select(Sample.Text))
            {
                var named = text.Contains("エスシタロプラム", StringComparison.Ordinal) || text.Contains("ラミブジン", StringComparison.Ordinal);
                Assert.Equal(named, text.Contains("\"N06AB10\"", StringComparison.Ordinal) || text.Contains("\"J05AF05\"", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void Steps_follow_the_week_and_the_samples_of_a_day_add_up_to_its_steps()
    {
        var days = Sample.Everybody.Value.SelectMany(one => one.Data.Records).Where(record => Sample.Text(record).Contains("55423-8", StringComparison.Ordinal)).Select(Sample.Text)
            .Select(text => (Day: DateOnly.ParseExact(Start().Match(text).Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture), Steps: int.Parse(Value().Match(text).Groups["value"].Value, CultureInfo.InvariantCulture))).ToArray();
        Assert.True(days.Where(day => day.Day.DayOfWeek is DayOfWeek.Sunday).Average(day => day.Steps) < days.Average(day => day.Steps));
        Assert.True(days.Min(day => day.Day) > Sample.Options.Until.AddDays(-181));

        var withSamples = Sample.Everybody.Value.Where(one => one.Data.SampleDays.Count > 0).ToArray();
        Assert.InRange(withSamples.Length, 2, 60);
        foreach (var (_, data, _) in withSamples)
        {
            foreach (var day in data.SampleDays.Where(day => day.Metric == "55423-8"))
            {
                var sum = day.Samples.Sum(sample => int.Parse(sample.Value, CultureInfo.InvariantCulture));
                Assert.Contains(data.Records, record => Sample.Text(record).Contains($"\"start\":\"{day.Day:yyyy-MM-dd}T", StringComparison.Ordinal) && Sample.Text(record).Contains($"\"value\":{sum},\"unit\":\"歩\"", StringComparison.Ordinal));
                Assert.All(day.Samples, sample => Assert.True(sample.FromSecond < sample.ToSecond && sample.ToSecond <= 86_400));
            }
        }
    }

    [GeneratedRegex("\"whenHandedOver\":\"(?<month>[0-9-]{7})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HandedOver();

    [GeneratedRegex("\"start\":\"(?<day>[0-9-]{10})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Start();

    [GeneratedRegex("\"value\":(?<value>[0-9]+),\"unit\":\"歩\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Value();
}
