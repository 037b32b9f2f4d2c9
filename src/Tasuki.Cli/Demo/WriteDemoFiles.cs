using Tasuki.Sandbox;

namespace Tasuki.Cli.Demo;

/// <summary><c>tasuki demo files</c>: synthetic people as files in every format the importer knows, so that there are always inputs to try.</summary>
internal static class WriteDemoFiles
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, ["out", "residents", "seed", "until"], words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["out"] is not { } folder)
            return await Usage.Say(errors, new Kernel.Error("usage", "--out names the folder to write into."));
        var options = MakeDemo.Population(line.Value, residents: 5);
        if (!options.IsOk)
            return await Usage.Say(errors, options.Error);
        var files = await PopulationFiles.Write(options.Value, folder, PopulationFileKinds.All, cancel);
        await output.WriteLineAsync($"{files} files in {Path.GetFullPath(folder)}");
        return 0;
    }
}
