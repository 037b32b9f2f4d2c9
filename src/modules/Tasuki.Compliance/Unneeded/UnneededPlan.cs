namespace Tasuki.Compliance.Unneeded;

internal enum UnneededAct
{
    None,
    Tell,
    Erase,
}

/// <param name="Due">The day of an erasure. A notice has none: who brings such records in today is told by the next run.</param>
internal readonly record struct UnneededStep(UnneededAct Act, DateOnly? Due);

/// <summary>
/// What is to be done about a category that somebody holds and of which it was decided that it goes. Nothing is erased of which the person was not told, with the day, for the
/// whole period before. What was told keeps its day, also where the period is changed; a day that has long passed is told anew.
/// </summary>
internal static class UnneededPlan
{
    // As long after its day it is still erased: a server may have stood still, or the rule have been off.
    private const int Stale = 30;

    public static UnneededStep Of(ToldRow? told, DateOnly decided, DateOnly today)
    {
        if (told is null || told.Ended != decided || today > told.Erases.AddDays(Stale))
            return new UnneededStep(UnneededAct.Tell, null);
        return new UnneededStep(today >= told.Erases ? UnneededAct.Erase : UnneededAct.None, told.Erases);
    }
}
