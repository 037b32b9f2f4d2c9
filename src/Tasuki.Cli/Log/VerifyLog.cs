using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;

namespace Tasuki.Cli.Log;

/// <summary>
/// <c>tasuki verify-log</c>: holds every entry, group and seal of the access log against the chain and against seals that lay elsewhere; with <c>--records</c> also
/// the rows of records against their entries. Sentences with numbers only. Exit code 1 when something is wrong.
/// </summary>
internal static class VerifyLog
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        // A flag and an option that may come many times: taken out before the line is parsed.
        var witnesses = new List<string>();
        var rest = new List<string>();
        var records = false;
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is "--records")
                records = true;
            else if (arguments[i] is "--witness" && i + 1 < arguments.Length)
                witnesses.Add(arguments[++i]);
            else
                rest.Add(arguments[i]);
        }

        var line = CommandLine.Parse(rest.ToArray(), [.. OpenedMunicipality.Options, "witness"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var opened = await OpenedLog.Open(line.Value, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var audit = opened.Value;
        var report = await audit.Verify(witnesses, records, cancel);
        if (!report.IsOk)
            return await Usage.Say(errors, report.Error);

        var found = report.Value;
        foreach (var finding in found.Findings)
            await output.WriteLineAsync(finding);
        if (found.Found > found.Findings.Count)
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"... and {found.Found - found.Findings.Count} more."));
        foreach (var note in found.Notes)
            await output.WriteLineAsync(note);
        var speed = found.Entries / Math.Max(found.Took.TotalSeconds, 0.001);
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{found.Entries} entries in {found.Groups} groups under {found.Seals} seals checked in {found.Took.TotalSeconds:F1} s ({speed:F0} entries/s)."));
        await output.WriteLineAsync(found.IsWhole ? "The log is whole." : string.Create(CultureInfo.InvariantCulture, $"The log is NOT whole: {found.Found} findings."));
        return found.IsWhole ? 0 : 1;
    }
}

/// <summary>The log of a municipality, opened without becoming a writer.</summary>
internal static class OpenedLog
{
    public static async Task<Result<LogAudit>> Open(CommandLine line, CancellationToken cancel)
    {
        var folder = MunicipalityFolder.Load(line.Get("data", "data"), line.Get("ring", "data.ring"), line["municipality"]);
        if (!folder.IsOk)
            return folder.Error;
        var options = folder.Value.VaultOptions(create: false);
        return await LogAudit.Open(line["log"] is { } log ? options with { Log = log } : options, TimeProvider.System, cancel);
    }
}
