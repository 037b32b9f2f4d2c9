using Tasuki.Kernel;
using Tasuki.Vault.Log;
using Tasuki.Vault.Log.Sealing;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

using static Tasuki.Vault.Tests.LogTesting;

namespace Tasuki.Vault.Tests;

public sealed class SqliteHistoryTests() : HistoryContract(StoreKind.Sqlite);

public sealed class PostgresHistoryTests() : HistoryContract(StoreKind.Postgres);

/// <summary>What a person sees of the log, and proves without us.</summary>
public abstract class HistoryContract(StoreKind store)
{
    [Fact]
    public async Task A_run_over_many_is_one_entry_that_each_of_them_sees()
    {
        await using var test = await Start(store);
        var residents = (await test.Vault.EnrolMany(Actor.Operator("desk", "tests"), 50, Cancel)).Value;
        Assert.Equal("access-log enrol", string.Join(' ', (await (await test.Own(residents[7])).AccessLog(10, Cancel)).Select(e => e.Action)));
        await using (var work = await test.Vault.Parts.LogStore.Write(Cancel))
        {
            Assert.Equal(1, await work.Number("select count(*) from log_entry where resident_no is null", Cancel));
            await work.Commit(Cancel);
        }

        Assert.Empty((await Report(test)).Findings);
        foreach (var change in new[] { "delete from log_listed where resident_no = 9", "update log_listed set resident_no = 99 where resident_no = 50", "update log_listed set at = at + 1 where resident_no = 8" })
        {
            await using var work = await test.Vault.Parts.LogStore.Write(Cancel);
            await work.Execute(change, Cancel);
            await work.Commit(Cancel);
            Assert.NotEmpty((await Report(test)).Findings);
        }
    }

    [Fact]
    public async Task A_person_checks_their_own_history_against_a_published_seal_without_us()
    {
        await using var test = await Start(store);
        var residents = (await test.Vault.EnrolMany(Actor.Operator("desk", "tests"), 5, Cancel)).Value;
        await using var second = await test.Another();
        for (var i = 0; i < 23; i++)
        {
            await Task.WhenAll(Look(test.Vault, residents[0]), Look(second, residents[1]), Look(second, residents[0]));
            await test.Vault.Parts.Sealer.SealNow(Cancel);
        }

        var seal = await Witness(test);
        await Look(second, residents[0]);
        var path = Path.Combine(test.DataFolder, "history.json");
        await using (var file = File.Create(path))
            Assert.Equal(47, await (await test.Own(residents[0])).AccessLogProofs(1_000, againstSeal: null, file, Cancel));
        var report = HistoryCheck.Run(path, seal).Value;
        Assert.Empty(report.Findings);
        Assert.Equal((47, 2, 23), (report.Proven.Count, report.Unproven, report.Seal));
        Assert.Equal(["count", "enrol"], report.Proven.Select(l => l.Action).Distinct(StringComparer.Ordinal).ToArray());

        // Nobody else is named, and no line can be changed, taken from another person or bent.
        var history = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(path, Cancel))!;
        foreach (var bend in (Action<System.Text.Json.Nodes.JsonNode>[])
            [
                h => h["resident"] = 2, h => h["lines"]![0]!["at"] = 5, h => h["lines"]![3]!["entry"] = 1, h => h["lines"]![46]!["list"]!["index"] = 1, h => h["lines"]![5]!["seal"] = 2,
                h => h["lines"]![4]!["key"] = h["lines"]![5]!["key"]!.DeepClone(), h => h["lines"]![2]!["inSeal"]!["path"] = new System.Text.Json.Nodes.JsonArray(),
                h => h["lines"]![7]!["body"] = h["lines"]![8]!["body"]!.DeepClone(), h => h["lines"]![7]!["group"]!["last"] = 99,
                h => h["seals"]!.AsArray().RemoveAt(0), h => h["seals"]![0]!["entries"] = 5,
            ])
        {
            var bent = history.DeepClone();
            bend(bent);
            await File.WriteAllTextAsync(path, bent.ToJsonString(), Cancel);
            Assert.NotEmpty(HistoryCheck.Run(path, seal).Value.Findings);
        }

        // What no line and no seal is, is no history.
        foreach (var damage in (Action<System.Text.Json.Nodes.JsonNode>[])
            [
                h => h["lines"]![0] = null, h => h["seals"]![0] = null, h => h["seals"]![0] = System.Text.Json.Nodes.JsonNode.Parse("{\"number\":1}"), h => h["seals"]![0]!["heads"] = null,
                h => h["seals"]![0]!["municipality"] = null, h => h["lines"] = null,
            ])
        {
            var damaged = history.DeepClone();
            damage(damaged);
            await File.WriteAllTextAsync(path, damaged.ToJsonString(), Cancel);
            Assert.Equal("history.format", HistoryCheck.Run(path, seal).Error?.Code);
        }

        // A line that has lost a part of its proof is a line without one.
        foreach (var part in new[] { "body", "group", "inSeal" })
        {
            var cut = history.DeepClone();
            cut["lines"]![0]![part] = null;
            cut["lines"]![1]!["inSeal"]!["path"] = new System.Text.Json.Nodes.JsonArray(null, null, null);
            await File.WriteAllTextAsync(path, cut.ToJsonString(), Cancel);
            Assert.Equal(2, HistoryCheck.Run(path, seal).Value.Findings.Count);
        }
    }
}
