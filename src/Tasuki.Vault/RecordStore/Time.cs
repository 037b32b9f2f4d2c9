namespace Tasuki.Vault.RecordStore;

/// <summary>Times as stored: microseconds (versions, the log) or milliseconds (dates of records) since 1970 UTC. An instant between two is rounded outwards.</summary>
internal static class Time
{
    private const long TicksPerMicro = TimeSpan.TicksPerMicrosecond;

    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TicksPerMicro;

    public static DateTimeOffset FromMicros(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TicksPerMicro);

    public static long MillisDown(DateTimeOffset time) => FloorDiv(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerMillisecond);

    public static long MillisUp(DateTimeOffset time) => -FloorDiv(DateTimeOffset.UnixEpoch.Ticks - time.UtcTicks, TimeSpan.TicksPerMillisecond);

    public static DateTimeOffset FromMillis(long millis) => DateTimeOffset.UnixEpoch.AddTicks(millis * TimeSpan.TicksPerMillisecond);

    private static long FloorDiv(long value, long unit) => value >= 0 ? value / unit : -((-value + unit - 1) / unit);
}
