using Tasuki.Kernel;
using Tasuki.Kernel.Records;

namespace Tasuki.Vault;

/// <summary>
/// What the gate hands out: one actor, one resident, one purpose, limited to access classes and a period. The limit is part of every query. There is no
/// other way to a record, and no public constructor. A session writes its entry in the access log before any bytes are handed over.
/// </summary>
public sealed class Session
{
    internal Session()
    {
    }

    public ResidentNo Resident => throw new NotImplementedException();

    public AccessClasses Classes => throw new NotImplementedException();

    /// <summary>Error <c>record.missing</c> for an unknown id, a forged one, a deleted record and one this session may not see: the same statement, the same answer.</summary>
    public Task<Result<StoredRecord>> Read(string id, CancellationToken cancel) => throw new NotImplementedException();

    public Task<Result<StoredRecord>> ReadVersion(string id, int version, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Errors: <c>query.limit</c>, <c>query.type</c>, <c>query.page</c> (a token that is not of this session and query).</summary>
    public Task<Result<RecordPage>> Search(RecordQuery query, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>All that match, page after page, logged once.</summary>
    public IAsyncEnumerable<StoredRecord> All(RecordQuery query, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<RecordCount>> Count(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>
    /// Stores all or none, in one transaction under the resident's write lock, and never the same record twice (<see cref="Fhir.RecordIdentity"/>).
    /// When this returns, the records and their log entry are durable.
    /// </summary>
    public Task<Result<IReadOnlyList<WrittenRecord>>> Write(IReadOnlyList<NewRecord> records, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>For each record, what <see cref="Write"/> would do now, and its class. Nothing is written.</summary>
    public Task<IReadOnlyList<(WriteOutcome Outcome, AccessClass Class)>> Preview(IReadOnlyList<NewRecord> records, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Deletes one record: a new version that says so; earlier versions stay in history until the resident is erased. Error <c>record.missing</c>.</summary>
    public Task<Result<Done>> Delete(string id, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Replaces the chunk of that metric and day.</summary>
    public Task<Result<Done>> WriteSamples(IReadOnlyList<SampleDay> days, CancellationToken cancel) => throw new NotImplementedException();

    public IAsyncEnumerable<SampleDay> Samples(string? metric, DateOnly? from, DateOnly? to, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Keeps an original file, sealed in chunks as it is read; nothing plain touches a disk. Written together with nothing else.</summary>
    public Task<Result<StoredFile>> KeepFile(string name, string contentType, Stream content, CancellationToken cancel) => throw new NotImplementedException();

    public Task<IReadOnlyList<StoredFile>> Files(CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>A readable, seekable stream that opens chunk by chunk. Error <c>file.missing</c>.</summary>
    public Task<Result<Stream>> OpenFile(long fileNo, CancellationToken cancel) => throw new NotImplementedException();

    public Task<Result<Done>> DeleteFile(long fileNo, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>Who looked, newest first.</summary>
    public Task<IReadOnlyList<AccessEntry>> AccessLog(int limit, CancellationToken cancel) => throw new NotImplementedException();
}
