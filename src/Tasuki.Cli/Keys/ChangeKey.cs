using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.Keys;

/// <summary>
/// <c>tasuki keys change</c>: a resident's key may have been copied. The first run makes the new one; from two minutes later a run rewrites everything, and from an hour
/// after that one destroys the old key. A server does the later runs every hour by itself. Make a backup afterwards: older copies open with the old key alone.
/// </summary>
internal static class ChangeKey
{
    private static readonly string[] Options = [.. NamedOperator.Options, "resident"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        if (!long.TryParse(line.Value["resident"], NumberStyles.None, CultureInfo.InvariantCulture, out var resident))
            return await Usage.Say(errors, new Error("usage", "--resident takes the number of the resident."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await using var scope = municipality.Scope();
        var changed = await municipality.Vault.ChangeResidentKey(
            by.Value, new ResidentNo(resident), scope.ServiceProvider.GetRequiredService<SealedTables>().Reseal, cancel);
        if (!changed.IsOk)
            return await Usage.Say(errors, changed.Error);
        await output.WriteLineAsync(Said(changed.Value));
        return 0;
    }

    internal static string Said(ChangedKey changed)
    {
        var from = changed.Continues.ToOffset(TimeSpan.FromHours(9)).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
        return changed.State switch
        {
            KeyChangeState.Spreading => $"Version {changed.Version} of the key is spread. Run this again from {from} on to rewrite everything.",
            KeyChangeState.Settling => $"{changed.Rewritten} rows and values were closed anew under version {changed.Version}. Run this again from {from} on to destroy the old key.",
            _ => $"{changed.Rewritten} rows and values were closed anew; the old key is destroyed. Version {changed.Version} is the only one. Make a backup now.",
        };
    }
}
