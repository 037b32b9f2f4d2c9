using System.Globalization;
using System.Text;
using Microsoft.VisualBasic.FileIO;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>One line of a list as it was read.</summary>
/// <param name="Line">Of the file, from 1, the headings included.</param>
/// <param name="Person">Null when the line cannot be taken.</param>
/// <param name="Problems">Why not, or what to look at; stable codes.</param>
internal sealed record ListLine(long Line, ListedPerson? Person, bool Protected, EligibleState? Movement, IReadOnlyList<string> Problems);

/// <param name="Unread">Headings of columns that are not read.</param>
internal sealed record ReadList(IReadOnlyList<ListLine> Lines, IReadOnlyList<string> Unread);

/// <summary>
/// Reads the municipality's list of eligible residents: CSV in UTF-8 or CP932 with a line of headings. A pure function; nothing is stored. A list with a column of My
/// Numbers is refused whole, by its heading or by what stands in it.
/// </summary>
internal static class EligibleList
{
    public const int MostLines = 1_000_000;

    private static readonly Lazy<Encoding> Cp932 = new(() => CodePagesEncodingProvider.Instance.GetEncoding(932, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!);

    private static readonly Dictionary<string, string[]> Headings = new(StringComparer.Ordinal)
    {
        ["reference"] = ["宛名番号", "住民番号", "整理番号", "管理番号", "REFERENCE"],
        ["name"] = ["氏名", "漢字氏名", "氏名漢字", "名前", "NAME"],
        ["family"] = ["姓", "氏", "FAMILY"],
        ["given"] = ["名", "GIVEN"],
        ["kana"] = ["氏名カナ", "カナ氏名", "フリガナ", "ふりがな", "氏名フリガナ", "氏名ふりがな", "KANA"],
        ["familykana"] = ["姓カナ", "氏カナ", "セイ", "FAMILYKANA"],
        ["givenkana"] = ["名カナ", "メイ", "GIVENKANA"],
        ["birth"] = ["生年月日", "BIRTHDATE"],
        ["gender"] = ["性別", "GENDER"],
        ["postal"] = ["郵便番号", "POSTALCODE"],
        ["address"] = ["住所", "現住所", "ADDRESS"],
        ["movement"] = ["異動", "異動事由", "異動区分", "MOVEMENT"],
        ["protection"] = ["支援措置", "支援措置対象", "支援措置区分", "PROTECTED"],
    };

    /// <summary>Errors <c>list.empty</c>, <c>list.encoding</c>, <c>list.headings</c>, <c>list.my-number</c>, <c>list.csv</c>, <c>list.length</c>.</summary>
    public static Result<ReadList> Read(ReadOnlyMemory<byte> bytes, DateOnly today)
    {
        if (Decode(bytes.Span) is not { } text)
            return new Error("list.encoding", "The list is neither UTF-8 nor Shift_JIS (CP932).");
        using var reader = new StringReader(text);
        using var csv = new TextFieldParser(reader) { TextFieldType = FieldType.Delimited, HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        csv.SetDelimiters(text.AsSpan(0, Math.Min(text.Length, 1000)).Contains('\t') ? "\t" : ",");
        try
        {
            return csv.ReadFields() is { } headings ? Read(csv, headings, today) : new Error("list.empty", "The list holds no line.");
        }
        catch (MalformedLineException broken)
        {
            return new Error("list.csv", $"Line {broken.LineNumber.ToString(CultureInfo.InvariantCulture)} of the list is no CSV: a quotation mark is open or stands inside a field.");
        }
    }

    private static Result<ReadList> Read(TextFieldParser csv, string[] headings, DateOnly today)
    {
        var names = headings.Select(Plain).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i].Contains("個人番号", StringComparison.Ordinal) || names[i].Contains("マイナンバー", StringComparison.Ordinal) || names[i].Contains("MYNUMBER", StringComparison.Ordinal))
                return MyNumber(i);
        }

        var columns = Headings.ToDictionary(h => h.Key, h => names.FindIndex(n => h.Value.Any(v => Plain(v) == n)), StringComparer.Ordinal);
        var missing = new[] { "reference", "birth" }.Where(k => columns[k] < 0).Select(k => Headings[k][0])
            .Concat(columns["name"] < 0 && columns["family"] < 0 ? ["氏名"] : Array.Empty<string>())
            .Concat(columns["kana"] < 0 && columns["familykana"] < 0 ? ["氏名カナ"] : Array.Empty<string>()).ToList();
        if (missing.Count > 0)
            return new Error("list.headings", $"The first line must name these columns: {string.Join("、", missing)}.");

        var twelve = new (int Digits, int Right)[names.Count];
        var lines = new List<ListLine>();
        while (!csv.EndOfData)
        {
            var line = csv.LineNumber;
            if (csv.ReadFields() is not { } fields || fields.All(string.IsNullOrWhiteSpace))
                continue;
            if (lines.Count == MostLines)
                return new Error("list.length", $"A list may have {MostLines} lines.");
            Count(fields, twelve);
            lines.Add(Line(line, column => columns[column] is >= 0 and var at && at < fields.Length ? fields[at].Trim() : "", today));
        }

