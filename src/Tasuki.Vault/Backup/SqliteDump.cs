using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Backup;

/// <summary>SQLite: its own statements from its schema, rows as tagged values.</summary>
internal sealed class SqliteDump : TableDump
{
    private const int BlockSize = 256 * 1024;

    protected override string BeginSnapshot => "begin";

    protected override async Task<List<TableShape>> Shapes(DbWork work, CancellationToken cancel)
    {
        var shapes = new List<TableShape>();
        foreach (var (name, sql) in await work.Query(
            "select name, sql from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name", row => (row.GetString(0), row.GetString(1)), cancel))
        {
            var columns = await work.Query($"select name from pragma_table_info('{name.Replace("'", "''", StringComparison.Ordinal)}') order by cid", row => row.GetString(0), cancel);
            var finish = await work.Query(
                "select sql from sqlite_schema where type <> 'table' and tbl_name = @table and sql is not null order by name", row => row.GetString(0), cancel, ("@table", name));
            shapes.Add(new TableShape(name, columns, [sql], finish));
        }

        return shapes;
    }

    protected override async Task<long> SaveRows(DbWork work, TableShape table, PartWriter to, CancellationToken cancel)
    {
        await using var command = work.Command($"select {Quoted(table.Columns)} from {Quoted(table.Name)}");
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var block = new ArrayBufferWriter<byte>(BlockSize);
        var rows = 0L;
        while (await reader.ReadAsync(cancel))
        {
            rows++;
            for (var i = 0; i < table.Columns.Count; i++)
                Put(block, reader.IsDBNull(i) ? null : reader.GetValue(i));
            if (block.WrittenCount < BlockSize)
                continue;
            await to.Block(block.WrittenMemory, cancel);
            block.ResetWrittenCount();
        }

        if (block.WrittenCount > 0)
            await to.Block(block.WrittenMemory, cancel);
        return rows;
    }

    protected override async Task LoadRows(DbWork work, TableShape table, PartReader from, CancellationToken cancel)
    {
        await using var command = work.Command(
            $"insert into {Quoted(table.Name)} ({Quoted(table.Columns)}) values ({string.Join(", ", table.Columns.Select((_, i) => $"@p{i}"))})",
            [.. table.Columns.Select((_, i) => ($"@p{i}", (object?)null))]);
        while (await from.Block(cancel) is { Length: > 0 } block)
        {
            for (var at = 0; at < block.Length;)
            {
                for (var i = 0; i < table.Columns.Count; i++)
                    command.Parameters[i].Value = Take(block, ref at) ?? DBNull.Value;
                await command.ExecuteNonQueryAsync(cancel);
            }
        }
    }

    protected override async Task<List<SequenceState>> Sequences(DbWork work, CancellationToken cancel) =>
        await work.Number("select count(*) from sqlite_schema where name = 'sqlite_sequence'", cancel) == 0 ? []
            : await work.Query("select name, seq from sqlite_sequence", row => new SequenceState(row.GetString(0), "", row.GetInt64(1)), cancel);

    protected override async Task Set(DbWork work, SequenceState sequence, CancellationToken cancel)
    {
        await work.Execute("delete from sqlite_sequence where name = @name", cancel, ("@name", sequence.Table));
        await work.Execute("insert into sqlite_sequence (name, seq) values (@name, @seq)", cancel, ("@name", sequence.Table), ("@seq", sequence.Last));
    }

    private static void Put(ArrayBufferWriter<byte> block, object? value)
    {
        switch (value)
        {
            case null:
                block.Write<byte>([0]);
                break;
            case long number:
                Put(block, 1, number);
                break;
            case double real:
                Put(block, 2, BitConverter.DoubleToInt64Bits(real));
                break;
            case string text:
                Put(block, 3, Encoding.UTF8.GetBytes(text));
                break;
            case byte[] bytes:
                Put(block, 4, bytes);
                break;
            default:
                throw new InvalidOperationException($"SQLite gave a {value.GetType().Name}.");
        }
    }

    private static void Put(ArrayBufferWriter<byte> block, byte tag, long value)
    {
        var span = block.GetSpan(9);
        span[0] = tag;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
        block.Advance(9);
    }

    private static void Put(ArrayBufferWriter<byte> block, byte tag, byte[] value)
    {
        var span = block.GetSpan(5 + value.Length);
        span[0] = tag;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], value.Length);
        value.CopyTo(span[5..]);
        block.Advance(5 + value.Length);
    }

    private static object? Take(byte[] block, ref int at)
    {
        var tag = block[at++];
        if (tag == 0)
            return null;
        if (tag is 1 or 2)
        {
            var number = BinaryPrimitives.ReadInt64BigEndian(block.AsSpan(at));
            at += 8;
            return tag == 1 ? (object)number : BitConverter.Int64BitsToDouble(number);
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(block.AsSpan(at));
        var bytes = block.AsSpan(at + 4, length);
        at += 4 + length;
        return tag == 3 ? Encoding.UTF8.GetString(bytes) : bytes.ToArray();
    }
}
