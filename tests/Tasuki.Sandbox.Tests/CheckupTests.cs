using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Sandbox.Tests;

/// <summary>Whether the checkups are ones that could be.</summary>
public sealed class CheckupTests
{
    private const string Waist = "9N016160100000001";
    private const string Bmi = "9N011000000000001";
    private const string Systolic = "9A751000000000001";
    private const string Triglycerides = "3F015000002327101";
    private const string Hdl = "3F070000002327101";
    private const string Glucose = "3D010000001927201";
    private const string A1c = "3D046000001906202";
    private const string Alt = "3B045000002327201";
    private const string Metabolic = "9N501000000000011";

    [Fact]
    public void Specific_checkups_are_from_40_to_74_and_the_elderly_have_their_own()
    {
        var programmes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (resident, data, _) in Sample.Everybody.Value)
        {
            foreach (var (_, programme, day) in Papers(data.Records, DataCategory.SpecificCheckup))
            {
                programmes.Add(programme);
                if (programme == "010")
                    Assert.InRange(resident.AgeOn(day), 40, 74);
                else
                    Assert.True(programme == "020" && resident.AgeOn(day) >= 75, $"programme {programme} at {resident.AgeOn(day)}");
            }

            foreach (var (_, _, day) in Papers(data.Records, DataCategory.EmployerCheckup))
                Assert.InRange(resident.AgeOn(day), 20, 74);
        }

