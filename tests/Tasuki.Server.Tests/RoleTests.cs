using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tasuki.Data;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Server.Municipalities;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Vault.Store;

namespace Tasuki.Server.Tests;

/// <summary>Vault, keys, log and the rest have PostgreSQL roles of their own; tables are made under a fifth.</summary>
public sealed class RoleTests
{
    private static readonly string[] Stores = ["vault", "keys", "log", "app"];

    private static int _municipalities;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_role_reaches_its_own_tables_and_no_others_and_makes_none_even_in_one_database()
    {
        await using var town = await Town(apart: false);
        var tables = await Tables(town.Admin);
        foreach (var schema in new[] { "vault", "keys", "log", "public" })
            Assert.Contains(tables, t => t.StartsWith(schema + ".", StringComparison.Ordinal));

        var found = new List<string>();
        foreach (var store in Stores)
        {
            await using var connection = await Open(town.Admin, town.Role(store));
            foreach (var table in tables)
            {
                var own = table.StartsWith((store is "app" ? "public" : store) + ".", StringComparison.Ordinal);
                var column = await Column(town.Admin, table);
                (string Verb, string Sql, bool Allowed)[] tries =
                [
                    ("select", $"select * from {table}", own), ("insert", $"insert into {table} default values", own),
                    ("update", $"update {table} set {column} = {column} where false", own && store is not "log"), ("delete", $"delete from {table} where false", own && store is not "log"),
                    ("lock", $"select * from {table} for update", own && store is not "log"), ("truncate", $"truncate {table}", false), ("drop", $"drop table {table}", false),
                    ("alter", $"alter table {table} add column probe int", false), ("index", $"create index on {table} ({column})", false),
                    ("trigger", $"create trigger probe after insert on {table} execute function suppress_redundant_updates_trigger()", false),
                    ("grant", $"alter table {table} owner to current_user", false),
                ];
                foreach (var (verb, sql, allowed) in tries)
                {
                    if (await Refused(connection, sql) == allowed)
                        found.Add($"{store}: {verb} {table} is {(allowed ? "refused" : "possible")}");
                }
            }

            foreach (var sql in new[] { "create schema probe", "create table public.probe (a int)", "create table vault.probe (a int)", "create temporary table probe (a int)", "create role probe", $"set role \"{town.Role("owner")}\"" })
            {
                if (!await Refused(connection, sql))
                    found.Add($"{store}: {sql}");
            }
        }

        Assert.Empty(found);
    }

    [Fact]
    public async Task Tables_that_come_later_are_granted_like_those_that_are_there()
    {
        await using var town = await Town(apart: false);
        await using (var owner = await Open(town.Admin, town.Role("owner")))
        {
            foreach (var schema in new[] { "vault", "log" })
                await Run(owner, $"create table {schema}.later (a int)");
        }

        await using var vault = await Open(town.Admin, town.Role("vault"));
        Assert.False(await Refused(vault, "delete from vault.later"));
        Assert.True(await Refused(vault, "select * from log.later"));
        await using var log = await Open(town.Admin, town.Role("log"));
        Assert.False(await Refused(log, "insert into log.later values (1)"));
        Assert.False(await Refused(log, "select * from log.later"));
        Assert.True(await Refused(log, "delete from log.later"));
        Assert.True(await Refused(log, "update log.later set a = 1"));
    }

    [Fact]
    public async Task Running_the_scripts_again_changes_nothing_and_tables_made_before_are_taken_over()
    {
        var server = await PostgresServer.Get();
        var database = await server.NewDatabase("before");
        await using var town = Describe(database, database, database, database);
        // A municipality that was made by one role for all, and gets roles afterwards.
        await town.Test.Migrate(MunicipalityFolder.Postgres(town.Test.Described.Municipality, town.Test.Described.Data, town.Test.Described.Ring + "2", new(database, database, database, database)));
        await town.MakeRoles();
        var once = await Rights(database);
        Assert.All(once, right => Assert.Contains(town.Role("owner"), right, StringComparison.Ordinal));
        await town.MakeRoles();
        Assert.Equal(once, await Rights(database));
    }

