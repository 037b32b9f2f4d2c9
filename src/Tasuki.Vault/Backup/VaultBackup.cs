using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Backup;

/// <summary>
/// Records with the log and the other tables, keys, and ring, to three places, encrypted to a certificate whose private key lies on no machine of ours. Each database is
/// one snapshot; a run that was cut off is taken up within a day: what was finished stays, the section it was in begins again, and so do the keys and what
/// comes after them when a rotation has destroyed an epoch since, which the copy of the ring would not open.
/// </summary>
public sealed class VaultBackup(RecordVault vault, string appConnection)
{
    private static readonly TimeSpan TakenUpWithin = TimeSpan.FromDays(1);

    private VaultParts Parts => vault.Parts;

    /// <summary>Called after each part that was written. For tests: the process dies here.</summary>
    internal Action<string, int>? AfterPart { get; set; }

    internal int PartSize { get; set; } = 4 << 20;

    /// <param name="about">What the caller wants back at a restore: how the municipality is called. Clear in the report.</param>
    /// <param name="own">Folders that are backed up, which no target may lie in.</param>
    public async Task<Result<BackupReport>> Run(Actor actor, BackupTargets targets, string certificatePath, string about, IReadOnlyCollection<string> own, CancellationToken cancel)
    {
        var places = ThreePlaces.Check(targets, [.. own, Parts.Options.Ring]);
        if (!places.IsOk)
            return places.Error;
        var certificate = CertificateLock.Read(certificatePath);
        if (!certificate.IsOk)
            return certificate.Error;
        using var to = certificate.Value;
        using var alone = Parts.Ring.TryLockLongWork();
        if (alone is null)
            return new Error("backup.running", "A rotation or another backup is under way; run this again when it is finished.");

        var now = Parts.Clock.GetUtcNow();
        var id = Unfinished(targets, now) ?? $"{Parts.Municipality}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}";
        foreach (var target in targets.All)
            BackupFiles.MakeFolder(BackupFiles.Folder(target, id));
        await vault.LogOperation(actor, KeyActions.Backup, id);

        Parts.Ring.Refresh(force: true);
        var sections = new List<SectionReport>();
        var begun = false;
        foreach (var section in BackupSection.Databases)
        {
            // A later section may know of people an earlier one does not, never the reverse: behind one that begins again none stays.
            if (begun || !IsFinished(targets[section], id, section))
            {
                begun = true;
                File.Delete(BackupFiles.Manifest(targets[section], id, section));
            }

            var saved = await Save(section, targets[section], id, to, cancel);
            if (!saved.IsOk)
                return saved.Error;
            sections.Add(saved.Value);
        }

        var ring = SaveRing(targets.Ring, id, to);
        if (!ring.IsOk)
            return ring.Error;
        sections.Add(ring.Value);
        var report = new BackupReport(
            BackupReport.NewestFormat, id, Parts.Municipality.Value, Parts.Options.Store, about, now, RingBackup.KeepUntil(ring.Value.Started, Parts.Options.EpochDays), sections, "")
        {
            Dictionary = Zstd.NewestDictionary,
        };
        report = report with { Mac = Convert.ToHexString(Parts.Ring.Mac(RingPurpose.Mac, "backup", report.Bound())) };
        foreach (var target in targets.All)
            BackupFiles.Write(BackupFiles.Report(target, id), report, BackupJson.Default.BackupReport);
        RemoveOldRings(targets.Ring, id, now);
        return report;
    }

    private string? Unfinished(BackupTargets targets, DateTimeOffset now)
    {
        var prefix = $"{Parts.Municipality}-";
        return Directory.EnumerateDirectories(targets.Records, prefix + "*").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal).LastOrDefault(id =>
            targets.All.All(t => Directory.Exists(BackupFiles.Folder(t, id))) && targets.All.Any(t => !File.Exists(BackupFiles.Report(t, id)))
            && DateTimeOffset.TryParseExact(id[prefix.Length..], "yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var begun)
            && now - begun < TakenUpWithin);
    }

    private bool IsFinished(string target, string id, string section) =>
        BackupFiles.Read(BackupFiles.Manifest(target, id, section), BackupJson.Default.SectionManifest) is { } manifest
        && (section is not BackupSection.Keys || (manifest.Epochs is { } epochs && epochs.All(epoch => !Parts.Ring.EpochKey(epoch).IsEmpty)));

