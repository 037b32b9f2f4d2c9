using System.Globalization;
using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// Detailed measurements of one metric and month as JSON: <c>{metric, unit, days: [{day, samples: [[from, to, "value"], …]}]}</c>, seconds from the start of the
/// day in Tokyo, values as text so that their digits stay.
/// </summary>
internal static class SamplesFile
{
    public static string NameOf(SampleDay first)
    {
        var metric = new string([.. first.Metric.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')]);
        return $"samples/{metric}_{first.Day.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.json";
    }

    public static async Task<int> Write(Stream output, IReadOnlyList<SampleDay> days, CancellationToken cancel)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("metric"u8, days[0].Metric);
        json.WriteStartArray("days"u8);
        foreach (var day in days)
        {
            json.WriteStartObject();
            json.WriteString("day"u8, day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("unit"u8, day.Unit);
            json.WriteStartArray("samples"u8);
            foreach (var sample in day.Samples)
            {
                json.WriteStartArray();
                json.WriteNumberValue(sample.FromSecond);
                json.WriteNumberValue(sample.ToSecond);
                json.WriteStringValue(sample.Value);
                json.WriteEndArray();
            }

            json.WriteEndArray();
            json.WriteEndObject();
            await json.FlushAsync(cancel);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(cancel);
        return days.Count;
    }

    /// <summary>Null where the file is not what <see cref="Write"/> makes.</summary>
    public static IReadOnlyList<SampleDay>? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var metric = document.RootElement.GetProperty("metric"u8).GetString()!;
            return [.. document.RootElement.GetProperty("days"u8).EnumerateArray().Select(day => new SampleDay(
                metric, day.GetProperty("unit"u8).GetString()!, DateOnly.ParseExact(day.GetProperty("day"u8).GetString()!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
                [.. day.GetProperty("samples"u8).EnumerateArray().Select(s => new Sample(s[0].GetInt32(), s[1].GetInt32(), s[2].GetString()!))]))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }
}
