using System.Text;
using Microsoft.Extensions.Logging;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Testing;
using Tasuki.Vault.Store;

namespace Tasuki.Vault.Tests;

/// <summary>A clock that stands until it is moved.</summary>
public sealed class TestClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;

    /// <summary>Where two servers must take notice of each other by themselves. Else what a timer would do, a test does itself.</summary>
    public bool TimersRun { get; set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        TimersRun ? base.CreateTimer(callback, state, dueTime, period) : new Still();

    public void Pass(TimeSpan time) => Now += time;

    private sealed class Still : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // Nothing runs.
        }

        public ValueTask DisposeAsync() => default;
    }
}

public sealed class Alarms : ILogger
{
    private readonly List<string> _messages = [];

    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_messages)
                return [.. _messages];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_messages)
            _messages.Add(formatter(state, exception));
    }
}

/// <summary>One vault on one store in places of its own, that can be closed and opened again.</summary>
public sealed class TestVault : IAsyncDisposable
{
    private static readonly Actor Desk = Actor.Operator("test", "tests");
    private readonly string _folder;

    private TestVault(string folder, VaultOptions options)
    {
        _folder = folder;
        Options = options;
    }

    public TestClock Clock { get; } = new();

    public Alarms Alarms { get; } = new();

    public VaultOptions Options { get; private set; }

    public RecordVault Vault { get; private set; } = null!;

    public string DataFolder => Path.Combine(_folder, "data");

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<TestVault> Start(StoreKind store)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-vault-").FullName;
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = store, Create = true, Ring = Path.Combine(folder, "ring"),
            Records = Path.Combine(folder, "data", "records.db"), Keys = Path.Combine(folder, "data", "keys.db"), Log = Path.Combine(folder, "data", "log.db"),
        };
        if (store is StoreKind.Postgres)
        {
            var server = await PostgresServer.Get();
            options = options with { Records = await server.NewDatabase("records"), Keys = await server.NewDatabase("keys"), Log = await server.NewDatabase("log") };
        }

        var test = new TestVault(folder, options);
        test.Options = options with { Logger = test.Alarms };
        await test.Open();
        return test;
    }

    public async Task Open() => Vault = (await RecordVault.Start(Options, Clock, Cancel)).Value;

    /// <summary>A second server over the same stores and ring.</summary>
    public async Task<RecordVault> Another() => (await RecordVault.Start(Options, Clock, Cancel)).Value;

    public async Task Reopen()
    {
        await Vault.DisposeAsync();
        await Open();
    }

    public async Task<ResidentNo> Resident() => (await Vault.Enrol(Desk, Cancel)).Value;

    public async Task<Session> Own(ResidentNo resident, string purpose = Purpose.OwnUse) => (await Vault.Open(Actor.Resident(resident), resident, purpose, Cancel)).Value;

    public async Task<int> Sql(string sql, params (string, object?)[] parameters)
    {
        await using var work = await Vault.Parts.Records.Write(Cancel);
        var changed = await work.Execute(sql, Cancel, parameters);
        await work.Commit(Cancel);
        return changed;
    }

    public async Task<long> Number(string sql, params (string, object?)[] parameters)
    {
        await using var work = await Vault.Parts.Records.Read(Cancel);
        return (await work.Number(sql, Cancel, parameters)) ?? 0;
    }

    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

internal static class Make
{
    public static readonly DateTimeOffset Received = new(2026, 3, 31, 9, 30, 0, TimeSpan.FromHours(9));

    public static CanonicalResource Resource(string json) => CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;

    public static NewRecord Record(string json, DataCategory? category = null, SourceKind source = SourceKind.MedicalInstitution, string? localUrl = null) =>
        new(Resource(json), new RecordOrigin(source, "みどり内科", 3, "line 5", Received), category, localUrl);

    public static string Observation(string identifier, string code = "8867-4", string date = "2025-06-01", string value = "5.60", string system = "http://loinc.org") =>
        $$"""
        {"resourceType":"Observation","identifier":[{"system":"urn:test","value":"{{identifier}}"}],"status":"final","code":{"coding":[{"system":"{{system}}",
        "code":"{{code}}"}]},"effectiveDateTime":"{{date}}","valueQuantity":{"unit":"x","value":{{value}} } }
        """;

    /// <summary>About 700 bytes, as a hospital sends it; six things in it that can be searched by.</summary>
    public static string BigObservation(int i) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $$$"""
        {"resourceType":"Observation","meta":{"profile":["http://jpfhir.jp/fhir/core/StructureDefinition/JP_Observation_Common"]},
        "identifier":[{"system":"urn:oid:1.2.392.100495.20.3.51.11311234567","value":"{{{(long)(uint)(i * 2654435761):D10}}}"}],"status":"final",
        "category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs","display":"Vital Signs"}]}],
        "code":{"coding":[{"system":"http://loinc.org","code":"{{{(i % 2 == 0 ? "8480-6" : "8867-4")}}}","display":"Systolic blood pressure"}],"text":"収縮期血圧"},
        "subject":{"reference":"Patient/example"},"encounter":{"reference":"Encounter/{{{i / 10}}}"},"effectiveDateTime":"{{{2020 + (i % 6)}}}-{{{1 + (i % 12):00}}}-{{{1 + (i % 28):00}}}T07:{{{i % 60:00}}}:00+09:00",
        "issued":"2026-01-05T10:00:00+09:00","performer":[{"reference":"Organization/mi"}],
        "valueQuantity":{"value":{{{110 + (i % 40)}}},"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}}
        """);

    public static string Text(this CanonicalResource resource) => Encoding.UTF8.GetString(resource.Json.Span);
}
