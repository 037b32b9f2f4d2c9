using System.Globalization;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>
/// The name of a file in the exchange archive: kind, institution (10 digits), day, part, 実施区分, number (6 digits), as in
/// <c>h13199999912025020511000001.xml</c>.
/// </summary>
/// <param name="Kind">h checkup result, c its settlement, g guidance result, p its settlement.</param>
/// <param name="Part">0 to 9.</param>
/// <param name="Service">実施区分: 1 checkup, 2 guidance, 3 and 4 as the ministry's table says.</param>
/// <param name="Number">1 to 999999.</param>
public sealed record CheckupFileName(char Kind, string Institution, DateOnly Day, int Part, int Service, int Number)
{
    private const int Length = 1 + 10 + 8 + 1 + 1 + 6;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}{Institution}{Day:yyyyMMdd}{Part:0}{Service:0}{Number:000000}.xml");

    /// <summary>Null where the name is not built so.</summary>
    public static CheckupFileName? Parse(string name)
    {
        if (name.Length != Length + 4 || !name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) || char.ToLowerInvariant(name[0]) is not ('h' or 'c' or 'g' or 'p'))
            return null;
        var digits = name[1..Length];
        return digits.All(char.IsAsciiDigit) && DateOnly.TryParseExact(digits[10..18], "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? new CheckupFileName(char.ToLowerInvariant(name[0]), digits[..10], day, digits[18] - '0', digits[19] - '0', int.Parse(digits[20..], CultureInfo.InvariantCulture))
            : null;
    }
}