        Assert.Equal(["010", "020"], programmes.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void The_elderly_answer_their_fifteen_questions_and_the_others_their_twenty_two()
    {
        var elderly = CheckupItems.All.Where(item => item.Name.EndsWith("（後期）", StringComparison.Ordinal)).Select(item => item.Code).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(15, elderly.Count);
        foreach (var (resident, data, readings) in Sample.Everybody.Value)
        {
            foreach (var (encounter, programme, _) in Papers(data.Records, DataCategory.SpecificCheckup))
            {
                var codes = readings.Where(reading => reading.Encounter == encounter).Select(reading => reading.Code!).ToHashSet(StringComparer.Ordinal);
                if (programme == "020")
                    Assert.Superset(elderly, codes);
                else
                    Assert.InRange(codes.Count(code => CheckupItems.Find(code)?.Section == "質問票"), 15, 22);
            }
        }
    }

    [Fact]
    public void Values_of_one_body_go_together()
    {
        Assert.InRange(Pairs(Bmi, Waist), 0.75, 0.99);
        Assert.InRange(Pairs(Bmi, Systolic), 0.1, 0.8);
        Assert.InRange(Pairs(Bmi, Triglycerides), 0.2, 0.8);
        Assert.InRange(Pairs(Bmi, Glucose), 0.15, 0.8);
        Assert.InRange(Pairs(Bmi, Alt), 0.2, 0.8);
        Assert.InRange(Pairs(Glucose, A1c), 0.75, 0.99);
        Assert.InRange(Pairs(Triglycerides, Hdl), -0.85, -0.2);
        Assert.InRange(Pairs(Waist, Hdl), -0.85, -0.2);
    }

    [Fact]
    public void Pressure_and_sugar_rise_with_age_and_one_persons_values_stay_near_each_other()
    {
        Assert.True(Mean(Systolic, 60, 74) > Mean(Systolic, 20, 39) + 8);
        Assert.True(Mean(Glucose, 60, 74) > Mean(Glucose, 20, 39) + 4);
        Assert.True(Mean(A1c, 60, 74) > Mean(A1c, 20, 39));

        var people = Sample.Everybody.Value.Select(one => Sound(one.Data, one.Readings).Where(reading => reading.Code == Bmi).Select(reading => (double)reading.Value!).ToArray()).Where(values => values.Length >= 4).ToArray();
        var within = people.Average(values => values.Max() - values.Min());
        var between = people.Max(values => values.Average()) - people.Min(values => values.Average());
        Assert.InRange(within, 0.1, 2.5);
        Assert.True(between > 4 * within);
    }

    [Fact]
    public void Between_10_and_35_in_100_men_have_the_metabolic_syndrome()
    {
        var judged = Sample.Everybody.Value.Where(one => one.Resident.Gender == "male")
            .SelectMany(one => one.Readings.Where(reading => reading.Code == Metabolic && one.Resident.AgeOn(reading.Day!.Value) is >= 40 and <= 74)).ToArray();
        Assert.InRange(judged.Count(reading => reading.Answer == "1") / (double)judged.Length, 0.1, 0.35);
    }

    [Fact]
    public void The_judgements_follow_from_the_values_beside_them()
    {
        foreach (var (_, data, readings) in Sample.Everybody.Value)
        {
            var slipped = data.Slips.Select(slip => slip.LocalUrl).ToHashSet(StringComparer.Ordinal);
            foreach (var paper in readings.GroupBy(reading => reading.Encounter, StringComparer.Ordinal))
            {
                var answer = paper.FirstOrDefault(reading => reading.Code == Metabolic)?.Answer;
                var waist = paper.FirstOrDefault(reading => reading.Code == Waist && !slipped.Contains(reading.Record.LocalUrl!))?.Value;
                if (answer is "1" or "2")
                    Assert.True(waist >= 85);
                if (waist < 85)
                    Assert.Equal("3", answer ?? "3");
            }
        }
    }

    [Fact]
    public void Numbers_carry_the_digits_of_their_item()
    {
        foreach (var (_, data, readings) in Sample.Everybody.Value)
        {
            foreach (var reading in readings.Where(reading => reading.Digits is not null && CheckupItems.Find(reading.Code!)?.Format is not null))
            {
                var format = CheckupItems.Find(reading.Code!)!.Format!;
                var decimals = format.Contains('.', StringComparison.Ordinal) ? format.Length - format.IndexOf('.', StringComparison.Ordinal) - 1 : 0;
                var point = reading.Digits!.IndexOf('.', StringComparison.Ordinal);
                Assert.Equal(decimals, point < 0 ? 0 : reading.Digits.Length - point - 1);
            }
        }
    }

    [Fact]
    public void Bad_values_are_there_and_only_where_the_list_says_so()
    {
        Assert.Equal(Enum.GetValues<SlipKind>(), Sample.Everybody.Value.SelectMany(one => one.Data.Slips).Select(slip => slip.Kind).Distinct().Order());
        foreach (var (_, data, readings) in Sample.Everybody.Value)
        {
            var slips = data.Slips.ToDictionary(slip => slip.LocalUrl, slip => slip.Kind, StringComparer.Ordinal);
            foreach (var reading in readings)
            {
                var slip = slips.TryGetValue(reading.Record.LocalUrl!, out var kind) ? kind : (SlipKind?)null;
                // Eyesight has no unit in the item table.
                var unitless = CheckupItems.Find(reading.Code!) is { Unit: null };
                Assert.Equal(slip is SlipKind.MissingUnit, reading.Value is not null && reading.Unit is null && !unitless);
                Assert.Equal(slip is SlipKind.WrongUnit, reading.Unit == "mmol/L" && reading.Code == Triglycerides);
                Assert.Equal(slip is SlipKind.FutureDate, reading.Day > Sample.Options.Until);
                if (reading.Code == Systolic)
                    Assert.Equal(slip is SlipKind.OutOfRange, reading.Value > 300);
                if (reading.Code == "9N001000000000001")
                    Assert.Equal(slip is SlipKind.DecimalPoint, reading.Value < 100);
            }
        }
    }

    private static IEnumerable<(string Encounter, string Programme, DateOnly Day)> Papers(IEnumerable<SyntheticRecord> records, DataCategory category)
    {
        foreach (var record in records.Where(record => record.Resource.Type == "Composition" && record.Category == category))
        {
            using var document = JsonDocument.Parse(record.Resource.Json);
            var happened = document.RootElement.GetProperty("event")[0];
            yield return (
                document.RootElement.GetProperty("encounter").GetProperty("reference").GetString()!,
                happened.GetProperty("code")[0].GetProperty("coding")[0].GetProperty("code").GetString()!,
                DateOnly.ParseExact(happened.GetProperty("period").GetProperty("start").GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture));
        }
    }

    private static IEnumerable<Reading> Sound(ResidentData data, IEnumerable<Reading> readings)
    {
        var slipped = data.Slips.Select(slip => slip.LocalUrl).ToHashSet(StringComparer.Ordinal);
        return readings.Where(reading => !slipped.Contains(reading.Record.LocalUrl!));
    }

    private static double Pairs(string one, string other) => Reading.Correlation(
    [
        .. Sample.Everybody.Value.SelectMany(person => Sound(person.Data, person.Readings).GroupBy(reading => reading.Encounter, StringComparer.Ordinal).Select(paper =>
            (paper.FirstOrDefault(reading => reading.Code == one)?.Value, paper.FirstOrDefault(reading => reading.Code == other)?.Value)))
            .Where(pair => pair.Item1 is not null && pair.Item2 is not null).Select(pair => ((double)pair.Item1!, (double)pair.Item2!)),
    ]);

    private static double Mean(string code, int from, int to) => Sample.Everybody.Value.SelectMany(person => Sound(person.Data, person.Readings)
        .Where(reading => reading.Code == code && person.Resident.AgeOn(reading.Day!.Value) >= from && person.Resident.AgeOn(reading.Day.Value) <= to)).Average(reading => (double)reading.Value!);

}
