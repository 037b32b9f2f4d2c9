using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// The entry of a change. It is written beside the change and durable before the commit: so a change that was told to anybody has its entry. If the commit then
/// fails, a second entry says that the first is not confirmed.
/// </summary>
internal sealed class WriteLog(VaultParts parts, Actor actor, ResidentNo resident, string purpose, string action, string? detail)
{
    /// <summary>Stores, waits for the entry, commits.</summary>
    public async Task Commit(DbWork work, ReadOnlyMemory<byte> tags, Func<Task> store, CancellationToken cancel)
    {
        var entry = Append(action, tags);
        try
        {
            await store();
            await entry;
            await work.Commit(cancel);
        }
        catch when (!entry.IsFaulted)
        {
            await Append(LogAction.Unconfirmed, tags);
            throw;
        }
    }

    /// <summary>For a write that found everything already there.</summary>
    public Task Nothing() => Append(action, default);

    private Task Append(string what, ReadOnlyMemory<byte> tags) => parts.Log.Append(new LogEntry(resident, actor, purpose, what, detail, Refused: false, tags));
}
