using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Tasuki.Formats.SpecificCheckup;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Sandbox.Tests;

/// <summary>Whether the population is one that could be. 800 residents of one seed, read once.</summary>
public sealed partial class PlausibilityTests
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

    private static readonly PopulationOptions Options = new(800, 41);

    private static readonly Lazy<(SyntheticResident Resident, ResidentData Data, Reading[] Readings)[]> Everybody = new(() =>
    [
        .. Population.Generate(Options).Select(resident =>
        {
            var data = resident.MakeData();
            return (resident, data, Reading.Of(data.Records).ToArray());
        }),
    ]);

    [Fact]
    public void The_ages_are_those_of_a_japanese_city()
    {
        var ages = Population.Generate(new PopulationOptions(20_000, 3)).Select(resident => resident.AgeOn(Options.Until)).ToArray();
        Assert.InRange(ages.Count(age => age >= 65) / 20_000.0, 0.26, 0.32);
        Assert.InRange(ages.Count(age => age < 15) / 20_000.0, 0.1, 0.16);
        Assert.InRange(ages.Max(), 88, 105);
        Assert.True(ages.Min() >= 0);
    }

    [Fact]
    public void Every_category_is_there_in_two_hundred_residents()
    {
        var found = Population.Generate(new PopulationOptions(200, PopulationOptions.DemoSeed)).SelectMany(resident => resident.Records).Select(record => record.Category).ToHashSet();
        Assert.Equal(Enum.GetValues<DataCategory>().Order(), found.Order());
    }

    [Fact]
    public void A_resident_has_a_few_hundred_records()
    {
        Assert.InRange(Everybody.Value.Average(one => one.Data.Records.Count), 350, 600);
    }

    [Fact]
    public void Specific_checkups_are_from_40_to_74_and_the_elderly_have_their_own()
    {
        var programmes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (resident, data, _) in Everybody.Value)
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
        foreach (var (resident, data, readings) in Everybody.Value)
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

        var people = Everybody.Value.Select(one => Sound(one.Data, one.Readings).Where(reading => reading.Code == Bmi).Select(reading => (double)reading.Value!).ToArray()).Where(values => values.Length >= 4).ToArray();
        var within = people.Average(values => values.Max() - values.Min());
        var between = people.Max(values => values.Average()) - people.Min(values => values.Average());
        Assert.InRange(within, 0.1, 2.5);
        Assert.True(between > 4 * within);
    }

    [Fact]
    public void Between_10_and_35_in_100_men_have_the_metabolic_syndrome()
    {
        var judged = Everybody.Value.Where(one => one.Resident.Gender == "male")
            .SelectMany(one => one.Readings.Where(reading => reading.Code == Metabolic && one.Resident.AgeOn(reading.Day!.Value) is >= 40 and <= 74)).ToArray();
        Assert.InRange(judged.Count(reading => reading.Answer == "1") / (double)judged.Length, 0.1, 0.35);
    }

    [Fact]
    public void The_judgements_follow_from_the_values_beside_them()
    {
        foreach (var (_, data, readings) in Everybody.Value)
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
        foreach (var (_, data, readings) in Everybody.Value)
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
        Assert.Equal(Enum.GetValues<SlipKind>(), Everybody.Value.SelectMany(one => one.Data.Slips).Select(slip => slip.Kind).Distinct().Order());
        foreach (var (_, data, readings) in Everybody.Value)
        {
            var slips = data.Slips.ToDictionary(slip => slip.LocalUrl, slip => slip.Kind, StringComparer.Ordinal);
            foreach (var reading in readings)
            {
                var slip = slips.TryGetValue(reading.Record.LocalUrl!, out var kind) ? kind : (SlipKind?)null;
                // Eyesight has no unit in the item table.
                var unitless = CheckupItems.Find(reading.Code!) is { Unit: null };
                Assert.Equal(slip is SlipKind.MissingUnit, reading.Value is not null && reading.Unit is null && !unitless);
                Assert.Equal(slip is SlipKind.WrongUnit, reading.Unit == "mmol/L" && reading.Code == Triglycerides);
                Assert.Equal(slip is SlipKind.FutureDate, reading.Day > Options.Until);
                if (reading.Code == Systolic)
                    Assert.Equal(slip is SlipKind.OutOfRange, reading.Value > 300);
                if (reading.Code == "9N001000000000001")
                    Assert.Equal(slip is SlipKind.DecimalPoint, reading.Value < 100);
            }
        }
    }

    [Fact]
    public void Nothing_but_a_slip_lies_after_the_last_day()
    {
        foreach (var (_, data, _) in Everybody.Value)
        {
            var slipped = data.Slips.Select(slip => slip.LocalUrl).ToHashSet(StringComparer.Ordinal);
            foreach (var record in data.Records.Where(record => !slipped.Contains(record.LocalUrl!)))
            {
                if (Fhir.RecordFacts.Of(record.Resource).Date is { } date)
                    Assert.True(date.From < Kernel.TokyoDay.StartOf(Options.Until.AddDays(1)), Text(record));
            }
        }
    }

    [Fact]
    public void Expense_notices_add_up()
    {
        var notices = 0;
        foreach (var record in Everybody.Value.SelectMany(one => one.Data.Records).Where(record => record.Category is DataCategory.MedicalExpense))
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
        foreach (var (_, data, _) in Everybody.Value.Take(80))
        {
            var notices = data.Records.Where(record => record.Category is DataCategory.MedicalExpense).Select(Text).ToArray();
            foreach (var dispensing in data.Records.Where(record => record.Resource.Type == "MedicationDispense").Select(Text))
            {
                var month = HandedOver().Match(dispensing).Groups["month"].Value;
                if (DateOnly.ParseExact(month + "-01", "yyyy-MM-dd", CultureInfo.InvariantCulture) < Options.Until.AddMonths(-4))
                    Assert.Contains(notices, notice => notice.Contains($"\"billablePeriod\":{{\"start\":\"{month}", StringComparison.Ordinal) && notice.Contains("調剤", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_child_has_a_mother_who_was_pregnant_with_it()
    {
        var pregnancies = 0;
        foreach (var household in Everybody.Value.GroupBy(one => one.Resident.Household))
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
                    Assert.True(birth > Options.Until.AddDays(-30) || Array.Exists(children, child => Math.Abs(child.DayNumber - birth.DayNumber) < 20));
                }
            }
        }

        Assert.True(pregnancies > 100);
    }

    [Fact]
    public void The_sensitive_kinds_occur_and_are_rare()
    {
        var conditions = Everybody.Value.SelectMany(one => one.Data.Records).Where(record => record.Resource.Type == "Condition").Select(Text).ToArray();
        foreach (var code in new[] { "F32.9", "B24", "F10.2", "Z34.9" })
            Assert.InRange(conditions.Count(condition => condition.Contains($"\"{code}\"", StringComparison.Ordinal)), 1, conditions.Length / 12);
    }

    [Fact]
    public void Steps_follow_the_week_and_the_samples_of_a_day_add_up_to_its_steps()
    {
        var days = Everybody.Value.SelectMany(one => one.Data.Records).Where(record => Text(record).Contains("55423-8", StringComparison.Ordinal)).Select(Text)
            .Select(text => (Day: DateOnly.ParseExact(Start().Match(text).Groups["day"].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture), Steps: int.Parse(Value().Match(text).Groups["value"].Value, CultureInfo.InvariantCulture))).ToArray();
        Assert.True(days.Where(day => day.Day.DayOfWeek is DayOfWeek.Sunday).Average(day => day.Steps) < days.Average(day => day.Steps));
        Assert.True(days.Min(day => day.Day) > Options.Until.AddDays(-181));

        var withSamples = Everybody.Value.Where(one => one.Data.SampleDays.Count > 0).ToArray();
        Assert.InRange(withSamples.Length, 2, 60);
        foreach (var (_, data, _) in withSamples)
        {
            foreach (var day in data.SampleDays.Where(day => day.Metric == "55423-8"))
            {
                var sum = day.Samples.Sum(sample => int.Parse(sample.Value, CultureInfo.InvariantCulture));
                Assert.Contains(data.Records, record => Text(record).Contains($"\"start\":\"{day.Day:yyyy-MM-dd}T", StringComparison.Ordinal) && Text(record).Contains($"\"value\":{sum},\"unit\":\"歩\"", StringComparison.Ordinal));
                Assert.All(day.Samples, sample => Assert.True(sample.FromSecond < sample.ToSecond && sample.ToSecond <= 86_400));
            }
        }
    }

    [Fact]
    public void No_number_in_the_data_could_be_a_my_number()
    {
        foreach (var record in Everybody.Value.SelectMany(one => one.Data.Records))
        {
            foreach (Match match in LongWords().Matches(Text(record)))
                Assert.False(match.Length == 12 && match.Value.All(char.IsAsciiDigit) && IsMyNumber(match.Value), record.Resource.Type);
        }
    }

    [Fact]
    public void Five_thousand_residents_stream_in_the_memory_of_one()
    {
        foreach (var resident in Population.Generate(new PopulationOptions(50, 9)))
            resident.MakeData();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        foreach (var resident in Population.Generate(new PopulationOptions(5_000, 9)))
        {
            if (resident.Index % 25 == 0)
                resident.MakeData();
            if (resident.Index % 1000 == 999)
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.True(most < 8 << 20, $"{most} bytes are held");
    }

    [Fact]
    public void The_cast_of_the_demo_shows_what_it_is_there_for()
    {
        var cast = DemoCast.Choose(new PopulationOptions(200, PopulationOptions.DemoSeed));
        var people = cast.People.ToDictionary(person => person.Role, person => person.Resident);
        Assert.Equal(4, people.Count);
        var man = people[DemoRole.Checkups];
        Assert.Equal(people[DemoRole.Family].Household, people[DemoRole.Child].Household);
        Assert.Contains(Reading.Of(man.Records), reading => reading.Code == Metabolic && reading.Answer is "1" or "2");
        Assert.Equal(5, man.Records.Count(record => record.Resource.Type == "Composition" && record.Category is DataCategory.SpecificCheckup));
        Assert.Contains(people[DemoRole.Child].Records, record => record.Category is DataCategory.Immunization);
        Assert.Contains(people[DemoRole.Elder].Records, record => record.Category is DataCategory.Medication);
        Assert.Contains(people[DemoRole.Elder].Records, record => record.Category is DataCategory.SpecificCheckup);
        foreach (var person in cast.People)
            TestContext.Current.TestOutputHelper?.WriteLine($"{person.Role}: #{person.Resident.Index} {person.Resident.Name.Kanji} {person.Resident.AgeOn(Options.Until)} {string.Join(' ', person.Resident.Records.CountBy(record => record.Category))}");
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
        .. Everybody.Value.SelectMany(person => Sound(person.Data, person.Readings).GroupBy(reading => reading.Encounter, StringComparer.Ordinal).Select(paper =>
            (paper.FirstOrDefault(reading => reading.Code == one)?.Value, paper.FirstOrDefault(reading => reading.Code == other)?.Value)))
            .Where(pair => pair.Item1 is not null && pair.Item2 is not null).Select(pair => ((double)pair.Item1!, (double)pair.Item2!)),
    ]);

    private static double Mean(string code, int from, int to) => Everybody.Value.SelectMany(person => Sound(person.Data, person.Readings)
        .Where(reading => reading.Code == code && person.Resident.AgeOn(reading.Day!.Value) >= from && person.Resident.AgeOn(reading.Day.Value) <= to)).Average(reading => (double)reading.Value!);

    private static string Text(SyntheticRecord record) => Encoding.UTF8.GetString(record.Resource.Json.Span);

    // The check digit of the Individual Number (ministerial ordinance 2014/85, article 5).
    private static bool IsMyNumber(string digits)
    {
        var sum = 0;
        for (var n = 1; n <= 11; n++)
            sum += (digits[11 - n] - '0') * (n <= 6 ? n + 1 : n - 5);
        var check = sum % 11 <= 1 ? 0 : 11 - sum % 11;
        return check == digits[11] - '0';
    }

    [GeneratedRegex("[0-9A-Za-z]{12,}", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex LongWords();

    [GeneratedRegex("\"whenHandedOver\":\"(?<month>[0-9-]{7})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HandedOver();

    [GeneratedRegex("\"start\":\"(?<day>[0-9-]{10})", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Start();

    [GeneratedRegex("\"value\":(?<value>[0-9]+),\"unit\":\"歩\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Value();
}
