using Tasuki.Fhir;
using Tasuki.Fhir.Profiles;

namespace Tasuki.Cli.Validate;

/// <summary>
/// <c>tasuki validate FILE --package P [--profile URL]</c>: base R4 first, then the profile named, or those each resource declares. One line for each finding on
/// standard output, the count on standard error. Needs no database and stores nothing.
/// </summary>
internal static class ValidateFile
{
    /// <summary>No error; there may be warnings.</summary>
    public const int Valid = 0;

    public const int Invalid = 1;

    /// <summary>The file or the package cannot be read, or the profile is not at hand.</summary>
    public const int NothingRead = 2;

    private const long LargestFile = 256L << 20;
    private static readonly string[] Options = ["package", "profile"];

    public static async Task<int> Run(string[] args, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(args, Options, words: 1);
        if (line.Error is { } wrong)
            return await Usage.Say(errors, wrong);
        if (line.Value["package"] is not { } package)
            return await Usage.Say(errors, new Kernel.Error("usage", "validate needs --package: a .tgz FHIR package or a folder of them."));
        var loaded = ProfileValidator.Load(package);
        if (loaded.Error is { } broken)
            return await Refuse(errors, broken);
        var validator = loaded.Value;
        string[] profiles = line.Value["profile"] is { } profile ? [profile] : [];
        foreach (var named in profiles)
        {
            if (validator.Find(named).Error is { } missing)
                return await Refuse(errors, missing);
        }

        return await Check(line.Value.Words[0], validator, profiles, output, errors, cancel);
    }

    private static async Task<int> Check(string path, ProfileValidator validator, string[] profiles, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        byte[] bytes;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LargestFile and var length })
                return await Refuse(errors, new Kernel.Error("file.size", $"{path} has {length} bytes; {LargestFile} are allowed."));
            bytes = await File.ReadAllBytesAsync(path, cancel);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return await Refuse(errors, new Kernel.Error("file.missing", $"{path} cannot be opened: there is no such file, or it must not be read."));
        }

        var name = Path.GetFileName(path);
        var (resources, invalid) = (0, 0);
        foreach (var (json, before) in Resources(bytes))
        {
            cancel.ThrowIfCancellationRequested();
            resources++;
            var isValid = true;
            foreach (var finding in Findings(json, validator, profiles))
            {
                isValid &= finding.Severity is not FindingSeverity.Error;
                var about = finding.Profile.Length > 0 ? $" [{finding.Profile}]" : "";
                await output.WriteLineAsync($"{name}:{before + finding.Line}:{finding.Column}: {Said(finding.Severity)} {finding.Rule}: {finding.Sentence}{about}");
            }

            invalid += isValid ? 0 : 1;
        }

        await errors.WriteLineAsync($"{resources} resources, {invalid} with errors.");
        return resources == 0 ? NothingRead : invalid == 0 ? Valid : Invalid;
    }

    private static IEnumerable<ProfileFinding> Findings(ReadOnlyMemory<byte> json, ProfileValidator validator, string[] profiles)
    {
        var readable = true;
        var told = ResourceValidator.Check(json.Span);
        foreach (var issue in told)
        {
            readable &= issue.Code is not ("text" or "json" or "depth");
            yield return new ProfileFinding(issue.Refuses ? FindingSeverity.Error : FindingSeverity.Warning, "structure", issue.Path, "", issue.Code, issue.Sentence) { Line = issue.Line, Column = issue.Column };
        }

        if (!readable)
            yield break;
        foreach (var finding in validator.Check(json, profiles, told))
            yield return finding;
    }

    // Each resource with the number of lines before it. A text whose first line is a whole object and goes on is one resource a line.
    private static IEnumerable<(ReadOnlyMemory<byte> Json, int Before)> Resources(ReadOnlyMemory<byte> file)
    {
        if (file.Span.StartsWith("\uFEFF"u8))
            file = file[3..];
        if (!IsLines(file.Span))
        {
            if (!IsBlank(file.Span))
                yield return (file, 0);
            yield break;
        }

        for (var number = 0; file.Length > 0; number++)
        {
            var end = file.Span.IndexOf((byte)'\n');
            var line = end < 0 ? file : file[..end];
            file = end < 0 ? default : file[(end + 1)..];
            if (!IsBlank(line.Span))
                yield return (line, number);
        }
    }

    private static bool IsLines(ReadOnlySpan<byte> file)
    {
        var end = file.IndexOf((byte)'\n');
        return end > 0 && !IsBlank(file[(end + 1)..]) && file[..end].TrimEnd("\r "u8) is [(byte)'{', .., (byte)'}'];
    }

    private static bool IsBlank(ReadOnlySpan<byte> text) => text.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static string Said(FindingSeverity severity) => severity switch { FindingSeverity.Error => "error", FindingSeverity.Warning => "warning", _ => "information" };

    private static async Task<int> Refuse(TextWriter errors, Kernel.Error error)
    {
        await errors.WriteLineAsync(error.Message);
        return NothingRead;
    }
}
