using System.Text.Json;
using Tasuki.Kernel.Records;

namespace Tasuki.Sandbox;

/// <summary>What a person of the demo is there to show.</summary>
public enum DemoRole
{
    /// <summary>A man between 45 and 66 with metabolic risk, yearly checkups and diaries.</summary>
    Checkups,

    /// <summary>A mother who looks after a child's records too.</summary>
    Family,

    /// <summary>Her child, with vaccinations and infant checkups; no sign-in of its own.</summary>
    Child,

    /// <summary>A woman over eighty with medicines and the checkup of the late-stage elderly.</summary>
    Elder,
}

public sealed record DemoPerson(DemoRole Role, SyntheticResident Resident);

/// <summary>A made-up member of staff: the organisation and a name in kanji and kana.</summary>
/// <param name="OrganisationKana">Of a medical institution.</param>
public sealed record DemoStaff(string Organisation, SyntheticName Name, string? OrganisationKana = null);

/// <summary>
/// Who signs in in the demo: the best example of each role among the first residents of a population, chosen by what their records show and always the same
/// for the same options. A small population may lack a role.
/// </summary>
public sealed record DemoCast(IReadOnlyList<DemoPerson> People, DemoStaff Clinic, DemoStaff Officer, DemoStaff SecondOfficer, DemoStaff Administrator)
{
    /// <summary>How many residents are looked at.</summary>
    public const int Among = 200;

    public static DemoCast Choose(PopulationOptions options)
    {
        var until = options.Until;
        var residents = Population.Generate(options with { Residents = Math.Min(options.Residents, Among) }).ToArray();
        var people = new List<DemoPerson>();

        if (Best(residents.Where(one => one.Gender == "male" && one.AgeOn(until) is >= 45 and <= 66), Risk) is { } man)
            people.Add(new DemoPerson(DemoRole.Checkups, man));
        if (Best(residents.Where(one => one.Gender == "female" && ChildOf(one, residents, until) is not null), Motherhood) is { } mother)
        {
            people.Add(new DemoPerson(DemoRole.Family, mother));
            people.Add(new DemoPerson(DemoRole.Child, ChildOf(mother, residents, until)!));
        }

        if (Best(residents.Where(one => one.Gender == "female" && one.AgeOn(until) is >= 79 and <= 86), records => (Of(records, DataCategory.Lifelog) > 0 ? 3 : 0) + Papers(records) * 3 + Math.Min(12, Of(records, DataCategory.Medication) / 12)) is { } elder)
            people.Add(new DemoPerson(DemoRole.Elder, elder));

        return new DemoCast(
            people,
            new DemoStaff(Town.Clinics[0].Name, new SyntheticName("走本", "一郎", "ハシモト", "イチロウ"), Town.Clinics[0].Kana),
            new DemoStaff("たすき市 健康増進課", new SyntheticName("襷川", "恵", "タスキガワ", "メグミ")),
            new DemoStaff("たすき市 市民課", new SyntheticName("走田", "進", "ハシリダ", "ススム")),
            new DemoStaff("たすき市 情報政策課", new SyntheticName("結城田", "守", "ユウキダ", "マモル")));
    }

    // Five years of specific checkups with a risk in them, and diaries to set beside them.
    private static int Risk(SyntheticRecord[] records) =>
        Of(records, DataCategory.SpecificCheckup, "Composition") * 4 + Of(records, DataCategory.EmployerCheckup, "Composition") * 2 + Metabolic(records) * 4 + Diaries(records) * 3;

    // A mother whose own records show the pregnancy, too.
    private static int Motherhood(SyntheticRecord[] records) => Math.Min(20, Of(records, DataCategory.MaternalInfantCheckup, "Composition")) + Papers(records) + Diaries(records);

    private static SyntheticResident? Best(IEnumerable<SyntheticResident> candidates, Func<SyntheticRecord[], int> score) =>
        candidates.MaxBy(candidate => score([.. candidate.Records]));

    // The youngest who is old enough to have been to the infant checkups.
    private static SyntheticResident? ChildOf(SyntheticResident mother, SyntheticResident[] residents, DateOnly until) => mother.Relation is not ("妻" or "世帯主") ? null : residents
        .Where(other => other.Household == mother.Household && other.Relation == "子" && other.AgeOn(until) is >= 2 and <= 8)
        .MaxBy(other => other.BirthDate);

    private static int Papers(SyntheticRecord[] records) =>
        Of(records, DataCategory.SpecificCheckup, "Composition") + Of(records, DataCategory.EmployerCheckup, "Composition");

    private static int Of(SyntheticRecord[] records, DataCategory category, string? type = null) =>
        records.Count(record => record.Category == category && (type is null || record.Resource.Type == type));

    private static int Diaries(SyntheticRecord[] records) =>
        records.Where(record => record.Category is DataCategory.Lifelog).Select(record => record.SourceName).Distinct(StringComparer.Ordinal).Count();

    // 3 when the last judgement is metabolic syndrome, 2 when it is nearly.
    private static int Metabolic(SyntheticRecord[] records)
    {
        var last = Array.FindLast(records, record => record.Resource.Type == "Observation" && record.Resource.Json.Span.IndexOf("9N501000000000011"u8) >= 0);
        if (last is null)
            return 0;
        using var document = JsonDocument.Parse(last.Resource.Json);
        return document.RootElement.GetProperty("valueCodeableConcept"u8).GetProperty("coding"u8)[0].GetProperty("code"u8).GetString() switch { "1" => 3, "2" => 2, _ => 0 };
    }
}
