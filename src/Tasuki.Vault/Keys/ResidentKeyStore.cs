using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Residents' keys in a database of their own, wrapped under an epoch key. An unwrapped key lives at most a minute in memory (<see cref="Lifetime"/> and one
/// sweep), and every use asks the erasure list first: on every server an erased person's key is gone at once.
/// </summary>
internal sealed class ResidentKeyStore : IDisposable
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(45);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromSeconds(15);
    private const int KeySize = 64;
    private readonly ConcurrentDictionary<ResidentNo, (ResidentKeys Keys, DateTimeOffset Until)> _cache = new();
    private readonly Database _database;
    private readonly KeyRing _ring;
    private readonly ErasureList _erased;
    private readonly MunicipalityId _municipality;
    private readonly TimeProvider _clock;
    private readonly ITimer _sweep;

    public ResidentKeyStore(Database database, KeyRing ring, ErasureList erased, MunicipalityId municipality, TimeProvider clock)
    {
        _database = database;
        _ring = ring;
        _erased = erased;
        _municipality = municipality;
        _clock = clock;
        _sweep = clock.CreateTimer(_ => Sweep(), null, SweepEvery, SweepEvery);
    }

    /// <summary>Null when the resident has no key, is erased, or the wrapped key does not open.</summary>
    public async ValueTask<ResidentKeys?> Get(ResidentNo resident, CancellationToken cancel)
    {
        if (_erased.Contains(resident))
        {
            _cache.TryRemove(resident, out _);
            return null;
        }

        var now = _clock.GetUtcNow();
        if (_cache.TryGetValue(resident, out var cached) && now < cached.Until)
            return cached.Keys;

        await using var work = await _database.Read(cancel);
        var rows = await work.Query(
            "select epoch, key_version, wrapped from resident_key where resident_no = @resident",
            row => (Epoch: (int)row.GetInt64(0), Version: (byte)row.GetInt16(1), Wrapped: row.Bytes(2)), cancel, ("@resident", resident.Value));
        var opened = new List<(byte, byte[])>(rows.Count);
        foreach (var (epoch, version, wrapped) in rows)
        {
            if (_ring.EpochKey(epoch) is { IsEmpty: false } key && Aead.Open(key, 0, wrapped, Bound(_municipality, resident, epoch, version)) is { Length: KeySize } bytes)
                opened.Add((version, bytes));
        }

        if (opened.Count == 0)
        {
            _cache.TryRemove(resident, out _);
            return null;
        }

        var keys = new ResidentKeys(opened);
        _cache[resident] = (keys, now + Lifetime);
        return keys;
    }

    /// <summary>False when the store holds keys and the ring does not open them: the two do not belong together. One key is tried.</summary>
    public async Task<bool> FitsTheRing(CancellationToken cancel)
    {
        await using var work = await _database.Read(cancel);
        var newest = await work.Query("select resident_no from resident_key order by epoch desc, resident_no limit 1", row => new ResidentNo(row.GetInt64(0)), cancel);
        return newest is not [var one] || _erased.Contains(one) || await Get(one, cancel) is not null;
    }

    /// <summary>Makes keys for new residents. They are durable when this returns.</summary>
    public async Task Create(IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        while (true)
        {
            var epoch = _ring.CurrentEpoch;
            await using var work = await _database.Write(cancel);
            // Shared with other enrolments; a rotation that closes older epochs waits for them, and they for it.
            var oldest = await work.Number($"select epoch from key_fence where one = 1{(_database is PostgresDatabase ? " for share" : "")}", cancel);
            if (epoch >= oldest)
            {
                await _database.InsertMany(work, VaultColumns.ResidentKey, NewKeys(residents, epoch), cancel);
                await work.Commit(cancel);
                return;
            }

            // This server slept through a rotation: under this epoch nothing is wrapped any more.
            if (!_ring.Refresh(force: true) || _ring.CurrentEpoch <= epoch)
                throw new InvalidOperationException($"Epoch {epoch} is closed and the ring on this server holds no newer one.");
        }
    }

    private List<object?[]> NewKeys(IReadOnlyList<ResidentNo> residents, int epoch)
    {
        var rows = new List<object?[]>(residents.Count);
        foreach (var resident in residents)
        {
            var bytes = RandomNumberGenerator.GetBytes(KeySize);
            rows.Add([resident.Value, (long)epoch, 1L, Aead.Seal(_ring.EpochKey(epoch), [], bytes, Bound(_municipality, resident, epoch, 1))]);
            CryptographicOperations.ZeroMemory(bytes);
        }

        return rows;
    }

    public async Task Destroy(ResidentNo resident, CancellationToken cancel)
    {
        _cache.TryRemove(resident, out _);
        await using (var work = await _database.Write(cancel))
        {
            await work.Execute("delete from resident_key where resident_no = @resident", cancel, ("@resident", resident.Value));
            await work.Commit(cancel);
        }

        // The deleted page must not live on in SQLite's write-ahead log.
        if (_database is SqliteDatabase sqlite)
            await sqlite.Checkpoint(cancel);
    }

    public void Dispose() => _sweep.Dispose();

    private void Sweep()
    {
        var now = _clock.GetUtcNow();
        foreach (var (resident, cached) in _cache)
        {
            if (cached.Until <= now)
                _cache.TryRemove(resident, out _);
        }
    }

    public static byte[] Bound(MunicipalityId municipality, ResidentNo resident, long epoch, byte version) =>
        new Binding(municipality, "resident_key").Number(resident.Value).Number(epoch).Number(version).Bytes.ToArray();
}
