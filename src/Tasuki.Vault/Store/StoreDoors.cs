using System.Data.Common;
using System.Net;
using System.Net.Sockets;

namespace Tasuki.Vault.Store;

/// <summary>From where a store can be reached.</summary>
public enum StoreReach
{
    /// <summary>A file, or a database on this machine.</summary>
    Here,

    /// <summary>A database on another machine, at an address that is not of the internet.</summary>
    Inside,

    /// <summary>A file other users of this machine can open.</summary>
    OtherUsers,

    /// <summary>A database that listens at an address of the internet, or at every address it has.</summary>
    Outside,

    /// <summary>A database on another machine, over a line in clear.</summary>
    InClear,
}

/// <summary>The door of one store as it is now.</summary>
/// <param name="Name">Such as records, keys, log.</param>
/// <param name="Version">The database's own; empty for a file.</param>
public sealed record StoreDoor(string Name, StoreReach Reach, string Version)
{
    /// <summary>What a PostgreSQL is asked of itself; any role may. Its one row, read by <see cref="Of(string, DbDataReader)"/>.</summary>
    public const string Question =
        "select coalesce(host(inet_server_addr()), ''), current_setting('listen_addresses'), current_setting('server_version'), coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)";

    public static StoreDoor Of(string name, DbDataReader row) => new(name, ReachOf(row.GetString(0), row.GetString(1), row.GetBoolean(3)), row.GetString(2));

    public static StoreDoor OfFile(string name, string file) => new(name, IsOpenToOthers(file) ? StoreReach.OtherUsers : StoreReach.Here, "");

    /// <param name="address">Where the connection ends; empty for a socket of this machine.</param>
    /// <param name="listens">The database's setting listen_addresses.</param>
    internal static StoreReach ReachOf(string address, string listens, bool encrypted)
    {
        var places = listens.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (places.Any(p => p is "*" or "0.0.0.0" or "::" || (IPAddress.TryParse(p, out var place) && IsOfInternet(place))))
            return StoreReach.Outside;
        if (address.Length == 0 || !IPAddress.TryParse(address, out var end) || IPAddress.IsLoopback(end))
            return StoreReach.Here;
        return IsOfInternet(end) ? StoreReach.Outside : encrypted ? StoreReach.Inside : StoreReach.InClear;
    }

    private static bool IsOfInternet(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal)
            return false;
        if (address.AddressFamily is AddressFamily.InterNetworkV6)
            return true;
        var b = address.GetAddressBytes();
        return !(b[0] is 10 || (b[0] is 172 && b[1] is >= 16 and < 32) || (b[0] is 192 && b[1] is 168) || (b[0] is 169 && b[1] is 254) || (b[0] is 100 && b[1] is >= 64 and < 128));
    }

    // Others get at a file only when every folder on the way lets them through.
    private static bool IsOpenToOthers(string file)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) is UnixFileMode.None)
            return false;
        for (var folder = new FileInfo(file).Directory; folder is not null; folder = folder.Parent)
        {
            if ((folder.UnixFileMode & UnixFileMode.OtherExecute) is UnixFileMode.None)
                return false;
        }

        return true;
    }
}

/// <summary>Looks at the doors of the vault's stores: at files and their folders, or at what the database says of itself.</summary>
internal sealed class StoreDoors(VaultParts parts)
{
    public async Task<IReadOnlyList<StoreDoor>> Look(CancellationToken cancel) =>
    [
        await Look("records", parts.Records, parts.Options.Records, cancel), await Look("keys", parts.Keys, parts.Options.Keys, cancel),
        await Look("log", parts.LogStore, parts.Options.Log, cancel),
    ];

    private async Task<StoreDoor> Look(string name, Database store, string at, CancellationToken cancel)
    {
        if (parts.Options.Store is StoreKind.Sqlite)
            return StoreDoor.OfFile(name, at);
        await using var work = await store.Read(cancel);
        return (await work.Query(StoreDoor.Question, row => StoreDoor.Of(name, row), cancel)).Single();
    }
}
