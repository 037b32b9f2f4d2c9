using System.Buffers;
using System.Buffers.Binary;
using System.Data.Common;
using System.Text;

namespace Tasuki.Data;

/// <summary>A row of <see cref="DirectQuestions"/>, read from its first column to its last.</summary>
public sealed class DirectRow(DbDataReader reader, DataStore store)
{
    private readonly ArrayBufferWriter<byte> _said = new(1024);
    private int _next;

    /// <summary>Everything that was read so far, as bytes: two rows that say the same are the same.</summary>
    public byte[] Said => _said.WrittenSpan.ToArray();

    public long Number() => Keep(reader.GetInt64(_next++));

    public long? NumberOrNull() => IsNull() ? null : Number();

    public byte[] Bytes() => Keep(reader.GetFieldValue<byte[]>(_next++));

    public byte[]? BytesOrNull() => IsNull() ? null : Bytes();

    public string? TextOrNull() => IsNull() ? null : Keep(reader.GetString(_next++));

    public DateTimeOffset Time()
    {
        var time = store is DataStore.Sqlite ? DateTimeOffset.UnixEpoch.AddTicks(reader.GetInt64(_next++) * TimeSpan.TicksPerMicrosecond) : reader.GetFieldValue<DateTimeOffset>(_next++);
        Keep(time.UtcTicks);
        return time;
    }

    public DateTimeOffset? TimeOrNull() => IsNull() ? null : Time();

    /// <summary>Whether the joined table whose columns come now has a row: its first column is looked at, and <paramref name="columns"/> are passed over where it has none.</summary>
    public bool Has(int columns)
    {
        var none = reader.IsDBNull(_next);
        Mark(none);
        if (none)
            _next += columns;
        return !none;
    }

    private bool IsNull()
    {
        var none = reader.IsDBNull(_next);
        Mark(none);
        if (none)
            _next++;
        return none;
    }

    private void Mark(bool none) => _said.Write([none ? (byte)0 : (byte)1]);

    private long Keep(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_said.GetSpan(sizeof(long)), number);
        _said.Advance(sizeof(long));
        return number;
    }

    // With its length before it, else what stands at the end of one could stand at the start of the next.
    private byte[] Keep(byte[] bytes)
    {
        Keep((long)bytes.Length);
        _said.Write(bytes);
        return bytes;
    }

    private string Keep(string text)
    {
        Keep(Encoding.UTF8.GetBytes(text));
        return text;
    }
}
