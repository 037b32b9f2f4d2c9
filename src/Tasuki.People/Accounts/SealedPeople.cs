using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;

namespace Tasuki.People;

/// <summary>
/// Which rows of this floor hold something sealed for a resident. Rows of an account belong to the account's resident; an account of staff has none and its columns lie
/// under the municipality's key.
/// </summary>
internal static class SealedPeople
{
    public static void Join(IServiceCollection services)
    {
        services.AddSealedTable(Accounts, a => Text(a.No));
        services.AddSealedTable((db, resident) => db.Set<PasskeyRow>().Where(p => Accounts(db, resident).Any(a => a.No == p.AccountNo)), p => Text(p.No));
        services.AddSealedTable((db, resident) => db.Set<SignInSessionRow>().Where(s => Accounts(db, resident).Any(a => a.No == s.AccountNo)), s => Text(s.No));
        services.AddSealedTable((db, resident) => db.Set<ResidentRow>().Where(r => r.ResidentNo == resident), r => Text(r.ResidentNo));
        // Their MACs run over what lies sealed, so a change of keys cuts the person's apps off: after a suspicion they are connected anew, or not at all.
        services.AddSealedTable((db, resident) => db.Set<SmartConnection>().Where(c => c.ResidentNo == resident), c => Text(c.No));
        services.AddSealedTable((db, resident) => db.Set<SmartToken>().Where(t => t.ResidentNo == resident), t => Text(t.No));
        services.AddSealedTable((db, resident) => db.Set<ConsentRow>().Where(c => c.ResidentNo == resident), c => Text(c.No));
    }

    private static IQueryable<Account> Accounts(TasukiDb db, long resident) => db.Set<Account>().Where(a => a.ResidentNo == resident);

    private static string Text(long no) => no.ToString(CultureInfo.InvariantCulture);
}