        // One number in eleven has the right check digit by chance; a column in which most have it holds My Numbers.
        var suspicious = Array.FindIndex(twelve, c => c.Digits > 0 && c.Right * 2 > c.Digits);
        if (suspicious >= 0)
            return MyNumber(suspicious);
        return lines.Count == 0 ? new Error("list.empty", "The list holds no line below its headings.") : new ReadList(lines, [.. headings.Where((_, i) => !columns.ContainsValue(i))]);
    }

    /// <summary>One person as a line of a list would say it, with its problems.</summary>
    /// <param name="field">By the names of <see cref="Headings"/>; empty for what is not said.</param>
    public static ListLine One(Func<string, string> field, DateOnly today) => Line(0, field, today);

    /// <summary>Characters of the private use area are drawn by the register's own fonts alone, and some registers put a mark in their place.</summary>
    public static bool HasForeignCharacters(string text) =>
        text.EnumerateRunes().Any(r => r.Value is (>= 0xE000 and <= 0xF8FF) or (>= 0xF0000 and <= 0x10FFFD) or 0xFFFD or 0x3013);

    private static Error MyNumber(int column) => new("list.my-number", $"Column {(column + 1).ToString(CultureInfo.InvariantCulture)} holds My Numbers. Nothing of the list was kept; take the column out.");

    private static void Count(string[] fields, (int Digits, int Right)[] columns)
    {
        for (var i = 0; i < Math.Min(fields.Length, columns.Length); i++)
        {
            if (fields[i].Length < 12 || fields[i].Count(char.IsDigit) != 12)
                continue;
            columns[i].Digits++;
            if (MyNumberScan.LooksLikeMyNumber(fields[i]))
                columns[i].Right++;
        }
    }

    private static ListLine Line(long line, Func<string, string> field, DateOnly today)
    {
        var problems = new List<string>();
        var (family, given) = Parts(field("name"), field("family"), field("given"));
        var (familyKana, givenKana) = Parts(field("kana"), field("familykana"), field("givenkana"));
        (familyKana, givenKana) = (Kana(familyKana), Kana(givenKana));
        if (field("reference").Length == 0)
            problems.Add("reference-missing");
        if (family.Length == 0)
            problems.Add("name-missing");
        if (familyKana.Length == 0)
            problems.Add("kana-missing");
        else if (!(familyKana + givenKana).All(IsKana))
            problems.Add("kana-unreadable");
        var birth = field("birth") is { Length: > 0 } said ? BirthDateText.Read(said) : null;
        if (birth is null)
            problems.Add(field("birth").Length == 0 ? "birth-missing" : "birth-unreadable");
        else if (birth > today)
            problems.Add("birth-future");
        if (new[] { family, given, field("address") }.Any(text => text.Length > 200) || (familyKana + givenKana).Length > 100 || field("reference").Length > 40)
            problems.Add("too-long");
        var movement = Movement(field("movement"));
        if (movement is null && field("movement").Length > 0)
            problems.Add("movement-unknown");
        var refused = problems.Count > 0;
        // The line is good, the name needs a look.
        if (HasForeignCharacters(family + given + field("address")))
            problems.Add("foreign-character");
        var person = refused ? null : new ListedPerson(
            field("reference"), family, given, familyKana, givenKana, birth!.Value, Gender(field("gender")), Empty(JapaneseText.Fold(field("postal"))), Empty(field("address")));
        return new ListLine(line, person, field("protection") is { Length: > 0 } p && p is not ("0" or "無" or "なし"), movement, problems);
    }

    private static (string Family, string Given) Parts(string whole, string family, string given)
    {
        if (family.Length > 0)
            return (family, given);
        var at = whole.AsSpan().IndexOfAny(" \u3000\t");
        return at < 0 ? (whole, "") : (whole[..at], whole[(at + 1)..].Trim(' ', '\u3000', '\t'));
    }

    /// <summary>Half-width kana and hiragana as full-width katakana, as the service writes them.</summary>
    private static string Kana(string text) => JapaneseText.FoldKana(text);

    private static bool IsKana(char c) => c is (>= 'ァ' and <= 'ヺ') or 'ー' or '・' or 'ヽ' or 'ヾ' or (>= 'A' and <= 'Z');

    private static string Gender(string text) => JapaneseText.Fold(text) switch
    {
        "男" or "男性" or "1" or "M" or "MALE" => "male",
        "女" or "女性" or "2" or "F" or "FEMALE" => "female",
        _ => "unknown",
    };

    private static EligibleState? Movement(string text) => JapaneseText.Fold(text) switch
    {
        "転出" or "国外転出" => EligibleState.MovedOut,
        "死亡" => EligibleState.Died,
        "転入" or "出生" or "在住" or "現存" => EligibleState.Listed,
        _ => null,
    };

    private static string? Empty(string text) => text.Length == 0 ? null : text;

    private static string Plain(string heading) =>
        JapaneseText.Fold(heading).Replace("(", "", StringComparison.Ordinal).Replace(")", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private static string? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("\uFEFF"u8))
            bytes = bytes[3..];
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        try
        {
            return Cp932.Value.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
