using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Setup;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Server.Tests.Towns;

public sealed class SqliteLooksOfTwoTests() : LooksOfTwoContract(StoreKind.Sqlite);

public sealed class PostgresLooksOfTwoTests() : LooksOfTwoContract(StoreKind.Postgres);

/// <summary>Two municipalities of one process: each shows its own service and asks for its own age.</summary>
public abstract class LooksOfTwoContract(StoreKind store)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_one_sets_up_the_other_does_not_show()
    {
        await using var towns = await TwoTowns.Start(store);
        Assert.Equal([("Tasuki", 0), ("Tasuki", 0)], [await Shown(towns.One), await Shown(towns.Other)]);
        await SetUp(towns.One, "Akane", 15);
        Assert.Equal([("Akane", 15), ("Tasuki", 0)], [await Shown(towns.One), await Shown(towns.Other)]);
        await SetUp(towns.Other, "Midori", 12);
        Assert.Equal([("Akane", 15), ("Midori", 12)], [await Shown(towns.One), await Shown(towns.Other)]);
    }

    private static async Task<(string Name, int Age)> Shown(Town town) =>
        ((await town.Services.GetRequiredService<IServiceLook>().Now(Cancel)).Names.Name, await town.Services.GetRequiredService<ISignUpAge>().From(Cancel));

    private static async Task SetUp(Town town, string name, int age)
    {
        await using var scope = town.Services.CreateAsyncScope();
        var keep = scope.ServiceProvider.GetRequiredService<KeepSetup>();
        var act = new SetupAct(Actor.Operator("test", "two towns"), By: null, Seen: 0);
        Assert.True((await keep.Names(act, name, name, name, name, Cancel)).IsOk);
        Assert.True((await keep.Ages(act, age, Cancel)).IsOk);
    }
}
