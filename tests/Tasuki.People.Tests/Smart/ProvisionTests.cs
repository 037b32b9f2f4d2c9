using System.Globalization;
using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Retention;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What was given of a person to others: recorded from the access log, shown to the person, kept three years.</summary>
public sealed class ProvisionTests
{
    private const string Reading = "launch/patient offline_access patient/*.rs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Each_day_with_recipient_person_items_and_consent_is_shown_to_the_person_and_taken_out(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var asked = world.Site.Clock.GetUtcNow();
        var tokens = await world.Connect(visitor, app, Reading, ("c-1", "true"), ("c-9", "true"), ("kept", "Month"));
        var agreed = world.Site.Clock.GetUtcNow();
        world.Site.Clock.Advance(TimeSpan.FromMinutes(5));
        // A connection gives nothing by itself.
        Assert.Contains("渡したことはありません", (await visitor.Get("/provided", Cancel)).Body, StringComparison.Ordinal);
        var today = world.Site.Clock.Today();

        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);

        var page = WebUtility.HtmlDecode((await visitor.Get("/provided", Cancel)).Body);
        foreach (var said in new[] { today.ToString("yyyy年M月d日", CultureInfo.InvariantCulture), "歩数ノート", "合同会社みかん", SmartWorld.Seat, "緑山 花子", "健診と歩数を一緒に見るため", "予防接種、" })
            Assert.Contains(said, page, StringComparison.Ordinal);
        var note = Assert.Single(await Notes(world));
        Assert.Equal([DataCategory.Immunization, DataCategory.Chart], note.Categories);
        // The sensitive record of the chart was not agreed to, so it was not given.
        Assert.Empty(note.Sensitive);
        Assert.InRange(note.Agreed, asked, agreed);
        Assert.Contains($"の同意（第{note.Consent}号）", page, StringComparison.Ordinal);
        Assert.Contains(note.Agreed.ToOffset(TokyoDay.Offset).ToString("yyyy年M月d日 H:mm", CultureInfo.InvariantCulture), page, StringComparison.Ordinal);
        var file = await visitor.Get(ProvisionFile.Path, Cancel);
        Assert.StartsWith("text/csv", file.Response.Content.Headers.ContentType!.ToString(), StringComparison.Ordinal);
        var lines = file.Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        foreach (var said in new[] { today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), "歩数ノート", "合同会社みかん", SmartWorld.Seat, "緑山 花子", "予防接種", "健診と歩数を一緒に見るため", $"{TokyoDay.Of(note.Agreed):yyyy-MM-dd} ({note.Consent})" })
            Assert.Contains(said, lines[1], StringComparison.Ordinal);

        world.Site.Clock.Advance(TimeSpan.FromDays(1));
        var renewed = await world.Refresh(app, tokens.Refresh);
        Assert.Equal(200, (await world.Probe(renewed.Access)).Status);
        Assert.Equal(200, (await world.Probe(renewed.Access)).Status);
        using var again = await world.SignIn();
        Assert.Equal(3, (await again.Get(ProvisionFile.Path, Cancel)).Body.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal([today, today.AddDays(1)], (await Notes(world)).Select(n => n.Day).Order());

        // What is refused gives nothing, and what ended stays on record.
        await again.Submit(await again.Get("/connected-apps", Cancel), "/connected-apps/cut-off", Walk.Fields(), Cancel);
        world.Site.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(401, (await world.Probe(renewed.Access)).Status);
        await world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel));
        Assert.Equal(2, (await Notes(world)).Count);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_record_outlives_connection_app_account_and_key_for_three_years_and_ends_then(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Reading, ("kept", "Month"));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        var given = world.Site.Clock.Today();
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Suspend(world.First, app, Cancel))).IsOk);
        Assert.Equal("closed", (await visitor.Get("/test/close", Cancel)).Body);
        world.Site.Clock.Advance(TimeSpan.FromDays(15));

        // Nobody looked and no run came between.
        Assert.Empty(await Notes(world));
        await Run(world, EraseClosedAccounts.Name);
        await Run(world, EraseResidentRows.Name);
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ResidentRow>().CountAsync(r => r.ResidentNo == world.Resident.Resident!.Value.Value, Cancel)));

        var note = Assert.Single(await Notes(world));
        Assert.Equal((given, "緑山 花子", "歩数ノート", "合同会社みかん", SmartWorld.Seat), (note.Day, note.Person, note.Recipient, note.Operator, note.Seat));
        Assert.Equal([DataCategory.Immunization, DataCategory.Medication, DataCategory.Chart], note.Categories.Intersect([DataCategory.Immunization, DataCategory.Medication, DataCategory.Chart]));

        world.Site.Clock.Advance(given.AddYears(3).ToDateTime(default) - world.Site.Clock.Today().ToDateTime(default));
        await Run(world, NoteProvisions.Name);
        Assert.Single(await Notes(world));
        world.Site.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(1, (await Due(world)).Total);
        await Run(world, NoteProvisions.Name);
        Assert.Empty(await Notes(world));
        Assert.Equal(0, (await Due(world)).Total);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Noted_again_and_by_many_at_once_it_is_one_record_and_an_altered_one_is_told(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Reading, ("kept", "Month"));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel)))));
        Assert.DoesNotContain(DataCategory.SpecificCheckup, Assert.Single(await Notes(world)).Categories);

        // More on the same day belongs to the same record.
        var resident = world.Resident.Resident!.Value;
        var session = (await world.Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        Assert.True((await session.Write([SmartWorld.Record("Condition", world.Site.Clock.GetUtcNow()) with { Category = DataCategory.SpecificCheckup }], Cancel)).IsOk);
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);
        await world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel));
        Assert.Contains(DataCategory.SpecificCheckup, Assert.Single(await Notes(world)).Categories);

        // What is behind the marks is not looked at again; without them everything is.
        await world.Site.Do<TasukiDb, int>(db => db.Set<ProvisionRow>().ExecuteDeleteAsync(Cancel));
        await world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel));
        Assert.Empty(await Notes(world));
        await world.Site.Do<TasukiDb, int>(db => db.Set<ProvisionMark>().ExecuteDeleteAsync(Cancel));
        await world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel));
        Assert.Single(await Notes(world));

        await world.Site.Do<TasukiDb, int>(db => db.Set<ProvisionRow>().ExecuteUpdateAsync(s => s.SetProperty(p => p.Day, new DateOnly(2026, 1, 1)), Cancel));
        Assert.Contains("読めない記録が1件あります", WebUtility.HtmlDecode((await visitor.Get("/provided", Cancel)).Body), StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task One_run_goes_through_as_many_stretches_of_the_log_as_there_are(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, Reading, ("kept", "Month"));
        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        await Task.WhenAll(Enumerable.Range(0, 2_100).Select(_ => vault.LogDesk(Actor.Operator("結城", "試し"), "something", Cancel)));
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);

        await world.Site.Do<NoteProvisions>(n => n.CatchUp(Cancel));
        Assert.Single(await Notes(world));
    }

    [Fact]
    public async Task What_goes_to_a_public_body_and_comes_from_it_is_on_record_like_anything_else()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var town = world.App(SmartWorld.Usual, AppKind.Public) with { Name = "県の健康台帳", Operator = "あさひ県", Seat = "あさひ県庁" };
        var no = (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, town, null, Cancel))).Value;
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Check(world.First, no, Cancel))).IsOk);
        Assert.True((await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.Second, no, Cancel))).IsOk);
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, no, "launch/patient patient/*.cruds", ("c-9", "true"), ("may-write", "true"));

        Assert.Equal(200, (await world.Send(HttpMethod.Post, "/fhir/probe/Condition", tokens.Access)).Status);
        // What only came in was given to nobody.
        Assert.Contains("渡したことはありません", (await visitor.Get("/provided", Cancel)).Body, StringComparison.Ordinal);
        Assert.Equal(200, (await world.Probe(tokens.Access)).Status);

        Assert.Contains("あさひ県庁", WebUtility.HtmlDecode((await visitor.Get("/provided", Cancel)).Body), StringComparison.Ordinal);
        var resident = world.Resident.Resident!.Value;
        var session = (await world.Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var log = await session.AccessLog(1_000, Cancel);
        Assert.Contains(log, e => e is { ActorKind: ActorKind.Application, Action: "write", Refused: false } && e.ActorId.StartsWith($"{no}/", StringComparison.Ordinal));
        Assert.Contains(log, e => e is { ActorKind: ActorKind.Application, Action: "search", Refused: false } && e.ActorId.StartsWith($"{no}/", StringComparison.Ordinal));
    }

    private static async Task<IReadOnlyList<ProvisionContent>> Notes(SmartWorld world) => await world.Site.Do<IServiceProvider, IReadOnlyList<ProvisionContent>>(async services =>
    {
        var (db, seals) = (services.GetRequiredService<TasukiDb>(), services.GetRequiredService<AccountSeals>());
        var notes = new List<ProvisionContent>();
        foreach (var row in await db.Set<ProvisionRow>().AsNoTracking().Where(p => p.ResidentNo == world.Resident.Resident!.Value.Value).ToListAsync(Cancel))
            notes.Add((await seals.Open<ProvisionContent>(null, ProvisionTables.Table, "content", row.No, row.Content, Cancel)).Value);
        return notes;
    });

    private static Task<RetentionCount> Due(SmartWorld world) => world.Site.Do<ProvisionsRule, RetentionCount>(r => r.Count(new RetentionAsk(world.Site.Clock.GetUtcNow(), NoteProvisions.Kept), Cancel));

    private static async Task Run(SmartWorld world, string job)
    {
        await world.Site.Do<IServiceProvider>(async services =>
        {
            var handler = services.GetServices<IJobHandler>().Single(h => h.Kind == job);
            Assert.True((await handler.Run(new JobWork(1, "", world.Resident.Resident, null, 1), Cancel)).IsOk);
        });
    }
}
