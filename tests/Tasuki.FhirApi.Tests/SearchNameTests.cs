using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Fhir.Searching;

namespace Tasuki.FhirApi.Tests;

/// <summary>A person is found by every script and spelling of their name, and by no other name.</summary>
public sealed class SearchNameTests
{
    // Kana and how they are written: Hepburn, Kunrei, passport. Long vowels have their own ways.
    private static readonly (string Kana, string[] Spellings)[] Sounds =
    [
        ("あ", ["a"]), ("い", ["i"]), ("お", ["o"]), ("か", ["ka"]), ("き", ["ki"]), ("く", ["ku"]), ("さ", ["sa"]), ("し", ["shi", "si"]), ("す", ["su"]), ("た", ["ta"]), ("ち", ["chi", "ti"]), ("つ", ["tsu", "tu"]),
        ("と", ["to"]), ("な", ["na"]), ("に", ["ni"]), ("の", ["no"]), ("は", ["ha"]), ("ひ", ["hi"]), ("ふ", ["fu", "hu"]), ("ほ", ["ho"]), ("ま", ["ma"]), ("み", ["mi"]), ("も", ["mo"]), ("や", ["ya"]),
        ("ゆ", ["yu"]), ("り", ["ri"]), ("る", ["ru"]), ("ろ", ["ro"]), ("わ", ["wa"]), ("が", ["ga"]), ("じ", ["ji", "zi"]), ("ず", ["zu"]), ("だ", ["da"]), ("づ", ["zu", "du"]), ("で", ["de"]), ("ば", ["ba"]), ("ぶ", ["bu"]),
        ("ぺ", ["pe"]), ("しょ", ["sho", "syo"]), ("きゃ", ["kya"]), ("ちゅ", ["chu", "tyu"]), ("じゅ", ["ju", "zyu"]), ("りゅ", ["ryu"]), ("こう", ["kou", "ko", "koo", "koh", "kō", "kô"]),
        ("しょう", ["shou", "sho", "shō", "syou", "syô"]), ("じゅう", ["juu", "ju", "jū", "zyuu", "zyû"]), ("おお", ["oo", "o", "oh", "ō"]), ("ゆう", ["yuu", "yu", "yū"]), ("けい", ["kei"]),
        ("んば", ["nba", "mba"]), ("んま", ["nma", "mma"]), ("んぺ", ["npe", "mpe"]), ("んだ", ["nda"]), ("んい", ["n'i", "ni"]), ("っと", ["tto"]), ("っち", ["tchi", "tti", "cchi"]), ("っか", ["kka"]),
    ];

    private static readonly string[] Halves =
    [
        "あｱ", "いｲ", "うｳ", "えｴ", "おｵ", "かｶ", "きｷ", "くｸ", "けｹ", "こｺ", "さｻ", "しｼ", "すｽ", "せｾ", "そｿ", "たﾀ", "ちﾁ", "つﾂ", "てﾃ", "とﾄ", "なﾅ", "にﾆ", "ぬﾇ", "ねﾈ", "のﾉ", "はﾊ", "ひﾋ", "ふﾌ", "へﾍ", "ほﾎ",
        "まﾏ", "みﾐ", "むﾑ", "めﾒ", "もﾓ", "やﾔ", "ゆﾕ", "よﾖ", "らﾗ", "りﾘ", "るﾙ", "れﾚ", "ろﾛ", "わﾜ", "んﾝ", "ゃｬ", "ゅｭ", "ょｮ", "っｯ", "\u3099ﾞ", "\u309Aﾟ",
    ];