    [Fact]
    public async Task Nobody_else_of_the_server_can_connect_not_even_another_stores_role()
    {
        await using var town = await Town(apart: true);
        await using var other = await Town(apart: true);
        var at = town.Test.Described.Connections;
        foreach (var (store, connection) in Stores.Zip([at.Records, at.Keys, at.Log, at.App]))
        {
            foreach (var role in Stores.Where(s => s != store).Select(town.Role).Concat(Stores.Append("owner").Select(other.Role)))
                Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Assert.ThrowsAsync<PostgresException>(async () => await (await Open(connection, role)).DisposeAsync())).SqlState);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_whole_server_works_under_roles_that_make_no_tables(bool apart)
    {
        await using var town = await Town(apart, "--Tasuki:Hosts=localhost");
        var built = await town.Test.Build(null, "--environment=Production", "--Tasuki:Hosts=localhost");
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var app = built.Value;
        await app.StartAsync(Cancel);
        var vault = app.Services.GetRequiredService<RecordVault>();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var account = await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateResident(
                new NewProfile("赤坂", "太郎", "あかさか", "たろう", new DateOnly(1980, 1, 1), "male"), "taro", "これは太郎のひみつの言葉", Cancel);
            Assert.True(account.IsOk, account.Error?.ToString());
        }

        var resident = (await vault.Enrol(Actor.Operator("test", "roles"), Cancel)).Value;
        var owner = Actor.Resident(resident);
        var session = (await vault.Open(owner, resident, Purpose.Import, Cancel)).Value;
        var written = await session.Write([.. Enumerable.Range(0, 20).Select(Observation)], Cancel);
        Assert.All(written.Value, w => Assert.Equal(WriteOutcome.Created, w.Outcome));
        await session.Write([Observation(0) with { Resource = Resource("a0", "7") }], Cancel);
        Assert.True((await session.Read(written.Value[3].Id, Cancel)).IsOk);
        Assert.Equal(20, (await session.Search(new RecordQuery(), Cancel)).Value.Records.Count);
        Assert.True((await session.Delete(written.Value[3].Id, Cancel)).IsOk);
        var file = (await session.KeepFile("a.txt", "text/plain", new MemoryStream(new byte[300_000]), Cancel)).Value;
        Assert.True((await session.DeleteFile(file.FileNo, Cancel)).IsOk);
        Assert.True((await session.WriteSamples([new SampleDay("8867-4", "/min", new DateOnly(2025, 1, 1), [new Sample(0, 1, "70")])], Cancel)).IsOk);
        await vault.AddLookup(resident, LookupKind.Phone, "0312345678"u8.ToArray(), Cancel);
        var grant = await vault.Grant(owner, new NewGrant(resident, ActorKind.Clinician, "c", Purpose.Care, AccessClasses.All, null, null, town.Test.Clock.GetUtcNow().AddDays(1)), Cancel);
        Assert.True((await vault.Open(Actor.Clinician("c"), resident, Purpose.Care, Cancel)).IsOk);
        Assert.True((await vault.Revoke(owner, resident, grant.Value, Cancel)).IsOk);
        Assert.True((await vault.Close(owner, resident, Cancel)).IsOk);
        town.Test.Clock.Advance(TimeSpan.FromDays(14));
        Assert.Equal([resident], await vault.EraseDue(Actor.Job("erase", "due"), Cancel));
        Assert.Null(await vault.FindBreakInLog(Cancel));
        Assert.True(await app.Services.GetRequiredService<JobRunner>().RunDue(Cancel) >= 0);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_production_server_makes_no_tables_and_says_which_command_does()
    {
        await using var town = await Town(apart: true);
        await using (var app = await Open(town.Test.Described.Connections.App, town.Role("owner")))
            await Run(app, "delete from schema_step where part = 'Tasuki.People' and step = 1");
        Assert.Equal("settings.schema", (await town.Test.Build(null, "--environment=Production", "--Tasuki:Hosts=localhost")).Error?.Code);
        await using (var vault = await Open(town.Test.Described.Connections.Records, town.Role("owner")))
            await Run(vault, "delete from vault.schema_version");
        Assert.Equal("vault.schema", (await town.Test.Build(null, "--environment=Production", "--Tasuki:Hosts=localhost")).Error?.Code);
    }

