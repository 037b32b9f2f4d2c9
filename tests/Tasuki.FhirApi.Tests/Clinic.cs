using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

/// <summary>A vault on one store with the interface on top of it, asked as an app or a clinician would, without HTTP.</summary>
public sealed class Clinic : IAsyncDisposable
{
    public const string Root = "https://hibiki.example/fhir";
    private readonly string _folder;
    private readonly VaultOptions _options;
    private int _shared;

    private Clinic(string folder, VaultOptions options, RecordVault vault) => (_folder, _options, Vault) = (folder, options, vault);

    public RecordVault Vault { get; }

    public WrittenProfiles Profiles { get; set; } = WrittenProfiles.Load(null, null).Value;

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<Clinic> Open(StoreKind store)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-fhir-").FullName;
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = store, Create = true, Ring = Path.Combine(folder, "ring"),
            Records = Path.Combine(folder, "data", "records.db"), Keys = Path.Combine(folder, "data", "keys.db"), Log = Path.Combine(folder, "data", "log.db"),
        };
        if (store is StoreKind.Postgres)
        {
            // Three databases of one server cost more to make than most tests take; each part has a schema of its own.
            var database = await (await PostgresServer.Get()).NewDatabase("clinic");
            options = options with { Records = database, Keys = database, Log = database };
        }

        return new Clinic(folder, options, (await RecordVault.Start(options, TimeProvider.System, Cancel)).Value);
    }

    /// <summary>The access log, and every row held against it.</summary>
    public async Task LogHolds()
    {
        await using var audit = (await LogAudit.Open(_options with { Create = false }, TimeProvider.System, Cancel)).Value;
        var report = (await audit.Verify([], withRecords: true, Cancel)).Value;
        Assert.True(report.IsWhole, string.Join('\n', report.Findings));
        Assert.NotEqual(0, report.Entries);
    }

    /// <summary>A resident with their Patient, and an app connected to all of it.</summary>
    public async Task<Patient> Patient(AccessClasses? classes = null, string scopes = "patient/*.cruds")
    {
        var resident = (await Vault.Enrol(Actor.Operator("test", "tests"), Cancel)).Value;
        var own = (await Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var patient = Fhir.CanonicalResource.Parse("{\"resourceType\":\"Patient\",\"name\":[{\"family\":\"山田\",\"given\":[\"花子\"]}]}"u8.ToArray()).Value;
        var id = (await own.Write([new NewRecord(patient, new RecordOrigin(SourceKind.Person, null, null, null, TimeProvider.System.GetUtcNow()))], Cancel)).Value[0].Id;
        var one = new Patient(this, resident, id);
        await one.Connect("1", classes ?? AccessClasses.All);
        one.Scopes = scopes;
        return one;
    }

    /// <summary>A record about nobody, and its id. What points to a person is taken off: such a one would be refused.</summary>
    public async Task<string> Share(string body)
    {
        var json = System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject();
        json.Remove("extension");
        json["language"] = $"x-{++_shared}";
        return (await Share([json.ToJsonString()]))[0];
    }

    /// <summary>All at once, so that they may refer to one another.</summary>
    public async Task<IReadOnlyList<string>> Share(IReadOnlyList<string> bodies)
    {
        var written = await Vault.ImportShared(Actor.Operator("test", "tests"), [.. bodies.Select(body => new NewSharedRecord(Fhir.CanonicalResource.Parse(Encoding.UTF8.GetBytes(body)).Value, "a:1"))], Cancel);
        Assert.True(written.IsOk, written.Error?.Message);
        return [.. written.Value.Select(one => one.Id)];
    }

    public async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>One resident and an app of theirs.</summary>
public sealed class Patient(Clinic clinic, ResidentNo resident, string id)
{
    public string Id => id;

    public ResidentNo Resident => resident;

    public string Scopes { get; set; } = "patient/*.cruds";

    public string App { get; set; } = "1";

    /// <summary>An app and its connection as the gate knows them, <c>APP/CONNECTION</c>; null for the one of <see cref="Connect"/>.</summary>
    public string? ConnectedAs { get; set; }

    /// <summary>The apps the municipality knows.</summary>
    internal Dictionary<long, string> Names { get; } = new() { [7] = "診察ノート" };

    internal ApiCallerKind Kind { get; set; } = ApiCallerKind.ResidentApp;

    /// <summary>Who asks: the app connected by <see cref="Connect"/>, or a clinician or service that holds grants by <see cref="Share"/>.</summary>
    internal ApiCaller Caller => new(
        Kind, Kind is ApiCallerKind.ClinicianApp ? Actor.Clinician(App).Through(7) : Actor.Application(Kind is ApiCallerKind.ResidentApp ? ConnectedAs ?? Name(App) : App),
        Kind is ApiCallerKind.Backend ? null : resident, Kind is ApiCallerKind.Backend ? null : id, Kind is ApiCallerKind.ClinicianApp ? 7 : null, 1, null,
        SmartScopes.Parse(Kind is ApiCallerKind.Backend ? Scopes.Replace("patient/", "system/", StringComparison.Ordinal) : Scopes).Value, TimeProvider.System.GetUtcNow().AddMinutes(10));

    /// <summary>The grants a caller of that kind reads and writes by; their numbers.</summary>
    internal async Task<IReadOnlyList<long>> Share(ApiCallerKind kind, AccessClasses classes)
    {
        Kind = kind;
        var numbers = new List<long>();
        foreach (var purpose in new[] { Caller.ReadPurpose, Caller.WritePurpose })
        {
            var given = await clinic.Vault.Grant(
                Actor.Resident(resident), new NewGrant(resident, Caller.Actor.Kind, Caller.Actor.Id, purpose, classes, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Clinic.Cancel);
            Assert.True(given.IsOk, given.Error?.Message);
            numbers.Add(given.Value);
        }

        return numbers;
    }

    /// <summary>A record that came another way than through the interface.</summary>
    public async Task<string> Came(string json, RecordOrigin origin)
    {
        var own = (await clinic.Vault.Open(Actor.Resident(resident), resident, Purpose.Import, Clinic.Cancel)).Value;
        var resource = Fhir.CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
        return (await own.Change([new RecordChange.Create(new NewRecord(resource, origin))], null, Clinic.Cancel)).Value[0].Id;
    }

    /// <summary>Many at once, as an import brings them.</summary>
    public async Task<IReadOnlyList<string>> CameAll(IReadOnlyList<string> jsons)
    {
        var own = (await clinic.Vault.Open(Actor.Resident(resident), resident, Purpose.Import, Clinic.Cancel)).Value;
        var origin = new RecordOrigin(SourceKind.MedicalInstitution, null, null, null, TimeProvider.System.GetUtcNow());
        var written = await own.Write([.. jsons.Select(json => new NewRecord(Fhir.CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, origin))], Clinic.Cancel);
        return [.. written.Value.Select(one => one.Id)];
    }

    /// <summary>Null: the usual limits, anew for each request.</summary>
    internal Searching.SearchBudget? Budget { get; set; }

    public async Task Connect(string app, AccessClasses classes)
    {
        foreach (var purpose in new[] { Purpose.AppUse, Purpose.AppEntry })
        {
            Assert.True((await clinic.Vault.Grant(
                Actor.Resident(resident), new NewGrant(resident, ActorKind.Application, Name(app), purpose, classes, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Clinic.Cancel)).IsOk);
        }
    }

    public async Task<Reply> Ask(string method, string address, string? body = null, Action<Dictionary<string, string>>? headers = null)
    {
        var said = new Dictionary<string, string>(StringComparer.Ordinal);
        headers?.Invoke(said);
        using var call = new Call(Caller, clinic.Vault, Clinic.Root, TimeProvider.System, Budget) { Profiles = clinic.Profiles, NameOfApp = (no, _) => new(Names.GetValueOrDefault(no)) };
        var question = address.IndexOf('?', StringComparison.Ordinal);
        var interaction = new Interaction(
            method, (question < 0 ? address : address[..question]).Split('/', StringSplitOptions.RemoveEmptyEntries), question < 0 ? [] : Interactions.QueryText.Parse(address[question..]),
            Encoding.UTF8.GetBytes(body ?? ""))
        {
            ContentType = method is "PATCH" ? "application/json-patch+json" : "application/fhir+json", IfMatch = said.GetValueOrDefault("If-Match"), IfNoneMatch = said.GetValueOrDefault("If-None-Match"),
            IfNoneExist = said.GetValueOrDefault("If-None-Exist"), Prefer = Preference.Of([said.GetValueOrDefault("Prefer")]),
        };
        var answer = await new Dispatcher(call, clinic.Vault.Seal).Run(interaction, Clinic.Cancel);
        return new Reply(answer.Status, answer.Version, answer.Location, answer.Body.IsEmpty ? default : JsonDocument.Parse(answer.Body).RootElement) { RetryAfter = call.Cost.RetryAfter };
    }

    /// <summary>Creates what must be created and gives its id.</summary>
    public async Task<string> Make(string type, string body)
    {
        var made = await Ask("POST", type, $$$"""{"resourceType":"{{{type}}}",{{{body}}}}""");
        Assert.True(made.Status == 201, type + made.Body);
        return made.Id;
    }

    /// <summary>The ids of what a search finds on its first page.</summary>
    public async Task<IReadOnlyList<string>> Found(string address) => (await Ask("GET", address)).Matches;

    public async Task<string> Weigh(string value, string date, string? more = null) =>
        (await Ask("POST", "Observation", Observation(value, date, more))).Id;

    public string Observation(string value, string date, string? more = null) =>
        $$$"""{"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"vital-signs"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/{{{id}}}"},"effectiveDateTime":"{{{date}}}","valueQuantity":{"value":{{{value}}},"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}{{{more}}}}""";

    private string Name(string app) => $"{app}.{resident.Value}";
}

/// <summary>An answer, read.</summary>
public sealed record Reply(int Status, int? Version, string? Location, JsonElement Body)
{
    public int? RetryAfter { get; init; }

    public string Id => Body.GetProperty("id").GetString()!;

    public IReadOnlyList<JsonElement> Entries => Body.TryGetProperty("entry", out var entries) ? [.. entries.EnumerateArray()] : [];

    public IReadOnlyList<string> Matches => Ids("match");

    public IReadOnlyList<string> Included => Ids("include");

    public string? Next => Link("next");

    /// <summary>Of an OperationOutcome: type and sentence of its first issue.</summary>
    public (string Code, string Sentence) Issue => (Body.GetProperty("issue")[0].GetProperty("code").GetString()!, Body.GetProperty("issue")[0].GetProperty("diagnostics").GetString()!);

    /// <summary>Behind the base; null where the answer has no such link.</summary>
    public string? Link(string relation) => Body.GetProperty("link").EnumerateArray().FirstOrDefault(link => link.GetProperty("relation").GetString() == relation) is { ValueKind: JsonValueKind.Object } found
        ? found.GetProperty("url").GetString()![(Clinic.Root.Length + 1)..] : null;

    private IReadOnlyList<string> Ids(string mode) =>
        [.. Entries.Where(entry => entry.GetProperty("search").GetProperty("mode").GetString() == mode).Select(entry => entry.GetProperty("resource").GetProperty("id").GetString()!)];
}
