using System.Diagnostics;
using System.Text;
using Tasuki.Compliance.Catalogue;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Compliance.Tests.Catalogue;

/// <summary>Whoever mistypes in a catalogue file is told the file, the line and what is wrong, and the build stops.</summary>
public sealed class CatalogueTypoTests
{
    private const string Sources =
        """
        {
          "sources": [
            { "id": "rule", "name": { "ja": "指針", "en": "Guideline" }, "levels": ["Guideline"],
              "editions": [
                { "id": "rule-1", "name": { "ja": "初版", "en": "First" }, "date": "2021-04-23" },
                { "id": "rule-2", "name": { "ja": "二版", "en": "Second" }, "date": "2025-04" }
              ] }
          ],
          "references": [
            { "id": "F1", "name": { "ja": "資料", "en": "Paper" }, "address": "https://example.org/" }
          ],
          "groups": ["AA"]
        }
        """;

    private const string Group =
        """
        {
          "group": "AA",
          "name": { "ja": "見出し", "en": "Heading" },
          "rows": [
            {
              "id": "AA-01",
              "text": { "ja": "決めています。", "en": "It is decided." },
              "bases": [
                { "source": "rule", "level": "Guideline", "clause": { "ja": "1", "en": "1" },
                  "from": "rule-2",
                  "operators": ["Municipality"],
                  "changes": [ { "edition": "rule-2", "ja": "新しく加わりました。", "en": "New." } ] }
              ],
              "binds": ["Provider"],
              "appliesIf": { "mynaportal": true, "hosting": "Cloud", "providers": ["DevelopsOnly"] },
              "kinds": ["Software", "Document"],
              "sources": ["F1", "K0.85"],
              "interval": { "period": "P1Y", "ours": true },
              "owner": "Auditor",
              "comesWith": "Sharing",
              "shortList": "Software"
            },
            {
              "id": "AA-02",
              "text": { "ja": "守っています。", "en": "It is kept." },
              "bases": [
                { "source": "rule", "level": "Guideline", "clause": { "ja": "2", "en": "2" }, "until": "rule-1",
                  "changes": [ { "edition": "rule-2", "ja": "なくなりました。", "en": "Gone." } ] }
              ],
              "binds": ["Staff"],
              "kinds": ["Organisation"],
              "sources": ["D"],
              "interval": { "period": "P2W", "ours": false },
              "owner": "Desk"
            }
          ]
        }
        """;

    [Fact]
    public void What_is_right_is_read_whole()
    {
        var reading = Read(Sources, Group);
        Assert.Empty(reading.Problems);
        var row = reading.Catalogue!.Find("AA-01")!;
        Assert.Equal([Compliance.Scope.OperatorKind.Municipality], row.AppliesIf.Operators);
        Assert.Equal((ComingCapability.Sharing, RequirementKind.Software, OwnerRole.Auditor), (row.ComesWith, row.ShortList, row.Owner));
        Assert.False(reading.Catalogue.Find("AA-02")!.Interval.Ours);
        Assert.Equal(["AA-02"], reading.Catalogue.In([reading.Catalogue.FindEdition("rule-1")!]).Select(r => r.Id), StringComparer.Ordinal);
    }

