using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Kernel;

namespace Tasuki.Fhir.Profiles.Packages;

/// <summary>The packages an operator has put down: one <c>.tgz</c>, or a folder of them.</summary>
internal static class PackageFolder
{
    /// <summary>Errors <c>package.missing</c>, <c>package.size</c>, and those of <see cref="PackageReader"/>.</summary>
    public static Result<DefinitionSet> Read(string path, PackageLimits limits)
    {
        string[] files;
        if (File.Exists(path))
            files = [path];
        else if (Directory.Exists(path))
            files = [.. Directory.EnumerateFiles(path, "*.tgz").Order(StringComparer.Ordinal)];
        else
            return new Error("package.missing", $"There is no package file or folder {path}.");
        if (files.Length == 0)
            return new Error("package.missing", $"The folder {path} holds no .tgz package.");
        if (files.Length > limits.Packages)
            return new Error("package.size", $"The folder {path} holds {files.Length} packages; {limits.Packages} are allowed.");
        var all = new List<StoredDefinition>();
        foreach (var file in files)
        {
            var read = PackageReader.Read(file, limits);
            if (read.Error is { } error)
                return error;
            all.AddRange(read.Value);
        }

        return new DefinitionSet(all);
    }
}
