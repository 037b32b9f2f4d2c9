using System.Text.RegularExpressions;
using Tasuki.Testing;

namespace Tasuki.Server.Tests.Towns;

/// <summary>What the code makes credentials for, read from the code itself, so that a new purpose is tried without anybody thinking of it.</summary>
internal static partial class Purposes
{
    private static readonly Dictionary<string, string> Sources = Directory
        .EnumerateFiles(Path.Combine(Tree.Root, "src"), "*", SearchOption.AllDirectories)
        .Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || f.EndsWith(".razor", StringComparison.Ordinal))
        .ToDictionary(f => f, File.ReadAllText, StringComparer.Ordinal);

    /// <summary>Of states that travel with a form or a cookie. Throws where one is asked for by anything but a constant of the code.</summary>
    public static SortedSet<string> OfStates() => Constants(State());

    /// <summary>Of MACs of codes and the pepper.</summary>
    public static SortedSet<string> OfSecrets() => Constants(Secret());

    public static IEnumerable<string> FilesWith(string text) => Sources.Where(s => s.Value.Contains(text, StringComparison.Ordinal)).Select(s => Path.GetFileName(s.Key)).Order(StringComparer.Ordinal);

    private static SortedSet<string> Constants(Regex call)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (file, source) in Sources)
        {
            foreach (Match match in call.Matches(source))
                found.Add(match.Groups["text"] is { Success: true } text ? text.Value : Constant(file, match.Groups["name"].Value));
        }

        return found;
    }

    private static string Constant(string file, string name)
    {
        // Type.Name is a constant in the type's own file.
        var parts = name.Split('.');
        var source = parts.Length == 1 ? Sources[file] : Sources.Single(s => Path.GetFileName(s.Key) == $"{parts[0]}.cs").Value;
        var constant = Regex.Match(source, $"const string {parts[^1]} = \"(?<text>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return constant.Success ? constant.Groups["text"].Value : throw new InvalidOperationException($"{Path.GetFileName(file)} names a purpose that is no constant: {name}.");
    }

    [GeneratedRegex("[sS]tates\\.(Protect|Open|Spend)(<[^(]+>)?\\((\"(?<text>[^\"]+)\"|(?<name>[\\w.]+))", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex State();

    [GeneratedRegex("\\b(Secret|SecretMac)\\((\"(?<text>[^\"]+)\"|(?<name>[A-Z][\\w.]+)),", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Secret();
}
