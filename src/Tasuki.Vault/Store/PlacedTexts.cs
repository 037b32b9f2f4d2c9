using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace Tasuki.Vault.Store;

/// <summary>
/// Statements name their parameters (<c>@name</c>), which both stores understand; PostgreSQL itself knows places (<c>$1</c>), and its driver would read through
/// every text again on every call to turn the ones into the others. Here it is done once for each text.
/// </summary>
internal sealed class PlacedTexts
{
    // The texts of a program are some hundreds. Beyond this many something writes values into texts, and then remembering them helps nobody.
    private const int Most = 2_000;

    private readonly ConcurrentDictionary<string, PlacedText> _known = new(StringComparer.Ordinal);

    public Statement Place(Statement statement)
    {
        if (!_known.TryGetValue(statement.Sql, out var placed))
        {
            placed = PlacedText.Of(statement.Sql);
            if (_known.Count < Most)
                _known.TryAdd(statement.Sql, placed);
        }

        var parameters = new (string, object?)[placed.Names.Count];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = ("", ValueOf(placed.Names[i], statement.Parameters));
        return new Statement(placed.Text, parameters);
    }

    private static object? ValueOf(string name, (string Name, object? Value)[] parameters)
    {
        foreach (var (known, value) in parameters)
        {
            if (string.Equals(known, name, StringComparison.Ordinal))
                return value;
        }

        throw new ArgumentException($"A statement names {name} and has no value for it.", nameof(parameters));
    }

    /// <param name="Names">The name of each place, in order; a name that stands twice has one place.</param>
    private sealed record PlacedText(string Text, IReadOnlyList<string> Names)
    {
        public static PlacedText Of(string sql)
        {
            var text = new StringBuilder(sql.Length);
            var names = new List<string>();
            var quoted = false;
            for (var at = 0; at < sql.Length; at++)
            {
                if (sql[at] == '\'')
                    quoted = !quoted;
                if (quoted || sql[at] != '@')
                {
                    text.Append(sql[at]);
                    continue;
                }

                var end = at + 1;
                while (end < sql.Length && char.IsAsciiLetterOrDigit(sql[end]))
                    end++;
                var name = sql[at..end];
                if (!names.Contains(name, StringComparer.Ordinal))
                    names.Add(name);
                text.Append(CultureInfo.InvariantCulture, $"${names.IndexOf(name) + 1}");
                at = end - 1;
            }

            return new PlacedText(text.ToString(), names);
        }
    }
}
