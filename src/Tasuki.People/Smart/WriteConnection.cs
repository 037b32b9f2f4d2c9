using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// What every connection is made of: the vault's grants of what was chosen and no more, and the row that all later requests ask for. Both for somebody who agreed on the
/// consent page (<see cref="ConnectApp"/>) and for the probe of withdrawals, so that it walks the same way.
/// </summary>
internal sealed class WriteConnection(TasukiDb db, SmartSeals seals, Connections connections, RecordVault vault, TimeProvider clock)
{
    private static readonly Error Gone = new("consent.person", "The key of this person is gone.");

    /// <summary>Nothing where no category was chosen. Errors of the vault.</summary>
    public async Task<Result<(long? Read, long? Entry)>> Grant(ResidentNo no, string grantee, SmartScopes asked, DataCategory[] chosen, ConsentChoice choice, DateTimeOffset until, CancellationToken cancel)
    {
        if (chosen.Length == 0)
            return (null, null);
        var owner = Actor.Resident(no);
        var read = await vault.Grant(owner, new NewGrant(no, ActorKind.Application, grantee, Purpose.AppUse, AskedAccess.Classes(chosen, choice.Sensitive), null, null, until), cancel);
        if (!read.IsOk)
            return read.Error;
        var writable = AskedAccess.Categories(asked).Where(c => c.Write && chosen.Contains(c.Category)).Select(c => c.Category).ToArray();
        if (!choice.Write || writable.Length == 0)
            return (read.Value, null);
        var entry = await vault.Grant(owner, new NewGrant(no, ActorKind.Application, grantee, Purpose.AppEntry, AskedAccess.Classes(writable, choice.Sensitive), null, null, until), cancel);
        return entry.Map<(long?, long?)>(given => (read.Value, given));
    }

    /// <param name="session">The sign-in it ends with; null where it may outlive it.</param>
    public async Task<Result<Done>> Row(
        long no, SmartApp app, Account account, long? session, (long? Read, long? Entry) grants, DateTimeOffset until, ConnectionContent content, CancellationToken cancel)
    {
        var sealedContent = await seals.Seal(account.Resident, Connections.Table, "content", no, JsonSerializer.Serialize(content), cancel);
        if (!sealedContent.IsOk)
            return Gone;
        var row = new SmartConnection
        {
            No = no, AppNo = app.No, AccountNo = account.No, ResidentNo = account.ResidentNo, GrantNo = grants.Read, EntryGrantNo = grants.Entry,
            SessionNo = session, Created = clock.GetUtcNow(), Until = until, Stamp = await connections.StampOf(account, cancel), Content = sealedContent.Value, Mac = [],
        };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        db.Entry(row).State = EntityState.Detached;
        return Done.Yes;
    }
}
