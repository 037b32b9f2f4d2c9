using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Cli;

/// <summary>
/// The arguments of one command: <c>--name value</c> options and plain words. Each command names what it takes; anything else is refused with a sentence, so a
/// misspelt option never passes silently.
/// </summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _options = new(StringComparer.Ordinal);

    private CommandLine(IReadOnlyList<string> words) => Words = words;

    public IReadOnlyList<string> Words { get; }

    /// <param name="words">So many plain words; or, with a larger <paramref name="most"/>, at least so many.</param>
    public static Result<CommandLine> Parse(ReadOnlySpan<string> arguments, IReadOnlyCollection<string> options, int words, int most = 0)
    {
        var plain = new List<string>();
        var line = new CommandLine(plain);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal))
            {
                plain.Add(arguments[i]);
                continue;
            }

            var name = arguments[i][2..];
            if (!options.Contains(name, StringComparer.Ordinal))
                return new Error("usage", $"There is no option --{name} here. Options: {string.Join(' ', options.Select(o => "--" + o))}.");
            if (i + 1 >= arguments.Length)
                return new Error("usage", $"The option --{name} needs a value.");
            line._options[name] = arguments[++i];
        }

        return plain.Count >= words && plain.Count <= Math.Max(words, most) ? line : new Error("usage", $"Expected {words} argument(s) besides options, got {plain.Count}.");
    }

    public string? this[string option] => _options.GetValueOrDefault(option);

    public string Get(string option, string otherwise) => _options.GetValueOrDefault(option, otherwise);

    public Result<int> Number(string option, int otherwise, int from, int to)
    {
        if (!_options.TryGetValue(option, out var text))
            return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= from && number <= to
            ? number : new Error("usage", $"--{option} takes a whole number from {from} to {to}.");
    }
}
