using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A resident as an officer at the counter sees them: enough to compare with the card in hand, and nothing of the records.</summary>
internal sealed record FoundResident(ResidentNo No, string Name, string Kana, DateOnly BirthDate, Account? Account, RecoveryRow? Waiting);

/// <summary>
/// What an officer may do about an account: find the person by full kana name and birth date, hand over a code after an identity check, and confirm a recovery
/// another officer began. Each look is an entry in the person's access log before anything is shown.
/// </summary>
internal sealed class CounterDesk(TasukiDb db, AccountSeals seals, RecordVault vault, Recoveries recoveries, SecurityNotices notices, TwoOfficers officers, PeopleOptions options, TimeProvider clock)
{
    private static readonly Error NoAccount = new("counter.no-account", "The resident has no account that can be recovered.");
    private static readonly Error SamePerson = new("counter.same-person", "Who handed the code over cannot be the one who confirms it.");
    private static readonly Error FactsNew = new("counter.facts-new", "The name or birth date of the account changed lately: nobody is let in at once.");
    private static readonly Error NothingWaits = new("counter.nothing-waits", "No recovery waits for a second officer.");

    /// <summary>
    /// So long after name or birth date of an account became something else, a second officer's word does not let anybody in: who changed them could have made the account fit
    /// the document of another person. The way by 72 hours, told on every channel, stays.
    /// </summary>
    internal static readonly TimeSpan FactsAreNew = TimeSpan.FromDays(30);

    public async Task<IReadOnlyList<FoundResident>> Find(Account officer, string familyKana, string givenKana, DateOnly birthDate, CancellationToken cancel)
    {
        var value = AccountFactory.LookupValue(new NewProfile("", "", familyKana, givenKana, birthDate, "unknown"));
        var found = new List<FoundResident>();
        foreach (var no in await vault.Find(LookupKind.KanaNameWithBirthDate, value, cancel))
        {
            await Log(officer, no, "look-up", cancel);
            if (await Get(no, cancel) is { } resident)
                found.Add(resident);
        }

        return found;
    }

    public async Task<FoundResident?> Get(ResidentNo no, CancellationToken cancel)
    {
        var row = await db.Set<ResidentRow>().AsNoTracking().SingleOrDefaultAsync(r => r.ResidentNo == no.Value, cancel);
        if (row is null || await seals.Open<SealedProfile>(no, "resident", "profile", no.Value, row.Profile, cancel) is not { IsOk: true } profile)
            return null;
        var account = await db.Set<Account>().AsNoTracking().Where(a => a.ResidentNo == no.Value).OrderBy(a => a.Created).FirstOrDefaultAsync(cancel);
        // Nobody stands at the counter as the resident of the service's own probes.
        if (account is { Kind: AccountKind.Synthetic })
            return null;
        if (account is not null && !seals.IsWhole(account))
            account = null;
        var waiting = account is null ? null : (await recoveries.OpenOf(account.No, cancel)).FirstOrDefault(r => r is { Way: RecoveryWay.Counter, State: RecoveryState.Waiting } && !recoveries.IsEffective(r));
        return new FoundResident(no, profile.Value.FullName, profile.Value.FullKana, profile.Value.BirthDate, account, waiting);
    }

    /// <summary>The code to print. A code handed over before is worth nothing from then on. Error <c>counter.no-account</c>.</summary>
    public async Task<Result<(string Code, DateTimeOffset Ends)>> HandOver(Account officer, ResidentNo no, CancellationToken cancel)
    {
        if (await Get(no, cancel) is not { Account: { } account })
            return NoAccount;
        await Log(officer, no, "counter-code", cancel);
        foreach (var old in (await recoveries.OpenOf(account.No, cancel)).Where(r => r.State is RecoveryState.HandedOver))
            await recoveries.Change(old, r => r.State = RecoveryState.Expired, cancel);
        var ends = clock.GetUtcNow() + options.CounterCodeLife;
        var (row, code) = await recoveries.Add(account.No, RecoveryWay.Counter, RecoveryState.HandedOver, null, ends, officer.No, cancel);
        await notices.Tell(account, $"recovery {row.No} handed over", "notice-recovery-handed", [ends], "/account#recovery", cancel);
        return (code, ends);
    }

    /// <summary>The second officer's word: it acts at once. Errors <c>counter.same-person</c>, <c>counter.nothing-waits</c>, <c>counter.facts-new</c>.</summary>
    public async Task<Result<Done>> Confirm(Account officer, ResidentNo no, CancellationToken cancel)
    {
        if (await Get(no, cancel) is not { Account: { } account, Waiting: { } row })
            return NothingWaits;
        if (await officers.MayBeOne(row.IssuedBy, officer.No, cancel))
            return SamePerson;
        var now = clock.GetUtcNow();
        if (await db.Set<ResidentRow>().AsNoTracking().Where(r => r.ResidentNo == no.Value).Select(r => r.FoundBySince).SingleAsync(cancel) is { } since && now - since < FactsAreNew)
            return FactsNew;
        await Log(officer, no, "counter-confirm", cancel);
        if (!await recoveries.Change(row, r => (r.EffectiveAt, r.ConfirmedBy) = (now, officer.No), cancel))
            return NothingWaits;
        await notices.Tell(account, $"recovery {row.No} confirmed", "notice-recovery-confirmed", [now], "/account#recovery", cancel);
        return Done.Yes;
    }

    private Task Log(Account officer, ResidentNo resident, string what, CancellationToken cancel) =>
        vault.LogRegistry(Actor.Officer(officer.No.ToString(CultureInfo.InvariantCulture)), resident, what, cancel);
}
