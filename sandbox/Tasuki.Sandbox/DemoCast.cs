using System.Text.Json;
using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What a person of the demo is there to show.</summary>
public enum DemoRole
{
    /// <summary>A man in his fifties or near it with metabolic risk, yearly checkups and diaries.</summary>
    Checkups,

    /// <summary>His wife, who looks after the family's records too.</summary>
    Family,

    /// <summary>Their child, with vaccinations and infant checkups; no sign-in of its own.</summary>
    Child,

    /// <summary>A woman over eighty with medicines and the checkup of the late-stage elderly.</summary>
    Elder,
}

public sealed record DemoPerson(DemoRole Role, SyntheticResident Resident);

/// <summary>A made-up member of staff: the organisation and a name in kanji and kana.</summary>
public sealed record DemoStaff(string Organisation, SyntheticName Name);

/// <summary>
/// Who signs in in the demo: the best example of each role among the first residents of a population, chosen by what their records show and always the same
/// for the same options. A small population may lack a role.
/// </summary>
public sealed record DemoCast(IReadOnlyList<DemoPerson> People, DemoStaff Clinic, DemoStaff Officer)
{
    /// <summary>How many residents are looked at.</summary>
    public const int Among = 200;

    public static DemoCast Choose(PopulationOptions options)
    {
        var residents = Population.Generate(options with { Residents = Math.Min(options.Residents, Among) }).ToArray();
        var people = new List<DemoPerson>();
        var until = options.Until;

        // A household with a middle-aged man, his wife and a child; without a child when there is none.
        var man = Best(residents.Where(one => one is { Gender: "male", Relation: "世帯主" } && one.AgeOn(until) is >= 42 and <= 62 && WifeOf(one) is not null), one =>
            Checkups(one) * 3 + Metabolic(one) * 3 + Diaries(one) * 4 + (ChildOf(one) is null ? 0 : 12) + (one.AgeOn(until) >= 50 ? 2 : 0));
        if (man is not null)
        {
            people.Add(new DemoPerson(DemoRole.Checkups, man));
            people.Add(new DemoPerson(DemoRole.Family, WifeOf(man)!));
            if (ChildOf(man) is { } child)
                people.Add(new DemoPerson(DemoRole.Child, child));
        }

        var elder = Best(residents.Where(one => one.Gender == "female" && one.AgeOn(until) is >= 78 and <= 88), one =>
            Checkups(one) * 3 + Math.Min(20, one.Records.Count(record => record.Category is DataCategory.Medication) / 8) + (one.AgeOn(until) == 81 ? 3 : 0));
        if (elder is not null)
            people.Add(new DemoPerson(DemoRole.Elder, elder));

        return new DemoCast(
            people,
            new DemoStaff(Town.Clinics[0].Name, new SyntheticName("走本", "一郎", "ハシモト", "イチロウ")),
            new DemoStaff("たすき市 健康増進課", new SyntheticName("襷川", "恵", "タスキガワ", "メグミ")));

        SyntheticResident? WifeOf(SyntheticResident one) => Array.Find(residents, other => other.Household == one.Household && other.Relation == "妻");

        // The youngest who is old enough to have been to the infant checkups.
        SyntheticResident? ChildOf(SyntheticResident one) => residents
            .Where(other => other.Household == one.Household && other.Relation == "子" && other.AgeOn(until) is >= 2 and <= 10)
            .MaxBy(other => other.BirthDate);
    }

    private static SyntheticResident? Best(IEnumerable<SyntheticResident> candidates, Func<SyntheticResident, int> score) => candidates.MaxBy(score);

    private static int Checkups(SyntheticResident one) =>
        one.Records.Count(record => record.Resource.Type == "Composition" && record.Category is DataCategory.SpecificCheckup or DataCategory.EmployerCheckup);

    private static int Diaries(SyntheticResident one) => one.Records.Where(record => record.Category is DataCategory.Lifelog).Select(record => record.SourceName).Distinct(StringComparer.Ordinal).Count();

    // 3 when the last judgement is metabolic syndrome, 2 when it is nearly.
    private static int Metabolic(SyntheticResident one)
    {
        var judged = 0;
        foreach (var record in one.Records)
        {
            if (record.Resource.Type != "Observation" || record.Resource.Json.Span.IndexOf("9N501000000000011"u8) < 0)
                continue;
            using var document = JsonDocument.Parse(record.Resource.Json);
            var answer = document.RootElement.GetProperty("valueCodeableConcept"u8).GetProperty("coding"u8)[0].GetProperty("code"u8).GetString();
            judged = answer switch { "1" => 3, "2" => 2, _ => 0 };
        }

        return judged;
    }
}
