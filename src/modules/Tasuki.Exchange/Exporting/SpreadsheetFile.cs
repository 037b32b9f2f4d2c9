using System.Text;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// CSV (RFC 4180) that a spreadsheet opens with the right characters: UTF-8 with a byte order mark, CRLF. A cell that a spreadsheet would take for a formula is
/// written as text, with an apostrophe before it; a negative number is no formula.
/// </summary>
internal sealed class SpreadsheetFile(Stream output) : IAsyncDisposable
{
    private readonly StreamWriter _writer = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\r\n" };

    public int Rows { get; private set; }

    public async Task Head(IEnumerable<string> cells) => await _writer.WriteLineAsync(string.Join(',', cells.Select(Cell)));

    public async Task Row(params IEnumerable<string> cells)
    {
        await Head(cells);
        Rows++;
    }

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    internal static string Cell(string text)
    {
        var safe = IsFormula(text) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\r\n") < 0 ? safe : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static bool IsFormula(string text)
    {
        var first = text.AsSpan().TrimStart();
        if (first.IsEmpty || !(first[0] is '=' or '+' or '-' or '@' or '＝' or '＋' or '－' or '＠' || text[0] is '\t' or '\r' or '\n'))
            return false;
        return !decimal.TryParse(first, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out _);
    }
}
