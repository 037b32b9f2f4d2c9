using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Npgsql;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>A person of the bench: number, the id of their Patient record, and the ids and seqs of their observations.</summary>
internal sealed record Person(ResidentNo Resident, string Patient)
{
    public IReadOnlyList<string> Ids { get; set; } = [];
}

/// <summary>
/// One municipality on PostgreSQL with databases of its own, which are dropped at the end. <c>TASUKI_BENCH_POSTGRES</c> names the server; <c>./bench</c> starts one.
/// </summary>
internal sealed class City : IAsyncDisposable
{
    private static readonly Actor Desk = Actor.Operator("bench", "measuring");
    private readonly string _server;
    private readonly string _ring;
    private readonly List<string> _databases;
    private static int _seed = 20260401;

    private City(string server, string ring, List<string> databases, VaultOptions options, RecordVault vault)
    {
        _server = server;
        _ring = ring;
        _databases = databases;
        Options = options;
        Vault = vault;
    }

    public VaultOptions Options { get; }

    public RecordVault Vault { get; }

    public static async Task<City> Make(CancellationToken cancel)
    {
        var server = Environment.GetEnvironmentVariable("TASUKI_BENCH_POSTGRES")
            ?? throw new InvalidOperationException("TASUKI_BENCH_POSTGRES is not set: start the benchmark with ./bench.");
        var databases = new List<string>();
        var ring = Directory.CreateTempSubdirectory("tasuki-bench-ring-").FullName;
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = StoreKind.Postgres, Create = true, Ring = ring, WaitingDays = 0,
            Records = await Database("records"), Keys = await Database("keys"), Log = await Database("log"),
        };
        return new City(server, ring, databases, options, (await RecordVault.Start(options, TimeProvider.System, cancel)).Value);

        async Task<string> Database(string hint)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"bench{Environment.ProcessId}_{Guid.CreateVersion7():N}_{hint}");
            await Run(server, $"create database {name} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0", cancel);
            databases.Add(name);
            return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 100 }.ConnectionString;
        }
    }

    public async Task<IReadOnlyList<Person>> Enrol(int count, CancellationToken cancel)
    {
        var people = new List<Person>(count);
        for (var done = 0; done < count;)
        {
            var some = (await Vault.EnrolMany(Desk, Math.Min(10_000, count - done), cancel)).Value;
            people.AddRange(some.Select(resident => new Person(resident, "")));
            done += some.Count;
        }

        return people;
    }

    /// <summary>Gives each person a Patient record and observations, in writes of at most 5,000, several people side by side. Returns records a second, validation included.</summary>
    public async Task<(IReadOnlyList<Person> People, double PerSecond)> Fill(IReadOnlyList<Person> people, int each, CancellationToken cancel)
    {
        var watch = Stopwatch.StartNew();
        var filled = await Fill(Vault, [.. people.Select(person => person.Resident)], each, cancel);
        return (filled, people.Count * (double)each / watch.Elapsed.TotalSeconds);
    }

    public static async Task<IReadOnlyList<Person>> Fill(RecordVault vault, IReadOnlyList<ResidentNo> people, int each, CancellationToken cancel)
    {
        var filled = new ConcurrentBag<Person>();
        await Parallel.ForEachAsync(people, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount * 2, CancellationToken = cancel }, async (resident, stop) =>
        {
            var session = (await vault.Open(Actor.Resident(resident), resident, Purpose.Import, stop)).Value;
            var patient = (await session.Write([PatientOf(resident)], stop)).Value[0].Id;
            var made = new Observations(Interlocked.Increment(ref _seed));
            var ids = new List<string>(each);
            for (var done = 0; done < each; done += 5_000)
            {
                var records = made.Make(patient, Math.Min(5_000, each - done));
                if (records.Any(record => !Valid(record.Resource)))
                    throw new InvalidOperationException("The bench's own observation is not valid R4.");
                ids.AddRange((await session.Write(records, stop)).Value.Select(written => written.Id));
            }

            filled.Add(new Person(resident, patient) { Ids = ids });
        });
        return [.. filled.OrderBy(person => person.Resident.Value)];
    }

    public static bool Valid(CanonicalResource resource) => ResourceCheck.Check(resource).Count == 0;

    public static async Task<double> Number(string database, string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        return Convert.ToDouble(await command.ExecuteScalarAsync(cancel), CultureInfo.InvariantCulture);
    }

    public static async Task<string> Text(string database, string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync(cancel))!;
    }

    public static async Task Run(string database, string sql, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 600 };
        await command.ExecuteNonQueryAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        foreach (var database in _databases)
            await Run(_server, $"drop database {database} with (force)", CancellationToken.None);
        Directory.Delete(_ring, recursive: true);
    }

    private static NewRecord PatientOf(ResidentNo resident) => new(
        CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""{"resourceType":"Patient","identifier":[{"system":"urn:bench","value":"{{resident.Value}}"}]}"""))).Value,
        new RecordOrigin(SourceKind.Person, null, null, null, TimeProvider.System.GetUtcNow()), DataCategory.Other);
}
