using System.Globalization;
using System.Net;
using System.Text;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Audit;

/// <summary>Which way data takes, as the running configuration has it: who comes in, what the server keeps where, and what leaves the house. A channel that is not set is not in the picture.</summary>
internal sealed class DataFlow(DataOptions data, DeliveryOptions delivery, PeopleOptions people, EvidenceBook book, Texts<ComplianceTexts> texts)
{
    private const int BoxWidth = 220;
    private const int BoxHeight = 54;
    private const int Step = 74;

    /// <summary>SVG, with the same said in words for who does not see it.</summary>
    public async Task<string> Picture(CancellationToken cancel)
    {
        var scanned = await book.Newest<ProbeContent>(EvidenceKind.Probe, "files.scanned", cancel) is { Content.Code: not "off" };
        var store = data.Store is DataStore.Sqlite ? "SQLite" : "PostgreSQL";
        List<string> comes = [texts["flow-resident"], texts["flow-staff"], texts["flow-apps"]];
        if (people.StaffProvider is not null)
            comes.Add(texts["flow-provider"]);
        List<string> kept = [texts["flow-records", store], texts["flow-keys", store], texts["flow-log", store], texts["flow-tables", store], texts["flow-ring"]];
        List<string> leaves = [texts["flow-backup"], texts["flow-witness"]];
        if (scanned)
            leaves.Add(texts["flow-scanner"]);
        leaves.AddRange(Enum.GetValues<ChannelKind>().Where(delivery.Offers).Select(c => texts["flow-channel-" + c]));
        return Draw(comes, kept, leaves);
    }

    private string Draw(List<string> comes, List<string> kept, List<string> leaves)
    {
        var height = 90 + (Math.Max(comes.Count, Math.Max(kept.Count, leaves.Count)) * Step);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1100 {height}\" font-family=\"sans-serif\" font-size=\"14\" role=\"img\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<title>{Encoded(texts["flow-title"])}</title>\n<desc>{Encoded(string.Join("; ", comes))} → {Encoded(texts["flow-server"])} → {Encoded(string.Join("; ", [.. kept, .. leaves]))}</desc>\n");
        svg.Append("<defs><marker id=\"a\" markerWidth=\"8\" markerHeight=\"8\" refX=\"7\" refY=\"4\" orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker></defs>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"300\" y=\"20\" width=\"480\" height=\"{height - 40}\" rx=\"12\" fill=\"#f1f4fb\" stroke=\"#1d2f5f\"/>\n<text x=\"320\" y=\"48\" font-weight=\"bold\">{Encoded(texts["flow-server"])}</text>\n");
        for (var i = 0; i < comes.Count; i++)
        {
            Box(svg, 20, 70 + (i * Step), comes[i]);
            Arrow(svg, 20 + BoxWidth, 70 + (i * Step), 300);
        }

        for (var i = 0; i < kept.Count; i++)
            Box(svg, 430, 70 + (i * Step), kept[i]);
        for (var i = 0; i < leaves.Count; i++)
        {
            Arrow(svg, 780, 70 + (i * Step), 860);
            Box(svg, 860, 70 + (i * Step), leaves[i]);
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static void Box(StringBuilder svg, int x, int y, string text) => svg.Append(
        CultureInfo.InvariantCulture,
        $"<rect x=\"{x}\" y=\"{y}\" width=\"{BoxWidth}\" height=\"{BoxHeight}\" rx=\"8\" fill=\"#fff\" stroke=\"#5b6472\"/><text x=\"{x + (BoxWidth / 2)}\" y=\"{y + 32}\" text-anchor=\"middle\" textLength=\"{Math.Min(BoxWidth - 16, text.Length * 14)}\" lengthAdjust=\"spacingAndGlyphs\">{Encoded(text)}</text>\n");

    private static void Arrow(StringBuilder svg, int from, int y, int to) =>
        svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{from}\" y1=\"{y + (BoxHeight / 2)}\" x2=\"{to - 2}\" y2=\"{y + (BoxHeight / 2)}\" stroke=\"#000\" marker-end=\"url(#a)\"/>\n");

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);
}