    private async Task<Result<SectionReport>> Save(string section, string target, string id, X509Certificate2 to, CancellationToken cancel)
    {
        var manifest = BackupFiles.Manifest(target, id, section);
        if (BackupFiles.Read(manifest, BackupJson.Default.SectionManifest) is { } finished)
            return finished.Report;
        var folder = BackupFiles.Folder(target, id);
        SealedParts.Remove(folder, section);
        var key = RandomNumberGenerator.GetBytes(32);
        var locked = CertificateLock.Wrap(to, key);
        if (!locked.IsOk)
            return locked.Error;
        var opened = await Open(section, cancel);
        if (!opened.IsOk)
            return opened.Error;

        var started = Parts.Clock.GetUtcNow();
        int[]? epochs = section is BackupSection.Keys ? [.. Parts.Ring.List().Where(key => key.Purpose is RingPurpose.Epoch).Select(key => key.Number)] : null;
        using var parts = new PartWriter(folder, id, section, key, PartSize, AfterPart is null ? null : part => AfterPart(section, part));
        IReadOnlyDictionary<string, long> rows;
        try
        {
            rows = await TableDump.For(opened.Value.Database).Save(opened.Value.Database, parts, cancel);
        }
        finally
        {
            if (opened.Value.Ours)
                await opened.Value.Database.DisposeAsync();
        }

        var hash = await parts.Finish(cancel);
        CryptographicOperations.ZeroMemory(key);
        SyncedFile.SyncFolder(folder);
        var report = new SectionReport(section, SchemaOf(rows), rows, parts.Parts, parts.Bytes, Convert.ToHexString(hash), started, Parts.Clock.GetUtcNow());
        BackupFiles.Write(manifest, new SectionManifest(report, locked.Value, epochs), BackupJson.Default.SectionManifest);
        AfterPart?.Invoke(section, 0);
        return report;
    }

    private Result<SectionReport> SaveRing(string target, string id, X509Certificate2 to)
    {
        var started = Parts.Clock.GetUtcNow();
        var copy = RingBackup.Make(Parts.Ring, Parts.Municipality, started, to);
        if (!copy.IsOk)
            return copy.Error;
        SyncedFile.Write(BackupFiles.Ring(target, id), copy.Value);
        AfterPart?.Invoke(BackupSection.Ring, 0);
        return new SectionReport(
            BackupSection.Ring, RingDocument.NewestFormat, new SortedDictionary<string, long>(StringComparer.Ordinal) { ["key"] = Parts.Ring.List().Count }, 1, copy.Value.Length,
            Convert.ToHexString(SHA256.HashData(copy.Value)), started, Parts.Clock.GetUtcNow());
    }

    private async Task<Result<(Database Database, bool Ours)>> Open(string section, CancellationToken cancel)
    {
        if (section is not BackupSection.App)
            return (section switch { BackupSection.Records => Parts.Records, BackupSection.Keys => Parts.Keys, _ => Parts.LogStore }, false);
        var app = Parts.Options.Store is StoreKind.Sqlite
            ? (await SqliteDatabase.Open(appConnection, create: false, cancel)).Map(Database (sqlite) => sqlite)
            : (await PostgresDatabase.Open(appConnection, "public", cancel)).Map(Database (postgres) => postgres);
        return app.Map(database => (database, true));
    }

    // Every database counts its numbered scripts in a table of its own.
    private static long SchemaOf(IReadOnlyDictionary<string, long> rows) => rows.GetValueOrDefault("schema_version") + rows.GetValueOrDefault("schema_step");

    // A ring's copy that is kept longer would open, with a key-store copy of its days, those who were erased since.
    private void RemoveOldRings(string target, string newest, DateTimeOffset now)
    {
        foreach (var folder in Directory.EnumerateDirectories(target, $"{Parts.Municipality}-*"))
        {
            var id = Path.GetFileName(folder);
            if (!string.Equals(id, newest, StringComparison.Ordinal) && BackupFiles.Read(BackupFiles.Report(target, id), BackupJson.Default.BackupReport) is { } old && old.RingKeepUntil <= now)
                Directory.Delete(folder, recursive: true);
        }
    }
}
