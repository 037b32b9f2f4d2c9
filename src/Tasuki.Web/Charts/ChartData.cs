namespace Tasuki.Web;

/// <summary>One measurement. <paramref name="Value"/> places it, null leaves a gap; <paramref name="Text"/> is what people read, with the digits as they were written.</summary>
public sealed record ChartPoint(DateOnly Date, double? Value, string Text);

public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A limit across the chart with the side beyond it tinted.</summary>
/// <param name="Kind"><c>guidance</c>, <c>doctor</c> or <c>good</c>: colour and dash; the label says it in words.</param>
/// <param name="Above">The tinted side: above the line, else below.</param>
public sealed record ChartLimit(double Value, string Label, string Kind, bool Above = true);

/// <summary>One column of a bar chart; a null value is a column without a bar.</summary>
public sealed record ChartBar(string Label, double? Value, string Text);
