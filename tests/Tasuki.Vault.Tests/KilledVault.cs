using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault.Keys;

namespace Tasuki.Vault.Tests;

/// <summary>
/// A vault in a process of its own that stops between two steps of its work and is killed there with SIGKILL: nothing is flushed, closed or said. The process is
/// this test program again, with <see cref="Work"/> as its only test.
/// </summary>
public sealed class KilledVault
{
    public const string Enrol = "enrol";
    public const string Erase = "erase";
    public const string Change = "change";
    public const string Share = "share";

    private const string OrderName = "TASUKI_TEST_KILLED_VAULT";
    private const string AtStep = "at step ";

    /// <summary>What the process is told.</summary>
    public sealed record Order(string Work, int Step, long Resident, DateTimeOffset Now, StoreKind Store, string Records, string Keys, string Log, string Ring);

    /// <summary>Returns the name of the step after which the process was killed; null when its work was done before it came to a step of that number.</summary>
    public static async Task<string?> Run(TestVault test, string work, int step, ResidentNo resident, CancellationToken cancel)
    {
        var options = test.Options;
        var order = new Order(work, step, resident.Value, test.Clock.Now, options.Store, options.Records, options.Keys, options.Log, options.Ring);
        var start = new ProcessStartInfo("dotnet", [typeof(KilledVault).Assembly.Location, "-method", $"{typeof(KilledVault).FullName}.{nameof(Work)}", "-explicit", "only"])
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        start.Environment[OrderName] = JsonSerializer.Serialize(order);
        using var process = Process.Start(start)!;
        var said = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancel) is { } line)
            {
                said.Add(line);
                if (line.StartsWith(AtStep, StringComparison.Ordinal))
                    return line[AtStep.Length..];
            }

            await process.WaitForExitAsync(cancel);
            Assert.True(process.ExitCode == 0, string.Join('\n', said));
            return null;
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact(Explicit = true)]
    public async Task Work()
    {
        var cancel = TestContext.Current.CancellationToken;
        var order = JsonSerializer.Deserialize<Order>(Environment.GetEnvironmentVariable(OrderName)!)!;
        var clock = new TestClock { Now = order.Now };
        var vault = (await RecordVault.Start(
            new VaultOptions
            {
                Municipality = MunicipalityId.Parse("hibiki").Value, Store = order.Store, Records = order.Records, Keys = order.Keys, Log = order.Log, Ring = order.Ring,
            },
            clock, cancel)).Value;
        var steps = 0;
        vault.Enrolment.AfterStep = vault.Closure.AfterStep = vault.KeyChange.AfterStep = vault.AfterSharedStep = step =>
        {
            if (++steps < order.Step)
                return;
            // Past the runner, which keeps what a test says to the console; on a line of its own.
            using var said = Console.OpenStandardOutput();
            said.Write(Encoding.UTF8.GetBytes($"\n{AtStep}{step}\n"));
            said.Flush();
            // Nobody writes: here the process ends.
            using var never = Console.OpenStandardInput();
            _ = never.ReadByte();
        };
        var (resident, actor) = (new ResidentNo(order.Resident), Actor.Operator("sasaki", "tests"));
        switch (order.Work)
        {
            case Enrol:
                Assert.True((await vault.Enrol(actor, cancel)).IsOk);
                break;
            case Erase:
                await vault.EraseDue(Actor.Job("erase", "the waiting period is over"), cancel);
                break;
            case Share:
                Assert.True((await vault.ImportShared(actor, SharedContract.Clinics(50), cancel)).IsOk);
                break;
            default:
                foreach (var wait in new[] { KeyChange.Spreading, KeyChange.Settling, TimeSpan.Zero })
                {
                    Assert.True((await vault.ChangeResidentKey(actor, resident, (_, _, _) => Task.FromResult(new Resealed(0, 0)), cancel)).IsOk);
                    clock.Pass(wait);
                }

                break;
        }

        await vault.DisposeAsync();
    }
}
