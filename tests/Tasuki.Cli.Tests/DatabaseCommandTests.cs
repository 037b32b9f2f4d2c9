using Npgsql;
using Tasuki.Testing;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary>A municipality on PostgreSQL as a database administrator sets it up: roles first, then the tables under their owner.</summary>
public sealed class DatabaseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string[] Places => ["--data", Path.Combine(_folder, "data"), "--ring", Path.Combine(_folder, "ring")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Roles_first_then_the_municipality_under_their_owner_then_the_server_under_its_own()
    {
        var server = await PostgresServer.Get();
        var (records, keys) = (new NpgsqlConnectionStringBuilder(await server.NewDatabase("r")), new NpgsqlConnectionStringBuilder(await server.NewDatabase("k")));
        var (id, admin) = ($"c{Environment.ProcessId}", records.Username);
        string With(NpgsqlConnectionStringBuilder at, string store) => new NpgsqlConnectionStringBuilder(at.ConnectionString) { Username = $"{id}_{store}" }.ConnectionString;
        string[] stores = ["--postgres", With(records, "vault"), "--keys", With(keys, "keys"), "--log", With(records, "log"), "--app", With(records, "app")];

        var printed = await Run(["database", "roles", "--id", id, .. stores]);
        Assert.True(printed.Code == 0, printed.Errors);
        Assert.Contains($"grant select, insert on all tables in schema log to \"{id}_log\";", printed.Output, StringComparison.Ordinal);
        var applied = await Run(["database", "roles", "--id", id, .. stores, "--apply", $"Username={admin}"]);
        Assert.True(applied.Code == 0, applied.Errors);

        string[] add = ["municipality", "add", "--id", id, "--name", "さくら市", "--host", "phr.sakura.test", .. stores, .. Places];
        var owner = $"Username={id}_owner";
        var made = await Run([.. add, "--owner", owner]);
        Assert.True(made.Code == 0, made.Errors);
        Assert.NotEqual(0, (await Run(["migrate", .. Places])).Code);
        Assert.Equal(0, (await Run(["migrate", "--owner", owner, .. Places])).Code);
        Assert.Equal(0, (await Run(["database", "roles", "--apply", $"Username={admin}", .. Places])).Code);

        var built = await Server.TasukiServer.Build([$"--Tasuki:Data={Places[1]}", $"--Tasuki:Ring={Places[3]}", "--environment=Production", "--Tasuki:Scanner=off"], adjust: null, Cancel);
        Assert.True(built.IsOk, built.Error?.ToString());
        await built.Value.DisposeAsync();
    }

    [Fact]
    public async Task Roles_are_refused_for_an_embedded_municipality_and_a_connection_without_a_database()
    {
        Assert.Equal(0, (await Run(["municipality", "add", "--id", "sakura", "--name", "さくら市", .. Places])).Code);
        Assert.Equal(64, (await Run(["database", "roles", .. Places])).Code);
        Assert.Equal(1, (await Run(["migrate", "--owner", "Username=x", .. Places])).Code);
        Assert.Equal(1, (await Run(["database", "roles", "--id", "sakura", "--postgres", "Host=h", "--keys", "Host=h;Database=k"])).Code);
    }

    [Fact]
    public async Task The_data_map_is_printed() => Assert.Contains("| records | record.body | sealed |", (await Run(["database", "map"])).Output, StringComparison.Ordinal);
}
