using System.Collections.Concurrent;
using System.Security.Cryptography;
using Tasuki.Kernel;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Keys;

/// <summary>
/// Wraps every living resident's key under the current epoch, in batches by resident number. A row is changed only where it still stands under the epoch it was read
/// with, so enrolments, erasures and a second run beside it lose nothing, and a run that was cut off is continued by looking.
/// </summary>
internal sealed class RewrapKeys(Database keys, KeyRing ring, MunicipalityId municipality)
{
    private const long BatchOf = 20_000;

    /// <summary>Called after each batch. For tests: the process dies here.</summary>
    public Action? AfterBatch { get; set; }

    /// <summary>How many were wrapped anew, and which do not open at all.</summary>
    public async Task<(long Rewrapped, IReadOnlyCollection<long> Broken)> Run(CancellationToken cancel)
    {
        var total = 0L;
        while (true)
        {
            var (rewrapped, broken) = await Pass(cancel);
            total += rewrapped;
            // Again until nothing but rows that do not open is left: another server may have moved rows meanwhile.
            if (rewrapped > 0)
                continue;
            if (keys is SqliteDatabase sqlite)
                await sqlite.Checkpoint(cancel);
            return (total, broken);
        }
    }

    private async Task<(long Rewrapped, IReadOnlyCollection<long> Broken)> Pass(CancellationToken cancel)
    {
        var epoch = ring.CurrentEpoch;
        List<(long First, long Last)> bounds;
        await using (var work = await keys.Read(cancel))
        {
            bounds = await work.Query(
                "select min(resident_no), max(resident_no) from resident_key where epoch < @epoch having count(*) > 0", row => (row.GetInt64(0), row.GetInt64(1)), cancel,
                ("@epoch", (long)epoch));
        }

        if (bounds is not [var (first, last)])
            return (0, []);
        var (rewrapped, broken) = (0L, new ConcurrentBag<long>());
        // The crypto of one batch runs beside the statement of another.
        await Parallel.ForEachAsync(Batches(first, last), new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancel }, async (from, stop) =>
        {
            Interlocked.Add(ref rewrapped, await Batch(from, epoch, broken, stop));
            AfterBatch?.Invoke();
        });
        return (rewrapped, broken);
    }

    private static IEnumerable<long> Batches(long first, long last)
    {
        for (var from = first; from <= last; from += BatchOf)
            yield return from;
    }

    private async Task<long> Batch(long from, int epoch, ConcurrentBag<long> broken, CancellationToken cancel)
    {
        List<(long Resident, long Epoch, byte Version, byte[] Wrapped)> rows;
        await using (var reading = await keys.Read(cancel))
        {
            rows = await reading.Query(
                "select resident_no, epoch, key_version, wrapped from resident_key where resident_no >= @from and resident_no < @to and epoch < @epoch",
                row => (row.GetInt64(0), row.GetInt64(1), (byte)row.GetInt64(2), row.Bytes(3)), cancel, ("@from", from), ("@to", from + BatchOf), ("@epoch", (long)epoch));
        }

        var changed = new Rewrapped(rows.Count);
        foreach (var (resident, old, version, wrapped) in rows)
        {
            var no = new ResidentNo(resident);
            if (ring.EpochKey((int)old) is not { IsEmpty: false } key || Aead.Open(key, 0, wrapped, ResidentKeyStore.Bound(municipality, no, old, version)) is not { } bytes)
            {
                broken.Add(resident);
                continue;
            }

            changed.Add(resident, version, old, Aead.Seal(ring.EpochKey(epoch), [], bytes, ResidentKeyStore.Bound(municipality, no, epoch, version)));
            CryptographicOperations.ZeroMemory(bytes);
        }

        if (changed.Residents.Count == 0)
            return 0;
        await using var work = await keys.Write(cancel);
        var count = keys is PostgresDatabase ? await changed.UpdateAtOnce(work, epoch, cancel) : await changed.UpdateEach(work, epoch, cancel);
        await work.Commit(cancel);
        return count;
    }

    private sealed class Rewrapped(int capacity)
    {
        private readonly List<short> _versions = new(capacity);
        private readonly List<long> _epochs = new(capacity);
        private readonly List<byte[]> _wrapped = new(capacity);

        public List<long> Residents { get; } = new(capacity);

        public void Add(long resident, byte version, long epoch, byte[] wrapped)
        {
            Residents.Add(resident);
            _versions.Add(version);
            _epochs.Add(epoch);
            _wrapped.Add(wrapped);
        }

        public Task<int> UpdateAtOnce(DbWork work, int epoch, CancellationToken cancel) => work.Execute(
            """
            update resident_key k set epoch = @epoch, wrapped = n.wrapped from unnest(@residents, @versions, @epochs, @wrapped) as n(resident_no, key_version, epoch, wrapped)
            where k.resident_no = n.resident_no and k.key_version = n.key_version and k.epoch = n.epoch
            """,
            cancel, ("@epoch", (long)epoch), ("@residents", Residents.ToArray()), ("@versions", _versions.ToArray()), ("@epochs", _epochs.ToArray()), ("@wrapped", _wrapped.ToArray()));

        public async Task<int> UpdateEach(DbWork work, int epoch, CancellationToken cancel)
        {
            await using var command = work.Command(
                "update resident_key set epoch = @epoch, wrapped = @wrapped where resident_no = @resident and key_version = @version and epoch = @old",
                ("@epoch", (long)epoch), ("@wrapped", null), ("@resident", null), ("@version", null), ("@old", null));
            var count = 0;
            for (var i = 0; i < Residents.Count; i++)
            {
                command.Parameters["@wrapped"].Value = _wrapped[i];
                command.Parameters["@resident"].Value = Residents[i];
                command.Parameters["@version"].Value = (long)_versions[i];
                command.Parameters["@old"].Value = _epochs[i];
                count += await command.ExecuteNonQueryAsync(cancel);
            }

            return count;
        }
    }
}
