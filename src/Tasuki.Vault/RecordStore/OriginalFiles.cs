using System.Security.Cryptography;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.Log;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.RecordStore;

/// <summary>
/// Originals kept as evidence. A file is sealed chunk by chunk as it is read, each chunk in a transaction of its own so that a slow upload holds no lock; its row
/// says how many chunks it has only when the last one is stored. A row that never got there is swept a day later.
/// </summary>
internal sealed class OriginalFiles(VaultParts parts, Actor actor, ResidentNo resident, string purpose)
{
    public const int ChunkSize = 256 * 1024;
    private const long Unfinished = -1;
    private static readonly TimeSpan SweptAfter = TimeSpan.FromDays(1);

    public async Task<StoredFile?> Keep(string name, string contentType, Stream content, Func<long, WriteLog> log, CancellationToken cancel)
    {
        var received = parts.Clock.GetUtcNow();
        if (await Begin(Time.Micros(received), cancel) is not { } fileNo)
            return null;

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkSize];
        long chunks = 0, size = 0;
        int length;
        while ((length = await content.ReadAtLeastAsync(buffer, ChunkSize, throwOnEndOfStream: false, cancel)) > 0)
        {
            // The keys are asked for again at every chunk: an erasure in the middle of an upload ends it.
            if (await parts.ResidentKeys.Get(resident, cancel) is not { } chunkKeys)
                return null;
            hash.AppendData(buffer, 0, length);
            var body = BodyFormat.SealRaw(chunkKeys, buffer.AsSpan(0, length), ChunkBound(fileNo, chunks));
            await using var work = await parts.Records.Write(cancel);
            if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open })
                return null;
            await parts.Records.InsertMany(work, VaultColumns.FileChunk, [[resident.Value, fileNo, chunks, body]], cancel);
            await work.Commit(cancel);
            chunks++;
            size += length;
        }

        var file = new StoredFile(fileNo, name, contentType, size, Time.FromMicros(Time.Micros(received)), hash.GetHashAndReset());
        return await Finish(file, chunks, log, cancel) ? file : null;
    }

    public async Task<IReadOnlyList<StoredFile>> List(ResidentKeys keys, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            $"{FileRow.Sql} and chunks >= 0 order by file_no", FileRow.Read, cancel, ("@resident", resident.Value));
        return [.. rows.Select(row => Open(keys, row)).OfType<StoredFile>()];
    }

    public async Task<(StoredFile File, long Chunks)?> Find(ResidentKeys keys, long fileNo, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            $"{FileRow.Sql} and file_no = @file and chunks >= 0", FileRow.Read, cancel, ("@resident", resident.Value), ("@file", fileNo));
        return rows is [var row] && Open(keys, row) is { } file ? (file, row.Chunks) : null;
    }

    /// <summary>One chunk, opened. Throws <see cref="IOException"/> when it is missing, altered, out of place, or the key is gone: a stream has no other way to say so.</summary>
    public async Task<byte[]> Chunk(long fileNo, long chunk, CancellationToken cancel)
    {
        await using var work = await parts.Records.Read(cancel);
        var rows = await work.Query(
            "select body from file_chunk where resident_no = @resident and file_no = @file and chunk_no = @chunk", row => row.Bytes(0), cancel,
            ("@resident", resident.Value), ("@file", fileNo), ("@chunk", chunk));
        if (await parts.ResidentKeys.Get(resident, cancel) is { } keys && rows is [var body] && BodyFormat.Open(keys, body, ChunkBound(fileNo, chunk)) is { } plain)
            return plain;
        parts.Alarm(actor, resident, purpose, "file_chunk", fileNo);
        throw new IOException($"Chunk {chunk} of file {fileNo} does not open.");
    }

    public async Task<bool> Delete(long fileNo, WriteLog log, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        await work.Execute("delete from file_chunk where resident_no = @resident and file_no = @file", cancel, ("@resident", resident.Value), ("@file", fileNo));
        var gone = await work.Execute("delete from file where resident_no = @resident and file_no = @file and chunks >= 0", cancel, ("@resident", resident.Value), ("@file", fileNo));
        if (gone == 0)
            return false;
        await log.Commit(work, default, () => Task.CompletedTask, cancel);
        return true;
    }

    /// <summary>Takes away what a crash left in the middle of an upload.</summary>
    public static async Task Sweep(Database records, TimeProvider clock, CancellationToken cancel)
    {
        var before = Time.Micros(clock.GetUtcNow() - SweptAfter);
        await using var work = await records.Write(cancel);
        await work.Execute(
            "delete from file_chunk where exists (select 1 from file f where f.resident_no = file_chunk.resident_no and f.file_no = file_chunk.file_no and f.chunks < 0 and f.received < @before)",
            cancel, ("@before", before));
        await work.Execute("delete from file where chunks < 0 and received < @before", cancel, ("@before", before));
        await work.Commit(cancel);
    }

    private async Task<long?> Begin(long received, CancellationToken cancel)
    {
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open })
            return null;
        var fileNo = await work.Number("select next_file_no from resident where resident_no = @resident", cancel, ("@resident", resident.Value)) ?? 1;
        await work.Execute("update resident set next_file_no = @next where resident_no = @resident", cancel, ("@next", fileNo + 1), ("@resident", resident.Value));
        await parts.Records.InsertMany(work, VaultColumns.File, [[resident.Value, fileNo, received, Unfinished, 0L, Array.Empty<byte>()]], cancel);
        await work.Commit(cancel);
        return fileNo;
    }

    private async Task<bool> Finish(StoredFile file, long chunks, Func<long, WriteLog> log, CancellationToken cancel)
    {
        if (await parts.ResidentKeys.Get(resident, cancel) is not { } keys)
            return false;
        var row = new FileRow(file.FileNo, Time.Micros(file.Received), chunks, file.Size, []);
        var meta = JsonSerializer.SerializeToUtf8Bytes(new FileMeta(file.Name, file.ContentType, file.Sha256), VaultJson.Default.FileMeta);
        var body = BodyFormat.Seal(keys, meta, Bound(row));
        await using var work = await parts.Records.Write(cancel);
        if (await ResidentRow.Read(parts, work, resident, locked: true, cancel) is not { State: ResidentState.Open })
            return false;
        await log(file.FileNo).Commit(
            work, Aead.TagOf(body).ToArray(),
            () => work.Execute(
                "update file set chunks = @chunks, size = @size, body = @body where resident_no = @resident and file_no = @file", cancel,
                ("@chunks", chunks), ("@size", file.Size), ("@body", body), ("@resident", resident.Value), ("@file", file.FileNo)),
            cancel);
        return true;
    }

    private StoredFile? Open(ResidentKeys keys, FileRow row)
    {
        if (BodyFormat.Open(keys, row.Body, Bound(row)) is not { } meta || JsonSerializer.Deserialize(meta, VaultJson.Default.FileMeta) is not { } read)
        {
            parts.Alarm(actor, resident, purpose, "file", row.FileNo);
            return null;
        }

        return new StoredFile(row.FileNo, read.Name, read.ContentType, row.Size, Time.FromMicros(row.Received), read.Sha256);
    }

    private Binding Bound(FileRow row) => Bound(parts.Municipality, resident, row.FileNo, row.Received, row.Chunks, row.Size);

    private Binding ChunkBound(long fileNo, long chunk) => ChunkBound(parts.Municipality, resident, fileNo, chunk);

    internal static Binding Bound(MunicipalityId municipality, ResidentNo resident, long fileNo, long received, long chunks, long size) =>
        new Binding(municipality, "file").Number(resident.Value).Number(fileNo).Number(received).Number(chunks).Number(size);

    internal static Binding ChunkBound(MunicipalityId municipality, ResidentNo resident, long fileNo, long chunk) =>
        new Binding(municipality, "file_chunk").Number(resident.Value).Number(fileNo).Number(chunk);

    private sealed record FileRow(long FileNo, long Received, long Chunks, long Size, byte[] Body)
    {
        public const string Sql = "select file_no, received, chunks, size, body from file where resident_no = @resident";

        public static FileRow Read(System.Data.Common.DbDataReader row) =>
            new(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Bytes(4));
    }
}

/// <summary>What is sealed of a file beside its content.</summary>
internal sealed record FileMeta(string Name, string ContentType, byte[] Sha256);

/// <summary>What is sealed of a grant: who gave it to whom. The token of the grantee alone cannot be turned back.</summary>
internal sealed record GrantDetail(ActorKind GranteeKind, string GranteeId, ActorKind GivenByKind, string GivenById);

[System.Text.Json.Serialization.JsonSourceGenerationOptions(PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase)]
[System.Text.Json.Serialization.JsonSerializable(typeof(FileMeta))]
[System.Text.Json.Serialization.JsonSerializable(typeof(GrantDetail))]
internal sealed partial class VaultJson : System.Text.Json.Serialization.JsonSerializerContext;
