using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.MyHealth;

internal enum Trend
{
    None,
    Up,
    Down,
    Same,
}

/// <summary>One value in the table of years, with its judgement and how it stands to the value before it.</summary>
internal sealed record CheckupCell(CheckupResult Result, LimitJudgement Judgement, Trend Trend);

/// <param name="Key">The measure's key for its trend page; null for a question.</param>
internal sealed record CheckupRow(string? Key, string NameJa, string NameEn, string? Unit, IReadOnlyList<CheckupCell?> Cells);

internal sealed record CheckupGroup(string Key, IReadOnlyList<CheckupRow> Rows);

/// <summary>Years as columns, measures as rows. Rows and groups without any value are left out.</summary>
internal sealed record CheckupTable(IReadOnlyList<Checkup> Columns, IReadOnlyList<CheckupGroup> Groups)
{
    public const int MostColumns = 5;

    /// <summary>True for a checkup that has something to compare over the years; a cancer screening's findings do not.</summary>
    public static bool HasColumn(Checkup checkup) => checkup.Results.Any(result => result.Measure is not null && result.Value is not null);

    /// <param name="newestFirst">Checkups with a column, newest first; <see cref="MostColumns"/> of them are shown, oldest on the left.</param>
    public static CheckupTable Of(IReadOnlyList<Checkup> newestFirst, string? gender, int skip = 0)
    {
        var shown = newestFirst.Skip(skip).Take(MostColumns).Reverse().ToList();
        var groups = new List<CheckupGroup>();
        foreach (var group in CheckupMeasures.All.GroupBy(measure => measure.Group, StringComparer.Ordinal))
        {
            var rows = group.Select(measure => MeasureRow(measure, shown, gender)).Where(row => row.Cells.Any(cell => cell is not null)).ToList();
            if (rows.Count > 0)
                groups.Add(new CheckupGroup(group.Key, rows));
        }

        var questions = shown.SelectMany(checkup => checkup.Results).Where(result => result is { IsQuestion: true, Code: not null, Value: not null })
            .DistinctBy(result => result.Code, StringComparer.Ordinal)
            .Select(question => new CheckupRow(null, question.Name, question.Name, null,
                [.. shown.Select(checkup => checkup.Results.FirstOrDefault(result => result.Code == question.Code) is { } result ? new CheckupCell(result, LimitJudgement.Unknown, Trend.None) : null)]))
            .ToList();
        if (questions.Count > 0)
            groups.Add(new CheckupGroup("questionnaire", questions));
        return new CheckupTable(shown, groups);
    }

    private static CheckupRow MeasureRow(Measure measure, List<Checkup> shown, string? gender)
    {
        var cells = new List<CheckupCell?>();
        decimal? before = null;
        foreach (var checkup in shown)
        {
            var result = checkup.Of(measure);
            cells.Add(result is null ? null : new CheckupCell(result, result.Judge(gender), TrendOf(before, result.Comparable)));
            before = result?.Comparable ?? before;
        }

        return new CheckupRow(measure.Key, measure.NameJa, measure.NameEn, measure.Unit.Length > 0 ? measure.Unit : null, cells);
    }

    private static Trend TrendOf(decimal? before, decimal? now) => (before, now) switch
    {
        ({ } old, { } young) => young > old ? Trend.Up : young < old ? Trend.Down : Trend.Same,
        _ => Trend.None,
    };
}
