using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

public sealed class SqliteMarksTests() : MarksContract(StoreKind.Sqlite);

public sealed class PostgresMarksTests() : MarksContract(StoreKind.Postgres);

/// <summary>
/// A whole server is fed marks in every text it takes; then everything it left anywhere is searched by somebody who holds no key: values, files, dumps, write-ahead
/// logs, backups, spools, temporary files, logs.
/// </summary>
public abstract class MarksContract(StoreKind store)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Marks_planted_in_every_text_of_a_whole_server_stand_nowhere_outside_it()
    {
        var marks = new MarkSet();
        marks.Keep(Purpose.AccountRecovery, $"{MarkSearch.Control}a purpose");
        marks.Keep("Application started", $"{MarkSearch.Control}a log line");
        await using var town = await TestMunicipality.New(store, "marks");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(town.Described.Data)!, "..", "around")).FullName;
        var postgres = await PostgresCopies.Begin(town.Described);
        if (postgres is not null)
            await town.Migrate(town.Described);
        var services = new MarkedServices(marks);
        await services.Plant(town);
        await using var server = await MarkedServer.Start(town, folder);
        await new MarkedVisits(marks, server).Walk(services);
        await BackUp(marks, town, folder);
        Assert.True(marks.All.Count > 5_000, $"{marks.All.Count} marks");

        var search = new MarkSearch(marks.All);
        await StoredMarks.Search(town.Described, search);
        search.Value("log of the services", Encoding.UTF8.GetBytes(string.Join('\n', services.Log)));
        search.Folder(Path.GetDirectoryName(town.Described.Data)!);
        search.Folder(folder);
        if (postgres is not null)
        {
            await postgres.Files(search, afterCheckpoint: false);
            await postgres.Dump(Path.Combine(folder, "dumps"), search);
            await postgres.Files(search, afterCheckpoint: true);
        }

        await server.Kill();
        search.Folder(folder);
        TestContext.Current.TestOutputHelper?.WriteLine($"{marks.All.Count} marks, {search.Files} files, {search.Bytes >> 20} MiB");
        Controls(store, search);
        Assert.True(search.Report().Length == 0, search.Report());
    }

    private static async Task BackUp(MarkSet marks, TestMunicipality town, string folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var made = new CertificateRequest("CN=backup", key, HashAlgorithmName.SHA256).CreateSelfSigned(from, from.AddYears(10));
        var certificate = Path.Combine(folder, "backup.pem");
        await File.WriteAllTextAsync(certificate, made.ExportCertificatePem(), Cancel);
        string[] places = [.. new[] { "records", "keys", "ring" }.Select(p => Directory.CreateDirectory(Path.Combine(folder, "backup", p)).FullName)];
        var data = town.Arguments().Select(a => a.Split('=', 2)).ToDictionary(a => a[0], a => a[1], StringComparer.Ordinal);
        var said = await MarkedServer.Command(
            "backup", "--to-records", places[0], "--to-keys", places[1], "--to-ring", places[2], "--certificate", certificate, "--operator", marks.New("operator of a backup"),
            "--reason", marks.New("reason of a backup"), "--data", data["--Tasuki:Data"], "--ring", data["--Tasuki:Ring"]);
        await File.WriteAllTextAsync(Path.Combine(folder, "backup.log"), said, Cancel);
        Assert.All(places, place => Assert.NotEmpty(Directory.EnumerateFiles(place, "*", SearchOption.AllDirectories)));
    }

    // What may stand in clear was found in every kind of place, so each was looked at.
    private static void Controls(StoreKind store, MarkSearch search)
    {
        Assert.Contains(search.PlacesOf("a log line"), p => p.EndsWith("output.log", StringComparison.Ordinal));
        var places = search.PlacesOf("a purpose");
        Assert.Contains("records purpose.code (clear)", places, StringComparer.Ordinal);
        string[] kinds = store is StoreKind.Sqlite ? ["records.db"] : [".plain", ".custom", " before a checkpoint", " after a checkpoint"];
        Assert.All(kinds, kind => Assert.Contains(places, p => p.Contains(kind, StringComparison.Ordinal)));
        if (store is StoreKind.Postgres)
            Assert.Contains(places, p => p.StartsWith("pg_wal ", StringComparison.Ordinal));
    }
}
