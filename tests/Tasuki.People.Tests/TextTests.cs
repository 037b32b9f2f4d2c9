using System.Collections;
using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class TextTests
{
    [Theory]
    [InlineData(typeof(PeopleTexts))]
    [InlineData(typeof(SmartTexts))]
    [InlineData(typeof(DeskTexts))]
    [InlineData(typeof(OrganisationTexts))]
    [InlineData(typeof(ChannelTexts))]
    [InlineData(typeof(Delivery.DeliveryTexts))]
    public void Every_text_stands_in_all_three_ways_of_reading_with_the_same_places_to_fill(Type texts)
    {
        var plain = new ResourceManager(texts.FullName!, texts.Assembly);
        var easy = new ResourceManager($"{texts.Namespace}.Texts.{texts.Name}.easy", texts.Assembly);
        var japanese = All(plain, CultureInfo.InvariantCulture);
        var english = All(plain, CultureInfo.GetCultureInfo("en"));
        var simple = All(easy, CultureInfo.InvariantCulture);

        Assert.NotEmpty(japanese);
        Assert.True(japanese.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(english.Keys));
        Assert.Empty(simple.Keys.Except(japanese.Keys, StringComparer.Ordinal));
        foreach (var (key, text) in japanese)
        {
            Assert.False(string.Equals(key, text, StringComparison.Ordinal), key);
            Assert.True(Places(text).SetEquals(Places(english[key])), key);
            if (simple.TryGetValue(key, out var easier))
                Assert.True(Places(text).SetEquals(Places(easier)), key);
        }
    }

    private static Dictionary<string, string> All(ResourceManager manager, CultureInfo culture) => manager.GetResourceSet(culture, createIfNotExists: true, tryParents: false)!
        .Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    private static HashSet<string> Places(string text) =>
        Regex.Matches(text, @"\{[0-9]+(:[A-Z0-9]+)?\}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
}
