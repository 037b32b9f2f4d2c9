using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Exchange.Exporting;

/// <summary>
/// <c>index.html</c> of an export: one page that needs nothing but a browser. No script, no address outside, every text encoded; a policy in the page forbids the rest.
/// </summary>
internal sealed class ReadableIndex(Texts<ExchangeTexts> texts, Language language)
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1a1a1c;--paper:#fff;--line:#c9c9cf;--soft:#f4f4f6;--accent:#b23318}
        @media(prefers-color-scheme:dark){:root{--ink:#f1f1f4;--paper:#17171a;--line:#4a4a52;--soft:#232328;--accent:#f0694e}}
        body{margin:0 auto;padding:2rem 1rem 4rem;max-width:70rem;font:1rem/1.7 "Noto Sans JP","Hiragino Sans","Yu Gothic UI",sans-serif;color:var(--ink);background:var(--paper)}
        h1{font-size:1.75rem;line-height:1.4;border-bottom:4px solid var(--accent);padding-bottom:.5rem}h2{font-size:1.35rem;margin-top:3rem}h3{font-size:1.1rem}
        nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;padding:0;list-style:none}a{color:inherit}
        .wrap{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
        th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}thead th{background:var(--soft);position:sticky;top:0}
        tbody th{font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.m{opacity:.75}
        @media print{body{max-width:none;padding:0}h2{break-after:avoid}tr{break-inside:avoid}}
        """;

    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>A diary may hold years of days; the page shows this many lines and says where the others are.</summary>
    private const int DiaryShown = 500;

    public async Task<int> Write(Stream output, ResidentProfile person, string service, DateTimeOffset made, RecordTables tables, CancellationToken cancel)
    {
        await using var page = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        var html = new StringBuilder();
        var title = texts["index-title", person.Name];
        html.Append(CultureInfo.InvariantCulture, $"<!doctype html>\n<html lang=\"{language.Tag}\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n")
            .Append(CultureInfo.InvariantCulture, $"<title>{Safe(title)}</title>\n<style>{Style}</style>\n</head>\n<body>\n<h1>{Safe(title)}</h1>\n")
            .Append(CultureInfo.InvariantCulture, $"<p>{Safe(texts["index-made", Shown.Minute(made, language.Culture), service])}</p>\n");
        if (person.BirthDate is { } birth)
            html.Append(CultureInfo.InvariantCulture, $"<p>{Safe(texts["born", Shown.Day(birth, language.Culture)])}</p>\n");
        await Flush();

        foreach (var checkup in tables.Checkups())
        {
            Begin(Words.Category(texts, checkup.Category), null);
            Head([texts["index-item"], texts["index-unit"], .. checkup.Days]);
            foreach (var row in checkup.Rows)
                Row([row.Item, row.Unit, .. row.Values], numbersFrom: 2);
            await End();
        }

        await Table(texts["index-medicines"], null, [texts["index-day"], texts["index-medicine"], texts["index-dose"], texts["index-kind"], texts["index-source"]],
            tables.Medicines.Select(m => new[] { m.Day, m.Name, m.Dose, Words.Type(texts, m.Type), m.Source }));
        await Table(texts["index-vaccinations"], null, [texts["index-day"], texts["index-vaccine"], texts["index-number"], texts["index-lot"], texts["index-source"]],
            tables.Vaccinations.Select(v => new[] { v.Day, v.Vaccine, v.Dose, v.Lot, v.Source }));
        await Table(texts["index-diary"], tables.Diary.Count > DiaryShown ? texts["index-diary-more", DiaryShown] : null,
            [texts["index-moment"], texts["index-item"], texts["index-value"], texts["index-unit"], texts["index-source"]],
            tables.Diary.Take(DiaryShown).Select(d => new[] { d.Moment, d.Item, d.Value, d.Unit, d.Source }));
        foreach (var category in tables.Others.GroupBy(o => o.Category).OrderBy(g => g.Key))
        {
            await Table(texts["index-others", Words.Category(texts, category.Key)], null, [texts["index-day"], texts["index-kind"], texts["index-what"], texts["index-source"]],
                category.Select(o => new[] { o.Day, Words.Type(texts, o.Type), o.Subject, o.Source }));
        }

        html.Append(CultureInfo.InvariantCulture, $"<h2>{Safe(texts["index-files"])}</h2>\n<p>{Safe(texts["index-files-text"])}</p>\n</body>\n</html>\n");
        await Flush();
        return 1;

        async Task Table(string heading, string? note, string[] columns, IEnumerable<string[]> rows)
        {
            var all = rows.ToList();
            if (all.Count == 0)
                return;
            Begin(heading, note);
            Head(columns);
            foreach (var row in all)
                Row(row, numbersFrom: int.MaxValue);
            await End();
        }

        void Begin(string heading, string? note)
        {
            html.Append(CultureInfo.InvariantCulture, $"<h2>{Safe(heading)}</h2>\n");
            if (note is not null)
                html.Append(CultureInfo.InvariantCulture, $"<p class=\"m\">{Safe(note)}</p>\n");
            html.Append("<div class=\"wrap\"><table>\n");
        }

        void Head(IEnumerable<string> columns) =>
            html.Append("<thead><tr>").AppendJoin("", columns.Select(c => $"<th scope=\"col\">{Safe(c)}</th>")).Append("</tr></thead>\n<tbody>\n");

        void Row(IReadOnlyList<string> cells, int numbersFrom)
        {
            html.Append("<tr>");
            for (var i = 0; i < cells.Count; i++)
                html.Append(i >= numbersFrom && decimal.TryParse(cells[i], CultureInfo.InvariantCulture, out _) ? "<td class=\"n\">" : "<td>").Append(Safe(cells[i])).Append("</td>");
            html.Append("</tr>\n");
        }

        Task End()
        {
            html.Append("</tbody></table></div>\n");
            return Flush();
        }

        async Task Flush()
        {
            await page.WriteAsync(html, cancel);
            html.Clear();
        }
    }

    private static string Safe(string text) => Encoder.Encode(Shown.Of(text));
}
