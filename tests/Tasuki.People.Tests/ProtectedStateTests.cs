using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class ProtectedStateTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_state_is_spent_once_also_by_many_at_the_same_moment(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var text = await site.Do<ProtectedState, string>(s => Task.FromResult(s.Protect("a", "value")));

        var spent = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => site.Do<ProtectedState, string?>(s => s.Spend<string>("a", text, Life, Cancel))));

        Assert.Equal("value", Assert.Single(spent, s => s is not null));
    }

    [Fact]
    public async Task A_state_of_another_purpose_an_old_one_and_an_altered_one_say_nothing()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var text = await site.Do<ProtectedState, string>(s => Task.FromResult(s.Protect("a", "value")));

        Assert.Equal("value", await Open("a", text));
        Assert.Null(await Open("b", text));
        Assert.Null(await Open("a", text[..^2] + "AA"));
        Assert.Null(await Open("a", "nothing"));
        site.Clock.Advance(Life + TimeSpan.FromSeconds(2));
        Assert.Null(await Open("a", text));

        Task<string?> Open(string purpose, string given) => site.Do<ProtectedState, string?>(s => Task.FromResult(s.Open<string>(purpose, given, Life)));
    }
}
