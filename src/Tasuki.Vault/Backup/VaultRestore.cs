using System.Security.Cryptography;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Backup;

/// <summary>
/// Puts a backup back into empty databases. Everything is checked before anything is touched; each database comes back in one transaction, and a run that was cut off goes
/// on where it was. The ring does not open before the last of them stands, and the erased are dropped when it opens, before anybody is served.
/// </summary>
public sealed class VaultRestore
{
    private readonly BackupTargets _from;
    private readonly RingContents _ring;
    private readonly string _privateKey;
    private readonly Dictionary<string, SectionManifest> _sections;

    private VaultRestore(BackupTargets from, BackupReport report, RingContents ring, string privateKey, Dictionary<string, SectionManifest> sections)
    {
        (_from, Report, _ring, _privateKey, _sections) = (from, report, ring, privateKey, sections);
    }

    public BackupReport Report { get; }

    /// <summary>Called after each part that was read and each step. For tests: the process dies here.</summary>
    internal Action<string, int>? AfterPart { get; set; }

    /// <summary>Finds a backup, the newest whole one or that of <paramref name="id"/>, and checks every byte of it.</summary>
    public static async Task<Result<VaultRestore>> Find(BackupTargets from, string? id, string privateKeyPath, CancellationToken cancel)
    {
        if (from.All.FirstOrDefault(t => !Directory.Exists(t)) is { } missing)
            return new Error("backup.target", $"{missing} is no folder.");
        if (!File.Exists(privateKeyPath))
            return new Error("key.missing", "The private key is not there.");
        id ??= Directory.EnumerateDirectories(from.Records).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)
            .LastOrDefault(one => from.All.All(t => File.Exists(BackupFiles.Report(t, one))));
        if (id is null || from.All.FirstOrDefault(t => !File.Exists(BackupFiles.Report(t, id))) is not null)
            return new Error("backup.none", "No whole backup lies in all three places: one that was cut off has no report.");
        if (BackupFiles.Read(BackupFiles.Report(from.Ring, id), BackupJson.Default.BackupReport) is not { Format: BackupReport.NewestFormat } report || report.Id != id)
            return new Error("backup.format", "The backup's report is not well-formed, or of a version this one does not read.");

        if (report.Dictionary > Zstd.NewestDictionary)
            return new Error("backup.dictionary", $"The backup's records may be packed over dictionary {report.Dictionary}; this version knows those to {Zstd.NewestDictionary}. Restore with the version that made it, or a later one.");

        var privateKey = await File.ReadAllTextAsync(privateKeyPath, cancel);
        var ring = await OpenRing(from, report, privateKey, cancel);
        if (!ring.IsOk)
            return ring.Error;
        var sections = new Dictionary<string, SectionManifest>(StringComparer.Ordinal);
        foreach (var name in BackupSection.Databases)
        {
            var section = await Check(from[name], report, name, privateKey, cancel);
            if (!section.IsOk)
                return section.Error;
            sections[name] = section.Value;
        }

