using System.Text;

namespace Tasuki.Formats.SpecificCheckup;

/// <summary>A table of this assembly: tab-separated columns, one row a line, lines that start with # are notes.</summary>
internal static class EmbeddedTable
{
    public static List<string[]> Rows(string name, int columns)
    {
        using var stream = typeof(EmbeddedTable).Assembly.GetManifestResourceStream($"SpecificCheckup.{name}.tsv")
            ?? throw new InvalidOperationException($"The table {name} is not in the assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var cells = line.Split('\t');
            if (cells.Length < columns)
                throw new InvalidOperationException($"A row of the table {name} has {cells.Length} columns, {columns} are needed.");
            rows.Add(cells);
        }

        return rows;
    }

    public static string? OrNull(string cell) => cell.Length == 0 ? null : cell;
}
