using Tasuki.Cli.Keys;
using Tasuki.Kernel;

namespace Tasuki.Cli.Municipalities;

/// <summary>
/// <c>tasuki administrator add</c>: one more administrator, whom no colleague invited. Where two officers are asked, each account the operator makes stands for itself: with the first
/// administrator alone nobody could vouch for anybody.
/// </summary>
internal static class AddAdministrator
{
    private static readonly string[] Options = [.. NamedOperator.Options, "name", "sign-in-name"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var by = NamedOperator.From(line.Value);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        if (line.Value["name"]?.Trim() is not { Length: > 0 and <= 80 } name || line.Value["sign-in-name"] is not { Length: > 0 } signInName)
            return await Usage.Say(errors, new Error("usage", "--name is the person's own name, at most 80 characters, and --sign-in-name what they sign in with."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await municipality.Vault.LogDesk(by.Value, "administrator added", cancel);
        var account = await NewAdministrator.Make(municipality, name, signInName, cancel);
        if (!account.IsOk)
            return await Usage.Say(errors, account.Error);
        await output.WriteLineAsync($"""
            {name} is an administrator and signs in with
            {account.Value}
            """);
        return 0;
    }
}
