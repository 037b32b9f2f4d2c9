using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.MyHealth;

/// <summary>What people write down day by day.</summary>
internal enum DiaryMetric
{
    Pressure,
    Weight,
    Steps,
}

/// <summary>One value of one moment. A blood pressure has two.</summary>
internal sealed record DiaryEntry(DateOnly Day, DateTimeOffset? At, string RecordId, WrittenValue First, WrittenValue? Second, bool Sound);

internal static class DiaryRecords
{
    private const string Systolic = "8480-6";
    private const string Diastolic = "8462-4";

    private static readonly string[] PressureCodes = ["85354-9", "55284-4", "bloodPressure"];
    private static readonly string[] SystolicCodes = [Systolic, "bloodPressureSystolic"];
    private static readonly string[] DiastolicCodes = [Diastolic, "bloodPressureDiastolic"];
    private static readonly string[] WeightCodes = ["29463-7", "3141-9", "bodyMass", "31000296"];
    private static readonly string[] StepCodes = ["55423-8", "41950-7", "stepCount"];

    public static string NameOf(DiaryMetric metric) => metric switch
    {
        DiaryMetric.Weight => "weight",
        DiaryMetric.Steps => "steps",
        _ => "pressure",
    };

    public static DiaryMetric? FromName(string? name) => name switch
    {
        "pressure" => DiaryMetric.Pressure,
        "weight" => DiaryMetric.Weight,
        "steps" => DiaryMetric.Steps,
        _ => null,
    };

    public static RecordQuery Query(DiaryMetric metric, DateOnly from, DateOnly to) => new()
    {
        Types = ["Observation"],
        Codes = [.. CodesOf(metric).Select(code => new Coding(null, code))],
        DateFrom = TokyoDay.StartOf(from),
        DateTo = TokyoDay.StartOf(to.AddDays(1)),
        Order = RecordOrder.OldestDateFirst,
        Limit = 1000,
    };

    public static IReadOnlyList<DiaryEntry> Read(DiaryMetric metric, IReadOnlyList<StoredRecord> records)
    {
        var entries = new List<DiaryEntry>();
        foreach (var record in records)
        {
            var json = FhirText.Parse(record.Resource);
            var when = FhirText.Text(json, "effectiveDateTime") ?? FhirText.Text(json, "effectivePeriod", "start") ?? FhirText.Text(json, "effectiveInstant");
            if (FhirText.Day(when) is not { } day || FhirText.Text(json, "status") is "entered-in-error" or "cancelled")
                continue;
            var at = when!.Length > 10 ? FhirDate.Parse(when)?.From : null;
            if (Values(metric, json) is var (first, second))
                entries.Add(new DiaryEntry(day, at, record.Id, first, second, IsSound(metric, first, second)));
        }

        return metric is DiaryMetric.Pressure ? Pair(entries) : entries;
    }

    /// <summary>One point a day: steps the largest count (two devices count the same walk), the others the mean. A single value keeps its digits.</summary>
    public static (IReadOnlyList<ChartPoint> First, IReadOnlyList<ChartPoint> Second) ByDay(DiaryMetric metric, IReadOnlyList<DiaryEntry> entries)
    {
        var days = entries.Where(entry => entry.Sound).GroupBy(entry => entry.Day).OrderBy(day => day.Key).ToList();
        return ([.. days.Select(day => Point(metric, day.Key, [.. day.Select(entry => entry.First)]))],
            [.. days.Where(day => day.Any(entry => entry.Second is not null)).Select(day => Point(metric, day.Key, [.. day.Select(entry => entry.Second).OfType<WrittenValue>()]))]);
    }

    public static string Round(DiaryMetric metric, decimal value) =>
        value.ToString(metric is DiaryMetric.Weight ? "0.0" : "#,0", CultureInfo.InvariantCulture);

    private static ChartPoint Point(DiaryMetric metric, DateOnly day, List<WrittenValue> values)
    {
        if (values.Count == 1)
            return new ChartPoint(day, (double?)values[0].Number, metric is DiaryMetric.Steps ? Round(metric, values[0].Number!.Value) : values[0].Text);
        var numbers = values.Select(value => value.Number!.Value).ToList();
        var one = metric is DiaryMetric.Steps ? numbers.Max() : numbers.Average();
        return new ChartPoint(day, (double)one, Round(metric, one));
    }

    private static (WrittenValue First, WrittenValue? Second)? Values(DiaryMetric metric, JsonElement json)
    {
        if (metric is not DiaryMetric.Pressure)
            return FhirText.Value(json) is { Number: not null } value ? (value, null) : null;
        WrittenValue? high = null;
        WrittenValue? low = null;
        foreach (var part in FhirText.Each(json, "component").Append(json))
        {
            foreach (var (_, code, _) in FhirText.Codings(FhirText.At(part, "code")))
            {
                if (SystolicCodes.Contains(code))
                    high ??= FhirText.Value(part);
                else if (DiastolicCodes.Contains(code))
                    low ??= FhirText.Value(part);
            }
        }

        return high?.Number is not null ? (high, low) : low?.Number is not null ? (Empty, low) : null;
    }

    private static readonly WrittenValue Empty = new("");

    /// <summary>Some devices write the two pressures as two records of one moment.</summary>
    private static List<DiaryEntry> Pair(List<DiaryEntry> entries)
    {
        var whole = entries.Where(entry => entry.First.Number is not null).ToList();
        foreach (var low in entries.Where(entry => entry.First.Number is null))
        {
            var at = whole.FindIndex(high => high.Second is null && high.Day == low.Day && high.At == low.At);
            if (at >= 0)
                whole[at] = whole[at] with { Second = low.Second, Sound = IsSound(DiaryMetric.Pressure, whole[at].First, low.Second) };
        }

        return whole;
    }

    private static bool IsSound(DiaryMetric metric, WrittenValue first, WrittenValue? second) => metric switch
    {
        DiaryMetric.Weight => Units.Same(first.Unit, "kg") && Plausible.Holds("weight", first.Number!.Value),
        DiaryMetric.Steps => Plausible.Holds("steps", first.Number!.Value),
        _ => Units.Same(first.Unit, "mmHg") && first.Number is { } high && Plausible.Holds("sbp", high) && (second?.Number is not { } low || Plausible.Holds("dbp", low)),
    };

    private static IEnumerable<string> CodesOf(DiaryMetric metric) => metric switch
    {
        DiaryMetric.Weight => WeightCodes,
        DiaryMetric.Steps => StepCodes,
        _ => [.. PressureCodes, .. SystolicCodes, .. DiastolicCodes],
    };
}
