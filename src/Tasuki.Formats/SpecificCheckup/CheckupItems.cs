using System.Collections.Frozen;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>One item of the specific checkup as the ministry's item table has it (phase 3 table V3.0 with the changes of phase 4).</summary>
/// <param name="Code">17 digits and letters (JLAC10).</param>
/// <param name="ValueType">PQ (number), CD (code), CO (ordered code) or ST (text).</param>
/// <param name="Format">Digits before and after the point, as in <c>NNN.N</c>.</param>
/// <param name="Unit">The unit the XML carries. It is UCUM with a few exceptions of the table itself (see <see cref="CheckupItems.Ucum"/>).</param>
/// <param name="MethodCode">The method this item code implies (10 characters).</param>
/// <param name="Group">The item code that names the group of tests this item is part of.</param>
/// <param name="Relation">COMP (a part of the group) or RSON (why it was done).</param>
/// <param name="AnswerSet">The suffix of 1.2.392.200119.6. of the answers of a CD or CO item.</param>
public sealed record CheckupItem(
    string Code,
    string Name,
    string Section,
    string ValueType,
    string? Format,
    string? Unit,
    string? MethodCode,
    string? MethodName,
    string? Group,
    string? Relation,
    string? AnswerSet);

/// <summary>The item table of the specific checkup and its answer sets. Texts a file carries beside a code are never used to tell items apart.</summary>
public static class CheckupItems
{
    public const string ItemSystem = "urn:oid:1.2.392.200119.6.1005";

    public const string MethodSystem = "urn:oid:1.2.392.200119.6.1007";

    private const string AnswerRoot = "urn:oid:1.2.392.200119.6.";

    private static readonly CheckupItem[] Items = Load();

    private static readonly FrozenDictionary<string, CheckupItem> ByCode = Items.ToFrozenDictionary(item => item.Code, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, (string Code, string Text)[]> Sets = EmbeddedTable.Rows("answers", 3)
        .GroupBy(row => row[0], StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.Select(row => (row[1], row[2])).ToArray(), StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> Methods = Items
        .Where(item => item is { MethodCode: not null, MethodName: not null })
        .GroupBy(item => item.MethodCode!, StringComparer.Ordinal)
        .ToFrozenDictionary(group => group.Key, group => group.First().MethodName!, StringComparer.Ordinal);

    public static IReadOnlyList<CheckupItem> All => Items;

    public static CheckupItem? Find(string code17) => ByCode.GetValueOrDefault(code17);

    /// <summary>The text of an answer. Null for a set or a code without a known text.</summary>
    public static string? Answer(string answerSet, string code) =>
        Sets.TryGetValue(answerSet, out var answers) ? Array.Find(answers, answer => answer.Code == code).Text : null;

    /// <summary>Empty for a set that is not known.</summary>
    public static IReadOnlyList<(string Code, string Text)> Answers(string answerSet) =>
        Sets.TryGetValue(answerSet, out var answers) ? answers : [];

    public static string AnswerSystem(string set) => AnswerRoot + set;

    /// <summary>The answer set a system URI names, with or without <c>urn:oid:</c>.</summary>
    public static string? AnswerSet(string? system)
    {
        if (system is null)
            return null;
        if (system.StartsWith(AnswerRoot, StringComparison.Ordinal))
            return system[AnswerRoot.Length..];
        var bare = AnswerRoot.AsSpan("urn:oid:".Length);
        return system.AsSpan().StartsWith(bare, StringComparison.Ordinal) ? system[bare.Length..] : null;
    }

    public static string? MethodName(string methodCode) => Methods.GetValueOrDefault(methodCode);

    /// <summary>The UCUM code of a unit as the XML writes it. The item table has a few units that are none in UCUM; a unit that is not one of them is UCUM already.</summary>
    public static string Ucum(string xmlUnit) => xmlUnit switch
    {
        "{h`b}/min" => "/min",
        "fl" => "fL",
        "ml/min/1.73m2" => "mL/min/{1.73_m2}",
        "mg/g*CR" => "mg/g{creat}",
        "mg/day" => "mg/d",
        _ => xmlUnit,
    };

    private static CheckupItem[] Load() =>
    [
        .. EmbeddedTable.Rows("items", 11).Select(row => new CheckupItem(
            row[0], row[1], row[2], row[3],
            EmbeddedTable.OrNull(row[4]), EmbeddedTable.OrNull(row[5]), EmbeddedTable.OrNull(row[6]), EmbeddedTable.OrNull(row[7]),
            EmbeddedTable.OrNull(row[8]), EmbeddedTable.OrNull(row[9]), EmbeddedTable.OrNull(row[10]))),
    ];
}
