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

    /// <summary>Null where the file is not what <see cref="Write"/> makes.</summary>
    public static IReadOnlyList<SampleDay>? Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return [.. document.RootElement.GetProperty("days"u8).EnumerateArray().Select(day => new SampleDay(
                Text(day, "metric"), Text(day, "unit"), DateOnly.ParseExact(Text(day, "day"), "yyyy-MM-dd", CultureInfo.InvariantCulture),
                [.. day.GetProperty("samples"u8).EnumerateArray().Select(s => new Sample(s[0].GetInt32(), s[1].GetInt32(), s[2].GetString()!))]))];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or IndexOutOfRangeException)
        {
            return null;
        }
    }

    private static string Text(JsonElement day, string name) => day.GetProperty(name).GetString() ?? throw new FormatException();
}
