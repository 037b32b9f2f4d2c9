using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Vault.Store;

namespace Tasuki.Server.Municipalities;

/// <summary>
/// A municipality on disk: <c>DATA/ID/municipality.json</c> with its name, its operator and where its stores are, beside the SQLite files when it
/// is embedded. Its key ring lies in <c>RING/ID</c>, never inside the data folder. Made by <c>tasuki municipality add</c> or <c>tasuki demo</c>.
/// </summary>
public sealed record MunicipalityFolder(Municipality Municipality, StoreKind Store, string Data, string Ring, StoreConnections Connections)
{
    public const string FileName = "municipality.json";

    // A name that is misspelt would leave a period at its default without a word: it stops the reading instead. Upper and lower case are one.
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.Create(UnicodeRanges.All), PropertyNameCaseInsensitive = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>The host names residents reach it by. Empty where only the loopback is served.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Days an epoch key outlives its epoch, 0 to 30; null for 7. Held against its range when the vault opens (<see cref="VaultOptions.EpochDays"/>).</summary>
    public int? EpochDays { get; init; }

    /// <summary>Whole years after its own that a year of the access log can be read, 1 to 30; null for 3. Held against its range when the vault opens (<see cref="VaultOptions.LogYears"/>).</summary>
    public int? LogYears { get; init; }

    /// <summary>Where encrypted spools of uploads and exports lie until they are settled.</summary>
    public string Spool => Path.Combine(Data, "spool");

    public VaultOptions VaultOptions(bool create)
    {
        var options = new VaultOptions
        {
            Municipality = Municipality.Id,
            Store = Store,
            Records = Connections.Records,
            Keys = Connections.Keys,
            Log = Connections.Log,
            Ring = Ring,
            Root = Credential(Municipality.Id),
            DataFolder = Data,
            Create = create,
        };
        return options with { EpochDays = EpochDays ?? options.EpochDays, LogYears = LogYears ?? options.LogYears };
    }

    /// <summary>Describes a municipality with embedded SQLite files.</summary>
    public static MunicipalityFolder Embedded(Municipality municipality, string dataRoot, string ringRoot)
    {
        var data = Path.GetFullPath(Path.Combine(dataRoot, municipality.Id.Value));
        return new MunicipalityFolder(municipality, StoreKind.Sqlite, data, RingOf(ringRoot, municipality.Id), new StoreConnections(
            Path.Combine(data, "records.db"), Path.Combine(data, "keys.db"), Path.Combine(data, "log.db"), Path.Combine(data, "app.db")));
    }

    public static MunicipalityFolder Postgres(Municipality municipality, string dataRoot, string ringRoot, StoreConnections connections) =>
        new(municipality, StoreKind.Postgres, Path.GetFullPath(Path.Combine(dataRoot, municipality.Id.Value)), RingOf(ringRoot, municipality.Id), connections);

    /// <summary>
    /// The same municipality reached with other credentials, for a command that makes tables: the server's own roles may not. Error <c>roles.connection</c>;
    /// <c>roles.embedded</c> where there are no roles.
    /// </summary>
    public Result<MunicipalityFolder> As(string credentials)
    {
        if (Store is not StoreKind.Postgres)
            return new Error("roles.embedded", $"{Municipality.Id} is embedded: there are no roles.");
        var changed = new List<string>(4);
        foreach (var connection in new[] { Connections.Records, Connections.Keys, Connections.Log, Connections.App })
        {
            var one = PostgresRoles.As(connection, credentials);
            if (!one.IsOk)
                return one.Error;
            changed.Add(one.Value);
        }

        return this with { Connections = new StoreConnections(changed[0], changed[1], changed[2], changed[3]) };
    }