    [Fact]
    public void A_person_is_found_by_every_script_and_spelling_and_not_by_another_name()
    {
        var random = new Random(20261128);
        var before = Name(random);
        for (var i = 0; i < 400; i++)
        {
            var (family, given) = (Name(random), Name(random));
            var person = Person(family.Kana, given.Kana, inTwoScripts: i % 2 == 0);
            foreach (var written in Scripts(family.Kana).Concat(family.Spellings))
            {
                Finds(person, "family", written, true);
                Finds(person, "name", written, true);
                // A mark of half width cut off makes another sound.
                if (written[^1] is not ('ﾞ' or 'ﾟ'))
                    Finds(person, "phonetic", written[..^1], true);
                Finds(person, "name", Capital(written), true);
            }

            foreach (var written in Scripts(given.Kana).Concat(given.Spellings))
                Finds(person, "given", written, true);
            var (one, other) = (family.Spellings[random.Next(family.Spellings.Count)], given.Spellings[random.Next(given.Spellings.Count)]);
            Finds(person, "name", $"{one} {other}", true);
            Finds(person, "name", $"{Capital(other)} {Capital(one)}", true);
            Finds(person, "name", family.Kana + given.Kana, true);
            Finds(person, "name", Katakana(family.Kana) + "　" + Katakana(given.Kana), true);
            if (i % 2 == 0)
                Finds(person, "name", "漢字名前", true);

            // Another name: neither begins as the other in any spelling.
            if (!Kin(before, family) && !Kin(before, given))
            {
                foreach (var written in Scripts(before.Kana).Concat(before.Spellings))
                    Finds(person, "name", written, false);
            }

            before = family;
        }
    }

    [Theory]
    [InlineData("おの", "oono", false)]
    [InlineData("おおの", "ono", true)]
    [InlineData("おおの", "ohno", true)]
    [InlineData("おおの", "Ōno", true)]
    [InlineData("ほんま", "homma", true)]
    [InlineData("しんいち", "shin'ichi", true)]
    [InlineData("しんいち", "Shin-ichi", true)]
    [InlineData("しにち", "shin'ichi", false)]
    [InlineData("きよこ", "kyoko", false)]
    [InlineData("きょうこ", "kyoko", true)]
    [InlineData("ジョージ", "joji", true)]
    [InlineData("ジョージ", "jōji", true)]
    [InlineData("はっとり", "hattori", true)]
    [InlineData("やまだ", "yamata", false)]
    [InlineData("Yamada", "やまだ", true)]
    [InlineData("Yamada", "ﾔﾏﾀﾞ", true)]
    [InlineData("Ohno", "おおの", true)]
    [InlineData("Ono", "やま", false)]
    [InlineData("山田", "yamada", false)]
    [InlineData("キヨウコ", "きょうこ", true)]
    public void One_spelling_finds_or_does_not(string held, string asked, bool found) =>
        Finds(Resource($$"""{"resourceType":"Patient","name":[{"family":"{{held}}"}]}"""), "family", asked, found);

    [Fact]
    public void A_record_of_text_alone_is_found_by_each_of_its_words_and_exact_stays_exact()
    {
        var person = Resource("""{"resourceType":"Patient","name":[{"text":"ヤマダ　ハナコ"}]}""");
        foreach (var asked in new[] { "yamada hanako", "Hanako Yamada", "hanako", "はなこ", "ﾊﾅｺ", "やまだはなこ", "yama" })
            Finds(person, "name", asked, true);
        foreach (var (asked, match, found) in new[] { ("ヤマダ　ハナコ", StringMatch.Exact, true), ("yamada", StringMatch.Exact, false), ("mada", StringMatch.Contains, true), ("nako", StringMatch.Contains, true), ("mada", StringMatch.Begins, false) })
        {
            var parameter = SearchParameters.Find("Patient", "name").Value;
            Assert.Equal(found, parameter.Any(person.Json.Span, parameter.Compile(new StringTest(match, asked)).Value));
        }

        var clinic = Resource("""{"resourceType":"Organization","name":"ひびき診療所"}""");
        Assert.True(Holds(clinic, "name", "hibiki"));
        Assert.False(Holds(clinic, "name", "shinryo"));
        Assert.True(Holds(Resource("""{"resourceType":"Practitioner","name":[{"family":"サトウ"}]}"""), "phonetic", "sato"));
        Assert.True(Holds(Resource("""{"resourceType":"RelatedPerson","name":[{"given":["じゅんいちろう"]}]}"""), "name", "jun'ichiro"));
        Assert.False(Holds(Resource("""{"resourceType":"Device","deviceName":[{"name":"タイジュウケイ"}]}"""), "device-name", "taijuukei"));
    }