    private static NewRecord Observation(int i) =>
        new(Resource($"a{i}", "5"), new RecordOrigin(SourceKind.MedicalInstitution, "みどり内科", 3, "line 5", new DateTimeOffset(2026, 3, 31, 9, 30, 0, TimeSpan.Zero)));

    private static CanonicalResource Resource(string identifier, string value) => CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(
        $$"""{"resourceType":"Observation","identifier":[{"system":"urn:test","value":"{{identifier}}"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueInteger":{{value}}}""")).Value;

    private static async Task<TownWithRoles> Town(bool apart, params string[] hosts)
    {
        var server = await PostgresServer.Get();
        var first = await server.NewDatabase("town");
        var town = apart
            ? Describe(first, await server.NewDatabase("keys"), await server.NewDatabase("log"), await server.NewDatabase("app"))
            : Describe(first, first, first, first);
        await town.MakeRoles();
        await town.Test.Migrate(town.Test.Described.As($"Username={town.Role("owner")}").Value);
        return town;
    }

    private static TownWithRoles Describe(string records, string keys, string log, string app)
    {
        var id = $"t{Environment.ProcessId}-{Interlocked.Increment(ref _municipalities)}";
        string As(string connection, string store) => PostgresRoles.As(connection, $"Username={id}_{store}").Value;
        return new TownWithRoles(TestMunicipality.Describe(id, new StoreConnections(As(records, "vault"), As(keys, "keys"), As(log, "log"), As(app, "app")), "localhost"), records);
    }

    private static async Task<NpgsqlConnection> Open(string connection, string role)
    {
        var opened = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connection) { Username = role, Pooling = false }.ConnectionString);
        await opened.OpenAsync(Cancel);
        return opened;
    }

    private static async Task Run(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    /// <summary>Whether PostgreSQL refuses for want of a right. Another complaint means that the right is there.</summary>
    private static async Task<bool> Refused(NpgsqlConnection connection, string sql)
    {
        await using var transaction = await connection.BeginTransactionAsync(Cancel);
        try
        {
            await Run(connection, sql);
            return false;
        }
        catch (PostgresException said)
        {
            return said.SqlState is PostgresErrorCodes.InsufficientPrivilege;
        }
    }

    private static async Task<List<string>> Query(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(connection);
        await opened.OpenAsync(Cancel);
        await using var command = new NpgsqlCommand(sql, opened);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancel))
            rows.Add(reader.GetString(0));
        return rows;
    }

    private static Task<List<string>> Tables(string connection) =>
        Query(connection, "select schemaname || '.' || tablename from pg_tables where schemaname in ('vault', 'keys', 'log', 'public') order by 1");

    private static async Task<string> Column(string connection, string table) =>
        (await Query(connection, $"select attname::text from pg_attribute where attrelid = '{table}'::regclass and attnum = 1"))[0];

    private static Task<List<string>> Rights(string connection) => Query(
        connection,
        "select concat_ws(' ', relname, relowner::regrole, relacl::text) from pg_class c join pg_namespace n on n.oid = relnamespace where relkind = 'r' and nspname in ('vault', 'keys', 'log', 'public') order by 1");

    private sealed class TownWithRoles(TestMunicipality test, string admin) : IAsyncDisposable
    {
        public TestMunicipality Test => test;

        /// <summary>The superuser's way into the first database.</summary>
        public string Admin => admin;

        public string Role(string store) => PostgresRoles.Name(test.Described.Municipality.Id, store);

        public async Task MakeRoles()
        {
            var at = test.Described.Connections;
            foreach (var script in PostgresRoles.Scripts(test.Described.Municipality.Id, at.Records, at.Keys, at.Log, at.App).Value)
            {
                var ran = await PostgresRoles.Run(script, $"Username={new NpgsqlConnectionStringBuilder(admin).Username}", Cancel);
                Assert.True(ran.IsOk, ran.Error?.ToString());
            }
        }

        public ValueTask DisposeAsync() => test.DisposeAsync();
    }
}
