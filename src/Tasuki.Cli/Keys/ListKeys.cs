using System.Globalization;
using Tasuki.Vault;

namespace Tasuki.Cli.Keys;

/// <summary><c>tasuki keys list</c>: what the ring holds, without a byte of it.</summary>
internal static class ListKeys
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await output.WriteLineAsync($"{"purpose",-12} {"number",8}  {"birth",-16}  {"end",-16}  state");
        foreach (var key in municipality.Vault.RingKeys)
            await output.WriteLineAsync($"{key.Purpose,-12} {key.Number,8}  {At(key.Birth),-16}  {At(key.End),-16}  {Said(key.State)}");
        return 0;
    }

    private static string At(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    private static string Said(RingKeyState state) => state switch
    {
        RingKeyState.Spread => "spread, waits for every server",
        RingKeyState.InUse => "in use",
        _ => "opens only",
    };
}
