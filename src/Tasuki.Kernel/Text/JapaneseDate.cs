using System.Globalization;

namespace Tasuki.Kernel.Text;

/// <summary>Dates in the Japanese era calendar (元号法; each era from the day it began).</summary>
public static class JapaneseDate
{
    // Meiji is used from the day Japan took the Gregorian calendar: the days before it had other numbers.
    private static readonly (DateOnly From, string Name, int YearOne)[] Eras =
    [
        (new DateOnly(2019, 5, 1), "令和", 2019),
        (new DateOnly(1989, 1, 8), "平成", 1989),
        (new DateOnly(1926, 12, 25), "昭和", 1926),
        (new DateOnly(1912, 7, 30), "大正", 1912),
        (new DateOnly(1873, 1, 1), "明治", 1868),
    ];

    /// <summary>As in 令和8年4月1日; the first year of an era is 元年. A day before 1873 is written with the western year.</summary>
    public static string Format(DateOnly day) => $"{Year(day)}{Number(day.Month)}月{Number(day.Day)}日";

    /// <summary>The era and year alone, as in 昭和64年.</summary>
    public static string Year(DateOnly day)
    {
        foreach (var (from, name, yearOne) in Eras)
        {
            if (day >= from)
                return day.Year == yearOne ? $"{name}元年" : $"{name}{Number(day.Year - yearOne + 1)}年";
        }

        return $"{Number(day.Year)}年";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
