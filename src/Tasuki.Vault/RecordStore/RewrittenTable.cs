using System.Buffers;
using System.Data.Common;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>A row to be closed anew.</summary>
/// <param name="Key">What follows the resident's number in the primary key.</param>
/// <param name="Change">The statement that stores the new body, and the row's place and tag for the log; null when the row does not open.</param>
internal sealed record RewrittenRow(object?[] Key, Func<VaultParts, ResidentKeys, ArrayBufferWriter<byte>, Statement?> Change);

/// <summary>
/// A table whose bodies lie under residents' keys: its columns, its key, how a row is opened and closed. A test holds <see cref="All"/> against every sealed column of
/// <see cref="VaultColumns"/>.
/// </summary>
/// <param name="AtOnce">Rows in one transaction.</param>
internal sealed record RewrittenTable(string Name, string From, string Columns, string Keys, int AtOnce, Func<ResidentNo, DbDataReader, RewrittenRow> Read)
{
    private const int Rows = 200;

    // A chunk has a quarter of a megabyte.
    private const int ChunksOfFiles = 8;

    public static IReadOnlyList<RewrittenTable> All { get; } =
    [
        new("record", "record", RecordRow.Select, "seq, version", Rows, (resident, row) => Record(RecordRow.Current, RecordRow.Read(resident, row))),
        new("record_history", "record_history", RecordRow.Select, "seq, version", Rows, (resident, row) => Record(RecordRow.History, RecordRow.Read(resident, row))),
        new("sample_chunk", "sample_chunk", "metric, day, version, updated, body", "metric, day", Rows, Sample),
        new("file", "file", "file_no, received, chunks, size, body", "file_no", Rows, File),
        new("file_chunk", "file_chunk", "file_no, chunk_no, body", "file_no, chunk_no", ChunksOfFiles, FileChunk),
        new("access_grant", "access_grant g", GrantRow.Select, "grant_no", Rows, (resident, row) => Grant(GrantRow.Read(resident, row, first: 0))),
    ];

    public ArrayBufferWriter<byte> NewTags() => Name is "sample_chunk" ? WrittenRows.Samples() : new ArrayBufferWriter<byte>();

    private static RewrittenRow Record(string table, RecordRow row) => new([row.Seq, row.Version], (parts, keys, tags) =>
    {
        if (row.Open(keys, parts.Municipality, table) is not { } payload)
            return null;
        var body = row.Sealed(keys, parts.Municipality, table, payload).Body;
        WrittenRows.AddRow(tags, row.Seq, row.Version, body);
        return new Statement(
            $"update {table} set body = @body where resident_no = @resident and seq = @seq and version = @version",
            ("@body", body), ("@resident", row.Resident.Value), ("@seq", row.Seq), ("@version", row.Version));
    });

    private static RewrittenRow Sample(ResidentNo resident, DbDataReader row)
    {
        var (metric, day, version, updated, body) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4));
        return new RewrittenRow([metric, day], (parts, keys, tags) =>
        {
            if (BodyFormat.Reseal(keys, body, SampleChunks.Bound(parts.Municipality, resident, metric, day, version, updated)) is not { } again)
                return null;
            WrittenRows.AddSample(tags, metric, day, version, again);
            return new Statement(
                "update sample_chunk set body = @body where resident_no = @resident and metric = @metric and day = @day",
                ("@body", again), ("@resident", resident.Value), ("@metric", metric), ("@day", day));
        });
    }

    private static RewrittenRow File(ResidentNo resident, DbDataReader row)
    {
        var (file, received, chunks, size, body) = (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4));
        return new RewrittenRow([file], (parts, keys, tags) =>
        {
            if (BodyFormat.Reseal(keys, body, OriginalFiles.Bound(parts.Municipality, resident, file, received, chunks, size)) is not { } again)
                return null;
            WrittenRows.AddRow(tags, file, 1, again);
            return new Statement(
                "update file set body = @body where resident_no = @resident and file_no = @file", ("@body", again), ("@resident", resident.Value), ("@file", file));
        });
    }

    private static RewrittenRow FileChunk(ResidentNo resident, DbDataReader row)
    {
        var (file, chunk, body) = (row.GetInt64(0), row.GetInt64(1), row.Bytes(2));
        return new RewrittenRow([file, chunk], (parts, keys, _) =>
            BodyFormat.Reseal(keys, body, OriginalFiles.ChunkBound(parts.Municipality, resident, file, chunk)) is not { } again ? null : new Statement(
                "update file_chunk set body = @body where resident_no = @resident and file_no = @file and chunk_no = @chunk",
                ("@body", again), ("@resident", resident.Value), ("@file", file), ("@chunk", chunk)));
    }

    private static RewrittenRow Grant(GrantRow row) => new([row.GrantNo], (parts, keys, tags) =>
    {
        // A row that was altered must not get a good MAC by being rewritten.
        if (!row.MacHolds(parts.Ring, parts.Municipality)
            || BodyFormat.Reseal(keys, row.Body, GrantRow.Bound(parts.Municipality, row.Resident, row.GrantNo)) is not { } again)
            return null;
        var rewritten = (row with { Body = again }).WithMac(parts.Ring, parts.Municipality);
        WrittenRows.AddMac(tags, row.GrantNo, rewritten.Mac);
        return new Statement(
            "update access_grant set body = @body, mac = @mac where resident_no = @resident and grant_no = @grant",
            ("@body", again), ("@mac", rewritten.Mac), ("@resident", row.Resident.Value), ("@grant", row.GrantNo));
    });
}
