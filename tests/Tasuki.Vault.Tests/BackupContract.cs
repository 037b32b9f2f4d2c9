using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tasuki.Kernel;
using Tasuki.Testing;
using Tasuki.Vault.Backup;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteBackupTests() : BackupContract(StoreKind.Sqlite);

public sealed class PostgresBackupTests() : BackupContract(StoreKind.Postgres);

/// <summary>A backup to three places and what comes back of it.</summary>
public abstract class BackupContract(StoreKind store) : IDisposable
{
    private const string Mark = "himitsu-no-kiroku-7";
    private static readonly Actor By = Actor.Operator("test", "a backup");
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-backup-").FullName;

    private BackupTargets Targets => new(Path.Combine(_folder, "a"), Path.Combine(_folder, "b"), Path.Combine(_folder, "c"));

    private string Certificate => Path.Combine(_folder, "cert.pem");

    private string Key => Path.Combine(_folder, "key.pem");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task What_was_destroyed_comes_back_whole_and_the_erased_stay_erased()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var (gone, stays) = (await Somebody(test), await Somebody(test));
        await test.Vault.Close(Actor.Resident(gone.Resident), gone.Resident, Cancel);
        test.Clock.Pass(TimeSpan.FromDays(14));
        var report = (await BackUp(test, app)).Value;
        Assert.Equal(2, report.Sections.Single(s => s.Name is "records").Rows["resident"]);
        Assert.Equal([gone.Resident], await test.Vault.EraseDue(By, Cancel));
        NothingPlain();

        // The stores are lost, the ring stands: its list knows who went after the backup was made.
        var (options, newApp) = await Empty(test, test.Options.Ring);
        Assert.True((await Restore(options, newApp)).IsOk);
        await using (var back = (await RecordVault.Start(options, test.Clock, Cancel)).Value)
        {
            Assert.Equal([gone.Resident], back.ErasedAtStart);
            Assert.False((await back.Open(Actor.Resident(gone.Resident), gone.Resident, Purpose.OwnUse, Cancel)).IsOk);
            await IsWhole(back, stays);
            Assert.Null(await back.FindBreakInLog(Cancel));
            var next = (await back.Enrol(By, Cancel)).Value;
            Assert.True(next.Value > stays.Resident.Value);
        }

        await AppIsWhole(options, newApp);

