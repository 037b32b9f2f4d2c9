using System.Text;

namespace Tasuki.Cli.Log;

/// <summary><c>tasuki log seal</c>: the newest seal on standard output, to be kept where the operator cannot reach it. It holds nothing of a person.</summary>
internal static class ShowSeal
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, OpenedMunicipality.Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        var opened = await OpenedLog.Open(line.Value, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var audit = opened.Value;
        if (await audit.NewestSeal(cancel) is not { } seal)
        {
            await errors.WriteLineAsync("There is no seal yet. A running server makes one within seconds of the first entry.");
            return 1;
        }

        await output.WriteLineAsync(Encoding.UTF8.GetString(seal));
        return 0;
    }
}
