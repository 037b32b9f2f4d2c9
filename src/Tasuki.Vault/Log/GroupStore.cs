using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Log;

/// <summary>A row of <c>log_group</c>.</summary>
/// <param name="Root">Of the tree over its entries; null for groups from before they had one.</param>
internal sealed record LogGroup(long WriterNo, long GroupNo, long FirstEntry, long LastEntry, byte[] Previous, byte[] Hash, byte[]? Root)
{
    public const string Select = "writer_no, group_no, first_entry, last_entry, previous, hash, root";

    public static LogGroup Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4), row.Bytes(5), row.IsDBNull(6) ? null : row.Bytes(6));
}

/// <summary>
/// Puts a group into the store, all or nothing. On PostgreSQL it is one statement on a connection of its own: one round trip, and the commit is in it.
/// </summary>
internal sealed class GroupStore(Database database) : IAsyncDisposable
{
    private const string OneStatement = """
        with g as (insert into log_group (writer_no, group_no, first_entry, last_entry, previous, hash, root) values ($1, $2, $3, $4, $5, $6, $7))
        insert into log_entry (writer_no, entry_no, group_no, resident_no, at, actor, body, residents)
        select $1, $3 + u.place - 1, $2, u.resident_no, u.at, u.actor, u.body, u.residents
        from unnest($8::bigint[], $9::bigint[], $10::bigint[], $11::bytea[], $12::bytea[]) with ordinality as u(resident_no, at, actor, body, residents, place)
        """;

    private DbWork? _work;
    private NpgsqlCommand? _command;

    public async Task Commit(LogGroup group, List<WaitingEntry> entries)
    {
        if (database is not PostgresDatabase || entries.Exists(e => e.Sealed!.Residents is not null))
        {
            await InTransaction(group, entries);
            return;
        }

        try
        {
            var command = _command ?? await Prepare();
            Fill(command.Parameters, group, entries);
            database.Observer?.Invoke(OneStatement);
            await command.ExecuteNonQueryAsync();
        }
        catch
        {
            // The next group starts with a new connection and a new plan.
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>The newest group of a writer.</summary>
    public async Task<LogGroup?> EndOf(long writerNo)
    {
        await using var work = await database.Read(CancellationToken.None);
        var rows = await work.Query(
            $"select {LogGroup.Select} from log_group where writer_no = @writer order by group_no desc limit 1", LogGroup.Read, CancellationToken.None, ("@writer", writerNo));
        return rows is [var end] ? end : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_command is not null)
            await _command.DisposeAsync();
        if (_work is not null)
            await _work.DisposeAsync();
        (_command, _work) = (null, null);
    }

    private async Task InTransaction(LogGroup group, List<WaitingEntry> entries)
    {
        await using var work = await database.Write(CancellationToken.None);
        await database.InsertMany(
            work, VaultColumns.LogGroup,
            [[group.WriterNo, group.GroupNo, group.FirstEntry, group.LastEntry, group.Previous, group.Hash, group.Root]], CancellationToken.None);
        await database.InsertMany(work, VaultColumns.LogEntry, entries.ConvertAll(e => Row(e.Sealed!)), CancellationToken.None);
        var residents = entries.Where(e => e.Entry.Residents is not null).SelectMany(
            e => e.Entry.Residents!, object?[] (e, resident) => [e.Sealed!.WriterNo, e.Sealed.EntryNo, resident.Value, e.Sealed.At]).ToList();
        await database.InsertMany(work, VaultColumns.LogListed, residents, CancellationToken.None);
        await work.Commit(CancellationToken.None);
    }

    private static object?[] Row(SealedEntry e) => [e.WriterNo, e.EntryNo, e.GroupNo, e.ResidentNo, e.At, e.Actor, e.Body, e.Residents];

    private async Task<NpgsqlCommand> Prepare()
    {
        _work = await database.Read(CancellationToken.None);
        var command = new NpgsqlCommand(OneStatement, (NpgsqlConnection)_work.Connection);
        for (var i = 0; i < 4; i++)
            command.Parameters.Add(new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint });
        for (var i = 0; i < 3; i++)
            command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new NpgsqlParameter<long?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        for (var i = 0; i < 2; i++)
            command.Parameters.Add(new NpgsqlParameter<long[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
        for (var i = 0; i < 2; i++)
            command.Parameters.Add(new NpgsqlParameter<byte[]?[]> { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea });
        await command.PrepareAsync();
        return _command = command;
    }

    private static void Fill(NpgsqlParameterCollection parameters, LogGroup group, List<WaitingEntry> entries)
    {
        var count = entries.Count;
        long?[] residents = new long?[count];
        long[] at = new long[count], actors = new long[count];
        byte[]?[] bodies = new byte[count][], lists = new byte[count][];
        for (var i = 0; i < count; i++)
        {
            var entry = entries[i].Sealed!;
            (residents[i], at[i], actors[i], bodies[i], lists[i]) = (entry.ResidentNo, entry.At, entry.Actor, entry.Body, entry.Residents);
        }

        Long(0).TypedValue = group.WriterNo;
        Long(1).TypedValue = group.GroupNo;
        Long(2).TypedValue = group.FirstEntry;
        Long(3).TypedValue = group.LastEntry;
        parameters[4].Value = group.Previous;
        parameters[5].Value = group.Hash;
        parameters[6].Value = group.Root;
        ((NpgsqlParameter<long?[]>)parameters[7]).TypedValue = residents;
        ((NpgsqlParameter<long[]>)parameters[8]).TypedValue = at;
        ((NpgsqlParameter<long[]>)parameters[9]).TypedValue = actors;
        ((NpgsqlParameter<byte[]?[]>)parameters[10]).TypedValue = bodies;
        ((NpgsqlParameter<byte[]?[]>)parameters[11]).TypedValue = lists;

        NpgsqlParameter<long> Long(int index) => (NpgsqlParameter<long>)parameters[index];
    }
}
