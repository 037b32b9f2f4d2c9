using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.Testing;
using Xunit;
using static Tasuki.Community.Tests.InquirySite;

namespace Tasuki.Community.Tests;

/// <summary>Tables, texts and settings of the module.</summary>
public sealed class HouseTests
{
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_scripts_make_what_the_model_says(DataStore store)
    {
        await using var site = await Start(store);
        var differences = await site.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel));
        Assert.True(differences.Count == 0, $"{string.Join('\n', differences)}\n\n{await site.Do<TasukiSchema, string>(s => Task.FromResult(s.Draft()))}");
        Assert.Empty(await site.Do<TasukiDb, IReadOnlyList<string>>(db => Task.FromResult<IReadOnlyList<string>>([.. DataMap.Undeclared(db.Model)])));
        Assert.Empty(await site.Do<SealedTables, IReadOnlyList<string>>(t => Task.FromResult(t.Missing)));
    }

    [Fact]
    public void Every_text_stands_in_all_three_ways_of_reading_and_every_key_of_the_code_is_there()
    {
        var plain = new ResourceManager(typeof(CommunityTexts).FullName!, typeof(CommunityTexts).Assembly);
        var japanese = All(plain, CultureInfo.InvariantCulture);
        var english = All(plain, CultureInfo.GetCultureInfo("en"));
        var easy = All(new ResourceManager("Tasuki.Community.Texts.CommunityTexts.easy", typeof(CommunityTexts).Assembly), CultureInfo.InvariantCulture);
        Assert.True(japanese.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(english.Keys));
        Assert.Empty(easy.Keys.Except(japanese.Keys, StringComparer.Ordinal));
        foreach (var (key, text) in japanese)
        {
            Assert.Equal(Places(text), Places(english[key]));
            Assert.Equal(Places(text), Places(easy.GetValueOrDefault(key, text)));
        }

        string[] composed =
        [
            .. Enum.GetNames<InquiryKind>().Select(n => $"kind-{n}"), .. Enum.GetNames<InquiryState>().Select(n => $"state-{n}"), .. Enum.GetNames<InquiryChannel>().Select(n => $"channel-{n}"),
            .. Enum.GetNames<InquiryAct>().Select(n => $"act-{n}"), .. Words.Problems.Select(p => $"problem-{p}"), .. StaffInquiry.Said.Select(s => $"did-{s}"),
            .. new[] { "Answered", "AskedBack", "Closed" }.SelectMany(a => new[] { $"told-{a}-subject", $"told-{a}-body" }),
            .. new[] { "open", "mine", "unowned", "overdue", "settled" }.Select(s => $"show-{s}"), "done-asked", "done-wrote", "problem-busy", "problem-other", "read-none",
            "probe-inquiries.in-time", "probe-inquiries.in-time-in-time", "probe-inquiries.in-time-late",
            .. new[] { "", "-why", "-how", "-inquiry", "-complaint", "-altered" }.Select(s => $"keep-{VisitorInquiries.Id}{s}"),
        ];
        var code = string.Concat(Directory.EnumerateFiles(Path.Combine(Tree.Root, "src", "modules", "Tasuki.Community"), "*", SearchOption.AllDirectories)
            .Where(p => p.EndsWith(".cs", StringComparison.Ordinal) || p.EndsWith(".razor", StringComparison.Ordinal)).Select(File.ReadAllText));
        var named = Regex.Matches(code, "\"(?<key>[a-z][a-zA-Z0-9.-]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value).ToHashSet(StringComparer.Ordinal);
        var asked = Regex.Matches(code, "\\b(?:T|texts)\\[\"(?<key>[a-z0-9-]+)\"[\\],]", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)).Select(m => m.Groups["key"].Value);
        Assert.Empty(composed.Concat(asked).Except(japanese.Keys, StringComparer.Ordinal));
        Assert.Empty(japanese.Keys.Except(named, StringComparer.Ordinal).Except(composed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("QuestionBusinessDays", "0")]
    [InlineData("QuestionBusinessDays", "61")]
    [InlineData("ComplaintDays", "0")]
    [InlineData("VisitorsPerHour", "1001")]
    [InlineData("TriesPerMinute", "ten")]
    [InlineData("Unknown", "1")]
    public void A_wrong_setting_is_named(string key, string value)
    {
        var wrong = InquiryOptions.From(Section((key, value)));
        Assert.Equal("settings.inquiries", wrong.Error?.Code);
        Assert.Contains($"Tasuki:Inquiries:{key}", wrong.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_are_read()
    {
        var read = InquiryOptions.From(Section(("QuestionBusinessDays", "5"), ("ComplaintDays", "14"), ("VisitorsPerHour", "3"), ("TriesPerMinute", "4"))).Value;
        Assert.Equal(new InquiryOptions { QuestionBusinessDays = 5, ComplaintDays = 14, VisitorsPerHour = 3, TriesPerMinute = 4 }, read);
        Assert.Equal(new InquiryOptions(), InquiryOptions.From(Section()).Value);
    }

    private static IConfigurationSection Section(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"Tasuki:Inquiries:{s.Key}", (string?)s.Value))).Build().GetSection("Tasuki:Inquiries");

    private static Dictionary<string, string> All(ResourceManager manager, CultureInfo culture) => manager.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!
        .Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    private static string Places(string text) =>
        string.Join(' ', Regex.Matches(text, @"\{[0-9]+\}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Value).Order(StringComparer.Ordinal));
}
