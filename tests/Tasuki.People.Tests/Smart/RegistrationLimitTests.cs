using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Anybody may ask for an app to be let in: what a name may hold, and how much of it the officers' list bears.</summary>
public sealed class RegistrationLimitTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("x\u202Eevil")]
    [InlineData("歩数\u200Bノート")]
    [InlineData("\u2066歩数ノート\u2069")]
    [InlineData("歩数\u2028ノート")]
    [InlineData("歩数\nノート")]
    public async Task Names_and_addresses_hold_nothing_that_is_not_seen(string text)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        foreach (Func<AppContent, AppContent> change in new Func<AppContent, AppContent>[]
        {
            c => c with { Name = text }, c => c with { Operator = text }, c => c with { Seat = text }, c => c with { Contact = text }, c => c with { Purpose = text },
            c => c with { PrivacyPolicy = "https://app.test/" + text }, c => c with { Launch = "https://app.test/" + text }, c => c with { RedirectUris = ["https://app.test/" + text] },
        })
        {
            var refused = await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, change(world.App("patient/*.rs", AppKind.Public)), null, Cancel));
            Assert.Equal("app.text", refused.Error?.Code);
            Assert.DoesNotContain(text, refused.Error!.Message, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task However_many_ask_the_approved_stay_on_the_list_and_the_rest_is_told_to_wait(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var approved = await world.Register();
        await world.Site.Do<TasukiDb>(db => Copies(db, approved, AppState.Refused, 600));
        Assert.True((await Ask(null)).IsOk);
        await world.Site.Do<TasukiDb>(db => Copies(db, approved, AppState.Asked, RegisterApp.MostWaiting - 1));

        Assert.Equal("app.many", (await Ask(null)).Error?.Code);
        // Who is known here is not held up by those who are not.
        var officers = await Ask(world.First.No);
        Assert.True(officers.IsOk);
        var listed = await world.Site.Do<Apps, IReadOnlyList<SmartApp>>(a => a.All(Cancel));
        Assert.Equal(approved, listed[0].No);
        Assert.Contains(listed, a => a.No == officers.Value);
        Assert.Contains(await world.Site.Do<KnownApps, IReadOnlyList<KnownApp>>(a => a.All(Cancel)), a => a.No == approved);

        Task<Result<long>> Ask(long? officer) => world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, world.App("patient/*.rs", AppKind.Public), officer, Cancel));
    }

    [Fact]
    public async Task One_network_asks_ten_times_a_day_and_what_was_wrong_does_not_count()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        using var developer = world.Site.NewVisitor();
        Assert.Contains("登録できません", (await Send("javascript:alert(1)")).Body, StringComparison.Ordinal);
        for (var i = 0; i < RegistrationThrottle.PerDay; i++)
            Assert.Contains("登録を受け付けました", (await Send(SmartWorld.Redirect)).Body, StringComparison.Ordinal);

        Assert.Contains("1日に10件まで", (await Send(SmartWorld.Redirect)).Body, StringComparison.Ordinal);
        Assert.Equal(RegistrationThrottle.PerDay, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartApp>().CountAsync(Cancel)));

        async Task<Page> Send(string redirect) => await developer.Submit(await developer.Get("/apps/register", Cancel), "register-app", Walk.Fields(
            ("Name", "歩数ノート"), ("Operator", "合同会社みかん"), ("Seat", SmartWorld.Seat), ("Contact", "dev@app.test"), ("Purpose", "健診を見るため"), ("Privacy", "https://app.test/privacy"), ("Kind", "Public"),
            ("Redirects", redirect), ("Launch", ""), ("Keys", ""), ("Scopes", "patient/Observation.rs")), Cancel);
    }

    // Later than the one they are made from.
    private static async Task Copies(TasukiDb db, long no, AppState state, int many)
    {
        var one = await db.Set<SmartApp>().AsNoTracking().SingleAsync(a => a.No == no, Cancel);
        db.AddRange(Enumerable.Range(1, many).Select(i => new SmartApp
        {
            No = AccountSeals.RandomNo(), Kind = one.Kind, State = state, Registered = one.Registered.AddMinutes(i), Changed = one.Changed, Content = one.Content, Mac = one.Mac,
        }));
        await db.SaveChangesAsync(Cancel);
    }
}
