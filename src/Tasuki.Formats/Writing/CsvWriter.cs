using System.Text;

namespace Tasuki.Formats;

/// <summary>
/// Writes a table that opens in a spreadsheet: UTF-8 with a byte order mark, CRLF, RFC 4180. A cell that a spreadsheet would take for a formula is written as text with
/// a leading apostrophe; plain numbers stay numbers. Holds one row at a time.
/// </summary>
public static class CsvWriter
{
    /// <summary>The output stays open. Null is an empty cell.</summary>
    public static async Task WriteAsync(Stream output, IReadOnlyList<string> header, IAsyncEnumerable<IReadOnlyList<string?>> rows, CancellationToken cancel)
    {
        var text = new StringBuilder("\uFEFF");
        await Write(output, text, header, cancel);
        await foreach (var row in rows.WithCancellation(cancel))
            await Write(output, text, row, cancel);
    }

    private static async ValueTask Write(Stream output, StringBuilder text, IReadOnlyList<string?> row, CancellationToken cancel)
    {
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0)
                text.Append(',');
            Cell(text, row[i] ?? "");
        }

        text.Append("\r\n");
        await output.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancel);
        text.Clear();
    }

    private static void Cell(StringBuilder text, string value)
    {
        if (CouldBeFormula(value))
            value = "'" + value;
        if (value.AsSpan().IndexOfAny("\",\r\n'") < 0 && value.Trim().Length == value.Length)
        {
            text.Append(value);
            return;
        }

        text.Append('"').Append(value.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
    }

    // Spreadsheets take the full-width signs for signs too, and skip blanks in front.
    private static bool CouldBeFormula(string value)
    {
        var first = value.AsSpan().TrimStart();
        if (value.Length > 0 && value[0] is '\t' or '\r' or '\n')
            return true;
        return first.Length > 0 && first[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' && !IsNumber(first);
    }

    private static bool IsNumber(ReadOnlySpan<char> text)
    {
        var digits = text[0] is '-' ? text[1..] : text;
        var point = digits.IndexOf('.');
        return digits.Length > 0 && char.IsAsciiDigit(digits[0]) && char.IsAsciiDigit(digits[^1])
            && digits.IndexOfAnyExcept("0123456789.") < 0 && (point < 0 || digits[(point + 1)..].IndexOf('.') < 0);
    }
}
