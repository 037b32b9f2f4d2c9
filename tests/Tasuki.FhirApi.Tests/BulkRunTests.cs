using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

/// <summary>What a bulk export reads with: a run that stands in the access log as one entry, and how much a session sees.</summary>
public sealed class BulkRunTests
{
    [Fact]
    public async Task A_run_opens_nobody_who_is_not_in_its_list_and_writes_one_entry_however_much_is_read()
    {
        await using var world = await BulkWorld.Start(DataStore.Sqlite);
        var app = await world.App();
        var (listed, other, beside) = (await world.Resident(AccessClasses.All, app), await world.Resident(AccessClasses.All, app), await world.Resident(AccessClasses.All, app));
        var actor = Actor.Application($"{app.No}");
        var run = await world.Vault.BeginRun(actor, [listed, other], Purpose.AppUse, "a run", BulkWorld.Cancel);

        Assert.Equal("gate.refused", (await run.Open(beside, BulkWorld.Cancel)).Error?.Code);
        var session = (await run.Open(listed, BulkWorld.Cancel)).Value;
        Assert.Equal(2, (await session.Search(new RecordQuery(), BulkWorld.Cancel)).Value.Records.Count);
        await session.Count(BulkWorld.Cancel);
        var own = (await world.Vault.Open(Actor.Resident(listed), listed, Purpose.OwnUse, BulkWorld.Cancel)).Value;
        Assert.Equal("a run", Assert.Single(await own.AccessLog(100, BulkWorld.Cancel), one => one.ActorKind is ActorKind.Application).Detail);
        Assert.False(session.MayWrite);
        Assert.Null(await world.Vault.FindBreakInLog(BulkWorld.Cancel));
    }

    [Fact]
    public void A_session_covers_what_saw_no_class_and_no_day_more()
    {
        var whole = new SessionExtent(AccessClasses.All, null, null);
        var some = new SessionExtent(AccessClasses.Of(DataCategory.Immunization), 10, 20);
        Assert.True(whole.Covers(some) && whole.Covers(whole) && some.Covers(some));
        Assert.False(some.Covers(whole));
        Assert.False(some.Covers(some with { From = 9 }) || some.Covers(some with { To = 21 }) || some.Covers(some with { From = null }) || some.Covers(some with { To = null }));
        Assert.True(some.Covers(some with { From = 11, To = 19 }));
        Assert.False(some.Covers(some with { Classes = AccessClasses.Of(DataCategory.Immunization, DataCategory.Medication) }));
        Assert.True((some with { From = null, To = null }).Covers(some));
    }
}
