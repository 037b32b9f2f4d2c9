using Xunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;

namespace Tasuki.People.Tests;

public sealed class SchemaTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_scripts_make_what_the_model_says(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);

        var differences = await host.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel));

        // Whoever changed an entity finds the statements for the next script here.
        Assert.True(differences.Count == 0, $"{string.Join('\n', differences)}\n\n{await host.Do<TasukiSchema, string>(s => Task.FromResult(s.Draft()))}");
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_column_that_no_script_makes_is_found(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel, s => s.AddSingleton<IModelPart, Extra>());

        var differences = await host.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel));

        Assert.Contains("extra.no is missing", differences, StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Two_servers_migrate_at_once_and_each_script_runs_once(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);
        var options = await Stores.New(store, "twice");

        var hosts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => DataHost.Start(options, TimeProvider.System, Cancel)));

        foreach (var one in hosts)
        {
            Assert.Equal(0, await one.Do<TasukiSchema, int>(s => s.Migrate(Cancel)));
            Assert.Empty(await one.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel)));
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task Every_column_says_how_it_is_protected()
    {
        await using var host = await DataHost.Start(DataStore.Sqlite, TimeProvider.System, Cancel);

        await host.Do<TasukiDb>(db =>
        {
            Assert.Empty(DataMap.Undeclared(db.Model));
            Assert.Contains("| account.totp_seed | sealed |", DataMap.Markdown(db.Model), StringComparison.Ordinal);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task Clear_text_without_a_reason_and_an_undeclared_column_are_found()
    {
        await using var host = await DataHost.Start(DataStore.Sqlite, TimeProvider.System, Cancel, s => s.AddSingleton<IModelPart, Extra>());

        await host.Do<TasukiDb>(db =>
        {
            var found = DataMap.Undeclared(db.Model);
            Assert.Contains(found, f => f.StartsWith("extra.words is clear String", StringComparison.Ordinal));
            Assert.Contains(found, f => f.StartsWith("extra.forgotten has 0", StringComparison.Ordinal));
            return Task.CompletedTask;
        });
    }

    private sealed class ExtraRow
    {
        [Kernel.Seals.Clear]
        public long No { get; init; }

        [Kernel.Seals.Clear]
        public string? Words { get; init; }

        public string? Forgotten { get; init; }
    }

    private sealed class Extra : IModelPart
    {
        public void Add(ModelBuilder model) => model.Entity<ExtraRow>(e => e.ToTable("extra").HasKey(r => r.No));
    }
}
