using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Cli.Keys;
using Tasuki.Compliance.Sheets;

namespace Tasuki.Cli.Comply;

/// <summary>
/// <c>tasuki comply</c>: how every requirement that applies stands by the newest evidence; <c>comply look</c> lets the probes look first. Exit code 1 when something binding
/// does not hold. <c>comply sign SHEET</c> signs the developer's own sheet.
/// </summary>
internal static class ComplyCommand
{
    public static async Task<int> Report(string[] arguments, bool look, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, look ? NamedOperator.Options : OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var by = look ? NamedOperator.From(line.Value).Map(actor => (Vault.Actor?)actor) : (Vault.Actor?)null;
        if (by.Error is { } missing)
            return await Usage.Say(errors, missing);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await using var scope = municipality.Scope();
        var comply = scope.ServiceProvider.GetRequiredService<Compliance.Comply>();
        if (by.Value is { } actor)
            await comply.Look(actor, cancel);

        var lines = await comply.Report(cancel);
        foreach (var one in lines)
        {
            await output.WriteLineAsync($"{one.Id,-6} {Word(one.State),-5} {(one.Binding ? "binding  " : "voluntary")} {one.Text}");
            foreach (var sentence in one.Evidence)
                await output.WriteLineAsync($"         {sentence}");
        }

        var red = lines.Count(l => l is { Binding: true, State: AnswerState.Failing });
        await output.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"{lines.Count} requirements: {lines.Count(l => l.State is AnswerState.Met)} met, {lines.Count(l => l.State is AnswerState.Failing)} red ({red} binding), {lines.Count(l => l.State is AnswerState.Open)} open."));
        return red > 0 ? 1 : 0;
    }

    public static async Task<int> Sign(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. NamedOperator.Options, "role", "name"], words: 1);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await using var scope = municipality.Scope();
        var signed = await scope.ServiceProvider.GetRequiredService<Compliance.Comply>().Sign(line.Value.Words[0], line.Value.Get("role", ""), line.Value.Get("name", ""), by.Value, cancel);
        if (!signed.IsOk)
            return await Usage.Say(errors, signed.Error);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Signed and published: {signed.Value.Sheet}, {signed.Value.Lines.Count} rows."));
        return 0;
    }

    /// <summary><c>docs/guide/requirements.md</c> is its output.</summary>
    public static async Task<int> Table(string[] arguments, TextWriter output, TextWriter errors)
    {
        var line = CommandLine.Parse(arguments, [], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        await output.WriteAsync(Server.RequirementsPage.Markdown());
        return 0;
    }

    private static string Word(AnswerState state) => state switch { AnswerState.Met => "met", AnswerState.Failing => "RED", _ => "open" };
}
