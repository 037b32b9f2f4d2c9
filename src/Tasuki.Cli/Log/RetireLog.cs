using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.Log;

/// <summary>
/// <c>tasuki log retire --before YEAR</c>: ends entries whose retention is over, in whole sealed ranges; seals and groups stay. The log's own database role may not
/// delete: <c>--log</c> names a connection under the role of migrations.
/// </summary>
internal static class RetireLog
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. OpenedMunicipality.Options, "before", "operator", "reason", "log"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var year = line.Value.Number("before", 0, 2000, 9998);
        if (!year.IsOk || year.Value == 0)
            return await Usage.Say(errors, year.Error ?? new Error("usage", "--before names the first year that stays."));
        if (line.Value["operator"] is not { Length: > 0 } name || line.Value["reason"] is not { Length: > 0 } reason)
            return await Usage.Say(errors, new Error("usage", "--operator and --reason say who does this and why; both stand in the log."));
        var opened = await OpenedLog.Open(line.Value, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var audit = opened.Value;
        var retired = await audit.Retire(Actor.Operator(name, reason), year.Value, cancel);
        if (!retired.IsOk)
            return await Usage.Say(errors, retired.Error);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{retired.Value} entries from before {year.Value} have ended; their seals stand."));
        return 0;
    }
}
