using System.Globalization;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The two texts of the service that everybody may read before and after signing up.</summary>
public enum LegalText
{
    Terms,
    Privacy,
}

/// <summary>A piece of a text: plain, shown encoded.</summary>
public sealed record LegalBlock(LegalBlockKind Kind, string Text);

public enum LegalBlockKind
{
    Paragraph,
    Heading,
    Item,
}

/// <summary>A version in one language: what fits on a screen first, then all of it. <c>{municipality}</c> and <c>{operator}</c> stand for the names.</summary>
/// <param name="Changed">What is new since the version before; empty in the first.</param>
public sealed record LegalPage(string Title, IReadOnlyList<LegalBlock> Summary, IReadOnlyList<LegalBlock> Whole, IReadOnlyList<LegalBlock> Changed);

/// <param name="From">The day it comes into force.</param>
internal sealed record LegalVersion(LegalText Text, int Number, DateOnly From, IReadOnlyDictionary<ReadingLanguage, LegalPage> Pages);

/// <summary>
/// Every version of terms and privacy notice that ever was, as files in <c>TermsTexts</c>: <c>terms-1-ja.md</c>. A version is never changed once it was in force; a new text is
/// a new number with a later day.
/// </summary>
internal sealed class LegalShelf
{
    private static readonly (ReadingLanguage Reading, string Name)[] Languages =
        [(ReadingLanguage.Japanese, "ja"), (ReadingLanguage.English, "en"), (ReadingLanguage.EasyJapanese, "easy")];

    private readonly IReadOnlyList<LegalVersion> _versions;

    public LegalShelf(IEnumerable<LegalVersion> versions) => _versions = [.. versions.OrderBy(v => v.Number)];

    /// <summary>What is embedded in this assembly. A file that is missing or broken is a fault of the build and throws.</summary>
    public static LegalShelf OfAssembly() => new(Enum.GetValues<LegalText>().SelectMany(FromAssembly));

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LegalVersion> Versions(LegalText text) => [.. _versions.Where(v => v.Text == text)];

    public LegalVersion? Find(LegalText text, int number) => _versions.FirstOrDefault(v => v.Text == text && v.Number == number);

    /// <summary>The newest whose day has come.</summary>
    public LegalVersion InForce(LegalText text, DateOnly today) => Versions(text).LastOrDefault(v => v.From <= today) ?? Versions(text)[0];

    /// <summary>
    /// <c>from: 2026-04-01</c>, <c>title: …</c>, then <c>= changed</c> where there was a version before, <c>= summary</c> and <c>= whole</c>; a line is a heading (<c># </c>), an item (<c>- </c>) or a paragraph.
    /// </summary>
    public static (DateOnly From, LegalPage Page) Parse(string file)
    {
        var from = default(DateOnly);
        var title = "";
        var (summary, whole, changed) = (new List<LegalBlock>(), new List<LegalBlock>(), new List<LegalBlock>());
        List<LegalBlock>? part = null;
        foreach (var line in file.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
        {
            if (line.StartsWith("from: ", StringComparison.Ordinal))
                from = DateOnly.ParseExact(line[6..], "yyyy-MM-dd", CultureInfo.InvariantCulture);
            else if (line.StartsWith("title: ", StringComparison.Ordinal))
                title = line[7..];
            else if (line is "= summary")
                part = summary;
            else if (line is "= whole")
                part = whole;
            else if (line is "= changed")
                part = changed;
            else
                (part ?? throw new FormatException("A text stands before the first part.")).Add(Block(line));
        }

        return from != default && title.Length > 0 && summary.Count > 0 && whole.Count > 0
            ? (from, new LegalPage(title, summary, whole, changed)) : throw new FormatException("A text lacks its day, title, summary or whole.");
    }

    private static LegalBlock Block(string line) =>
        line.StartsWith("# ", StringComparison.Ordinal) ? new LegalBlock(LegalBlockKind.Heading, line[2..])
        : line.StartsWith("- ", StringComparison.Ordinal) ? new LegalBlock(LegalBlockKind.Item, line[2..])
        : new LegalBlock(LegalBlockKind.Paragraph, line);

    private static IEnumerable<LegalVersion> FromAssembly(LegalText text)
    {
        for (var number = 1; Read(text, number, "ja") is { } japanese; number++)
        {
            var from = Parse(japanese).From;
            var pages = new Dictionary<ReadingLanguage, LegalPage>();
            foreach (var (reading, name) in Languages)
            {
                var parsed = Parse(Read(text, number, name) ?? throw new FormatException($"{text} {number} is missing in {name}."));
                pages[reading] = parsed.From == from ? parsed.Page : throw new FormatException($"{text} {number} has another day in {name}.");
            }

            yield return new LegalVersion(text, number, from, pages);
        }
    }

    private static string? Read(LegalText text, int number, string language)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"TermsTexts/{text.ToString().ToLowerInvariant()}-{number}-{language}.md");
        using var stream = typeof(LegalShelf).Assembly.GetManifestResourceStream(name);
        if (stream is null)
            return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
