using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>Which categories no purpose needs any more, and since which day.</summary>
public sealed class EndedNeedsTests
{
    [Fact]
    public async Task A_category_counts_as_ended_only_when_every_purpose_is_whole_one_is_in_force_and_none_needs_it()
    {
        await using var world = await UnneededWorld.Start(DataStore.Sqlite);
        Task<string> Look() => world.Site.Do<EndedNeeds, string>(async n => string.Join(' ', (await n.Look(Cancel)).Select(e => $"{e.Category}:{e.Day:yyyy-MM-dd}:{e.Ends}")));
        Assert.Equal("", await Look());
        await world.State();
        Assert.Equal("", await Look());
        // Narrowed counts as an end, and so does the day of the narrowing.
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 11, 5));
        Assert.True((await world.Site.Do<KeepPurposes, Result<Done>>(k => k.Change(world.Officer, "guidance", 1, UnneededWorld.Guidance with { Needs = [DataCategory.Medication] }, "一部をやめます。", Cancel))).IsOk);
        Assert.Equal("SpecificCheckup:2026-11-05:guidance:2", await Look());
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 11, 6));
        await world.End("vaccines");
        Assert.Equal("Immunization:2026-11-06:vaccines:2 SpecificCheckup:2026-11-05:guidance:2", await Look());
        // Needed again, by whichever purpose.
        Assert.True((await world.Site.Do<KeepPurposes, Result<Done>>(k => k.Change(world.Officer, "guidance", 2, UnneededWorld.Guidance with { Needs = [DataCategory.Medication, DataCategory.SpecificCheckup] }, "もどします。", Cancel))).IsOk);
        Assert.Equal("Immunization:2026-11-06:vaccines:2", await Look());
        // The last end is the one that counts.
        Assert.True((await world.Site.Do<KeepPurposes, Result<Done>>(k => k.State(world.Officer, "checkups", UnneededWorld.Guidance with { Needs = [DataCategory.SpecificCheckup] }, Cancel))).IsOk);
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 11, 9));
        await world.End("guidance", 3);
        Assert.Equal("Immunization:2026-11-06:vaccines:2 Medication:2026-11-09:guidance:4 vaccines:2", await Look());
        // Where one was altered, nobody knows what it needed.
        await world.Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE purpose_version SET duty = 'x' WHERE code = 'guidance' AND version = 1", Cancel));
        Assert.Equal("", await Look());
    }

    [Fact]
    public async Task A_purpose_the_law_in_force_refuses_needs_its_categories_all_the_same()
    {
        await using var world = await UnneededWorld.Start(DataStore.Sqlite, OperatorKind.Company);
        await world.State();
        Assert.True((await world.Site.Do<KeepPurposes, Result<Done>>(k => k.State(world.Officer, "diary", UnneededWorld.Guidance with { Basis = BasisKind.None, BasisName = null, BasisPlace = null, Duty = null, Needs = [DataCategory.Lifelog] }, Cancel))).IsOk);
        await world.End("vaccines");
        world.Site.Scope.Operator = OperatorKind.Municipality;
        Assert.Equal([DataCategory.Immunization], await world.Site.Do<EndedNeeds, IEnumerable<DataCategory>>(async n => (await n.Look(Cancel)).Select(e => e.Category)));
        Assert.False((await world.Site.Do<PurposeBook, KeptPurpose?>(async b => await b.Find("diary", await world.Site.Do<CurrentRegime, LegalRegime>(r => r.Get(Cancel)), Cancel)))!.IsInForce);
    }

    [Fact]
    public async Task Nothing_ends_while_no_purpose_is_in_force()
    {
        await using var world = await UnneededWorld.Start(DataStore.Sqlite);
        await world.State();
        await world.New("taro", DataCategory.Immunization);
        await world.End("vaccines");
        await world.Decide(DataCategory.Immunization);
        await world.End("guidance");
        await world.SwitchOn(30);
        Assert.Equal("", await world.RunOn(new DateOnly(2027, 11, 3)));
    }
}
