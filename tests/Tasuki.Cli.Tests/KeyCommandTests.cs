using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tasuki.Testing;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary>Keys, backup and restore as an engineer runs them.</summary>
public sealed class KeyCommandTests : IDisposable
{
    private static readonly string[] Who = ["--operator", "係 太郎", "--reason", "a drill"];
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-keys-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => PlacesIn("");

    private string[] Targets => ["--to-records", Made("a"), "--to-keys", Made("b"), "--to-ring", Made("c"), "--certificate", Path.Combine(_folder, "cert.pem")];

    private string[] Sources => ["--from-records", Made("a"), "--from-keys", Made("b"), "--from-ring", Made("c"), "--key", Path.Combine(_folder, "key.pem")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Keys_are_listed_without_bytes_rotated_and_renewed_by_a_named_operator()
    {
        await Done(["demo", "--residents", "2", .. Places]);
        var before = await Done(["keys", "list", .. Places]);
        Assert.Contains("epoch", before, StringComparison.Ordinal);
        Assert.Equal(64, (await Run(["keys", "rotate", "--now", .. Places])).Code);
        Assert.Contains("2 keys wrapped anew, 1 ring keys destroyed", await Done(["keys", "rotate", "--now", .. Who, .. Places]), StringComparison.Ordinal);
        Assert.Contains("0 keys wrapped anew, 0 ring keys destroyed", await Done(["keys", "rotate", .. Who, .. Places]), StringComparison.Ordinal);
        Assert.Contains("Key 2 of field", await Done(["keys", "renew", "field", .. Who, .. Places]), StringComparison.Ordinal);
        Assert.Equal(1, (await Run(["keys", "renew", "mac", .. Who, .. Places])).Code);
        var after = await Done(["keys", "list", .. Places]);
        Assert.Contains("opens only", after, StringComparison.Ordinal);
        foreach (var secret in Secrets())
            Assert.DoesNotContain(secret, before + after, StringComparison.Ordinal);
        await Done(["export", "--resident", "1", .. Who, "--out", Path.Combine(_folder, "one.zip"), .. Places]);
    }

    [Fact]
    public async Task A_residents_key_is_changed_by_a_named_operator_and_a_second_run_goes_on_with_the_same()
    {
        await Done(["demo", "--residents", "1", .. Places]);
        Assert.Equal(64, (await Run(["keys", "change", "--resident", "1", .. Places])).Code);
        Assert.Equal(64, (await Run(["keys", "change", "--resident", "one", .. Who, .. Places])).Code);
        Assert.Equal(1, (await Run(["keys", "change", "--resident", "99", .. Who, .. Places])).Code);
        var first = await Done(["keys", "change", "--resident", "1", .. Who, .. Places]);
        Assert.StartsWith("Version 2 of the key is spread.", first, StringComparison.Ordinal);
        Assert.Equal(first, await Done(["keys", "change", "--resident", "1", .. Who, .. Places]));
        await Done(["export", "--resident", "1", .. Who, "--out", Path.Combine(_folder, "one.zip"), .. Places]);
    }

    [Fact]
    public async Task A_municipality_that_was_lost_comes_back_from_three_places()
    {
        WriteCertificate();
        await Done(["demo", "--residents", "3", .. Places]);
        Assert.Equal(1, (await Run(["backup", .. Who, "--to-records", Made("a"), "--to-keys", Made("a"), "--to-ring", Made("c"), "--certificate", Targets[^1], .. Places])).Code);
        // The periods this municipality chose come back with it, and hold from the first opening on.
        var description = Path.Combine(Directory.GetDirectories(Places[1]).Single(), "municipality.json");
        var chosen = (await File.ReadAllTextAsync(description, Cancel)).Replace("\"LogYears\": null", "\"LogYears\": 10", StringComparison.Ordinal).Replace("\"EpochDays\": null", "\"EpochDays\": 2", StringComparison.Ordinal);
        await File.WriteAllTextAsync(description, chosen, Cancel);
        var report = await Done(["backup", .. Who, .. Targets, .. Places]);
        Assert.Contains(", dictionary 1)", report, StringComparison.Ordinal);
        foreach (var section in new[] { "app", "records", "keys", "log", "ring" })
            Assert.Contains($"\n{section} ", report, StringComparison.Ordinal);

        Directory.Delete(Places[1], recursive: true);
        Directory.Delete(Places[3], recursive: true);
        var restored = await Done(["restore", .. Sources, .. Places]);
        Assert.Contains("0 resident(s)", restored, StringComparison.Ordinal);
        var again = await File.ReadAllTextAsync(description, Cancel);
        Assert.Contains("\"LogYears\": 10", again, StringComparison.Ordinal);
        Assert.Contains("\"EpochDays\": 2", again, StringComparison.Ordinal);
        await Done(["export", "--resident", "3", .. Who, "--out", Path.Combine(_folder, "three.zip"), .. Places]);
        Assert.Equal(1, (await Run(["restore", .. Sources, .. Places])).Code);
    }

    [Fact]
    public async Task A_municipality_on_PostgreSQL_comes_back_into_new_databases_and_serves()
    {
        WriteCertificate();
        var server = await PostgresServer.Get();
        await Done(["municipality", "add", "--id", "sakura", "--name", "さくら市", "--postgres", await server.NewDatabase("r"), "--keys", await server.NewDatabase("k"), .. Places]);
        await Done(["backup", .. Who, .. Targets, .. Places]);
        Assert.Contains("0 differences, the log whole", await Done(
            ["backup", "drill", .. Who, .. Sources, "--scratch-postgres", await server.NewDatabase("r1"), "--scratch-keys", await server.NewDatabase("k1"), .. Places]), StringComparison.Ordinal);
        var elsewhere = PlacesIn("new-");
        Assert.Equal(64, (await Run(["restore", .. Sources, .. elsewhere])).Code);
        await Done(["restore", .. Sources, "--postgres", await server.NewDatabase("r2"), "--keys", await server.NewDatabase("k2"), .. elsewhere]);
        var built = await Server.TasukiServer.Build(
            [$"--Tasuki:Data={elsewhere[1]}", $"--Tasuki:Ring={elsewhere[3]}", "--Tasuki:Scanner=off", "--Tasuki:Hosts=phr.sakura.test", "--environment=Production"], adjust: null, Cancel);
        Assert.True(built.IsOk, built.Error?.ToString());
        await built.Value.DisposeAsync();
    }

    [Fact]
    public async Task A_backup_is_put_back_on_trial_counted_and_leaves_evidence_that_comply_reads()
    {
        WriteCertificate();
        await Done(["demo", "--residents", "2", .. Places]);
        Assert.Equal(64, (await Run(["comply", "look", .. Places])).Code);
        var (code, before, _) = await Run(["comply", "look", .. Who, .. Places]);
        Assert.Equal(1, code);
        Assert.Contains("IR-02  RED", before, StringComparison.Ordinal);
        Assert.Contains("NW-02  met", before, StringComparison.Ordinal);
        await Done(["backup", .. Who, .. Targets, .. Places]);
        var drill = Command(["backup", "drill", .. Who, .. Sources, .. Places]);
        drill.Environment["TMPDIR"] = Made("drill");
        var drilled = await Run(drill);
        Assert.True(drilled.Code == 0, drilled.Errors);
        Assert.Contains("0 differences, the log whole", drilled.Output, StringComparison.Ordinal);
        Assert.Contains("IR-02  met", (await Run(["comply", "look", .. Who, .. Places])).Output, StringComparison.Ordinal);
        // The drill's own place is gone, and what was reported is what the evidence says now.
        Assert.DoesNotContain(Directory.GetDirectories(Made("drill"), "tasuki-drill-*"), d => Directory.EnumerateFiles(d, "*", SearchOption.AllDirectories).Any());
        Assert.Contains("IR-02  met", (await Run(["comply", .. Places])).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Run(["comply", "sign", "provider", "--role", "x", "--name", "x", .. Who, .. Places])).Code);
    }

