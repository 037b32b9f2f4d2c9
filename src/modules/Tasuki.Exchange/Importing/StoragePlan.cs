using Tasuki.Formats;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Exchange.Importing;

/// <summary>What of a file becomes which records: references turned to the resident, origin and category set.</summary>
internal sealed class StoragePlan
{
    private StoragePlan(IReadOnlyList<NewRecord> records) => Records = records;

    public IReadOnlyList<NewRecord> Records { get; }

    /// <param name="received">When the file arrived.</param>
    /// <param name="fileNo">The kept original; null while nothing is stored yet.</param>
    public static async Task<StoragePlan> For(
        Session session, DateTimeOffset received, FileContents contents, long? fileNo, PersonsWord word, CancellationToken cancel)
    {
        var known = await session.Search(new RecordQuery { Types = ["Patient"], Limit = 1 }, cancel);
        var own = known.IsOk && known.Value.Records.Count > 0 ? known.Value.Records[0].Reference : null;

        // Only our own export brings its Patient as a record; it is taken where there is none yet.
        var patient = own is null ? contents.Resources.FirstOrDefault(IsPatient) : null;
        var references = new References(contents.People, own ?? patient?.FullUrl);
        return new StoragePlan([.. contents.Resources.Where(resource => resource == patient || !IsPatient(resource)).Select(resource => new NewRecord(
            references.Of(resource.Resource),
            new RecordOrigin(resource.Source ?? word.Source ?? SourceKind.Unknown, resource.SourceName, fileNo, ImportProblem.Text(resource.Position), received),
            resource.Category,
            resource.FullUrl))]);
    }

    /// <param name="own">What our own export brings beside the records; null for every other file.</param>
    public async Task<Result<ImportOutcome>> Store(Session session, OwnExport? own, CancellationToken cancel)
    {
        var written = await session.Write(Records, cancel);
        if (!written.IsOk)
            return written.Error;
        var besides = own is null ? (0, 0) : await own.Store(session, cancel);
        return besides.Map(added => new ImportOutcome(
            written.Value.Count(record => record.Outcome is WriteOutcome.Created),
            written.Value.Count(record => record.Outcome is WriteOutcome.Updated),
            written.Value.Count(record => record.Outcome is WriteOutcome.AlreadyThere),
            added.SampleDays, added.Originals));
    }

    private static bool IsPatient(ReadResource resource) => resource.Resource.Type == "Patient";
}
