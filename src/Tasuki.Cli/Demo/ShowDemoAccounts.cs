using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Server.Municipalities;

namespace Tasuki.Cli.Demo;

/// <summary><c>tasuki demo accounts</c>: how to sign in as each demo person, with the one-time code of this moment.</summary>
internal static class ShowDemoAccounts
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var folder = MunicipalityFolder.Load(line.Value.Get("data", "data"), line.Value.Get("ring", "data.ring"), line.Value["municipality"]);
        if (!folder.IsOk)
            return await Usage.Say(errors, folder.Error);
        var accounts = await DemoAccount.Load(folder.Value, cancel);
        if (accounts.Count == 0)
            return await Usage.Say(errors, new Error("demo.none", $"{folder.Value.Data} was not made by tasuki demo: it has no demo accounts."));

        var now = TimeProvider.System.GetUtcNow();
        foreach (var account in accounts)
        {
            await output.WriteLineAsync($"""
                {account.Who}
                    name {account.SignInName}    password {account.Password}    code now {AccountFactory.OneTimeCode(account.TotpSecret, now)}    (authenticator key {account.TotpSecret})
                """);
        }

        await output.WriteLineAsync("A code is good for half a minute and once; a new one: ./tasuki demo accounts");
        return 0;
    }
}
