namespace Tasuki.Sandbox;

/// <summary>Who pays for a person's care, and so who invites to which checkup.</summary>
internal enum Insurance
{
    National,
    Employer,
    EmployerDependant,
    Elderly,
}

internal sealed record Household(int Seed, int Number, SyntheticAddress Address, DateOnly Until);

/// <summary>A synthetic person without any health: who, where, in which household, insured by whom.</summary>
internal sealed class Person
{
    public required int Index { get; init; }

    public required Household Household { get; init; }

    /// <summary>The place in the household, from 0: part of the key of every die.</summary>
    public required int Member { get; init; }

    public required string Relation { get; init; }

    public required SyntheticName Name { get; init; }

    public required DateOnly BirthDate { get; init; }

    public required bool IsMale { get; init; }

    public required Insurance Insurance { get; init; }

    public string? Employer { get; init; }

    /// <summary>Birth dates of a mother's own children in the household.</summary>
    public IReadOnlyList<DateOnly> Children { get; init; } = [];

    /// <summary>When a child is expected, after the last day of data.</summary>
    public DateOnly? Due { get; init; }

    public DateOnly Until => Household.Until;

    public string InsurerName => Insurance switch
    {
        Insurance.National => Town.InsurerNational,
        Insurance.Elderly => Town.InsurerElderly,
        _ => $"{Employer ?? Town.Employers[0]}健康保険組合",
    };

    public Dice Dice(Dice.Stream stream, int sub = 0) => new(Household.Seed, Household.Number, Member, stream, sub);

    public int AgeOn(DateOnly day)
    {
        var age = day.Year - BirthDate.Year;
        return day < BirthDate.AddYears(age) ? age - 1 : age;
    }

    /// <summary>The age with its fraction, for curves.</summary>
    public double YearsOn(DateOnly day) => (day.DayNumber - BirthDate.DayNumber) / 365.25;
}
