using System.Globalization;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Bench.Faults;

/// <summary>
/// The server that is killed. It reads one operation a line and does them side by side; when one is done and durable it says <c>ack NUMBER RESULT</c>, when it
/// failed <c>fail NUMBER</c>: then nobody was told that it is done, and it may or may not be.
/// </summary>
internal static class FaultWorker
{
    public static async Task<int> Run(string[] arguments, CancellationToken cancel)
    {
        var options = FaultPlace.Options(arguments);
        var clock = TimeProvider.System;
        var started = await RecordVault.Start(options, clock, cancel);
        if (!started.IsOk)
        {
            await Console.Error.WriteLineAsync(started.Error.Message);
            return 1;
        }

        Say("ready");
        while (await Console.In.ReadLineAsync(cancel) is { } line)
        {
            var words = line.Split(' ');
            _ = Task.Run(() => Do(started.Value, clock, words, cancel), cancel);
        }

        return 0;
    }

    private static async Task Do(RecordVault vault, TimeProvider clock, string[] words, CancellationToken cancel)
    {
        try
        {
            Say($"ack {words[1]} {await Act(vault, clock, words, cancel)}".TrimEnd() + Worker.End);
        }
        catch (Exception failed) when (failed is not OutOfMemoryException)
        {
            Say($"fail {words[1]} {failed.GetType().Name}{Worker.End}");
        }
    }

    private static async Task<string> Act(RecordVault vault, TimeProvider clock, string[] words, CancellationToken cancel)
    {
        switch (words[0])
        {
            case "enrol":
                return (await vault.Enrol(Actor.Operator("faults", "a fault run"), cancel)).Value.Value.ToString(CultureInfo.InvariantCulture);
            case "write":
                var session = (await vault.Open(Me(words), Who(words), Purpose.Import, cancel)).Value;
                var records = Enumerable.Range(0, int.Parse(words[3], CultureInfo.InvariantCulture)).Select(i => Record($"{words[1]}-{i}")).ToList();
                return string.Join(' ', (await session.Write(records, cancel)).Value.Select(one => one.Id));
            case "delete":
                return Ok((await (await vault.Open(Me(words), Who(words), Purpose.OwnUse, cancel)).Value.Delete(words[3], cancel)).Error);
            case "grant":
                var grant = new NewGrant(Who(words), ActorKind.Clinician, words[3], Purpose.Care, AccessClasses.All, null, null, clock.GetUtcNow().AddYears(90));
                return (await vault.Grant(Me(words), grant, cancel)).Value.ToString(CultureInfo.InvariantCulture);
            case "revoke":
                return Ok((await vault.Revoke(Me(words), Who(words), long.Parse(words[3], CultureInfo.InvariantCulture), cancel)).Error);
            case "close":
                return Ok((await vault.Close(Me(words), Who(words), cancel)).Error);
            case "erase":
                return string.Join(' ', (await vault.EraseDue(Actor.Job("faults", "a fault run"), cancel)).Select(one => one.Value.ToString(CultureInfo.InvariantCulture)));
            case "rotate":
                return (await vault.RotateEpoch(Actor.Job("faults", "a fault run"), now: true, cancel)).Value.Epoch.ToString(CultureInfo.InvariantCulture);
            case "seal":
                await vault.Parts.Sealer.SealNow(cancel);
                return "";
            default:
                throw new ArgumentException("An operation the worker does not know.", nameof(words));
        }
    }

    public static NewRecord Record(string identifier) => new(
        CanonicalResource.Parse(Encoding.UTF8.GetBytes(
            $$$"""{"resourceType":"Observation","identifier":[{"system":"urn:faults","value":"{{{identifier}}}"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"effectiveDateTime":"2026-04-01"}""")).Value,
        new RecordOrigin(SourceKind.Device, null, null, null, TimeProvider.System.GetUtcNow()), DataCategory.Lifelog);

    private static string Ok(Error? error) => error is null ? "" : throw new InvalidOperationException(error.Code);

    private static ResidentNo Who(string[] words) => new(long.Parse(words[2], CultureInfo.InvariantCulture));

    private static Actor Me(string[] words) => Actor.Resident(Who(words));

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.Out.WriteLine(line);
            Console.Out.Flush();
        }
    }
}

/// <summary>Where the vault of a fault run lies, as arguments of a process.</summary>
internal static class FaultPlace
{
    /// <param name="arguments">Store, records, keys, log, ring.</param>
    public static VaultOptions Options(string[] arguments) => new()
    {
        Municipality = MunicipalityId.Parse("hibiki").Value, Store = Enum.Parse<StoreKind>(arguments[0]), Create = true, WaitingDays = 0,
        Records = arguments[1], Keys = arguments[2], Log = arguments[3], Ring = arguments[4],
    };
}
