namespace Tasuki.Bench.Report;

/// <summary>One line of a benchmark's table. Value and floor carry the unit; the target is held against the ratio where there is a floor, else against the value.</summary>
/// <param name="Floor">What the same run reached without the thing that is measured; null where nothing can be left out.</param>
/// <param name="Target">Null for a line that only informs.</param>
/// <param name="AtMost">The target is a ceiling (a time, a size) and not a least.</param>
internal sealed record Measure(string Name, double Value, string Unit, double? Floor = null, double? Ratio = null, double? Target = null, bool AtMost = false)
{
    public bool? Met => Target is not { } target ? null : AtMost ? (Ratio ?? Value) <= target : (Ratio ?? Value) >= target;

    /// <summary>Against a floor of the same run. The value and floor shown are medians of the rounds; the ratio is the median of the rounds' own ratios.</summary>
    public static Measure Against(string name, IReadOnlyList<(double Value, double Floor)> rounds, string unit, double? target) => new(
        name, Median(rounds.Select(round => round.Value)), unit, Median(rounds.Select(round => round.Floor)), Median(rounds.Select(round => round.Value / round.Floor)), target);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
