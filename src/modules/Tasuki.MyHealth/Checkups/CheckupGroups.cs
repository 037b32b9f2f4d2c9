using Tasuki.Formats.SpecificCheckup;

namespace Tasuki.MyHealth;

/// <summary>The groups of measures in the order people read them.</summary>
internal static class CheckupGroups
{
    private static readonly List<string> Groups = [.. CheckupMeasures.All.Select(measure => measure.Group).Distinct(StringComparer.Ordinal)];

    public static int Order(string group) => Groups.IndexOf(group) + 1;
}
