using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Cli.Keys;
using Tasuki.Kernel;
using Tasuki.Vault.Backup;

namespace Tasuki.Cli.Backup;

/// <summary><c>tasuki backup</c>: records with log and tables, keys, and ring to three places, encrypted to a certificate. A run that was cut off is taken up by the next.</summary>
internal static class BackUp
{
    public static async Task<int> Run(string[] arguments, TextWriter output, TextWriter errors, CancellationToken cancel)
    {
        var line = CommandLine.Parse(arguments, [.. NamedOperator.Options, "to-records", "to-keys", "to-ring", "certificate"], words: 0);
        var by = line.Then(NamedOperator.From);
        if (!by.IsOk)
            return await Usage.Say(errors, by.Error);
        if (line.Value["to-records"] is not { } records || line.Value["to-keys"] is not { } keys || line.Value["to-ring"] is not { } ring || line.Value["certificate"] is not { } certificate)
            return await Usage.Say(errors, new Error("usage", "--to-records, --to-keys and --to-ring name three folders in three places, --certificate the certificate to encrypt to."));
        var opened = await OpenedMunicipality.Open(line.Value, create: false, cancel);
        if (!opened.IsOk)
            return await Usage.Say(errors, opened.Error);
        await using var municipality = opened.Value;
        var about = JsonSerializer.Serialize(new MunicipalityNames(
            municipality.Folder.Municipality.Name, municipality.Folder.Municipality.OperatorName, municipality.Folder.Municipality.IsDemo)
        {
            EpochDays = municipality.Folder.EpochDays, LogYears = municipality.Folder.LogYears,
        });
        var report = await new VaultBackup(municipality.Vault, municipality.Folder.Connections.App).Run(
            by.Value, new BackupTargets(records, keys, ring), certificate, about, [municipality.Folder.Data], cancel);
        if (!report.IsOk)
            return await Usage.Say(errors, report.Error);
        await Say(output, report.Value);
        await using (var scope = municipality.Scope())
        {
            // Before a migration is when one backs up: the place for evidence may not be there yet.
            if (await scope.ServiceProvider.GetRequiredService<Data.TasukiSchema>().Missing(cancel) == 0)
                await scope.ServiceProvider.GetRequiredService<Compliance.Comply>().NoteBackup(by.Value, report.Value.Id, cancel);
            else
                await output.WriteLineAsync("The tables are of an earlier version, so no evidence of this backup was left. Run 'tasuki migrate'.");
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"""
            Keep the ring's part no longer than {report.Value.RingKeepUntil.ToOffset(TokyoDay.Offset):yyyy-MM-dd}; the next backup after that day removes it from its place. The key store's part is of use as long.
            """));
        return 0;
    }

    public static async Task Say(TextWriter output, BackupReport report)
    {
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{report.Id} ({report.Store}{(report.Dictionary > 0 ? $", dictionary {report.Dictionary}" : "")})"));
        await output.WriteLineAsync($"{"section",-8} {"schema",6} {"rows",12} {"parts",6} {"bytes",15} {"seconds",8}  sha256");
        foreach (var section in report.Sections)
        {
            await output.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture,
                $"{section.Name,-8} {section.Schema,6} {section.Rows.Values.Sum(),12} {section.Parts,6} {section.Bytes,15} {(section.Finished - section.Started).TotalSeconds,8:0.0}  {section.Sha256}"));
        }
    }
}

/// <summary>What a restore needs to describe the municipality again; public words, and the periods it chose: with a shorter one keys of the log would be destroyed too early.</summary>
internal sealed record MunicipalityNames(string Name, string OperatorName, bool IsDemo)
{
    public int? EpochDays { get; init; }

    public int? LogYears { get; init; }
}
