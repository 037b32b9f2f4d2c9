using System.Globalization;
using System.Text.Json;
using Tasuki.Vault;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// Detailed measurements of one month as JSON: <c>{days: [{day, metric, unit, samples: [[from, to, "value"], …]}]}</c>, seconds from the start of the day in Tokyo,
/// values as text so that their digits stay. A file a day would be thousands.
/// </summary>
internal static class SamplesFile
{
    public const string Folder = "samples/";

    public static string NameOf(DateOnly day) => $"{Folder}{day.ToString("yyyy-MM", CultureInfo.InvariantCulture)}.json";

    public static async Task<int> Write(Stream output, IReadOnlyList<SampleDay> days, CancellationToken cancel)
    {
        await using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteStartArray("days"u8);
        foreach (var day in days)
        {
            json.WriteStartObject();
            json.WriteString("day"u8, day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
            json.WriteString("metric"u8, day.Metric);
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

    /// <summary>Null where the file is not what <see cref="Write"/> makes, and where in it: <c>days[0].samples[2]</c>, null when it is no such JSON at all.</summary>
    public static (IReadOnlyList<SampleDay>? Days, string? WrongAt) Read(ReadOnlyMemory<byte> utf8)
    {
        string? place = null;
        try
        {
            using var document = JsonDocument.Parse(utf8);
            var days = new List<SampleDay>();
            var units = new Dictionary<(string, DateOnly), string>();
            foreach (var day in document.RootElement.GetProperty("days"u8).EnumerateArray())
            {
                var at = place = string.Create(CultureInfo.InvariantCulture, $"days[{days.Count}]");
                var (metric, unit, date) = (Text(day.GetProperty("metric"u8)), Text(day.GetProperty("unit"u8)), DateOnly.ParseExact(Text(day.GetProperty("day"u8)), "yyyy-MM-dd", CultureInfo.InvariantCulture));
                if (!units.TryAdd((metric, date), unit) && !string.Equals(units[(metric, date)], unit, StringComparison.Ordinal))
                    return (null, place);
                var samples = new List<Sample>();
                foreach (var sample in day.GetProperty("samples"u8).EnumerateArray())
                {
                    place = string.Create(CultureInfo.InvariantCulture, $"{at}.samples[{samples.Count}]");
                    var one = new Sample(sample[0].GetInt32(), sample[1].GetInt32(), Text(sample[2]));
                    if (!one.IsWithinDay)
                        return (null, place);
                    samples.Add(one);
                }

                days.Add(new SampleDay(metric, unit, date, samples));
            }

            return (days, null);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return (null, place);
        }
    }

    private static string Text(JsonElement value) => value.GetString() ?? throw new FormatException();
}
