using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Cli.Keys;

namespace Tasuki.Cli.Comply;

/// <summary>
/// <c>tasuki comply retention</c>: what every rule would end now. With <c>--run</c> the rules that an officer switched on are carried out, as the server does every day. Exit code 1
/// when something is overdue, or left after a run.
/// </summary>
internal static class RetentionCommand
{
    private const string Now = "--run";

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var run = arguments.Contains(Now, StringComparer.Ordinal);
        var line = CommandLine.Parse(arguments.Where(a => a is not Now).ToArray(), run ? NamedOperator.Options : OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var by = run ? NamedOperator.From(line.Value).Map(actor => (Vault.Actor?)actor) : (Vault.Actor?)null;
        if (by.Error is { } missing)
            return await Usage.Say(errors, missing);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await using var scope = municipality.Scope();
        var comply = scope.ServiceProvider.GetRequiredService<Compliance.Comply>();
        var lines = by.Value is { } actor ? await comply.RunRetention(actor, cancel) : await comply.RetentionDryRun(cancel);
        foreach (var one in lines)
        {
            await output.WriteLineAsync($"{one.Id,-20} {one.State,-4} {one.Period,-6} {one.What}");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{"",-20} {one.Due}{(one.Held.Length > 0 ? $" | {one.Held}" : "")}{(one.Overdue > 0 ? $" | overdue {one.Overdue}" : "")}"));
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{lines.Count} rules, {lines.Count(l => l.State is "on")} on, {lines.Count(l => l.State is "off")} off."));
        return lines.Any(l => l.Overdue > 0 && l.State is not "off") ? 1 : 0;
    }
}
