using Npgsql;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Bench.Vault;

/// <summary>
/// The one read beside the gate, compiled into the bench alone: the floor of the measures. <see cref="Stored"/> returns the stored bytes as they lie there,
/// <see cref="Opened"/> decrypts them without asking the gate or writing the log.
/// </summary>
internal sealed class RawRead(City city) : IAsyncDisposable
{
    // With the vault's own settings of a connection, and as Npgsql comes: then every connection is reset on its way back to the pool.
    private readonly NpgsqlDataSource _source = Source(city, noReset: true);
    private readonly NpgsqlDataSource _asItComes = Source(city, noReset: false);

    private readonly VaultParts _parts = city.Vault.Parts;

    public async Task<byte[]?> Stored(long resident, long seq, bool asItComes, CancellationToken cancel)
    {
        await using var connection = await (asItComes ? _asItComes : _source).OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand("select body from record where resident_no = $1 and seq = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = resident });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        return (byte[]?)await command.ExecuteScalarAsync(cancel);
    }

    public async Task<StoredRecord?> Opened(long resident, long seq, CancellationToken cancel)
    {
        var person = new ResidentNo(resident);
        if (await _parts.ResidentKeys.Get(person, cancel) is not { } keys)
            return null;
        var rows = await _parts.Records.Ask(
            new Statement($"select {RecordRow.Select} from record where resident_no = @resident and seq = @seq", ("@resident", resident), ("@seq", seq)), row => RecordRow.Read(person, row));
        return rows is [var row] ? new RecordOpener(_parts, Actor.Resident(person), person, Purpose.OwnUse).Open(keys, row, RecordRow.Current) : null;
    }

    public long SeqOf(Person person, string id) => _parts.Ids.SeqOf(person.Resident, id);

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _asItComes.DisposeAsync();
    }

    private static NpgsqlDataSource Source(City city, bool noReset) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(city.Options.Records) { NoResetOnClose = noReset, SearchPath = "vault", MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 });
}
