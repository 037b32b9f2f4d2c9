using System.Collections.Frozen;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>One item of a municipal screening (自治体検診; FHIR item table of 2022-01-31).</summary>
/// <param name="Category">51 lung, 52 breast, 53 stomach, 54 cervix, 55 bowel, 56 hepatitis virus, 57 osteoporosis, 58 periodontal.</param>
/// <param name="Stage">1 screening, 2 detailed examination.</param>
/// <param name="AnswerSet">The suffix of 1.2.392.100495.100. of the answers.</param>
/// <param name="Group">The five characters that name the group of tests.</param>
/// <param name="ObservationCategory">The category of the observation in FHIR: exam, imaging, laboratory, social-history, survey.</param>
public sealed record MunicipalScreeningItem(
    string Category,
    int Stage,
    string Code,
    string Name,
    string ValueType,
    string? Unit,
    string? AnswerSet,
    string? Group,
    string ObservationCategory,
    bool Optional);

/// <summary>The items of municipal screenings and their answers. Files carry the items under more than one code system: match by the 17 characters alone.</summary>
public static class MunicipalScreeningItems
{
    private static readonly MunicipalScreeningItem[] Items =
    [
        .. EmbeddedTable.Rows("municipal-items", 12).Select(row => new MunicipalScreeningItem(
            row[0], row[1] == "2" ? 2 : 1, row[2], row[3], row[4],
            EmbeddedTable.OrNull(row[5]), EmbeddedTable.OrNull(row[6]), EmbeddedTable.OrNull(row[7]), row[9], row[11] == "Y")),
    ];

    // One code can stand in several screenings; the first row is as good as the others for its name and type.
    private static readonly FrozenDictionary<string, MunicipalScreeningItem> ByCode = Items
        .GroupBy(item => item.Code, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (string Code, string Text)[]> Sets = EmbeddedTable.Rows("municipal-answers", 3)
        .GroupBy(row => row[0], StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.Select(row => (row[1], row[2])).ToArray(), StringComparer.Ordinal);

    public static IReadOnlyList<MunicipalScreeningItem> All => Items;

    public static MunicipalScreeningItem? Find(string code17) => ByCode.GetValueOrDefault(code17);

    public static string? Answer(string answerSet, string code) =>
        Sets.TryGetValue(answerSet, out var answers) ? Array.Find(answers, answer => answer.Code == code).Text : null;

    public static IReadOnlyList<(string Code, string Text)> Answers(string answerSet) =>
        Sets.TryGetValue(answerSet, out var answers) ? answers : [];

    public static string AnswerSystem(string set) => "urn:oid:1.2.392.100495.100." + set;
}
