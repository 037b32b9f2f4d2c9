namespace Tasuki.Cli.Keys;

/// <summary><c>tasuki keys renew PURPOSE</c>: one more key of a purpose; older ones open what they closed.</summary>
internal static class RenewKey
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, NamedOperator.Options, words: 1);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var renewed = await municipality.Vault.RenewKey(by.Value, line.Value.Words[0], cancel);
        if (!renewed.IsOk)
            return await Usage.Say(errors, renewed.Error);
        await output.WriteLineAsync($"Key {renewed.Value} of {line.Value.Words[0]} is in use.");
        return 0;
    }
}
