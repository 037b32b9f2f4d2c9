using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Guided;

/// <summary>How a field is filled in.</summary>
public enum GuidedKind
{
    Line,
    Text,
    Day,
    Number,
}

public sealed record GuidedField(string Id, GuidedKind Kind);

/// <summary>A version of a guided document as it was kept.</summary>
/// <param name="Fields">By the field's id; a day as <c>2026-04-01</c>.</param>
/// <param name="ReviewBy">From that day on it answers nothing until it was kept anew.</param>
public sealed record GuidedVersion(IReadOnlyDictionary<string, string> Fields, DateOnly ReviewBy);

/// <summary>
/// A document the municipality writes field by field, each with a hint and a filled example: what it decides about, and what it publishes by law. Texts:
/// <c>guided-ID</c>, <c>guided-ID-lead</c>, and <c>guided-ID-FIELD</c> with <c>-hint</c>.
/// </summary>
/// <param name="Id">In addresses and evidence: never renamed.</param>
/// <param name="Requirements">Answered while the newest version's review is not due.</param>
/// <param name="Published">Everybody reads the newest version under <c>/trust/documents/ID</c>.</param>
public sealed record GuidedDocument(string Id, bool Published, IReadOnlyList<string> Requirements, IReadOnlyList<GuidedField> Fields)
{
    public const int LongestLine = 200;
    public const int LongestText = 2000;
    public const int YearsBetweenReviews = 1;

    /// <summary>個人情報ファイル簿: the entry of the service's file as the Act has it published (art. 75, with art. 74(1)).</summary>
    public static GuidedDocument FileRegister { get; } = new("file-register", true, ["LW-10", "PU-10"],
    [
        Line("name"), Line("body"), Line("unit"), Text("purpose"), Text("items"), Text("range"), Text("collection"), Line("sensitive"), Line("ordinance-sensitive"), Text("recipients"), Text("requests-at"),
        Text("special"), Line("kind"),
    ]);

    /// <summary>What an accessibility test found, and the policy behind it (JIS X 8341-3:2016).</summary>
    public static GuidedDocument Accessibility { get; } = new("accessibility", true, [],
        [Line("target"), Text("scope"), Day("tested"), Text("method"), Number("pages"), Number("unmet"), Text("unmet-what"), Text("contact")]);

    /// <summary>What the service costs over the years, and who pays.</summary>
    public static GuidedDocument Budget { get; } = new("budget", false, ["MU-05"],
        [Line("years"), Text("aim"), Number("users"), Number("first"), Number("yearly"), Number("staff"), Number("end"), Text("funding"), Text("review")]);

    /// <summary>Why the municipality runs it itself, held against services people can have already.</summary>
    public static GuidedDocument Need { get; } = new("need", false, ["MU-04", "MU-18"],
        [Text("problem"), Text("people"), Text("services"), Text("enough"), Text("missing"), Text("law"), Text("other-ways"), Text("conclusion")]);

    /// <summary>What a tender asks of whoever is to run or deliver it.</summary>
    public static GuidedDocument Tender { get; } = new("tender", false, ["MU-15"],
        [Text("standards"), Text("exchange"), Text("take-out"), Text("check-sheets"), Text("certificates"), Text("place"), Text("subcontractors"), Text("incidents"), Text("audit"), Text("end")]);

    public static IReadOnlyList<GuidedDocument> All { get; } = [FileRegister, Accessibility, Budget, Need, Tender];

    public static GuidedDocument? Find(string id) => All.FirstOrDefault(d => d.Id == id);

    /// <summary>Error <c>guided.field</c>: its message is the id of the first field that is empty, too long, or no day or number.</summary>
    public Result<GuidedVersion> Version(IReadOnlyList<string?> typed, DateOnly today)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (at, field) in Fields.Index())
        {
            var text = typed.ElementAtOrDefault(at)?.Trim().ReplaceLineEndings("\n") ?? "";
            if (text.Length == 0 || text.Length > (field.Kind is GuidedKind.Text ? LongestText : LongestLine) || !Fits(field.Kind, text, today))
                return new Error("guided.field", field.Id);
            fields[field.Id] = text;
        }

        return new GuidedVersion(fields, today.AddYears(YearsBetweenReviews));
    }

    private static bool Fits(GuidedKind kind, string text, DateOnly today) => kind switch
    {
        GuidedKind.Day => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day <= today,
        GuidedKind.Number => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 1_000_000_000_000,
        _ => true,
    };

    private static GuidedField Line(string id) => new(id, GuidedKind.Line);

    private static GuidedField Text(string id) => new(id, GuidedKind.Text);

    private static GuidedField Day(string id) => new(id, GuidedKind.Day);

    private static GuidedField Number(string id) => new(id, GuidedKind.Number);
}
