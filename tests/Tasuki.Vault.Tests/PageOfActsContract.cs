using System.Globalization;
using Tasuki.Kernel;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqlitePageOfActsTests() : PageOfActsContract(StoreKind.Sqlite);

public sealed class PostgresPageOfActsTests() : PageOfActsContract(StoreKind.Postgres);

/// <summary>Acts about no resident, a page at a time and back again, however many have the same time and however many are passed over.</summary>
public abstract class PageOfActsContract(StoreKind store)
{
    private static readonly Actor Officer = Actor.Operator("結城", "試し");

    [Fact]
    public async Task Pages_follow_one_another_without_a_gap_or_a_repetition_and_lead_back()
    {
        await using var test = await Start(store);
        for (var act = 1; act <= 130; act++)
        {
            await test.Vault.LogDesk(Officer, Text(act), Cancel);
            await test.Vault.LogEvidence(Officer, "1:AB", Cancel);
            if (act % 40 == 0)
                test.Clock.Pass(TimeSpan.FromMinutes(1));
        }

        var pages = new List<PageOfActs>();
        for (var page = await Ask(test, null, null); ; page = await Ask(test, page.Acts[^1].Place, null))
        {
            pages.Add(page);
            if (!page.HasOlder)
                break;
        }

        Assert.Equal(Enumerable.Range(1, 130).Reverse().Select(Text), pages.SelectMany(p => p.Acts).Select(a => a.Act.Detail!), StringComparer.Ordinal);
        Assert.Equal([50, 50, 30], pages.Select(p => p.Acts.Count));
        Assert.Equal([false, true, true], pages.Select(p => p.HasNewer));
        for (var at = pages.Count - 1; at > 0; at--)
        {
            var newer = await Ask(test, null, pages[at].Acts[0].Place);
            Assert.Equal(pages[at - 1].Acts.Select(a => a.Place), newer.Acts.Select(a => a.Place));
            Assert.Equal((at > 1, true), (newer.HasNewer, newer.HasOlder));
        }
    }

    [Fact]
    public async Task Only_what_is_wanted_and_of_the_time_asked_about_is_on_a_page()
    {
        await using var test = await Start(store);
        await test.Vault.LogDesk(Officer, "before", Cancel);
        test.Clock.Pass(TimeSpan.FromHours(1));
        var from = test.Clock.GetUtcNow();
        await test.Vault.LogDesk(Officer, "within", Cancel);
        test.Clock.Pass(TimeSpan.FromHours(1));
        var until = test.Clock.GetUtcNow();
        await test.Vault.LogDesk(Officer, "after", Cancel);
        var page = await test.Vault.ActsAboutNobody(new ActsQuestion(from, until, null, null, 50, static _ => true), Cancel);
        Assert.Equal(["within"], page.Acts.Select(a => a.Act.Detail!), StringComparer.Ordinal);
        Assert.Equal((false, false), (page.HasNewer, page.HasOlder));
        Assert.Empty((await test.Vault.ActsAboutNobody(new ActsQuestion(from, until, null, null, 50, static a => a.Detail is "after"), Cancel)).Acts);
    }

    [Theory]
    [InlineData("1762047600000000-1-5", true)]
    [InlineData("1-2", false)]
    [InlineData("-1-2-3", false)]
    [InlineData("a-b-c", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void A_place_in_an_address_is_three_numbers(string? text, bool holds) => Assert.Equal(holds ? text : null, LogPlace.Read(text)?.ToString());

    private static string Text(int act) => act.ToString(CultureInfo.InvariantCulture);

    private static Task<PageOfActs> Ask(TestVault test, LogPlace? before, LogPlace? after) =>
        test.Vault.ActsAboutNobody(new ActsQuestion(DateTimeOffset.UnixEpoch, test.Clock.GetUtcNow().AddDays(1), before, after, 50, static a => a.Action != "evidence"), Cancel);
}
