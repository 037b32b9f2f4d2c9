using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What counts once counts once for many who come in the same moment, too.</summary>
public sealed class RaceTests
{
    private const string Offline = "launch/patient offline_access patient/*.rs";
    private const int Rounds = 4;
    private const int AtOnce = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_refresh_token_that_many_bring_at_once_is_redeemed_by_one_and_ends_the_connection(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        for (var round = 0; round < Rounds; round++)
        {
            var tokens = await world.Connect(visitor, app, Offline, ("kept", "Month"));
            Assert.Equal(200, (await world.Probe(tokens.Access)).Status);

            await Nothing_lives_of(world, app, await Race(() => world.Refresh(app, tokens.Refresh)));

            Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        }

        Assert.Contains("つないでいるアプリはありません", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_that_many_bring_at_once_is_redeemed_by_one_and_ends_the_connection(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        for (var round = 0; round < Rounds; round++)
        {
            var code = (await world.Agree(visitor, app, Offline, ("kept", "Month")))["code"];

            await Nothing_lives_of(world, app, await Race(() => world.Code(app, code)));
        }

        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(c => c.Ended == null, Cancel)));
    }

    private static async Task<Tokens[]> Race(Func<Task<Tokens>> ask)
    {
        var start = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var all = Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            await start.Task;
            return await ask();
        }).ToArray();
        start.SetResult();
        return await Task.WhenAll(all);
    }

    private static async Task Nothing_lives_of(SmartWorld world, long app, Tokens[] answers)
    {
        Assert.InRange(answers.Count(a => a.Status == 200), 0, 1);
        foreach (var answer in answers)
        {
            if (answer.Status != 200)
            {
                Assert.Equal((400, "invalid_grant"), (answer.Status, answer.Error));
                continue;
            }

            Assert.Equal(401, (await world.Probe(answer.Access)).Status);
            Assert.Equal("invalid_grant", (await world.Refresh(app, answer.Refresh)).Error);
        }
    }
}