    public static TheoryData<string, string, string, string> Typos => new()
    {
        // What is there, what is typed instead, where the reader points, and what it says of it.
        { "\"shortList\"", "\"shortlist\"", "AA.json(21,7)", "There is no property 'shortlist' here; there are appliesIf, " },
        { "\"owner\": \"Auditor\"", "\"owner\": \"Auditer\"", "AA.json(19,16)", "owner is one of Administrator, Desk, Health, Insurance, Auditor, and this is 'Auditer'." },
        { "\"owner\": \"Auditor\"", "\"owner\": \"auditor\"", "AA.json(19,16)", "and this is 'auditor'." },
        { "\"owner\": \"Auditor\"", "\"owner\": 5", "AA.json(19,16)", "owner must be a text, and this is 5." },
        { "\"owner\": \"Auditor\"", "\"owner\": \"5\"", "AA.json(19,16)", "and this is '5'." },
        { "      \"owner\": \"Auditor\",\n", "", "AA.json(5,5)", "'owner' is missing." },
        { "\"level\": \"Guideline\", \"clause\": { \"ja\": \"1\"", "\"level\": \"Guidelin\", \"clause\": { \"ja\": \"1\"", "AA.json(9,38)", "and this is 'Guidelin'." },
        { "\"level\": \"Guideline\", \"clause\": { \"ja\": \"1\"", "\"level\": \"Voluntary\", \"clause\": { \"ja\": \"1\"",
          "AA.json(9,38)", "The source rule asks nothing of the level Voluntary; it has Guideline." },
        { "\"Municipality\"", "\"City\"", "AA.json(11,25)", "operators is one of Municipality, WideAreaUnion, " },
        { "[\"Municipality\"]", "[]", "AA.json(11,24)", "operators is an empty list." },
        { "\"AA-02\"", "\"AA-01\"", "AA.json(24,13)", "The row 'AA-01' is there already, in AA.json." },
        { "\"AA-02\"", "\"AB-02\"", "AA.json(24,13)", "The id 'AB-02' does not belong into the file of group AA" },
        { "\"AA-02\"", "\"AA-2\"", "AA.json(24,13)", "The id 'AA-2' does not belong into the file of group AA" },
        { "\"ja\": \"守っています。\", ", "", "AA.json(25,15)", "'ja' is missing." },
        { "\"en\": \"It is kept.\"", "\"en\": \"\"", "AA.json(25,40)", "en is empty, or begins or ends with a space." },
        { "\"en\": \"It is kept.\"", "\"en\": \"It is kept. \"", "AA.json(25,40)", "en is empty, or begins or ends with a space." },
        { "\"en\": \"It is kept.\"", "\"en\": \"It is\\nkept.\"", "AA.json(25,40)", "en has a line break or another control character in it." },
        { "\"ja\": \"守っています。\"", "\"ja\": \"It is kept.\"", "AA.json(25,15)", "The Japanese text has no Japanese letter." },
        { "\"text\": { \"ja\": \"守っています。\", \"en\": \"It is kept.\" }",
          "\"text\": \"守っています。\"", "AA.json(25,15)", "text must be an object, and this is the text '守っています。'." },
        { "\"source\": \"rule\", \"level\": \"Guideline\", \"clause\": { \"ja\": \"2\"", "\"source\": \"rules\", \"level\": \"Guideline\", \"clause\": { \"ja\": \"2\"",
          "AA.json(27,21)", "There is no source 'rules'; sources.json lists rule." },
        { "\"from\": \"rule-2\"", "\"from\": \"rule-3\"", "AA.json(10,19)", "The source rule has no edition 'rule-3'; it has rule-1, rule-2." },
        { "\"changes\": [ { \"edition\": \"rule-2\", \"ja\": \"新", "\"changes\": [ { \"edition\": \"rule-9\", \"ja\": \"新",
          "AA.json(12,37)", "The source rule has no edition 'rule-9'; it has rule-1, rule-2." },
        { ",\n          \"changes\": [ { \"edition\": \"rule-2\", \"ja\": \"新しく加わりました。\", \"en\": \"New.\" } ]", "",
          "AA.json(10,19)", "rule-2 brings the row, so 'changes' must say what it brought." },
        { ",\n          \"changes\": [ { \"edition\": \"rule-2\", \"ja\": \"なくなりました。\", \"en\": \"Gone.\" } ]", "",
          "AA.json(27,96)", "rule-2 drops the row, so 'changes' must say what it dropped." },
        { "\"until\": \"rule-1\"", "\"until\": \"rule-2\"", "AA.json(27,96)", "rule-2 is the newest edition, so the row has not ended: leave 'until' out." },
        { "\"from\": \"rule-2\"", "\"from\": \"rule-2\", \"until\": \"rule-1\"", "AA.json(10,38)", "The row ends with rule-1, before it begins with rule-2." },
        { "{ \"edition\": \"rule-2\", \"ja\": \"な", "{ \"edition\": \"rule-1\", \"ja\": \"古い。\", \"en\": \"Old.\" }, { \"edition\": \"rule-2\", \"ja\": \"な",
          "AA.json(28,37)", "rule-1 is the oldest edition known, so it changed nothing." },
        { "\"en\": \"Gone.\" }", "\"en\": \"Gone.\" }, { \"edition\": \"rule-2\", \"ja\": \"また。\", \"en\": \"Again.\" }", "AA.json(28,95)", "What rule-2 changed is said twice." },
        { "\"P1Y\"", "\"1 year\"", "AA.json(18,31)", "'1 year' is no period of days, weeks, months or years" },
        { "\"ours\": false", "\"ours\": \"no\"", "AA.json(33,46)", "ours must be true or false, and this is the text 'no'." },
        { "\"K0.85\"", "\"K1.0\"", "AA.json(17,25)", "'K1.0' is no mark: it is neither K0.1 to K0.99, D, Open, nor a reference that sources.json lists." },
        { "\"K0.85\"", "\"F2\"", "AA.json(17,25)", "'F2' is no mark" },
        { "\"K0.85\"", "\"F1\"", "AA.json(17,25)", "The mark F1 stands twice." },
        { "[\"Software\", \"Document\"]", "[\"Software\", \"Software\"]", "AA.json(16,29)", "Software stands twice in kinds." },
        { "[\"Software\", \"Document\"]", "\"Software\"", "AA.json(16,16)", "kinds must be a list, and this is the text 'Software'." },
        { "\"shortList\": \"Software\"", "\"shortList\": \"Organisation\"", "AA.json(21,20)", "The short list has two halves, Software and Document; this says Organisation." },
        { "\"mynaportal\": true", "\"mynaportal\": 1", "AA.json(15,36)", "mynaportal must be true or false, and this is 1." },
        { "\"mynaportal\": true", "\"operators\": true", "AA.json(15,22)", "There is no property 'operators' here; there are hosting, institutions, mynaportal, providers." },
        { "{ \"mynaportal\": true, \"hosting\": \"Cloud\", \"providers\": [\"DevelopsOnly\"] }", "{}", "AA.json(15,20)", "appliesIf is empty: leave it out." },
        { "\"group\": \"AA\"", "\"group\": \"AB\"", "AA.json(2,12)", "The file AA.json says it holds the group AB, whose file is AB.json." },
        { "\"owner\": \"Desk\"", "\"owner\": \"Desk\",\n      \"owner\": \"Desk\"", "AA.json(35,7)", "'owner' stands twice in one object." },
        { "\"owner\": \"Desk\"", "\"owner\": \"Desk\",", "AA.json(35,5)", "This is not JSON: " },
        { "\"owner\": \"Desk\"", "\"owner\" \"Desk\"", "AA.json(34,15)", "This is not JSON: " },
        { "\"owner\": \"Desk\"", "// who\n      \"owner\": \"Desk\"", "AA.json(34,7)", "This is not JSON: " },
    };

