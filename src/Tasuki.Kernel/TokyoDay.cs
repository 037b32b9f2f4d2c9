namespace Tasuki.Kernel;

/// <summary>A day is a day in Asia/Tokyo: UTC+9 all year, no summer time since 1952.</summary>
public static class TokyoDay
{
    public static readonly TimeSpan Offset = TimeSpan.FromHours(9);

    public static DateOnly Of(DateTimeOffset instant) => DateOnly.FromDateTime(instant.ToOffset(Offset).DateTime);

    public static DateTimeOffset StartOf(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), Offset);

    public static DateOnly Today(this TimeProvider clock) => Of(clock.GetUtcNow());
}
