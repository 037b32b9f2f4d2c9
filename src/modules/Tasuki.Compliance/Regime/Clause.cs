using System.Globalization;
using System.Text;

namespace Tasuki.Compliance.Regime;

/// <summary>A text of law that is cited.</summary>
public enum LawText
{
    /// <summary>The Act on the Protection of Personal Information (個人情報の保護に関する法律).</summary>
    Act,

    /// <summary>The rules of the commission under it (施行規則).</summary>
    Rules,
}

/// <summary>A place in a law: article, paragraph, item. Public because components of pages are.</summary>
/// <param name="Through">The last article, where several in a row are meant.</param>
public readonly record struct Clause(LawText Law, int Article, int Paragraph = 0, int Item = 0, int Through = 0)
{
    public static Clause Act(int article, int paragraph = 0, int item = 0) => new(LawText.Act, article, paragraph, item);

    public static Clause Acts(int article, int through) => new(LawText.Act, article, Through: through);

    public static Clause Rule(int article, int paragraph = 0, int item = 0) => new(LawText.Rules, article, paragraph, item);

    /// <summary>法第61条第1項, 規則第7条第1号, 法第32条から第39条まで.</summary>
    public string Japanese
    {
        get
        {
            var text = new StringBuilder(Law is LawText.Act ? "法" : "規則");
            text.Append(CultureInfo.InvariantCulture, $"第{Article}条");
            if (Through > 0)
                text.Append(CultureInfo.InvariantCulture, $"から第{Through}条まで");
            if (Paragraph > 0)
                text.Append(CultureInfo.InvariantCulture, $"第{Paragraph}項");
            if (Item > 0)
                text.Append(CultureInfo.InvariantCulture, $"第{Item}号");
            return text.ToString();
        }
    }

    /// <summary>Act art. 61(1), Rules art. 7 item 1, Act arts. 32–39.</summary>
    public string English
    {
        get
        {
            var text = new StringBuilder(Law is LawText.Act ? "Act " : "Rules ");
            text.Append(CultureInfo.InvariantCulture, $"{(Through > 0 ? "arts." : "art.")} {Article}");
            if (Through > 0)
                text.Append(CultureInfo.InvariantCulture, $"–{Through}");
            if (Paragraph > 0)
                text.Append(CultureInfo.InvariantCulture, $"({Paragraph})");
            if (Item > 0)
                text.Append(CultureInfo.InvariantCulture, $" item {Item}");
            return text.ToString();
        }
    }

    public string In(bool english) => english ? English : Japanese;
}
