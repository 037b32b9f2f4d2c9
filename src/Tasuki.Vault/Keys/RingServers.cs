using System.Buffers.Binary;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Which servers live and which generation of the ring each has loaded. This process looks at the ring's file every second, takes a change over and says so; whoever
/// spread a key waits for that. A server that was silent for <see cref="LivesFor"/> is not waited for.
/// </summary>
internal sealed class RingServers : IAsyncDisposable
{
    public static readonly TimeSpan LivesFor = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromDays(1);

    private readonly Database _keys;
    private readonly KeyRing _ring;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly long _server = BinaryPrimitives.ReadInt64BigEndian(RandomNumberGenerator.GetBytes(8));
    private readonly SemaphoreSlim _reporting = new(1, 1);
    private readonly ITimer _timer;
    private DateTimeOffset _reported;
    private long _generation;
    private bool _left;

    private RingServers(Database keys, KeyRing ring, TimeProvider clock, ILogger logger)
    {
        (_keys, _ring, _clock, _logger) = (keys, ring, clock, logger);
        _timer = clock.CreateTimer(_ => _ = Look(), null, LookEvery, LookEvery);
    }

    /// <summary>Seconds that are waited for servers that have not loaded the ring; longer than one that died is counted as living. Tests do not wait.</summary>
    public int Patience { get; set; } = 90;

    public static async Task<RingServers> Join(Database keys, KeyRing ring, TimeProvider clock, ILogger logger, CancellationToken cancel)
    {
        var servers = new RingServers(keys, ring, clock, logger);
        await servers.Report(cancel);
        return servers;
    }

    /// <summary>False when a live server still has not loaded that generation of the ring after <see cref="Patience"/>.</summary>
    public async Task<bool> AllHave(long generation, CancellationToken cancel)
    {
        for (var waited = 0; ; waited++)
        {
            await Report(cancel);
            await using (var work = await _keys.Read(cancel))
            {
                var behind = await work.Number(
                    "select count(*) from ring_server where generation < @generation and seen >= @living", cancel,
                    ("@generation", generation), ("@living", Time.Micros(_clock.GetUtcNow() - LivesFor)));
                if (behind == 0)
                    return true;
            }

            if (waited >= Patience)
                return false;
            await Task.Delay(LookEvery, _clock, cancel);
        }
    }

    /// <summary>Looks at the ring and says what this server has loaded.</summary>
    public async Task Report(CancellationToken cancel)
    {
        await _reporting.WaitAsync(cancel);
        try
        {
            if (_left)
                return;
            if (!_ring.Refresh(force: true))
                _logger.RingNotReloaded(_ring.Generation);
            var (generation, now) = (_ring.Generation, _clock.GetUtcNow());
            await using var work = await _keys.Write(cancel);
            await work.Execute("delete from ring_server where seen < @forgotten", cancel, ("@forgotten", Time.Micros(now - ForgottenAfter)));
            await work.Execute(
                $"{VaultColumns.RingServer.InsertSql} on conflict (server_no) do update set generation = @p1, seen = @p2", cancel,
                ("@p0", _server), ("@p1", generation), ("@p2", Time.Micros(now)));
            await work.Commit(cancel);
            (_generation, _reported) = (generation, now);
        }
        finally
        {
            _reporting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _reporting.WaitAsync();
        _left = true;
        _reporting.Release();
        try
        {
            await using var work = await _keys.Write(CancellationToken.None);
            await work.Execute("delete from ring_server where server_no = @server", CancellationToken.None, ("@server", _server));
            await work.Commit(CancellationToken.None);
        }
        catch (DbException)
        {
            // The store is away: the row is not waited for a minute from now.
        }
    }

    private async Task Look()
    {
        try
        {
            _ring.Refresh(force: false);
            if (_ring.Generation != _generation || _clock.GetUtcNow() - _reported >= ReportEvery)
                await Report(CancellationToken.None);
        }
        catch (Exception away) when (away is DbException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Store or ring are away; the next look finds them again, and meanwhile this server is rightly waited for or forgotten.
        }
    }
}

internal static partial class KeyMessages
{
    [LoggerMessage(EventId = 4010, Level = LogLevel.Critical, Message = "The key ring could not be taken over; generation {Generation} stays in use. Look at ring.json and root.key.")]
    public static partial void RingNotReloaded(this ILogger logger, long generation);

    [LoggerMessage(EventId = 4011, Level = LogLevel.Critical, Message = "{Count} wrapped keys do not open under their epoch's key and were left as they are (first: resident {Resident}). They were altered, or the epoch's key is gone.")]
    public static partial void KeysDoNotOpen(this ILogger logger, int count, long resident);
}
