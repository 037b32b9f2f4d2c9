namespace Tasuki.People;

/// <summary>Who knows from which age a person may make an account of their own. People has no limit of its own; the room where the service is set up brings one.</summary>
public interface ISignUpAge
{
    /// <summary>Whole years; 0: at any age.</summary>
    ValueTask<int> From(CancellationToken cancel);
}

internal sealed class NoSignUpAge : ISignUpAge
{
    public ValueTask<int> From(CancellationToken cancel) => ValueTask.FromResult(0);
}

internal static class SignUpAge
{
    /// <summary>
    /// Whether who was born on that day is so many years old today. An age is reached at the end of the day before the birthday (Act on Calculation of Ages), and for who
    /// was born on 29 February, in a year that has none, at the end of February.
    /// </summary>
    public static bool IsReached(DateOnly born, int age, DateOnly today)
    {
        var reached = born.AddYears(age);
        return today >= (reached.Day == born.Day ? reached : reached.AddDays(1));
    }
}
