using System.Globalization;

namespace Tasuki.Fhir.Profiles.Definitions;

/// <summary>A canonical reference taken apart: <c>url|version</c>. A fragment is dropped.</summary>
internal readonly record struct Canonical(string Url, string? Version)
{
    public static Canonical Parse(string text)
    {
        var fragment = text.IndexOf('#', StringComparison.Ordinal);
        if (fragment > 0)
            text = text[..fragment];
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        return bar < 0 ? new Canonical(text, null) : new Canonical(text[..bar], bar + 1 < text.Length ? text[(bar + 1)..] : null);
    }

    public override string ToString() => Version is null ? Url : $"{Url}|{Version}";
}

/// <summary>Versions in the order people mean: <c>1.10</c> after <c>1.9</c>, a release after what was tried before it, none before any.</summary>
internal sealed class VersionOrder : IComparer<string?>
{
    public static readonly VersionOrder Rising = new();

    public int Compare(string? x, string? y)
    {
        if (x is null || y is null)
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        var (one, other) = (x.Split('-', 2), y.Split('-', 2));
        var (numbers, others) = (one[0].Split('.'), other[0].Split('.'));
        for (var i = 0; i < Math.Max(numbers.Length, others.Length); i++)
        {
            var order = Part(i < numbers.Length ? numbers[i] : "0", i < others.Length ? others[i] : "0");
            if (order != 0)
                return order;
        }

        return one.Length != other.Length ? other.Length - one.Length : one.Length > 1 ? string.CompareOrdinal(one[1], other[1]) : 0;
    }

    private static int Part(string one, string other) =>
        long.TryParse(one, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && long.TryParse(other, NumberStyles.None, CultureInfo.InvariantCulture, out var than) ? number.CompareTo(than) : string.CompareOrdinal(one, other);
}
