using System.Text;
using Tasuki.Kernel.Text;

namespace Tasuki.Fhir.Searching;

/// <summary>
/// Names as people look for them: by kanji of every shape, by kana of every width and shape, by Latin letters against the kana of the record, whole or by their beginning, family name
/// first or last. A record's kanji are never read; JP Core writes the kana as a name of its own beside them.
/// </summary>
internal sealed class NameValueTest : ValueTest
{
    private readonly bool _anywhere;
    private readonly string _text;
    private readonly string _kana;
    private readonly string _large;
    private readonly string? _letters;

    public NameValueTest(StringTest wanted)
    {
        var text = KanjiShapes.Fold(wanted.Text);
        _anywhere = wanted.Match is StringMatch.Contains;
        _text = SearchText.Fold(text);
        _kana = JapaneseText.FoldKana(text);
        _large = JapaneseText.FoldSmallKana(text);
        _letters = Romaji.Letters(text);
    }

    public override bool TakesWholeNames => true;

    public override bool Text(ReadOnlySpan<byte> text)
    {
        var value = KanjiShapes.Fold(Encoding.UTF8.GetString(text));
        return Begins(SearchText.Fold(value), _text) || Spoken(value);
    }

    /// <summary>Of one name as it is put together: 山田花子, and for Latin letters also the given name first.</summary>
    public override bool WholeName(string family, string given)
    {
        (family, given) = (KanjiShapes.Fold(family), KanjiShapes.Fold(given));
        return _text.Length > 0 && (Spoken(family + given) || Spoken(given + family) || Begins(SearchText.Fold($"{given} {family}"), _text) || Begins(SearchText.Fold($"{family} {given}"), _text));
    }

    private bool Spoken(string value)
    {
        // A name in one text has its words, of which each may be looked for.
        var words = value.Split([' ', '\u3000', '\u00A0', ',', '・'], StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is > 1 and <= 6)
        {
            for (var i = 0; i < words.Length; i++)
            {
                // A word in letters beside one in kanji is read alone: together they are in no one writing.
                if (Same(string.Concat(words.Skip(i).Concat(words.Take(i)))) || Same(words[i]))
                    return true;
            }
        }

        return Same(value);
    }

    private bool Same(string value)
    {
        if (_large.Length > 0 && Begins(JapaneseText.FoldSmallKana(value), _large))
            return true;
        if (_letters is { } letters)
        {
            var kana = JapaneseText.FoldKana(value);
            for (var i = 0; i < (_anywhere ? kana.Length : Math.Min(1, kana.Length)); i++)
            {
                if (Romaji.Spells(kana[i..], letters, kanaMayGoOn: true, lettersMayGoOn: false))
                    return true;
            }

            return false;
        }

        if (Romaji.Letters(value) is { } written)
        {
            for (var i = 0; i < (_anywhere ? written.Length : 1); i++)
            {
                if (Romaji.Spells(_kana, written[i..], kanaMayGoOn: false, lettersMayGoOn: true))
                    return true;
            }
        }

        return false;
    }

    private bool Begins(string value, string wanted) =>
        _anywhere ? value.Contains(wanted, StringComparison.Ordinal) : value.StartsWith(wanted, StringComparison.Ordinal);
}
