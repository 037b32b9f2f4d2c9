using Tasuki.Kernel;

namespace Tasuki.Delivery;

/// <summary>When a person is not to be disturbed, in Tokyo. <paramref name="From"/> and <paramref name="Until"/> are minutes after midnight; equal means never.</summary>
public readonly record struct QuietHours(int From, int Until)
{
    private const int Day = 24 * 60;

    /// <summary>21:00 to 8:00.</summary>
    public static QuietHours Usual => new(21 * 60, 8 * 60);

    public static QuietHours None => default;

    public bool IsValid => From is >= 0 and < Day && Until is >= 0 and < Day;

    /// <summary>The moment itself outside of quiet hours, else their end.</summary>
    public DateTimeOffset Next(DateTimeOffset at)
    {
        var tokyo = at.ToOffset(TokyoDay.Offset);
        var minutes = tokyo.TimeOfDay.TotalMinutes;
        // How far into the quiet hours, over midnight too.
        var inside = (minutes - From + Day) % Day;
        var length = (Until - From + Day) % Day;
        return inside < length ? at.AddTicks((long)((length - inside) * TimeSpan.TicksPerMinute)) : at;
    }
}
