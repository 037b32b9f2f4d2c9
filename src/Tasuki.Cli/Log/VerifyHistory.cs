using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.Log;

/// <summary>
/// <c>tasuki verify-history FILE --seal FILE</c>: a person's exported history (<c>about/access-proofs.json</c>) against a published seal. Needs no database and no
/// key ring. The proven lines go to standard output: they are the person's own.
/// </summary>
internal static class VerifyHistory
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors)
    {
        var line = CommandLine.Parse(arguments, ["seal"], words: 1);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["seal"] is not { } seal)
            return await Usage.Say(errors, new Error("usage", "--seal names the file of a published seal."));
        var report = HistoryCheck.Run(line.Value.Words[0], seal);
        if (!report.IsOk)
            return await Usage.Say(errors, report.Error);
        foreach (var entry in report.Value.Proven)
        {
            var at = entry.At.ToOffset(TokyoDay.Offset).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            await output.WriteLineAsync($"{at} {entry.ActorKind} {entry.ActorId} {entry.Purpose} {entry.Action}{(entry.Refused ? " (refused)" : "")}");
        }

        foreach (var finding in report.Value.Findings)
            await errors.WriteLineAsync(finding);
        await errors.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{report.Value.Proven.Count} lines are proven by seal {report.Value.Seal}, {report.Value.Findings.Count} are not, {report.Value.Unproven} were not sealed when the file was made."));
        return report.Value.Findings.Count == 0 ? 0 : 1;
    }
}