        return new VaultRestore(from, report, ring.Value, privateKey, sections);
    }

    /// <summary>
    /// Restores into the places of <paramref name="options"/>, which must be of the same kind of store and hold nothing, and the other tables into
    /// <paramref name="appConnection"/>. A ring that stands in its folder stays, since it is newer than any copy; the lists of the erased are joined.
    /// </summary>
    public async Task<Result<Done>> Run(VaultOptions options, string appConnection, CancellationToken cancel)
    {
        if (options.Check() is { } wrong)
            return wrong;
        if (options.Store != Report.Store || options.Municipality.Value != Report.Municipality)
            return new Error("restore.other", $"The backup is of '{Report.Municipality}' on {Report.Store}; it does not go into '{options.Municipality}' on {options.Store}.");
        var file = new RingFile(options.Ring, options.Root);
        var progress = BackupFiles.Read(file.RestorePath, BackupJson.Default.RestoreProgress);
        if (progress is null && File.Exists(file.RestorePath))
            return new Error("restore.progress", "restore.json beside the ring is not well-formed. Empty the databases that were being restored, remove it, and begin again.");
        if (progress is not null && progress.Id != Report.Id)
            return new Error("restore.other", $"A restore of {progress.Id} was begun here and is not finished. Finish it first: name it with --id.");

        progress ??= new RestoreProgress(Report.Id, [], []);
        foreach (var section in BackupSection.Databases.Except(progress.Begun, StringComparer.Ordinal))
        {
            var empty = await IsEmpty(section, options, appConnection, cancel);
            if (!empty.IsOk)
                return empty.Error;
            if (!empty.Value)
                return new Error("restore.target", $"The database for '{section}' holds tables already. A backup is put into empty databases only; name others, or take these away.");
        }

        file.MakeFolder();
        Note(file, progress);
        var put = RingBackup.PutBack(options.Ring, _ring, overStanding: true, options.Root);
        if (!put.IsOk)
            return put.Error;
        AfterPart?.Invoke(BackupSection.Ring, 0);
        try
        {
            foreach (var section in BackupSection.Databases.Except(progress.Done, StringComparer.Ordinal))
                await Load(section, file, progress, options, appConnection, cancel);
        }
        catch (AlteredBackupException altered)
        {
            return new Error("backup.altered", altered.Message);
        }

        await CountPastEveryKey(options, cancel);
        AfterPart?.Invoke("counter", 0);
        File.Delete(file.RestorePath);
        SyncedFile.SyncFolder(options.Ring);
        return Done.Yes;
    }

    private static async Task<Result<RingContents>> OpenRing(BackupTargets from, BackupReport report, string privateKey, CancellationToken cancel)
    {
        var path = BackupFiles.Ring(from.Ring, report.Id);
        if (!File.Exists(path))
            return new Error("backup.altered", "The ring's part of the backup is missing.");
        var bytes = await File.ReadAllBytesAsync(path, cancel);
        var contents = RingBackup.Parse(bytes).Then(envelope => RingBackup.Open(envelope, privateKey));
        if (!contents.IsOk)
            return contents.Error;
        var ring = RingFile.Parse(contents.Value.Ring).Then(document => LoadedRing.From(contents.Value.Root, document, default));
        if (!ring.IsOk)
            return ring.Error;
        var mac = Convert.ToHexString(KeyRing.Mac(ring.Value.Keys[(RingPurpose.Mac, 1)].Bytes, "backup", report.Bound()));
        return mac == report.Mac && report.Sections.Any(s => s.Name is BackupSection.Ring && s.Sha256 == Convert.ToHexString(SHA256.HashData(bytes)))
            ? contents.Value : new Error("backup.altered", "The backup's report was altered, or its ring is of another backup: they do not belong together.");
    }

    // Against the report, which the ring's MAC holds: a part that was altered is found before any database is touched.
    private static async Task<Result<SectionManifest>> Check(string target, BackupReport report, string section, string privateKey, CancellationToken cancel)
    {
        var altered = new Error("backup.altered", $"Section '{section}' of the backup was altered, or a part of it is missing.");
        if (report.Sections.FirstOrDefault(s => s.Name == section) is not { } wanted
            || BackupFiles.Read(BackupFiles.Manifest(target, report.Id, section), BackupJson.Default.SectionManifest) is not { } manifest)
            return altered;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var part = 1; part <= wanted.Parts; part++)
        {
            var path = SealedParts.PathOf(BackupFiles.Folder(target, report.Id), section, part);
            if (!File.Exists(path))
                return altered;
            hash.AppendData(await File.ReadAllBytesAsync(path, cancel));
        }

        if (Convert.ToHexString(hash.GetHashAndReset()) != wanted.Sha256 || CertificateLock.Unwrap(manifest.Key, privateKey) is not { IsOk: true } key)
            return altered;
        var first = await File.ReadAllBytesAsync(SealedParts.PathOf(BackupFiles.Folder(target, report.Id), section, 1), cancel);
        return Aead.Open(key.Value, 0, first, SealedParts.Bound(report.Id, section, 1, last: wanted.Parts == 1)) is null ? altered : manifest with { Report = wanted };
    }

    private async Task Load(string section, RingFile file, RestoreProgress progress, VaultOptions options, string appConnection, CancellationToken cancel)
    {
        var again = progress.Begun.Contains(section, StringComparer.Ordinal);
        if (!again)
        {
            progress.Begun.Add(section);
            Note(file, progress);
        }

        AfterPart?.Invoke(section, 0);
        await using (var database = (await Open(section, options, appConnection, create: true, cancel)).Value)
        {
            // One transaction made it: what stands there from an earlier try is whole.
            if (!again || (await database.Columns(cancel)).Count == 0)
            {
                var manifest = _sections[section];
                var key = CertificateLock.Unwrap(manifest.Key, _privateKey);
                var parts = new PartReader(
                    BackupFiles.Folder(_from[section], Report.Id), Report.Id, section, key.Value, manifest.Report.Parts,
                    AfterPart is null ? null : part => AfterPart(section, part));
                await database.MakeSchema(cancel);
                await TableDump.For(database).Load(database, parts, cancel);
                AfterPart?.Invoke(section, -1);
            }
        }

        progress.Done.Add(section);
        Note(file, progress);
    }

    private static async Task<Result<bool>> IsEmpty(string section, VaultOptions options, string appConnection, CancellationToken cancel)
    {
        if (options.Store is StoreKind.Sqlite && !File.Exists(ConnectionOf(section, options, appConnection)))
            return true;
        var opened = await Open(section, options, appConnection, create: false, cancel);
        if (!opened.IsOk)
            return opened.Error;
        await using var database = opened.Value;
        return (await database.Columns(cancel)).Count == 0;
    }

    private static string ConnectionOf(string section, VaultOptions options, string appConnection) => section switch
    {
        BackupSection.App => appConnection,
        BackupSection.Records => options.Records,
        BackupSection.Keys => options.Keys,
        _ => options.Log,
    };

    private static async Task<Result<Database>> Open(string section, VaultOptions options, string appConnection, bool create, CancellationToken cancel)
    {
        var connection = ConnectionOf(section, options, appConnection);
        var schema = section switch { BackupSection.App => "public", BackupSection.Records => "vault", BackupSection.Keys => "keys", _ => "log" };
        return options.Store is StoreKind.Sqlite
            ? (await SqliteDatabase.Open(connection, create, cancel)).Map(Database (sqlite) => sqlite)
            : (await PostgresDatabase.Open(connection, schema, cancel)).Map(Database (postgres) => postgres);
    }

    // The key store was copied after the records: somebody enrolled in between has a key here and no row. That number is not given again.
    private static async Task CountPastEveryKey(VaultOptions options, CancellationToken cancel)
    {
        await using var keys = (await Open(BackupSection.Keys, options, "", create: false, cancel)).Value;
        await using var reading = await keys.Read(cancel);
        var last = await reading.Number("select coalesce(max(resident_no), 0) from resident_key", cancel);
        await using var records = (await Open(BackupSection.Records, options, "", create: false, cancel)).Value;
        await using var work = await records.Write(cancel);
        await work.Execute("update counter set next = @next where name = 'resident' and next < @next", cancel, ("@next", last + 1));
        await work.Commit(cancel);
    }

    private static void Note(RingFile file, RestoreProgress progress) => BackupFiles.Write(file.RestorePath, progress, BackupJson.Default.RestoreProgress);
}
