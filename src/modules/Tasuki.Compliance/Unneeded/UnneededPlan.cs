namespace Tasuki.Compliance.Unneeded;

internal enum UnneededAct
{
    None,
    Tell,
    Erase,
}

/// <param name="Erases">The day on which it is erased.</param>
/// <param name="Since">The day on which the act became due.</param>
internal readonly record struct UnneededStep(UnneededAct Act, DateOnly Erases, DateOnly Since);

/// <summary>
/// What is to be done about a category no purpose needs any more, that somebody holds. Nothing is erased of which the person was not told, with the day, for the whole period
/// before. What was told keeps its day, also where the period is changed; a day that has long passed is told anew.
/// </summary>
internal static class UnneededPlan
{
    // As long after its day it is still erased: a server may have stood still, or the rule have been off.
    private const int Stale = 30;

    public static UnneededStep Of(ToldRow? told, DateOnly ended, DateOnly today, int days)
    {
        if (told is null || told.Ended != ended || today > told.Erases.AddDays(Stale))
            return new UnneededStep(UnneededAct.Tell, today.AddDays(days), ended);
        return new UnneededStep(today >= told.Erases ? UnneededAct.Erase : UnneededAct.None, told.Erases, told.Erases);
    }
}
