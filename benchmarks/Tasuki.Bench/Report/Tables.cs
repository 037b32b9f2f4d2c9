using System.Globalization;
using System.Text.Json;

namespace Tasuki.Bench.Report;

/// <summary>A benchmark's result as a table for people, or the same rows as a JSON array.</summary>
internal static class Tables
{
    private static readonly string[] Heads = ["measure", "value", "unit", "floor", "ratio", "target", "met"];

    public static void Write(TextWriter output, IReadOnlyList<Measure> measures)
    {
        var rows = measures.Select(Cells).Prepend(Heads).ToList();
        var widths = Enumerable.Range(0, Heads.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => column is 0 or 2 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd());
    }

    public static void WriteJson(Stream output, IReadOnlyList<Measure> measures)
    {
        using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        writer.WriteStartArray();
        foreach (var one in measures)
        {
            writer.WriteStartObject();
            writer.WriteString("measure", one.Name);
            writer.WriteNumber("value", Rounded(one.Value));
            writer.WriteString("unit", one.Unit);
            Number(writer, "floor", one.Floor);
            Number(writer, "ratio", one.Ratio);
            Number(writer, "target", one.Target);
            if (one.Met is { } met)
                writer.WriteBoolean("met", met);
            else
                writer.WriteNull("met");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static string[] Cells(Measure one) =>
    [
        one.Name, Text(one.Value), one.Unit, one.Floor is { } floor ? Text(floor) : "", one.Ratio is { } ratio ? Text(ratio) : "",
        one.Target is { } target ? (one.AtMost ? "<= " : ">= ") + Text(target) : "", one.Met switch { true => "yes", false => "NO", null => "" },
    ];

    private static void Number(Utf8JsonWriter writer, string name, double? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, Rounded(number));
        else
            writer.WriteNull(name);
    }

    private static double Rounded(double value) => Math.Abs(value) >= 100 ? Math.Round(value) : Math.Round(value, 3);

    private static string Text(double value) => Rounded(value).ToString(Math.Abs(value) >= 100 ? "N0" : "0.###", CultureInfo.InvariantCulture);
}
