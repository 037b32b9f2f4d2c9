using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// Who at the municipality's provider is which member of staff. The subject lies as a keyed hash and is found by it alone: no address and no name joins anybody.
/// </summary>
internal sealed class StaffBindings(TasukiDb db, AccountSeals seals, TimeProvider clock)
{
    public byte[] TokenOf(string issuer, string subject) => seals.Secret("staff-subject", $"{issuer}\n{subject}");

    /// <summary>The account bound to that subject; null where there is none, and where a row was altered.</summary>
    public async Task<Account?> Find(byte[] subject, CancellationToken cancel)
    {
        var found = await db.Set<StaffBindingRow>().AsNoTracking().Where(b => b.Subject == subject)
            .Join(db.Set<Account>().AsNoTracking(), b => b.AccountNo, a => a.No, (b, a) => new { Binding = b, Account = a }).SingleOrDefaultAsync(cancel);
        return found is { Account.Kind: AccountKind.Staff } && seals.IsWhole(found.Binding) && seals.IsWhole(found.Account) ? found.Account : null;
    }

    public Task<bool> IsBound(long account, CancellationToken cancel) => db.Set<StaffBindingRow>().AnyAsync(b => b.AccountNo == account, cancel);

    /// <summary>Added to the changes, not saved. The tables hold that an account has one subject and a subject one account.</summary>
    public void Add(long account, byte[] subject)
    {
        var row = new StaffBindingRow { AccountNo = account, Subject = subject, Bound = clock.GetUtcNow(), Mac = [] };
        row.Mac = seals.MacOf(row);
        db.Add(row);
    }
}
