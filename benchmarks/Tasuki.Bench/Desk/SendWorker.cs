using System.Globalization;
using Tasuki.Bench.Faults;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.Bench.Desk;

/// <summary>A server that hands messages over until none is due, and is killed while it does.</summary>
internal static class SendWorker
{
    /// <param name="arguments">Vault store, records, keys, log, ring; data store, connection; port of the mail server, connections to it.</param>
    public static async Task<int> Run(string[] arguments, CancellationToken cancel)
    {
        var started = await RecordVault.Start(FaultPlace.Options(arguments[..5]), TimeProvider.System, cancel);
        if (!started.IsOk)
        {
            await Console.Error.WriteLineAsync(started.Error.Message);
            return 1;
        }

        await using var vault = started.Value;
        var data = new DataOptions(Enum.Parse<DataStore>(arguments[5]), arguments[6]);
        await using var place = await DeskPlace.Open(vault, data, int.Parse(arguments[7], CultureInfo.InvariantCulture), int.Parse(arguments[8], CultureInfo.InvariantCulture), cancel);
        await place.SendDue(cancel);
        return 0;
    }
}
