namespace Tasuki.People;

/// <summary>
/// What takes two officers is never done by one. Who invites somebody sees the code and may have used it: an invited account counts as one person with who invited it, and with
/// whoever stands behind them, until a colleague whom nobody takes for one with it has vouched. Accounts the operator made at the server stand for themselves.
/// </summary>
public sealed class TwoOfficers
{
    private readonly StaffDirectory _directory;
    private readonly StaffOrigins _origins;

    internal TwoOfficers(StaffDirectory directory, StaffOrigins origins) => (_directory, _origins) = (directory, origins);

    /// <summary>Whether the accounts may be one person's. Who is not known any more, and whose origin was altered, may be anybody.</summary>
    public async Task<bool> MayBeOne(long? first, long second, CancellationToken cancel) =>
        first is not { } other || await Behind(other, cancel) is not { } those || await Behind(second, cancel) is not { } these || those.Any(one => these.Any(another => AreOne(one, another)));

    // Two accounts of one name in one office count as one person: a namesake asks a third.
    private static bool AreOne(StaffMember one, StaffMember another) =>
        one.No == another.No || (string.Equals(one.Name, another.Name, StringComparison.Ordinal) && string.Equals(one.Organisation, another.Organisation, StringComparison.Ordinal));

    // The account and everybody who may act as it; null where that cannot be said.
    private async Task<IReadOnlyList<StaffMember>?> Behind(long account, CancellationToken cancel)
    {
        var behind = new List<StaffMember>();
        for (long? next = account; next is { } no && behind.TrueForAll(known => known.No != no);)
        {
            if (await _directory.Find(no, cancel) is not { } member || await _origins.Of(member, cancel) is not { IsWhole: true } origin)
                return null;
            behind.Add(member);
            next = origin.Vouched is null ? origin.InvitedBy : null;
        }

        return behind;
    }
}
