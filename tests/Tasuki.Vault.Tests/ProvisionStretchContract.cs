using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Log;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteProvisionStretchTests() : ProvisionStretchContract(StoreKind.Sqlite);

public sealed class PostgresProvisionStretchTests() : ProvisionStretchContract(StoreKind.Postgres);

/// <summary>What was given to others is found a few entries at a time, by marks: each stretch goes on where the one before ended, whoever asks for it.</summary>
public abstract class ProvisionStretchContract(StoreKind store)
{
    private static readonly Actor App = Actor.Application("7/1");

    [Fact]
    public async Task Short_stretches_find_what_one_long_one_finds_and_hold_no_more_entries_than_they_may()
    {
        await using var test = await Start(store);
        var residents = new List<ResidentNo>();
        for (var i = 0; i < 3; i++)
        {
            var resident = await test.Resident();
            residents.Add(resident);
            await (await test.Own(resident, Purpose.Import)).Write([Make.Record(Make.Observation($"o{i}"))], Cancel);
            Assert.True((await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, App.Kind, App.Id, Purpose.AppUse, AccessClasses.All, null, null, test.Clock.Now.AddDays(30)), Cancel)).IsOk);
        }

        await using (var second = await test.Another())
        {
            for (var day = 0; day < 3; day++, test.Clock.Pass(TimeSpan.FromDays(1)))
            {
                foreach (var resident in residents)
                {
                    await Read(test.Vault, resident);
                    await Read(second, resident);
                }
            }
        }

        var whole = await Stretch(test, new Dictionary<long, long>(), 2_000);
        Assert.True(whole.AtEnd);
        Assert.Equal(9, whole.Days.Count);

        // Not every length ends where a writer does.
        foreach (var atOnce in new[] { 3, 4, 7 })
        {
            IReadOnlyDictionary<long, long> marks = new Dictionary<long, long>();
            var (days, stretches) = (new List<ProvidedDay>(), 0);
            for (var atEnd = false; !atEnd; stretches++)
            {
                if (stretches == 2)
                    await test.Reopen();
                var part = await Stretch(test, marks, atOnce);
                Assert.InRange(part.Marks.Sum(m => m.Value - marks.GetValueOrDefault(m.Key)), part.AtEnd ? 0 : atOnce, atOnce);
                days.AddRange(part.Days);
                (marks, atEnd) = (part.Marks, part.AtEnd);
            }

            Assert.True(stretches > 3, $"{stretches}");
            Assert.Equal(whole.Days.ToHashSet(), days.ToHashSet());
            Assert.Equal((0, true), (await Stretch(test, marks, atOnce)) is var none ? (none.Days.Count, none.AtEnd) : default);
        }
    }

    private static Task<ProvidedDays> Stretch(TestVault test, IReadOnlyDictionary<long, long> marks, int atOnce) => new ProvisionFinder(test.Vault.Parts) { AtOnce = atOnce }.After(marks, Cancel);

    private static async Task Read(RecordVault vault, ResidentNo resident) =>
        Assert.True((await (await vault.Open(App, resident, Purpose.AppUse, Cancel)).Value.Search(new RecordQuery { Order = RecordOrder.Stored, Limit = 5 }, Cancel)).IsOk);
}
