using System.Buffers;
using System.Buffers.Binary;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Vault.Store;

/// <summary>
/// Rows of records in PostgreSQL's binary COPY format (documentation: COPY, file formats): a head, for each row the number of its fields and each field with
/// its length, an end. Written from the row's own members, in the order of <see cref="VaultColumns.Record"/>, without an object for each value.
/// </summary>
internal static class RecordCopy
{
    private const int Fields = 15;
    private const int FixedPart = 2 + (Fields * 4) + (7 * 8) + (2 * 4) + (4 * 2);
    private const int BlockSize = 256 * 1024;

    public static async Task Write(Stream copy, IReadOnlyList<RecordRow> rows, CancellationToken cancel)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            var length = WriteHead(block);
            foreach (var row in rows)
            {
                var size = FixedPart + row.Body.Length + row.Tokens.Length;
                if (length + size > block.Length)
                {
                    await copy.WriteAsync(block.AsMemory(0, length), cancel);
                    length = 0;
                }

                if (size > block.Length)
                {
                    var large = new byte[size];
                    WriteRow(large, row);
                    await copy.WriteAsync(large, cancel);
                    continue;
                }

                length += WriteRow(block.AsSpan(length), row);
            }

            await copy.WriteAsync(block.AsMemory(0, length), cancel);
            await copy.WriteAsync(new byte[] { 0xFF, 0xFF }, cancel);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static int WriteHead(Span<byte> block)
    {
        // The signature's byte above 127 finds a channel that is not clean; no flags, no extension.
        ReadOnlySpan<byte> head = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8, 0, 0, 0, 0, 0, 0, 0, 0];
        head.CopyTo(block);
        return head.Length;
    }

    private static int WriteRow(Span<byte> target, RecordRow row)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, Fields);
        var at = 2;
        Big(target, ref at, row.Resident.Value);
        Big(target, ref at, row.Updated);
        Big(target, ref at, row.Code);
        Big(target, ref at, row.Identity);
        Big(target, ref at, row.DateFrom);
        Big(target, ref at, row.DateTo);
        Int(target, ref at, row.Seq);
        Int(target, ref at, row.Version);
        Small(target, ref at, row.Type);
        Small(target, ref at, row.Class);
        Small(target, ref at, row.Source);
        Small(target, ref at, row.Deleted);
        Bytes(target, ref at, row.Body);
        Bytes(target, ref at, row.Tokens);
        Big(target, ref at, row.OtherCode);
        return at;
    }

    private static void Big(Span<byte> target, ref int at, long? value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target[at..], value is null ? -1 : 8);
        at += 4;
        if (value is not { } number)
            return;
        BinaryPrimitives.WriteInt64BigEndian(target[at..], number);
        at += 8;
    }

    private static void Int(Span<byte> target, ref int at, long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target[at..], 4);
        BinaryPrimitives.WriteInt32BigEndian(target[(at + 4)..], checked((int)value));
        at += 8;
    }

    private static void Small(Span<byte> target, ref int at, long value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target[at..], 2);
        BinaryPrimitives.WriteInt16BigEndian(target[(at + 4)..], checked((short)value));
        at += 6;
    }

    private static void Bytes(Span<byte> target, ref int at, byte[] value)
    {
        BinaryPrimitives.WriteInt32BigEndian(target[at..], value.Length);
        value.CopyTo(target[(at + 4)..]);
        at += 4 + value.Length;
    }
}
