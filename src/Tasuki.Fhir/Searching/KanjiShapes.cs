using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// The shapes in which one kanji stands in Japanese names: a family is registered with one of them, and whoever looks for it types another. Each line is one kanji, its plainest shape
/// first. 斉 and 斎 are two by their origin, and nobody who looks for a Saitō knows which.
/// </summary>
internal static class KanjiShapes
{
    private const string Lines = """
        高髙
        辺邊邉
        斎斉齋齊
        崎﨑嵜碕
        吉𠮷
        浜濱濵
        沢澤
        広廣
        国國
        島嶋嶌
        桜櫻
        滝瀧
        渕淵
        恵惠
        真眞
        徳德
        栄榮
        柳栁
        関關
        塩鹽
        郷鄕
        曽曾
        富冨
        峰峯
        桧檜
        槙槇
        浅淺
        渋澁
        竜龍
        条條
        万萬
        与與
        亀龜
        円圓
        鉄鐵
        鶏鷄
        遥遙
        翠翆
        薮藪
        蔵藏
        壱壹
        実實
        豊豐
        寿壽
        寛寬
        静靜
        清淸
        """;

    private static readonly FrozenDictionary<Rune, string> Plain = Lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(line => line.EnumerateRunes().ToList())
        .SelectMany(runes => runes.Skip(1).Select(other => KeyValuePair.Create(other, runes[0].ToString()))).ToFrozenDictionary();

    private static readonly SearchValues<char> Others = SearchValues.Create([.. Plain.Keys.Select(rune => rune.ToString()[0]).Distinct()]);

    /// <summary>The text with the plainest shape of each kanji.</summary>
    public static string Fold(string text)
    {
        if (text.AsSpan().IndexOfAny(Others) is not (>= 0 and var first))
            return text;
        var folded = new StringBuilder(text, 0, first, text.Length);
        foreach (var rune in text.AsSpan(first).EnumerateRunes())
        {
            if (Plain.TryGetValue(rune, out var plain))
                folded.Append(plain);
            else
                folded.Append(rune.ToString());
        }

        return folded.ToString();
    }
}
