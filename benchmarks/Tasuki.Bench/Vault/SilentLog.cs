using Tasuki.Vault;
using Tasuki.Vault.Log;

namespace Tasuki.Bench.Vault;

/// <summary>An access log that forgets: what the real one costs is measured against it. Compiled into the bench alone.</summary>
internal sealed class SilentLog : LogWriter
{
    private SilentLog(VaultParts parts, WriterLease lease)
        : base(parts.LogStore, parts.Ring, parts.Municipality, parts.Clock, lease)
    {
    }

    public override Task Append(LogEntry entry) => Task.CompletedTask;

    /// <summary>The gate of the same vault, with nothing behind it that writes who looked.</summary>
    public static async Task<Gate> GateOver(VaultParts parts, CancellationToken cancel) =>
        new(parts with { Log = new SilentLog(parts, await WriterLease.Take(parts.LogStore, parts.Clock, cancel)) });
}
