using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Server.Municipalities;
using Tasuki.Vault.Backup;

namespace Tasuki.Cli.Backup;

/// <summary>
/// <c>tasuki restore</c>: a backup into an empty municipality. Ends with the vault opened once, tables brought up to date and the erased dropped, so that the server can start.
/// </summary>
internal static class Restore
{
    private static readonly string[] Options =
        [.. OpenedMunicipality.Options, "from-records", "from-keys", "from-ring", "key", "id", "postgres", "keys", "log", "app"];

    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, Options, words: 0);
        if (!line.IsOk)
            return await Usage.Say(errors, line.Error);
        if (line.Value["from-records"] is not { } records || line.Value["from-keys"] is not { } keys || line.Value["from-ring"] is not { } ring || line.Value["key"] is not { } key)
            return await Usage.Say(errors, new Error("usage", "--from-records, --from-keys and --from-ring name the three places, --key the private key in PEM."));
        var found = await VaultRestore.Find(new BackupTargets(records, keys, ring), line.Value["id"], key, cancel);
        if (!found.IsOk)
            return await Usage.Say(errors, found.Error);
        var described = Describe(
            line.Value["postgres"], line.Value["keys"], line.Value["log"], line.Value["app"], line.Value.Get("data", "data"), line.Value.Get("ring", "data.ring"), found.Value.Report);
        if (!described.IsOk)
            return await Usage.Say(errors, described.Error);
        var folder = described.Value;
        var restored = await found.Value.Run(folder.VaultOptions(create: true), folder.Connections.App, cancel);
        if (!restored.IsOk)
            return await Usage.Say(errors, restored.Error);
        // Last, so that no server finds the municipality before its databases stand.
        if (!File.Exists(Path.Combine(folder.Data, MunicipalityFolder.FileName)) && folder.Create() is { IsOk: false } refused)
            return await Usage.Say(errors, refused.Error!);

        var opened = await OpenedMunicipality.Open(folder, create: true, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        await DropRowsOfErased(municipality, found.Value.Report.Id, cancel);
        await BackUp.Say(output, found.Value.Report);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            Restored to {folder.Data}; the key ring is in {folder.Ring}.
            Dropped again because they stand on the erasure list: {municipality.Vault.ErasedAtStart.Count} resident(s).
            The list knows who was erased until {found.Value.Report.Made.UtcDateTime:yyyy-MM-dd HH:mm} UTC, and later where the ring or its file 'erasures' was still there.
            """));
        if (await municipality.Vault.FindBreakInLog(cancel) is not { } broken)
            return 0;
        return await Usage.Say(errors, new Error("restore.log", $"The access log is not whole: {broken}"));
    }

    /// <summary>The municipality of the report, in folders and, where it lay in PostgreSQL, databases of another place.</summary>
    public static Result<MunicipalityFolder> Describe(string? postgres, string? keyStore, string? log, string? app, string data, string ring, BackupReport report)
    {
        if (JsonSerializer.Deserialize<MunicipalityNames>(report.About) is not { } names)
            return new Error("backup.format", "The backup does not say how the municipality is called.");
        var municipality = new Municipality(MunicipalityId.Parse(report.Municipality).Value, names.Name, names.OperatorName, names.IsDemo);
        Result<MunicipalityFolder> described = (report.Store, postgres, keyStore) switch
        {
            (Vault.StoreKind.Sqlite, null, _) => MunicipalityFolder.Embedded(municipality, data, ring),
            (Vault.StoreKind.Postgres, { } records, { } keys) =>
                MunicipalityFolder.Postgres(municipality, data, ring, new StoreConnections(records, keys, log ?? records, app ?? records)),
            (Vault.StoreKind.Sqlite, _, _) => new Error("usage", "The backup is of embedded SQLite files; it goes into such, without --postgres."),
            _ => new Error("usage", "The backup is of PostgreSQL: --postgres and --keys name the empty databases it goes into."),
        };
        return described.Map(folder => folder with { EpochDays = names.EpochDays, LogYears = names.LogYears });
    }

    // What other floors keep of them came back too; each drops its rows by a job of its own.
    private static async Task DropRowsOfErased(OpenedMunicipality municipality, string id, CancellationToken cancel)
    {
        await using var scope = municipality.Scope();
        var queue = scope.ServiceProvider.GetRequiredService<JobQueue>();
        foreach (var resident in municipality.Vault.ErasedAtStart)
            await queue.Add("people.erase-rows", $"{resident} {id}", cancel, resident);
        await scope.ServiceProvider.GetRequiredService<TasukiDb>().SaveChangesAsync(cancel);
    }
}