    [Theory]
    [MemberData(nameof(Typos))]
    public void A_typo_in_a_group_is_pointed_at(string there, string typed, string place, string says)
    {
        Assert.Equal(2, Group.Split(there).Length);
        Says(Read(Sources, Group.Replace(there, typed, StringComparison.Ordinal)), place, says);
    }

    [Theory]
    [InlineData("\"2021-04-23\"", "\"23.4.2021\"", "sources.json(5,74)", "date must be a day such as 2025-04-30 or a month such as 2025-06, and this is '23.4.2021'.")]
    [InlineData("\"2021-04-23\"", "\"2021-02-29\"", "sources.json(5,74)", "and this is '2021-02-29'.")]
    [InlineData("\"2021-04-23\"", "\"2026-04-23\"", "sources.json(6,9)", "Editions stand oldest first: rule-2 is of 2025-04, rule-1 before it of 2026-04-23.")]
    [InlineData("\"rule-2\"", "\"rule-1\"", "sources.json(6,17)", "The edition 'rule-1' is there already, in sources.json.")]
    [InlineData("[\"Guideline\"]", "[\"Guidline\"]", "sources.json(3,75)", "levels is one of Guideline, GuidelineEffort, ")]
    [InlineData("\"address\"", "\"adress\"", "sources.json(10,58)", "There is no property 'adress' here; there are address, id, name.")]
    [InlineData("[\"AA\"]", "[\"AA\", \"BB\"]", "sources.json(12,20)", "The group BB has no file BB.json.")]
    [InlineData("[\"AA\"]", "[\"AA\", \"AA\"]", "sources.json(12,20)", "The group AA is listed twice.")]
    [InlineData("[\"AA\"]", "[\"AA\", \"B1\"]", "sources.json(12,20)", "A group is two capital letters, and this is 'B1'.")]
    public void A_typo_in_the_sources_is_pointed_at(string there, string typed, string place, string says)
    {
        Assert.Equal(2, Sources.Split(there).Length);
        Says(Read(Sources.Replace(there, typed, StringComparison.Ordinal), Group), place, says);
    }

    [Theory]
    [InlineData(" x", 37, 3)]
    [InlineData("\n{}", 38, 1)]
    public void What_stands_behind_the_end_is_pointed_at(string behind, int line, int column) =>
        Says(Read(Sources, Group + behind), $"AA.json({line},{column})", "This is not JSON: ");

