using Npgsql;

namespace Tasuki.Bench.Floor;

/// <summary>The stored bytes as they lie there, through Npgsql and nothing else: no key, no gate, no log. Compiled into the bench alone.</summary>
/// <param name="noReset">With the vault's own settings of a connection; else as Npgsql comes, which resets every connection on its way back to the pool.</param>
internal sealed class StoredRows(string records, bool noReset) : IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(records) { NoResetOnClose = noReset, SearchPath = "vault", MaxAutoPrepare = 20, AutoPrepareMinUsages = 2 });

    public async Task<byte[]?> One(long resident, long seq, CancellationToken cancel)
    {
        await using var connection = await _source.OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand("select body from record where resident_no = $1 and seq = $2", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = resident });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = seq });
        return (byte[]?)await command.ExecuteScalarAsync(cancel);
    }

    /// <summary>The bodies of the newest records, one behind the other.</summary>
    public async Task<byte[]> Newest(long resident, int count, CancellationToken cancel)
    {
        await using var connection = await _source.OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand("select body from record where resident_no = $1 and date_from is not null order by date_from desc limit $2", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = resident });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        var bytes = new MemoryStream();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
            bytes.Write((byte[])rows.GetValue(0));
        return bytes.ToArray();
    }

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
