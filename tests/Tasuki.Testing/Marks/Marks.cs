using System.Security.Cryptography;

namespace Tasuki.Testing.Marks;

/// <summary>A text of sixteen characters that stands nowhere but where a test put it.</summary>
/// <param name="Where">The place it was put: what a failing test says, since the text alone tells nobody anything.</param>
public sealed record Mark(string Text, string Where);

/// <summary>
/// The marks of one test. Each is random, so that no two tests on one database server find each other's, and so that its first eight bytes tell it from all others.
/// </summary>
public sealed class MarkSet
{
    public const int Length = 16;

    private const string Latin = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private const string LatinAndDigits = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    private const string Katakana = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ";
    private const string Kanji = "麒麟鳳凰霊亀応竜朱雀玄武青龍白虎桜橘藤萩桔梗菖蒲紅葉柊椿梅桃松竹杉檜楓樫欅銀杏柳榊";

    private readonly Lock _gate = new();
    private readonly List<Mark> _all = [];

    public IReadOnlyList<Mark> All
    {
        get
        {
            lock (_gate)
                return [.. _all];
        }
    }

    /// <summary>Latin letters and digits, a letter first: good for an id, a code, a name of a file.</summary>
    public string New(string where) => Keep($"{Random(Latin, 1)}{Random(LatinAndDigits, Length - 1)}", where);

    /// <summary>Sixteen digits, for numbers that are written as text.</summary>
    public string Digits(string where) => Keep($"{Random("123456789", Length)}", where);

    public string Kana(string where) => Keep(Random(Katakana, Length), where);

    public string Kanjis(string where) => Keep(Random(Kanji, Length), where);

    /// <summary>Adds a text that came about elsewhere, such as a secret the server made.</summary>
    public string Keep(string text, string where)
    {
        lock (_gate)
            _all.Add(new Mark(text, where));
        return text;
    }

    private static string Random(string letters, int length) => new(RandomNumberGenerator.GetItems<char>(letters, length));
}
