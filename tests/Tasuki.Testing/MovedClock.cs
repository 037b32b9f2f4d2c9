using Tasuki.Kernel;

namespace Tasuki.Testing;

/// <summary>
/// Real time that a test moves forward. In every test of a process it began when it is ten in the morning in Tokyo the next time, so that no test meets midnight because of the hour
/// at which the suite runs. What expires is never over by real time, which a client's cookies go by.
/// </summary>
public sealed class MovedClock : TimeProvider
{
    private static readonly DateTimeOffset Now = System.GetUtcNow();
    private static readonly DateTimeOffset Begin = Ten(TokyoDay.Of(Now)) is var today && today > Now ? today : Ten(TokyoDay.Of(Now).AddDays(1));

    private long _ahead = (Begin - Now).Ticks;

    /// <summary>The day in Tokyo on which every test begins.</summary>
    public static DateOnly FirstDay => TokyoDay.Of(Begin);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Volatile.Read(ref _ahead));

    private static DateTimeOffset Ten(DateOnly day) => TokyoDay.StartOf(day).AddHours(10);
}