    [Fact]
    public void Columns_count_characters_and_not_bytes()
    {
        // Before the misspelt name stand Japanese letters, of three bytes each.
        var reading = Read(Sources, Group.Replace("\"ja\": \"見出し\", \"en\"", "\"ja\": \"見出し\", \"xx\"", StringComparison.Ordinal));
        var problem = Assert.Single(reading.Problems, p => p.Sentence.Contains("'xx'", StringComparison.Ordinal));
        Assert.Equal((3, 26), (problem.Line, problem.Column));
    }

    [Fact]
    public void A_file_cut_short_or_empty_is_pointed_at()
    {
        Assert.All(Enumerable.Range(0, Group.Length - 1), length =>
        {
            var reading = Read(Sources, Group[..length]);
            Assert.Null(reading.Catalogue);
            Assert.Contains(reading.Problems, p => p.Path == "AA.json" && p.Sentence.StartsWith("This is not JSON: ", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void Without_the_sources_nothing_can_be_read()
    {
        var problem = Assert.Single(RequirementCatalogue.Read([("AA.json", Group)]).Problems);
        Assert.Contains("has no sources.json", problem.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_group_nobody_lists_is_pointed_at() =>
        Says(
            RequirementCatalogue.Read([("sources.json", Sources), ("AA.json", Group), ("ZZ.json", "{ \"group\": \"ZZ\", \"name\": { \"ja\": \"余り\", \"en\": \"Left\" }, \"rows\": [{}] }")]),
            "ZZ.json(1,12)", "sources.json lists no group ZZ; it lists AA.", others: true);

    [Fact]
    public void Every_problem_is_reported_in_the_order_of_the_file()
    {
        var reading = Read(Sources, Group
            .Replace("\"Auditor\"", "\"A\"", StringComparison.Ordinal).Replace("\"Staff\"", "\"B\"", StringComparison.Ordinal).Replace("\"Cloud\"", "\"C\"", StringComparison.Ordinal));
        Assert.Equal(["'C'", "'A'", "'B'"], reading.Problems.Select(p => p.Sentence.Split(' ')[^1].TrimEnd('.')), StringComparer.Ordinal);
    }

    [Fact]
    public async Task The_build_check_stops_at_the_file_and_line_of_a_typo()
    {
        var data = Path.Combine(Tree.Root, "src/modules/Tasuki.Compliance/Catalogue/Data");
        var copy = Directory.CreateTempSubdirectory("catalogue");
        try
        {
            foreach (var file in Directory.EnumerateFiles(data, "*.json"))
                File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            Assert.Equal((0, "", ""), await Check(copy.FullName));

            var path = Path.Combine(copy.FullName, "OS.json");
            var lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
            var line = Array.FindIndex(lines, l => l.Contains("\"owner\": \"Auditor\"", StringComparison.Ordinal));
            lines[line] = lines[line].Replace("Auditor", "Auditer", StringComparison.Ordinal);
            await File.WriteAllLinesAsync(path, lines, TestContext.Current.CancellationToken);
            var column = lines[line].IndexOf("\"Auditer\"", StringComparison.Ordinal) + 1;
            Assert.Equal(
                (1, FormattableString.Invariant($"{path}({line + 1},{column}): error TSK001: owner is one of Administrator, Desk, Health, Insurance, Auditor, and this is 'Auditer'.\n"), ""),
                await Check(copy.FullName));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_build_check_called_without_a_folder_says_so()
    {
        var (code, output, errors) = await Check("/nowhere/at/all");
        Assert.Equal((2, ""), (code, output));
        Assert.Contains("error TSK002: One folder that exists must be named", errors, StringComparison.Ordinal);
    }

    private static CatalogueReading Read(string sources, string group) => RequirementCatalogue.Read([("AA.json", group), ("sources.json", sources)]);

    private static void Says(CatalogueReading reading, string place, string says, bool others = false)
    {
        Assert.Null(reading.Catalogue);
        var problem = others ? reading.Problems[0] : Assert.Single(reading.Problems);
        Assert.StartsWith($"{place}: error TSK001: ", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains(says, problem.Sentence, StringComparison.Ordinal);
    }

    /// <summary>The check as the build runs it.</summary>
    private static async Task<(int Code, string Output, string Errors)> Check(string folder)
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var check = Path.Combine(Tree.Root, "artifacts/bin/Tasuki.Catalogue", configuration, "Tasuki.Catalogue.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", check, folder])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        })!;
        var cancel = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, await output, await errors);
    }
}
