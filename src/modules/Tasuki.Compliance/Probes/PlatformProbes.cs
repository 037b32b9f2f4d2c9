using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Vault;
using Tasuki.Vault.Store;

namespace Tasuki.Compliance.Probes;

/// <summary>Whether runtime, system and database are still mended by their makers, and this machine's packages were renewed lately.</summary>
internal sealed class SupportProbe(HostFacts host, AllStores stores, TimeProvider clock) : IProbe
{
    /// <summary>A round of fixes comes every month; one may be late by ten days.</summary>
    private const int DaysBetween = 40;

    /// <summary>A fix that waits for a restart is no fix yet.</summary>
    private const int DaysToRestart = 7;

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var today = clock.Today();
        List<string> below = [$"dotnet {host.Runtime}"];
        if (host.System is not { } system)
            return Finding.Bad("system-unknown");
        below.Add(system);
        below.AddRange((await stores.Doors(cancel)).Where(d => d.Version.Length > 0).Select(d => $"postgresql {d.Version.Split('.', ' ')[0]}").Distinct(StringComparer.Ordinal));
        foreach (var product in below)
        {
            if (SupportDates.EndOf(product) is not { } end)
                return Finding.Bad("unknown", product);
            if (end < today)
                return Finding.Bad("ended", product, Day(end));
        }

        if (host.Renewed is not { } renewed)
            return Finding.Bad("renewal-unknown", string.Join(", ", below));
        if (TokyoDay.Of(renewed).AddDays(DaysBetween) < today)
            return Finding.Bad("unrenewed", Day(TokyoDay.Of(renewed)));
        if (host.RestartWaits is { } waits && TokyoDay.Of(waits).AddDays(DaysToRestart) < today)
            return Finding.Bad("restart-waits", Day(TokyoDay.Of(waits)));
        return Finding.Good("supported", string.Join(", ", below), Day(TokyoDay.Of(renewed)));
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}

/// <summary>Whether the stores of records, keys and log can be reached from nowhere but this machine or the inner network.</summary>
internal sealed class StoreDoorsProbe(AllStores stores) : IProbe
{
    public async Task<Finding> Look(CancellationToken cancel)
    {
        var doors = await stores.Doors(cancel);
        var wrong = doors.FirstOrDefault(d => d.Reach is not (StoreReach.Here or StoreReach.Inside));
        return wrong is null
            ? Finding.Good(doors.Any(d => d.Reach is StoreReach.Inside) ? "inside" : "here", doors.Count.ToString(CultureInfo.InvariantCulture))
            : Finding.Bad(wrong.Reach switch { StoreReach.OtherUsers => "other-users", StoreReach.InClear => "in-clear", _ => "outside" }, wrong.Name);
    }
}

/// <summary>The doors of the vault's stores and of the tables beside it.</summary>
internal class AllStores(RecordVault vault, DataOptions data, TasukiDb db)
{
    public virtual async Task<IReadOnlyList<StoreDoor>> Doors(CancellationToken cancel) => [.. await vault.LookAtDoors(cancel), await Tables(cancel)];

    private async Task<StoreDoor> Tables(CancellationToken cancel)
    {
        if (data.Store is DataStore.Sqlite)
            return StoreDoor.OfFile("tables", data.Connection);
        await db.Database.OpenConnectionAsync(cancel);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = StoreDoor.Question;
            await using var row = await command.ExecuteReaderAsync(cancel);
            await row.ReadAsync(cancel);
            return StoreDoor.Of("tables", row);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }
}

/// <summary>
/// Whether the place of the data is what was decided: own machines are no cloud's, and stand in the register of assets with a place; a cloud's machine was told
/// by its cloud that its region lies in Japan.
/// </summary>
internal sealed class RegionProbe(ICurrentScope scopes, RegisterBook registers, HostFacts host) : IProbe
{
    private static readonly string[] Japanese =
    [
        "ap-northeast-1", "ap-northeast-3", "japaneast", "japanwest", "asia-northeast1", "asia-northeast2", "ap-tokyo-1", "ap-osaka-1",
    ];

    public async Task<Finding> Look(CancellationToken cancel)
    {
        var scope = await scopes.Get(cancel);
        if (scope.Hosting is HostingPlace.OwnMachines)
        {
            if (host.Cloud is { } cloud)
                return Finding.Bad("undeclared", cloud);
            return (await registers.Lines(Register.Assets, cancel)).Count == 0 ? Finding.Bad("no-place") : Finding.Good("own");
        }

        if (host.Region is not { } name)
            return Finding.Bad("silent");
        return Japanese.Contains(name, StringComparer.OrdinalIgnoreCase) ? Finding.Good("japan", name) : Finding.Bad("abroad", name);
    }
}
