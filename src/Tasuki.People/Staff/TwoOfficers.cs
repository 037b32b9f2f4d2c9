namespace Tasuki.People;

/// <summary>What takes two officers is never done by one.</summary>
public static class TwoOfficers
{
    /// <summary>Two accounts of one name in one office count as one person, and so does somebody who is not known any more.</summary>
    public static bool MayBeOne(StaffMember? first, StaffMember second) =>
        first is null || first.No == second.No || (string.Equals(first.Name, second.Name, StringComparison.Ordinal) && string.Equals(first.Organisation, second.Organisation, StringComparison.Ordinal));
}