    [Fact]
    public async Task A_backup_and_a_rotation_that_are_killed_are_taken_up()
    {
        WriteCertificate();
        await Done(["demo", "--residents", "3", .. Places]);
        foreach (var command in new string[][] { ["backup", .. Who, .. Targets, .. Places], ["keys", "rotate", "--now", .. Who, .. Places] })
        {
            // Killed as soon as it touches the first of its files, and later and later after that.
            foreach (var milliseconds in new[] { 0, 20, 60 })
                await Killed(command, TimeSpan.FromMilliseconds(milliseconds));
            await Done(command);
        }

        await Done(["export", "--resident", "2", .. Who, "--out", Path.Combine(_folder, "two.zip"), .. Places]);
        await Done(["restore", .. Sources, .. PlacesIn("new-")]);
        await Done(["export", "--resident", "2", .. Who, "--out", Path.Combine(_folder, "two-again.zip"), .. PlacesIn("new-")]);
    }

    [Fact]
    public async Task The_ring_alone_is_copied_to_a_certificate_and_recovered()
    {
        WriteCertificate();
        await Done(["demo", "--residents", "1", .. Places]);
        var copy = Path.Combine(_folder, "ring.copy");
        await Done(["keys", "backup", "--to", Targets[^1], "--out", copy, .. Places]);
        foreach (var secret in Secrets())
            Assert.DoesNotContain(secret, await File.ReadAllTextAsync(copy, Cancel), StringComparison.Ordinal);
        Directory.Delete(Places[3], recursive: true);
        Assert.Equal(1, (await Run(["keys", "list", .. Places])).Code);
        await Done(["keys", "recover", "--from", copy, "--key", Sources[^1], "--ring", Places[3]]);
        await Done(["export", "--resident", "1", .. Who, "--out", Path.Combine(_folder, "one.zip"), .. Places]);
    }

