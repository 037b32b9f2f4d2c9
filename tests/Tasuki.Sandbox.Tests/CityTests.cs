using System.Text.RegularExpressions;
using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Sandbox.Tests;

/// <summary>Run with no other test beside them: one measures the memory of the whole process.</summary>
[CollectionDefinition("memory", DisableParallelization = true)]
public sealed class MemoryCollection;

/// <summary>Whether the city as a whole is one that could be.</summary>
[Collection("memory")]
public sealed partial class CityTests
{
    private const string Metabolic = "9N501000000000011";

    [Fact]
    public void The_ages_are_those_of_a_japanese_city()
    {
        var ages = Population.Generate(new PopulationOptions(20_000, 3)).Select(resident => resident.AgeOn(Sample.Options.Until)).ToArray();
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
        Assert.InRange(Sample.Everybody.Value.Average(one => one.Data.Records.Count), 350, 600);
    }

    [Fact]
    public void Nothing_but_a_slip_lies_after_the_last_day()
    {
        foreach (var (_, data, _) in Sample.Everybody.Value)
        {
            var slipped = data.Slips.Select(slip => slip.LocalUrl).ToHashSet(StringComparer.Ordinal);
            foreach (var record in data.Records.Where(record => !slipped.Contains(record.LocalUrl!)))
            {
                if (Fhir.RecordFacts.Of(record.Resource).Date is { } date)
                    Assert.True(date.From < Kernel.TokyoDay.StartOf(Sample.Options.Until.AddDays(1)), Sample.Text(record));
            }
        }
    }

    [Fact]
    public void No_number_in_the_data_could_be_a_my_number()
    {
        foreach (var record in Sample.Everybody.Value.SelectMany(one => one.Data.Records))
        {
            foreach (Match match in LongWords().Matches(Sample.Text(record)))
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
            TestContext.Current.TestOutputHelper?.WriteLine($"{person.Role}: #{person.Resident.Index} {person.Resident.Name.Kanji} {person.Resident.AgeOn(Sample.Options.Until)} {string.Join(' ', person.Resident.Records.CountBy(record => record.Category))}");
    }

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
}
