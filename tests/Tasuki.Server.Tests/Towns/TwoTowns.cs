using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Towns;

/// <summary>One municipality as the server composes it, in a process it shares. Nothing listens, and no runner is at work but when a test lets it.</summary>
internal sealed record Town(string Name, TestMunicipality Test, WebApplication App, IServiceCollection Registered)
{
    public IServiceProvider Services => App.Services;

    public RecordVault Vault => App.Services.GetRequiredService<RecordVault>();
}

/// <summary>Two municipalities in one process whose residents bear the same numbers.</summary>
internal sealed class TwoTowns : IAsyncDisposable
{
    public const int Residents = 3;

    private bool _closed;

    private TwoTowns(Town one, Town other) => (One, Other) = (one, other);

    public Town One { get; }

    public Town Other { get; }

    public IEnumerable<Town> Both => [One, Other];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TwoTowns> Start(StoreKind store, Action<IServiceCollection>? more = null)
    {
        var towns = new TwoTowns(await Start(store, "akane", more), await Start(store, "midori", more));
        foreach (var town in towns.Both)
        {
            Assert.Equal(
                Enumerable.Range(1, Residents).Select(no => new ResidentNo(no)),
                (await town.Vault.EnrolMany(Actor.Operator("test", "two towns"), Residents, Cancel)).Value);
        }

        return towns;
    }

    /// <summary>Writes a record for the resident that says <paramref name="text"/>; returns its id.</summary>
    public static async Task<string> Say(RecordVault vault, ResidentNo resident, string text, CancellationToken cancel)
    {
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, cancel)).Value;
        var origin = new RecordOrigin(SourceKind.Person, text, 1, text, DateTimeOffset.UnixEpoch);
        var record = CanonicalResource.Parse(Encoding.UTF8.GetBytes($$$"""{"resourceType":"Basic","code":{"text":"{{{text}}}"}}""")).Value;
        return (await session.Write([new NewRecord(record, origin)], cancel)).Value.Single().Id;
    }

    /// <summary>What the resident's records say, sorted.</summary>
    public static async Task<List<string>> Said(RecordVault vault, ResidentNo resident, CancellationToken cancel)
    {
        var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, cancel)).Value;
        var said = new List<string>();
        await foreach (var record in session.All(new RecordQuery { Limit = 100 }, cancel))
        {
            using var resource = JsonDocument.Parse(record.Resource.Json);
            said.Add(resource.RootElement.GetProperty("code").GetProperty("text").GetString()!);
        }

        said.Sort(StringComparer.Ordinal);
        return said;
    }

    /// <summary>Both vaults end: what lies on the disk afterwards is whole and no longer changes.</summary>
    public async Task CloseVaults()
    {
        if (_closed)
            return;
        _closed = true;
        foreach (var town in Both)
            await town.Vault.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseVaults();
        foreach (var town in Both)
        {
            await town.App.DisposeAsync();
            await town.Test.DisposeAsync();
        }
    }

    private static async Task<Town> Start(StoreKind store, string name, Action<IServiceCollection>? more)
    {
        IServiceCollection? registered = null;
        var test = await TestMunicipality.New(store, name, $"{name}.test");
        var built = await test.Build(
            builder =>
            {
                registered = builder.Services;
                more?.Invoke(builder.Services);
            },
            "--environment=Production");
        Assert.True(built.IsOk, built.Error?.ToString());
        return new Town(name, test, built.Value, registered!);
    }
}
