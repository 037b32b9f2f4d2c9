using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// A signed-in resident enters the code of the counter or of the letter: the account becomes one the municipality confirmed. The person of the account must be the person of
/// the list; whatever is wrong, the answer is the same.
/// </summary>
internal sealed class UseEnrolmentCode(TasukiDb db, ISeal seal, AccountSeals seals, EnrolmentCodes codes, ChangeStanding standing, TimeProvider clock)
{
    /// <summary>Wrong codes of one account in a day of Tokyo.</summary>
    public const int TriesADay = 10;

    private static readonly Error Wrong = new("enrolment.code", "No code that counts: wrong, used, ended, for somebody else, or of another municipality.");
    private static readonly Error Busy = new("enrolment.tries", $"An account has {TriesADay} tries a day.");
    private static readonly Error Already = new("enrolment.already", "The account is confirmed already.");

    /// <summary>Errors <c>enrolment.code</c>, <c>enrolment.tries</c>, <c>enrolment.already</c>.</summary>
    public async Task<Result<Done>> Use(ResidentNo resident, string? typed, CancellationToken cancel)
    {
        if (await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == resident.Value, cancel) is not { } row || !seals.IsWhole(row))
            return Wrong;
        if (row.State is ResidentState.Confirmed)
            return Already;
        if (!await CountTry(row, cancel))
            return Busy;
        if (await codes.Find(typed, cancel) is not { } code
            || await db.Set<EligibleRow>().AsNoTracking().SingleOrDefaultAsync(e => e.No == code.EligibleNo, cancel) is not { } entry || !entry.Mac.AsSpan().SequenceEqual(seal.MacOf(entry))
            || entry.State is not EligibleState.Listed
            || seal.OpenForMunicipality(TakeList.Place("eligible", entry.No), entry.Content) is not { IsOk: true } content
            || await seals.Open<SealedProfile>(resident, "resident", "profile", resident.Value, row.Profile, cancel) is not { IsOk: true } profile
            || !System.Text.Json.JsonSerializer.Deserialize<ListedPerson>(content.Value)!.IsOf(profile.Value))
            return Wrong;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (!await codes.Spend(code, cancel))
            return Wrong;
        var (entryBefore, rowBefore) = (entry.Mac, row.Mac);
        (entry.State, entry.ResidentNo, entry.Changed) = (EligibleState.Enrolled, resident.Value, clock.GetUtcNow());
        entry.Mac = seal.MacOf(entry);
        row.State = ResidentState.Confirmed;
        row.Mac = seals.MacOf(row);
        var joined = await db.Set<EligibleRow>().Where(e => e.No == entry.No && e.Mac == entryBefore).ExecuteUpdateAsync(
            s => s.SetProperty(e => e.State, entry.State).SetProperty(e => e.ResidentNo, entry.ResidentNo).SetProperty(e => e.Changed, entry.Changed).SetProperty(e => e.Mac, entry.Mac), cancel);
        var confirmed = await db.Set<ResidentRow>().Where(r => r.ResidentNo == resident.Value && r.Mac == rowBefore).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, row.State).SetProperty(r => r.Mac, row.Mac), cancel);
        if (joined != 1 || confirmed != 1)
            return Wrong;
        await transaction.CommitAsync(cancel);
        await standing.FollowUp(entry, cancel);
        return Done.Yes;
    }

    private async Task<bool> CountTry(ResidentRow row, CancellationToken cancel)
    {
        var today = clock.Today().DayNumber;
        var tries = row.CodeDay == today ? row.CodeTries : 0;
        return tries < TriesADay && await db.Set<ResidentRow>().Where(r => r.ResidentNo == row.ResidentNo && r.CodeDay == row.CodeDay && r.CodeTries == row.CodeTries)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.CodeDay, today).SetProperty(r => r.CodeTries, tries + 1), cancel) == 1;
    }
}
