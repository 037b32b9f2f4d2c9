using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Cli.Desk;

/// <summary><c>tasuki eligible import FILE</c>: the municipality's list of eligible residents, all of it or nothing.</summary>
internal static class TakeEligibleList
{
    private static readonly string[] Options = ["data", "ring", "municipality", "operator", "reason", "look"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 2);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value.Words[0] is not "import" || line.Value["look"] is not (null or "yes"))
            return await Usage.Say(errors, new Error("usage", "It is: tasuki eligible import FILE.csv --operator NAME --reason TEXT [--look yes]."));
        if (line.Value["operator"] is not { Length: > 0 } name || line.Value["reason"] is not { Length: > 0 } reason)
            return await Usage.Say(errors, new Error("usage", "Who does it, and why? --operator NAME --reason TEXT."));
        var path = line.Value.Words[1];
        if (!File.Exists(path))
            return await Usage.Say(errors, new Error("list.file", $"There is no file {path}."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await using var scope = municipality.Scope();
        var done = await scope.ServiceProvider.GetRequiredService<EligibleImport>().Import(
            Actor.Operator(name, reason), await File.ReadAllBytesAsync(path, cancel), line.Value["look"] is "yes", cancel);
        if (!done.IsOk)
            return await Usage.Say(errors, done.Error);
        foreach (var problem in done.Value.Problems)
            await errors.WriteLineAsync(problem);
        var counts = done.Value;
        await output.WriteLineAsync($"{counts.New} new, {counts.Changed} changed, {counts.Same} the same, {counts.Doubled} doubled, {counts.Refused} refused{(line.Value["look"] is "yes" ? "; nothing was taken over" : "")}");
        return 0;
    }
}
