using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>
/// The entry of a change. It is written beside the change and durable before the commit: so a change that was told to anybody has its entry. If the commit then
/// fails, a second entry says that the first is not confirmed.
/// </summary>
internal sealed class WriteLog(VaultParts parts, Actor actor, ResidentNo? resident, string purpose, string action, string? detail)
{
    private string Action => action;

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

    /// <summary>The same for several changes of one transaction, each with its entry: all are durable before the commit, and where it fails each that is has another that takes it back.</summary>
    public static async Task Commit(DbWork work, IReadOnlyList<(WriteLog Log, ReadOnlyMemory<byte> Tags)> changes, Func<Task> store, CancellationToken cancel)
    {
        var entries = changes.Select(change => change.Log.Append(change.Log.Action, change.Tags)).ToList();
        try
        {
            await store();
            await Task.WhenAll(entries);
            await work.Commit(cancel);
        }
        catch
        {
            foreach (var (entry, change) in entries.Zip(changes))
            {
                await ((Task)entry).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!entry.IsFaulted)
                    await change.Log.Append(LogAction.Unconfirmed, change.Tags);
            }

            throw;
        }
    }

    /// <summary>
    /// The same for a change that another may have forestalled: <paramref name="store"/> gives the transaction to commit, or null. The entry is on its way
    /// before the transaction begins, so that the two reach their disks side by side.
    /// </summary>
    public async Task<bool> TryCommit(ReadOnlyMemory<byte> tags, Func<Task<DbWork?>> store, CancellationToken cancel)
    {
        var entry = Append(action, tags);
        try
        {
            await using var work = await store();
            await entry;
            if (work is not null)
            {
                await work.Commit(cancel);
                return true;
            }
        }
        catch when (!entry.IsFaulted)
        {
            await entry;
            await Append(LogAction.Unconfirmed, tags);
            throw;
        }

        await Append(LogAction.Unconfirmed, tags);
        return false;
    }

    /// <summary>
    /// The same for a change whose transaction is one with its commit: the entry is durable before it is sent. <paramref name="commit"/> says whether it was stored, or another came first.
    /// </summary>
    public async Task<bool> TryCommit(ReadOnlyMemory<byte> tags, Func<Task<bool>> commit)
    {
        await Append(action, tags);
        try
        {
            if (await commit())
                return true;
        }
        catch
        {
            await Append(LogAction.Unconfirmed, tags);
            throw;
        }

        await Append(LogAction.Unconfirmed, tags);
        return false;
    }

    /// <summary>For a write that found everything already there.</summary>
    public Task Nothing() => Append(action, default);

    private Task Append(string what, ReadOnlyMemory<byte> tags) => parts.Log.Append(new LogEntry(resident, actor, purpose, what, detail, Refused: false, tags));
}
