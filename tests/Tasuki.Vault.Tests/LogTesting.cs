using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;


namespace Tasuki.Vault.Tests;

/// <summary>What tests of the access log share: a look that makes an entry, the report of the check, the newest seal as a witness.</summary>
internal static class LogTesting
{
    internal static async Task Look(RecordVault vault, ResidentNo resident) =>
        await (await vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value.Count(Cancel);

    internal static async Task<LogAuditReport> Report(TestVault test, string? witness = null, bool records = false)
    {
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        return (await audit.Verify(witness is null ? [] : [witness], records, Cancel)).Value;
    }

    internal static async Task<string> Witness(TestVault test)
    {
        await using var audit = (await LogAudit.Open(test.Options, test.Clock, Cancel)).Value;
        var path = Path.Combine(Directory.CreateDirectory(test.DataFolder).FullName, "witness.json");
        await File.WriteAllBytesAsync(path, (await audit.NewestSeal(Cancel))!, Cancel);
        return path;
    }

    /// <summary>Two writers, nine entries, two seals, the second with a witness.</summary>
    internal static async Task<string> Filled(TestVault test)
    {
        var resident = await test.Resident();
        await using var second = await test.Another();
        for (var i = 0; i < 2; i++)
        {
            for (var j = 0; j < 2; j++)
            {
                await Look(test.Vault, resident);
                await Look(second, resident);
            }

            await test.Vault.Parts.Sealer.SealNow(Cancel);
        }

        return await Witness(test);
    }
}
