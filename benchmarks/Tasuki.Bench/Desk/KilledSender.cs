using System.Diagnostics;
using System.Globalization;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;
using Tasuki.Vault;

namespace Tasuki.Bench.Desk;

/// <summary>What stood in the mail server and in the database after a sender was killed again and again and a last one finished.</summary>
/// <param name="Doubled">Addresses that got more than one message.</param>
/// <param name="Lost">Addresses that got none though the database says handed over.</param>
/// <param name="Uncertain">Cut off between the mark and the mail server's word: not sent again, the inbox has the message.</param>
/// <param name="UncertainAndArrived">Of these, how many had arrived.</param>
internal sealed record KillResult(int Kills, int Received, int Doubled, int Lost, int Waiting, int Uncertain, int UncertainAndArrived);

/// <summary>Kills a real process (SIGKILL) in the middle of handing over, several times, at moments the number of arrived messages decides.</summary>
internal static class KilledSender
{
    public const int Connections = 4;

    // Where the machine lets the killer wait, the mail server waits for it too: the sender must not end before it is killed.
    private const int Leeway = 200;

    public static async Task<KillResult> Run(DataOptions data, int messages, IReadOnlyList<int> killAt, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-sender-").FullName;
        var options = new VaultOptions
        {
            Municipality = MunicipalityId.Parse("hibiki").Value, Store = StoreKind.Sqlite, Create = true, WaitingDays = 0, Ring = Path.Combine(folder, "ring"),
            Records = Path.Combine(folder, "vault", "records.db"), Keys = Path.Combine(folder, "vault", "keys.db"), Log = Path.Combine(folder, "vault", "log.db"),
        };
        Directory.CreateDirectory(Path.Combine(folder, "vault"));
        await using var mail = MailReceiver.Start();
        await using var vault = (await RecordVault.Start(options, TimeProvider.System, cancel)).Value;
        var residents = (await vault.EnrolMany(Actor.Operator("bench", "a fault run"), messages, cancel)).Value;
        await using var place = await DeskPlace.Open(vault, data, mail.Port, Connections, cancel);
        await place.GiveAddresses(residents, cancel);
        await place.Notify(residents, "one", cancel);

        foreach (var at in killAt)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var killed = new ManualResetEventSlim();
            mail.Arrived = _ =>
            {
                if (mail.Received.Count >= at)
                    reached.TrySetResult();
                if (mail.Received.Count >= at + Leeway)
                    killed.Wait(cancel);
            };
            using var worker = Start(options, data, mail.Port);
            await Task.WhenAny(reached.Task, worker.WaitForExitAsync(cancel));
            if (worker.HasExited)
                throw new InvalidOperationException($"The worker ended by itself with {worker.ExitCode} at {mail.Received.Count} messages.");
            worker.Kill();
            await worker.WaitForExitAsync(cancel);
            mail.Arrived = null;
            killed.Set();
            await place.EndLeases(cancel);
        }

        await place.SendDue(cancel);
        var arrived = mail.Received.GroupBy(m => m.To[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var states = await place.States(cancel);
        var lost = (await place.ResidentsIn(DeliveryState.HandedOver, cancel)).Count(r => !arrived.ContainsKey(DeskPlace.AddressOf(new ResidentNo(r))));
        var uncertain = await place.ResidentsIn(DeliveryState.Uncertain, cancel);
        var result = new KillResult(
            killAt.Count, mail.Received.Count, arrived.Count(a => a.Value > 1), lost, states.GetValueOrDefault(DeliveryState.Waiting) + states.GetValueOrDefault(DeliveryState.HandingOver),
            uncertain.Count, uncertain.Count(r => arrived.ContainsKey(DeskPlace.AddressOf(new ResidentNo(r)))));
        return result;
    }

    private static Process Start(VaultOptions options, DataOptions data, int port) => Process.Start(new ProcessStartInfo(
        "dotnet",
        [
            Path.ChangeExtension(typeof(KilledSender).Assembly.Location, ".dll"), "send-worker", options.Store.ToString(), options.Records, options.Keys, options.Log, options.Ring,
            data.Store.ToString(), data.Connection, port.ToString(CultureInfo.InvariantCulture), Connections.ToString(CultureInfo.InvariantCulture),
        ]) { UseShellExecute = false })!;
}