        // Ring and all are lost: the copy of the ring brings its own list, and one that was kept elsewhere is joined.
        var list = await File.ReadAllBytesAsync(Path.Combine(test.Options.Ring, "erasures"), Cancel);
        var ring = Path.Combine(_folder, "ring");
        Directory.CreateDirectory(ring);
        await File.WriteAllBytesAsync(Path.Combine(ring, "erasures"), list, Cancel);
        (options, newApp) = await Empty(test, ring);
        Assert.True((await Restore(options, newApp)).IsOk);
        await using (var back = (await RecordVault.Start(options, test.Clock, Cancel)).Value)
        {
            Assert.Equal([gone.Resident], back.ErasedAtStart);
            await IsWhole(back, stays);
        }
    }

    [Fact]
    public async Task A_backup_that_is_cut_off_anywhere_is_taken_up_and_whole()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var person = await Somebody(test);
        for (var cut = 1; ; cut++)
        {
            var left = cut;
            var run = Run(test, app);
            run.AfterPart = (_, _) =>
            {
                if (--left == 0)
                    throw new InvalidOperationException("the process dies here");
            };
            try
            {
                await Go(run, test);
                break;
            }
            catch (InvalidOperationException)
            {
                var unfinished = Path.GetFileName(Directory.EnumerateDirectories(Targets.Records).Order(StringComparer.Ordinal).Last());
                Assert.Equal(unfinished, (await Go(Run(test, app), test)).Value.Id);
                Assert.True((await VaultRestore.Find(Targets, null, Key, Cancel)).IsOk);
                test.Clock.Pass(TimeSpan.FromMinutes(1));
            }
        }

        var (options, newApp) = await Empty(test, test.Options.Ring);
        Assert.True((await Restore(options, newApp)).IsOk);
        await using var back = (await RecordVault.Start(options, test.Clock, Cancel)).Value;
        await IsWhole(back, person);
    }

    [Theory]
    [InlineData("keys", 0)]
    [InlineData("log", 1)]
    [InlineData("log", 0)]
    [InlineData("ring", 0)]
    public async Task A_backup_that_is_taken_up_after_a_rotation_holds_the_keys_as_the_rings_copy_opens_them(string section, int part)
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var person = await Somebody(test);
        var run = Run(test, app);
        run.AfterPart = (at, number) =>
        {
            if (at == section && number == part)
                throw new InvalidOperationException("the process dies here");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(() => Go(run, test));
        var begun = test.Clock.Now;
        test.Clock.Pass(TimeSpan.FromHours(1));
        Assert.True((await test.Vault.RotateEpoch(By, now: true, Cancel)).IsOk);

        var report = (await Go(Run(test, app), test)).Value;
        Assert.Equal(Path.GetFileName(Assert.Single(Directory.EnumerateDirectories(Targets.Records))), report.Id);
        Assert.Equal((begun, test.Clock.Now, test.Clock.Now), (Started("records"), Started("keys"), Started("log")));
        var (options, newApp) = await Empty(test, Path.Combine(_folder, "ring"));
        Assert.True((await Restore(options, newApp)).IsOk);
        await using var back = (await RecordVault.Start(options, test.Clock, Cancel)).Value;
        await IsWhole(back, person);

        DateTimeOffset Started(string name) => report.Sections.Single(one => one.Name == name).Started;
    }

    [Fact]
    public async Task A_restore_that_is_cut_off_anywhere_is_taken_up_and_nothing_opens_before_it_is_finished()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var person = await Somebody(test);
        await Go(Run(test, app), test);
        var cuts = 0;
        for (var whole = false; !whole; cuts++)
        {
            var (options, newApp) = await Empty(test, Path.Combine(_folder, $"ring{cuts}"));
            var left = cuts;
            var restore = (await VaultRestore.Find(Targets, null, Key, Cancel)).Value;
            restore.AfterPart = (_, _) =>
            {
                if (left-- == 0)
                    throw new InvalidOperationException("the process dies here");
            };
            try
            {
                whole = (await restore.Run(options, newApp, Cancel)).IsOk;
            }
            catch (InvalidOperationException)
            {
                Assert.Equal("ring.restoring", (await RecordVault.Start(options, test.Clock, Cancel)).Error?.Code);
                Assert.True((await Restore(options, newApp)).IsOk);
            }

            await using var back = (await RecordVault.Start(options, test.Clock, Cancel)).Value;
            await IsWhole(back, person);
            await AppIsWhole(options, newApp);
        }

        Assert.True(cuts > 12, $"cut {cuts} times");
    }

    [Fact]
    public async Task A_part_that_was_altered_cut_exchanged_or_left_out_is_refused_before_anything_is_touched()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        await Somebody(test);
        var id = (await Go(Run(test, app), test)).Value.Id;
        async Task Refused(string code)
        {
            var found = await VaultRestore.Find(Targets, null, Key, Cancel);
            Assert.Equal(code, found.Error?.Code);
            Assert.EndsWith(".", found.Error!.Message, StringComparison.Ordinal);
        }

        var files = new[] { Targets.Records, Targets.Keys, Targets.Ring }.SelectMany(t => Directory.EnumerateFiles(Path.Combine(t, id))).ToList();
        foreach (var file in files.Where(f => f.EndsWith(".part", StringComparison.Ordinal) || f.EndsWith("ring.copy", StringComparison.Ordinal)))
        {
            var good = await File.ReadAllBytesAsync(file, Cancel);
            var altered = good.ToArray();
            altered[good.Length - 20] ^= 1;
            foreach (var bad in new[] { altered, good[..^1] })
            {
                await File.WriteAllBytesAsync(file, bad, Cancel);
                var found = await VaultRestore.Find(Targets, null, Key, Cancel);
                Assert.True(found.Error?.Code is "backup.altered" or "backup.format", found.Error?.ToString());
            }

            File.Delete(file);
            await Refused("backup.altered");
            await File.WriteAllBytesAsync(file, good, Cancel);
        }

        var (one, two) = (Path.Combine(Targets.Records, id, "records-000001.part"), Path.Combine(Targets.Records, id, "records-000002.part"));
        File.Move(one, one + "x");
        File.Move(two, one);
        File.Move(one + "x", two);
        await Refused("backup.altered");
        File.Move(one, one + "x");
        File.Move(two, one);
        File.Move(one + "x", two);

        var report = Path.Combine(Targets.Ring, id, "report.json");
        var text = await File.ReadAllTextAsync(report, Cancel);
        await File.WriteAllTextAsync(report, text.Replace("\"schema\": ", "\"schema\": 1", StringComparison.Ordinal), Cancel);
        await Refused("backup.altered");
        await File.WriteAllTextAsync(report, text, Cancel);
        await WriteCertificate(rsaBits: 0);
        await Refused("key.wrong");
    }

    [Fact]
    public async Task Two_targets_that_are_one_place_are_refused()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, Targets.Records);
        Directory.CreateDirectory(Path.Combine(Targets.Keys, "inside"));
        foreach (var (targets, code) in new[]
        {
            (Targets with { Keys = Targets.Records }, "backup.one-target"), (Targets with { Ring = Targets.Keys + "/" }, "backup.one-target"),
            (Targets with { Keys = link }, "backup.one-target"), (Targets with { Ring = Path.Combine(Targets.Keys, "inside") }, "backup.one-target"),
            (Targets with { Ring = Path.Combine(_folder, "nowhere") }, "backup.target"), (Targets with { Ring = test.Options.Ring }, "backup.target"),
        })
        {
            var refused = await Run(test, app).Run(By, targets, Certificate, "{}", [], Cancel);
            Assert.Equal(code, refused.Error?.Code);
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(Targets.Records));
    }

    [Fact]
    public async Task A_backup_goes_into_empty_databases_of_its_own_kind_and_municipality_only()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var person = await Somebody(test);
        await Go(Run(test, app), test);
        Assert.Equal("restore.target", (await Restore(test.Options, app)).Error?.Code);
        await IsWhole(test.Vault, person);
        var (options, newApp) = await Empty(test, Path.Combine(_folder, "ring"));
        Assert.Equal("restore.other", (await Restore(options with { Municipality = MunicipalityId.Parse("other").Value }, newApp)).Error?.Code);
        Assert.Equal("backup.none", (await VaultRestore.Find(Targets, "hibiki-20200101T000000000Z", Key, Cancel)).Error?.Code);
        Assert.False(Directory.Exists(options.Ring));
    }

    [Fact]
    public async Task A_rings_copy_that_is_past_its_time_is_removed_by_the_next_backup()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        await Somebody(test);
        var first = (await Go(Run(test, app), test)).Value;
        Assert.Equal(test.Clock.Now.AddDays(7), first.RingKeepUntil);
        test.Clock.Pass(TimeSpan.FromDays(3));
        await Go(Run(test, app), test);
        Assert.Equal(2, Directory.EnumerateDirectories(Targets.Ring).Count());
        test.Clock.Pass(TimeSpan.FromDays(4));
        await Go(Run(test, app), test);
        Assert.Equal(2, Directory.EnumerateDirectories(Targets.Ring).Count());
        Assert.False(Directory.Exists(Path.Combine(Targets.Ring, first.Id)));
        Assert.Equal(3, Directory.EnumerateDirectories(Targets.Records).Count());
    }

    [Fact]
    public async Task The_ring_alone_goes_to_an_offline_certificate_and_back_where_none_stands()
    {
        await using var test = await Start(store);
        await Prepare(test);
        var person = await Somebody(test);
        foreach (var rsaBits in new[] { 0, 3072 })
        {
            await WriteCertificate(rsaBits);
            var copy = Path.Combine(_folder, $"ring{rsaBits}");
            Assert.True((await RingBackup.Write(test.Vault, Certificate, copy, Cancel)).IsOk);
            Assert.Equal("backup.exists", (await RingBackup.Write(test.Vault, Certificate, copy, Cancel)).Error?.Code);
            Assert.Equal("ring.exists", (await RingBackup.Recover(copy, Key, Path.GetDirectoryName(test.Options.Ring)!, Cancel)).Error?.Code ?? "ring.exists");
            var rings = Path.Combine(_folder, $"rings{rsaBits}");
            Assert.Equal("hibiki", (await RingBackup.Recover(copy, Key, rings, Cancel)).Value.Municipality);
            Assert.Equal("ring.exists", (await RingBackup.Recover(copy, Key, rings, Cancel)).Error?.Code);
            await using var back = (await RecordVault.Start(test.Options with { Ring = Path.Combine(rings, "hibiki") }, test.Clock, Cancel)).Value;
            await IsWhole(back, person);
        }

        await WriteCertificate(2048);
        Assert.Equal("certificate.weak", (await RingBackup.Write(test.Vault, Certificate, Path.Combine(_folder, "weak"), Cancel)).Error?.Code);
        await File.WriteAllTextAsync(Certificate, "no certificate", Cancel);
        Assert.Equal("certificate.read", (await RingBackup.Write(test.Vault, Certificate, Path.Combine(_folder, "none"), Cancel)).Error?.Code);
    }

    [Fact]
    public async Task The_report_says_which_dictionary_the_records_need_and_a_version_without_it_puts_nothing_back()
    {
        await using var test = await Start(store);
        var app = await Prepare(test);
        var report = (await BackUp(test, app)).Value;
        Assert.Equal(RecordStore.Zstd.NewestDictionary, report.Dictionary);
        // Asked of the reports themselves, as a version that knows no dictionary but its own would: later, lower, and as if an earlier version had written it.
        foreach (var (said, code) in new[] { (report.Dictionary + 1, "backup.dictionary"), (0, "backup.altered"), (report.Dictionary, null) })
        {
            foreach (var target in new[] { Targets.Records, Targets.Keys, Targets.Ring })
                BackupFiles.Write(BackupFiles.Report(target, report.Id), report with { Dictionary = said }, BackupJson.Default.BackupReport);
            Assert.Equal(code, (await VaultRestore.Find(Targets, null, Key, Cancel)).Error?.Code);
        }
    }

    private static VaultBackup Run(TestVault test, string app) => new(test.Vault, app) { PartSize = 16 * 1024 };

    private Task<Result<BackupReport>> Go(VaultBackup run, TestVault test) => run.Run(By, Targets, Certificate, "{}", [test.DataFolder], Cancel);

    private Task<Result<BackupReport>> BackUp(TestVault test, string app) => Go(Run(test, app), test);

    private async Task<Result<Done>> Restore(VaultOptions options, string app) => await (await VaultRestore.Find(Targets, null, Key, Cancel)).Value.Run(options, app, Cancel);

    /// <summary>Places, a certificate, and tables that are not the vault's: kinds of columns, an index, a counter whose last rows are gone.</summary>
    private async Task<string> Prepare(TestVault test)
    {
        foreach (var target in new[] { Targets.Records, Targets.Keys, Targets.Ring })
            Directory.CreateDirectory(target);
        await WriteCertificate(rsaBits: 0);
        var app = store is StoreKind.Sqlite ? Path.Combine(test.DataFolder, "app.db") : await (await PostgresServer.Get()).NewDatabase("app");
        await using var database = await App(test.Options, app, create: true);
        await using var work = await database.Write(Cancel);
        await work.Execute(
            store is StoreKind.Sqlite
                ? "create table account (no integer not null primary key autoincrement, name text, amount real, raw blob); create index account_name on account (name)"
                : "create table account (no bigint generated by default as identity, name varchar(100), amount numeric(9,2), raw bytea, at timestamptz default now(), constraint pk_account primary key (no)); create index account_name on account (name)",
            Cancel);
        for (var i = 0; i < 300; i++)
            await work.Execute("insert into account (name, amount, raw) values (@n, 1.5, @r)", Cancel, ("@n", i % 3 == 0 ? null : $"役場 {i}"), ("@r", RandomNumberGenerator.GetBytes(100)));
        await work.Execute("delete from account where no > 290", Cancel);
        await work.Commit(Cancel);
        return app;
    }

    private static async Task<Database> App(VaultOptions options, string app, bool create) =>
        options.Store is StoreKind.Sqlite ? (await SqliteDatabase.Open(app, create, Cancel)).Value : (await PostgresDatabase.Open(app, "public", Cancel)).Value;

    private async Task AppIsWhole(VaultOptions options, string app)
    {
        await using var database = await App(options, app, create: false);
        await using var work = await database.Write(Cancel);
        Assert.Equal(290, await work.Number("select count(*) from account where amount = 1.5", Cancel));
        Assert.Equal(193, await work.Number("select count(*) from account where name like '役場 %'", Cancel));
        await work.Execute("insert into account (name) values ('new')", Cancel);
        // A number that was given is not given again.
        Assert.Equal(301, await work.Number("select no from account where name = 'new'", Cancel));
        Assert.Equal(1, await work.Number(
            store is StoreKind.Sqlite ? "select count(*) from sqlite_schema where name = 'account_name'" : "select count(*) from pg_indexes where indexname = 'account_name'", Cancel));
    }

    private async Task<(VaultOptions Options, string App)> Empty(TestVault test, string ring)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, Convert.ToHexString(RandomNumberGenerator.GetBytes(4)))).FullName;
        if (store is StoreKind.Sqlite)
        {
            return (test.Options with { Create = false, Ring = ring, Records = Path.Combine(folder, "r.db"), Keys = Path.Combine(folder, "k.db"), Log = Path.Combine(folder, "l.db") },
                Path.Combine(folder, "app.db"));
        }

        var server = await PostgresServer.Get();
        // Log and other tables may share the database of the records, each in a schema of its own.
        var records = await server.NewDatabase("back");
        return (test.Options with { Create = false, Ring = ring, Records = records, Keys = await server.NewDatabase("backkeys"), Log = records }, records);
    }

    private static async Task<(ResidentNo Resident, string Id)> Somebody(TestVault test)
    {
        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var records = Enumerable.Range(0, 40).Select(i => Make.Record(Make.Observation($"{Mark}-{i}"))).ToArray();
        var id = (await session.Write(records, Cancel)).Value[0].Id;
        await session.KeepFile($"{Mark}.txt", "text/plain", new MemoryStream(Encoding.UTF8.GetBytes(Mark)), Cancel);
        Assert.True((await test.Vault.ImportShared(By, [new NewSharedRecord(Make.Resource($$"""{"resourceType":"Organization","name":"{{Mark}}"}"""), "a:1")], Cancel)).IsOk);
        return (resident, id);
    }

    private static async Task IsWhole(RecordVault vault, (ResidentNo Resident, string Id) person)
    {
        Assert.NotNull(await vault.Parts.ResidentKeys.Get(person.Resident, Cancel));
        var session = (await vault.Open(Actor.Resident(person.Resident), person.Resident, Purpose.OwnUse, Cancel)).Value;
        Assert.Contains(Mark, (await session.Read(person.Id, Cancel)).Value.Resource.Text(), StringComparison.Ordinal);
        Assert.Equal(40, (await session.Search(new RecordQuery { Limit = 100 }, Cancel)).Value.Records.Count);
        Assert.Single(await session.Files(Cancel));
        Assert.Contains(Mark, Assert.Single((await vault.OpenShared(By).Search(new RecordQuery(), Cancel)).Value.Records).Resource.Text(), StringComparison.Ordinal);
    }

    private void NothingPlain()
    {
        foreach (var file in new[] { Targets.Records, Targets.Keys, Targets.Ring }.SelectMany(t => Directory.EnumerateFiles(t, "*", SearchOption.AllDirectories)))
        {
            var bytes = File.ReadAllBytes(file);
            foreach (var secret in new[] { Mark, "役場", "hibiki-ring" })
                Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
        }
    }

    private async Task WriteCertificate(int rsaBits)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        if (rsaBits > 0)
        {
            using var rsa = RSA.Create(rsaBits);
            using var made = new CertificateRequest("CN=backup", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pss).CreateSelfSigned(now, now.AddYears(10));
            await File.WriteAllTextAsync(Certificate, made.ExportCertificatePem(), Cancel);
            await File.WriteAllTextAsync(Key, rsa.ExportPkcs8PrivateKeyPem(), Cancel);
            return;
        }

        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var curve = new CertificateRequest("CN=backup", ec, HashAlgorithmName.SHA384).CreateSelfSigned(now, now.AddYears(10));
        await File.WriteAllTextAsync(Certificate, curve.ExportCertificatePem(), Cancel);
        await File.WriteAllTextAsync(Key, ec.ExportPkcs8PrivateKeyPem(), Cancel);
    }
}
