using System.Text;

namespace Tasuki.Kernel.Text;

/// <summary>Lines of CSV (RFC 4180) that a spreadsheet reads as text: a cell that could be a formula stands behind an apostrophe.</summary>
public static class CsvText
{
    /// <summary>One line with its line end.</summary>
    public static StringBuilder AppendCsvLine(this StringBuilder text, params ReadOnlySpan<string?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                text.Append(',');
            Cell(text, cells[i] ?? "");
        }

        return text.Append("\r\n");
    }

    private static void Cell(StringBuilder text, string cell)
    {
        if (cell is ['=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠', ..])
            cell = "'" + cell;
        if (cell.AsSpan().IndexOfAny("\",\r\n") < 0)
            text.Append(cell);
        else
            text.Append('"').Append(cell.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }
}