    [Fact]
    public void The_kana_sort_key_of_JP_Core_is_the_usual_name_written_in_kana()
    {
        const string Representation = "\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation\",\"valueCode\":\"SYL\"}]";
        Assert.True(Holds(Resource($$"""{"resourceType":"Patient","name":[{"use":"usual","text":"山田"},{{{Representation}},"use":"usual","text":"ヤマダ"}]}"""), "jp-kana-sort", "やま"));
        Assert.False(Holds(Resource($$"""{"resourceType":"Patient","name":[{{{Representation}},"use":"old","text":"ヤマダ"}]}"""), "jp-kana-sort", "やま"));
        Assert.False(SearchParameters.Find("Patient", "jp-kana-sort").Value.Exists(Resource("""{"resourceType":"Patient","name":[{"use":"usual","text":"ヤマダ"}]}""").Json.Span));
    }

    private static bool Kin((string Kana, List<string> Spellings) one, (string Kana, List<string> Spellings) other) =>
        one.Spellings.Exists(a => other.Spellings.Exists(b => Plain(b).StartsWith(Plain(a), StringComparison.Ordinal))) || other.Kana.StartsWith(one.Kana, StringComparison.Ordinal);

    private static string Plain(string spelling) => spelling.Replace("'", "", StringComparison.Ordinal).Normalize(NormalizationForm.FormD).Replace("\u0304", "", StringComparison.Ordinal).Replace("\u0302", "", StringComparison.Ordinal);

    private static (string Kana, List<string> Spellings) Name(Random random)
    {
        var kana = new StringBuilder();
        List<string> spellings = [""];
        var count = random.Next(2, 5);
        for (var i = 0; i < count; i++)
        {
            var (sound, ways) = Sounds[random.Next(i == 0 ? 43 : Sounds.Length)];
            // A vowel behind a vowel may be read as one long one: other names than these are made of it.
            if (i > 0 && sound[0] is 'あ' or 'い' or 'お')
                (sound, ways) = ("や", ["ya"]);
            kana.Append(sound);
            spellings = [.. spellings.SelectMany(_ => ways, (start, way) => start + way)];
        }

        return (kana.ToString(), [.. spellings.Take(40)]);
    }

    private static IEnumerable<string> Scripts(string hiragana)
    {
        yield return hiragana;
        yield return Katakana(hiragana);
        yield return string.Concat(hiragana.Normalize(NormalizationForm.FormD).Select(c => Halves.Single(one => one[0] == c)[1]));
    }

    private static string Katakana(string hiragana) => string.Concat(hiragana.Select(c => (char)(c + ('ア' - 'あ'))));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];

    private static CanonicalResource Person(string family, string given, bool inTwoScripts) => Resource(JsonSerializer.Serialize(new
    {
        resourceType = "Patient",
        name = inTwoScripts ? new object[] { new { family = "漢字", given = new[] { "名前" } }, new { family = Katakana(family), given = new[] { Katakana(given) } } } : [new { family, given = new[] { given } }],
    }));

    private static CanonicalResource Resource(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;

    private static void Finds(CanonicalResource person, string parameter, string asked, bool found) =>
        Assert.True(Holds(person, parameter, asked) == found, $"{parameter}={asked} {(found ? "does not find" : "finds")} {Encoding.UTF8.GetString(person.Json.Span)}");

    private static bool Holds(CanonicalResource resource, string name, string asked)
    {
        var parameter = SearchParameters.Find(JsonDocument.Parse(resource.Json).RootElement.GetProperty("resourceType").GetString()!, name).Value;
        return parameter.Any(resource.Json.Span, parameter.Compile(new StringTest(StringMatch.Begins, asked)).Value);
    }
}
