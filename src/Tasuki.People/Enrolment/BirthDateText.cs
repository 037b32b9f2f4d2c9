using System.Globalization;
using System.Text.RegularExpressions;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>
/// A birth date as registers write it: <c>1950-04-01</c>, <c>1950/4/1</c>, <c>19500401</c>, <c>昭和25年4月1日</c>, <c>S25.4.1</c>, <c>S250401</c>, and with the number of
/// the era (<c>3250401</c>: 1 明治, 2 大正, 3 昭和, 4 平成, 5 令和).
/// </summary>
internal static partial class BirthDateText
{
    private static readonly (string Name, char Letter, char Number, int First, DateOnly From, DateOnly To)[] Eras =
    [
        ("明治", 'M', '1', 1868, new(1868, 1, 25), new(1912, 7, 29)),
        ("大正", 'T', '2', 1912, new(1912, 7, 30), new(1926, 12, 24)),
        ("昭和", 'S', '3', 1926, new(1926, 12, 25), new(1989, 1, 7)),
        ("平成", 'H', '4', 1989, new(1989, 1, 8), new(2019, 4, 30)),
        ("令和", 'R', '5', 2019, new(2019, 5, 1), DateOnly.MaxValue),
    ];

    /// <summary>Null when it is no day there was, or none of these writings.</summary>
    public static DateOnly? Read(string text)
    {
        var folded = JapaneseText.Fold(text).Replace("元年", "1年", StringComparison.Ordinal);
        if (Western().Match(folded) is { Success: true } west)
            return Day(Number(west, "y"), Number(west, "m"), Number(west, "d"));
        if (Era().Match(folded) is not { Success: true } match)
            return null;
        var era = Eras.FirstOrDefault(e => match.Groups["era"].Value is var said && (said == e.Name || said == e.Letter.ToString() || said == e.Number.ToString()));
        return era.Name is not null && Day(era.First + Number(match, "y") - 1, Number(match, "m"), Number(match, "d")) is { } day && day >= era.From && day <= era.To ? day : null;
    }

    private static DateOnly? Day(int year, int month, int day) =>
        year is >= 1868 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month) ? new DateOnly(year, month, day) : null;

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?:(?<y>\d{4})(?<m>\d{2})(?<d>\d{2})|(?<y>\d{4})[-/.年](?<m>\d{1,2})[-/.月](?<d>\d{1,2})日?)$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Western();

    [GeneratedRegex(@"^(?<era>明治|大正|昭和|平成|令和|[MTSHR])(?:(?<y>\d{1,2})[-/.年](?<m>\d{1,2})[-/.月](?<d>\d{1,2})日?|(?<y>\d{2})(?<m>\d{2})(?<d>\d{2}))$|^(?<era>[1-5])-?(?<y>\d{2})(?<m>\d{2})(?<d>\d{2})$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Era();
}
