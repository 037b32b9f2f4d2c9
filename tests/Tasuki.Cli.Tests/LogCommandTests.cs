using System.Diagnostics;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary>The commands around the access log, each a process of its own.</summary>
public sealed class LogCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_log_is_checked_against_a_seal_kept_elsewhere_and_another_log_in_its_place_is_found()
    {
        Assert.Equal(0, (await Run(["demo", "--residents", "2", .. Places])).Code);
        var seal = await Run(["log", "seal", .. Places]);
        Assert.True(seal.Code == 0, seal.Errors);
        var witness = Path.Combine(_folder, "seal.json");
        await File.WriteAllTextAsync(witness, seal.Output, Cancel);
        var whole = await Run(["verify-log", "--records", "--witness", witness, .. Places]);
        Assert.True(whole.Code == 0, whole.Output + whole.Errors);
        Assert.Contains("The log is whole.", whole.Output, StringComparison.Ordinal);
        Assert.Contains("are held by the witness, up to seal", whole.Output, StringComparison.Ordinal);

        foreach (var file in Directory.GetFiles(Path.Combine(_folder, "data"), "log.db*", SearchOption.AllDirectories))
            File.Delete(file);
        Assert.Equal(0, (await Run(["migrate", .. Places])).Code);
        var cut = await Run(["verify-log", "--witness", witness, .. Places]);
        Assert.Equal(1, cut.Code);
        // A log that has no seal yet ends before the witnessed one; a log that has one has another.
        Assert.Contains("the witness holds", cut.Output, StringComparison.Ordinal);
        Assert.Contains("NOT whole", cut.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_root_key_handed_over_as_a_credential_the_log_is_checked_sealed_and_retired()
    {
        Assert.Equal(0, (await Run(["demo", "--residents", "1", .. Places])).Code);
        var ring = Assert.Single(Directory.GetDirectories(Path.Combine(_folder, "ring")));
        var credentials = Directory.CreateDirectory(Path.Combine(_folder, "credentials")).FullName;
        File.Move(Path.Combine(ring, "root.key"), Path.Combine(credentials, $"tasuki-{Path.GetFileName(ring)}.root"));
        Assert.Equal(1, (await Run(["verify-log", .. Places])).Code);
        foreach (var (command, code, says) in new (string[], int, string)[]
            {
                (["verify-log", "--records"], 0, "The log is whole."), (["log", "seal"], 0, "\"signature\""),
                (["log", "retire", "--before", "2020", "--operator", "o", "--reason", "r"], 1, "No seal ended before 2020"),
            })
        {
            var start = Command([.. command, .. Places]);
            start.Environment["CREDENTIALS_DIRECTORY"] = credentials;
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(Cancel), process.StandardError.ReadToEndAsync(Cancel));
            await process.WaitForExitAsync(Cancel);
            Assert.True(process.ExitCode == code, await output + await errors);
            Assert.Contains(says, await output + await errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_process_killed_at_any_moment_leaves_no_false_alarm()
    {
        // The description of a demo is written at its end: a finished one lends it.
        Assert.Equal(0, (await Run(["demo", "--residents", "1", .. Places])).Code);
        var description = Directory.GetFiles(Path.Combine(_folder, "data"), "municipality.json", SearchOption.AllDirectories)[0];
        var text = await File.ReadAllTextAsync(description, Cancel);
        foreach (var size in new[] { 500_000, 2_000_000 })
        {
            Directory.Delete(Path.Combine(_folder, "data"), recursive: true);
            Directory.Delete(Path.Combine(_folder, "ring"), recursive: true);
            var start = Command(["demo", "--residents", "60", .. Places]);
            using (var process = Process.Start(start)!)
            {
                // As soon as so much was written, in the middle of whatever it does.
                while (!process.HasExited && Written("log.db*") < size)
                    await Task.Yield();
                process.Kill();
                await process.WaitForExitAsync(Cancel);
            }

            await File.WriteAllTextAsync(description, text, Cancel);
            var report = await Run(["verify-log", "--records", .. Places]);
            Assert.True(report.Code == 0, report.Output + report.Errors);
            Assert.DoesNotContain(" 0 entries in", report.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Wrong_words_are_refused_with_a_sentence()
    {
        Assert.Equal(64, (await Run("verify-log", "--witnes", "x")).Code);
        Assert.Equal(64, (await Run("verify-history", "x.json")).Code);
        Assert.Equal(64, (await Run(["log", "retire", "--before", "2020", .. Places])).Code);
        var none = await Run("verify-history", Path.Combine(_folder, "a"), "--seal", Path.Combine(_folder, "b"));
        Assert.Equal((1, "b could not be read as a seal."), (none.Code, none.Errors.Trim()));
    }

    // A journal may be gone before it is looked at.
    private long Written(string name) => Directory.Exists(Path.Combine(_folder, "data"))
        ? Directory.GetFiles(Path.Combine(_folder, "data"), name, SearchOption.AllDirectories).Sum(f => new FileInfo(f) is { Exists: true } file ? file.Length : 0) : 0;
}