    private static async Task Killed(string[] command, TimeSpan after)
    {
        using var process = Process.Start(Command(command))!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var errors = process.StandardError.ReadToEndAsync(Cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        // Real time: it is a real process. About when its work begins.
        patience.CancelAfter(TimeSpan.FromMilliseconds(700) + after);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!Cancel.IsCancellationRequested)
        {
            process.Kill();
            await process.WaitForExitAsync(Cancel);
        }

        await Task.WhenAll(output, errors);
    }

    private static async Task<string> Done(string[] arguments)
    {
        var ran = await Run(arguments);
        Assert.True(ran.Code == 0, $"{arguments[0]} {arguments[1]}: {ran.Code} {ran.Errors}");
        return ran.Output;
    }

    private IEnumerable<string> Secrets()
    {
        var root = File.ReadAllBytes(Directory.EnumerateFiles(Places[3], "root.key", SearchOption.AllDirectories).Single());
        return [System.Convert.ToHexString(root), System.Convert.ToHexStringLower(root), System.Convert.ToBase64String(root)];
    }

    private string[] PlacesIn(string prefix) => ["--data", Path.Combine(_folder, prefix + "data"), "--ring", Path.Combine(_folder, prefix + "ring")];

    private string Made(string target) => Directory.CreateDirectory(Path.Combine(_folder, "targets-" + target)).FullName;

    private void WriteCertificate()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var from = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var made = new CertificateRequest("CN=backup", ec, HashAlgorithmName.SHA256).CreateSelfSigned(from, from.AddYears(10));
        File.WriteAllText(Path.Combine(_folder, "cert.pem"), made.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "key.pem"), ec.ExportPkcs8PrivateKeyPem());
    }
}
