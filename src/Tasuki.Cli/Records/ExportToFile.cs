using Microsoft.Extensions.DependencyInjection;
using Tasuki.Exchange.Exporting;
using Tasuki.Kernel;

namespace Tasuki.Cli.Records;

/// <summary>
/// <c>tasuki export</c>: the ZIP the person's own button gives, for an operator who hands it over on a legal request. It lies in clear on the operator's disk: that
/// is the command's purpose, and the file is readable by its owner alone.
/// </summary>
internal static class ExportToFile
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. OperatorSession.Options, "out"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["out"] is not { } path)
            return await Usage.Say(errors, new Error("usage", "--out names the ZIP file to write."));
        if (File.Exists(path))
            return await Usage.Say(errors, new Error("export.exists", $"{path} is there already."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var at = await OperatorSession.Open(municipality, line.Value, cancel);
        if (!at.IsOk)
            return await Usage.Say(errors, at.Error);

        await using var scope = municipality.Scope();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using (var file = new FileStream(path, options))
            await scope.ServiceProvider.GetRequiredService<ExportRecords>().Write(at.Value.Session, at.Value.Person, file, cancel);
        await output.WriteLineAsync($"Written: {Path.GetFullPath(path)}");
        return 0;
    }
}