    /// <summary>Makes the data folder where there is none, for its owner alone: a store's file in it is nobody else's to open.</summary>
    public void MakeData()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(Data);
        else
            Directory.CreateDirectory(Data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Writes the description. Error <c>municipality.exists</c>: there is one already.</summary>
    public Result<Done> Create()
    {
        var file = Path.Combine(Data, FileName);
        if (File.Exists(file))
            return new Error("municipality.exists", $"There is a municipality in {Data} already.");
        MakeData();
        var description = new Description(Municipality.Id.Value, Municipality.Name, Municipality.OperatorName, Municipality.IsDemo, Store.ToString(),
            Store is StoreKind.Postgres ? Connections : null, Hosts) { EpochDays = EpochDays, LogYears = LogYears };
        // Connection strings may hold passwords: the file is the owner's alone from its first byte.
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var stream = new FileStream(file, options);
        JsonSerializer.Serialize(stream, description, Json);
        return Done.Yes;
    }

    /// <summary>
    /// Reads the municipality <paramref name="id"/>, or the only one when it is null. Errors: <c>municipality.none</c>, <c>municipality.which</c>,
    /// <c>municipality.broken</c>.
    /// </summary>
    public static Result<MunicipalityFolder> Load(string dataRoot, string ringRoot, string? id)
    {
        var folders = Directory.Exists(dataRoot)
            ? Directory.EnumerateDirectories(dataRoot).Where(d => File.Exists(Path.Combine(d, FileName)) && (id is null || Path.GetFileName(d) == id)).ToList()
            : [];
        if (folders.Count == 0)
        {
            return new Error("municipality.none", id is null
                ? $"There is no municipality in {dataRoot}. Make one with: tasuki municipality add, or tasuki demo."
                : $"There is no municipality named {id} in {dataRoot}.");
        }

        if (folders.Count > 1)
            return new Error("municipality.which", $"There are {folders.Count} municipalities in {dataRoot}; name one with Tasuki:Municipality.");

        Description? description;
        try
        {
            description = JsonSerializer.Deserialize<Description>(File.ReadAllText(Path.Combine(folders[0], FileName)), Json);
        }
        catch (JsonException broken)
        {
            return new Error("municipality.broken", $"{Path.Combine(folders[0], FileName)} is not well-formed, or says something this version does not know (line {broken.LineNumber + 1}).");
        }

        if (description is null || !Enum.TryParse<StoreKind>(description.Store, out var store) || (store is StoreKind.Postgres && description.Connections is null))
            return new Error("municipality.broken", $"{Path.Combine(folders[0], FileName)} does not say a store of Sqlite or Postgres with its connections.");
        return MunicipalityId.Parse(description.Id).Map(parsed =>
        {
            var municipality = new Municipality(parsed, description.Name, description.OperatorName, description.Demo);
            var folder = store is StoreKind.Sqlite
                ? Embedded(municipality, dataRoot, ringRoot)
                : Postgres(municipality, dataRoot, ringRoot, description.Connections!);
            return folder with { Hosts = description.Hosts ?? [], EpochDays = description.EpochDays, LogYears = description.LogYears };
        });
    }

    // LoadCredential=tasuki-ID.root:PATH in the unit: systemd hands the root key over, and the ring's folder holds none.
    private static string? Credential(MunicipalityId id)
    {
        if (Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY") is not { Length: > 0 } folder)
            return null;
        var path = Path.Combine(folder, $"tasuki-{id}.root");
        return File.Exists(path) ? path : null;
    }

    private static string RingOf(string ringRoot, MunicipalityId id) => Path.GetFullPath(Path.Combine(ringRoot, id.Value));

    private sealed record Description(string Id, string Name, string OperatorName, bool Demo, string Store, StoreConnections? Connections, IReadOnlyList<string>? Hosts)
    {
        public int? EpochDays { get; init; }

        public int? LogYears { get; init; }
    }
}

/// <summary>Where the stores of one municipality are: file paths for SQLite, connection strings for PostgreSQL.</summary>
public sealed record StoreConnections(string Records, string Keys, string Log, string App);
