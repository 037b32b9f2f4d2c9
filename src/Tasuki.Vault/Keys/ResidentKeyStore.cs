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

        var opened = await Versions(resident);
        if (opened.Count == 0)
        {
            _cache.TryRemove(resident, out _);
            return null;
        }

        var inUse = opened.Where(v => v.UsedFrom <= now).Select(v => v.Number).DefaultIfEmpty(opened.Min(v => v.Number)).Max();
        var keys = new ResidentKeys([.. opened.Select(v => (v.Number, v.Bytes))], inUse);
        _cache[resident] = (keys, now + Lifetime);
        return keys;
    }

    /// <summary>What stands in the store and opens, past the cache. One version, or two while the rest is rewritten.</summary>
    public async Task<List<KeyVersion>> Versions(ResidentNo resident)
    {
        var rows = await _database.Ask(
            new Statement("select epoch, key_version, wrapped from resident_key where resident_no = @resident order by key_version", ("@resident", resident.Value)),
            row => (Epoch: (int)row.GetInt64(0), Version: (byte)row.GetInt16(1), Wrapped: row.Bytes(2)));
        var opened = new List<KeyVersion>(rows.Count);
        foreach (var (epoch, version, wrapped) in rows)
        {
            if (_ring.EpochKey(epoch) is { IsEmpty: false } key && Aead.Open(key, 0, wrapped, Bound(_municipality, resident, epoch, version)) is { } bytes
                && KeyVersion.Read(version, bytes) is { } one)
                opened.Add(one);
        }

        return opened;
    }

    /// <summary>Who has two versions: a change of keys that is not finished.</summary>
    public async Task<List<ResidentNo>> Changing(CancellationToken cancel)
    {
        await using var work = await _database.Read(cancel);
        return await work.Query(
            "select resident_no from resident_key group by resident_no having count(*) > 1 order by resident_no", row => new ResidentNo(row.GetInt64(0)), cancel);
    }

    /// <summary>The next use reads the store.</summary>
    public void Forget(ResidentNo resident) => _cache.TryRemove(resident, out _);

    /// <summary>False when the store holds keys and the ring does not open them: the two do not belong together. One key is tried.</summary>
    public async Task<bool> FitsTheRing(CancellationToken cancel)
    {
        await using var work = await _database.Read(cancel);
        var newest = await work.Query("select resident_no from resident_key order by epoch desc, resident_no limit 1", row => new ResidentNo(row.GetInt64(0)), cancel);
        return newest is not [var one] || _erased.Contains(one) || await Get(one, cancel) is not null;
    }

    /// <summary>Makes keys for new residents. They are durable when this returns.</summary>
    public Task Create(IReadOnlyList<ResidentNo> residents, CancellationToken cancel) => Insert(epoch => NewKeys(residents, epoch), cancel);

    /// <summary>Puts one more version beside the one that is there. Durable when this returns. The caller holds the resident's lock, so that no erasure runs between.</summary>
    public async Task Add(ResidentNo resident, KeyVersion version, CancellationToken cancel)
    {
        await Insert(epoch => [Row(resident, epoch, version)], cancel);
        Forget(resident);
    }

    private async Task Insert(Func<int, List<object?[]>> rows, CancellationToken cancel)
    {
        while (true)
        {
            var epoch = _ring.CurrentEpoch;
            await using var work = await _database.Write(cancel);
            // Shared with other enrolments; a rotation that closes older epochs waits for them, and they for it.
            var oldest = await work.Number($"select epoch from key_fence where one = 1{(_database is PostgresDatabase ? " for share" : "")}", cancel);
            if (epoch >= oldest)
            {
                await _database.InsertMany(work, VaultColumns.ResidentKey, rows(epoch), cancel);
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
            rows.Add(Row(resident, epoch, KeyVersion.First()));
        return rows;
    }

    private object?[] Row(ResidentNo resident, int epoch, KeyVersion version)
    {
        var bytes = version.Write();
        object?[] row = [resident.Value, (long)epoch, (long)version.Number, Aead.Seal(_ring.EpochKey(epoch), [], bytes, Bound(_municipality, resident, epoch, version.Number))];
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(version.Bytes);
        return row;
    }

    public Task Destroy(ResidentNo resident, CancellationToken cancel) => Destroy(resident, below: byte.MaxValue + 1, cancel);

    /// <summary>The versions before <paramref name="below"/>, for good.</summary>
    public async Task Destroy(ResidentNo resident, int below, CancellationToken cancel)
    {
        Forget(resident);
        await using (var work = await _database.Write(cancel))
        {
            await work.Execute(
                "delete from resident_key where resident_no = @resident and key_version < @below", cancel, ("@resident", resident.Value), ("@below", (long)below));
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
