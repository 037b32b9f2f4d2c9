using Tasuki.Bench.Floor;
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
    private readonly StoredRows _rows = new(city.Options.Records, noReset: true);
    private readonly StoredRows _asItComes = new(city.Options.Records, noReset: false);

    private readonly VaultParts _parts = city.Vault.Parts;

    public Task<byte[]?> Stored(long resident, long seq, bool asItComes, CancellationToken cancel) => (asItComes ? _asItComes : _rows).One(resident, seq, cancel);

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
        await _rows.DisposeAsync();
        await _asItComes.DisposeAsync();
    }
}
