using Tasuki.Server;

namespace Tasuki.Cli.Database;

/// <summary><c>tasuki database map</c>: every column of every table and how it is protected. <c>docs/guide/data-map.md</c> is its output.</summary>
internal static class ShowDataMap
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var line = CommandLine.Parse(arguments, [], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        await output.WriteAsync(DataMapPage.Markdown());
        return 0;
    }
}
