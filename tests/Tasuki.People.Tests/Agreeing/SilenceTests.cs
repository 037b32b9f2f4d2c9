using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests.Agreeing;

/// <summary>No way leads from silence to somebody else: without a ticked box and a pressed button of the person there is no grant, no code and no token.</summary>
public sealed class SilenceTests
{
    private static readonly (string Name, string Value)[] Fields =
    [
        ("answer", "no"), ("answer", ""), ("answer", "YES"), ("answer", "true"), ("answer", "1"), ("kept", "Month"), ("kept", "Year"), ("kept", ""), ("may-write", "true"), ("prompt", "none"),
        ("c-0", "true"), ("c-1", "true"), ("c-9", "true"), ("s-9", "true"), ("c-9", "on"), ("consent", "yes"), ("approve", "true"), ("submit", "yes"),
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Whatever_else_a_form_says_without_the_persons_yes_to_something_nothing_is_given(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var page = await visitor.Get(world.AuthorizePath(app, SmartWorld.Usual), Cancel);
        Assert.Equal(200, page.Status);
        Assert.Equal(0, await Given(world));

        List<(string Name, string Value)[]> forms = [[], [("answer", "yes")], [("answer", "yes"), ("kept", "Year"), ("may-write", "true"), ("s-9", "true"), ("s-0", "true")], [("answer", "yes"), ("c-9", "on"), ("c-1", "TRUE")]];
        Gen.Int[0, Fields.Length - 1].Select(i => Fields[i]).Array[1, 6].Sample(form => forms.Add(form), seed: "0000KOIR3s33", iter: 40, threads: 1);
        foreach (var form in forms)
        {
            var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields([.. form.DistinctBy(f => f.Name, StringComparer.Ordinal)]), Cancel);
            Assert.DoesNotContain("code=", answer.Path, StringComparison.Ordinal);
        }

        // Nor by looking at the page, by asking without it, or by letting time pass.
        Assert.Contains("error=consent_required", (await visitor.Get(world.AuthorizePath(app, SmartWorld.Usual, ("prompt", "none")), Cancel)).Path, StringComparison.Ordinal);
        world.Site.Clock.Advance(TimeSpan.FromDays(400));
        await world.Site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
        Assert.Equal(0, await Given(world));
        Assert.Empty(await world.Site.Do<TasukiDb, List<SmartToken>>(db => db.Set<SmartToken>().ToListAsync(Cancel)));

        // The same form with the yes gives what is ticked, and no more.
        using var later = await world.SignIn();
        var code = (await world.Agree(later, app, SmartWorld.Usual, ("c-1", "true")))["code"];
        Assert.NotEmpty(code);
        Assert.Equal(1, await Given(world));
    }

    [Fact]
    public async Task No_setting_of_the_server_gives_anything_and_nobody_but_the_person_can()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        var resident = world.Resident.Resident!.Value;
        var until = world.Site.Clock.GetUtcNow().AddDays(1);
        Actor[] others =
        [
            Actor.Resident(new ResidentNo(resident.Value + 1)), Actor.Officer("1"), Actor.Clinician("1"), Actor.Application("1"), Actor.Application("1/1"), Actor.Job("job", "reason"), Actor.Operator("operator", "reason"),
        ];
        foreach (var giver in others)
        {
            foreach (var purpose in new[] { Purpose.Care, Purpose.CareEntry, Purpose.AppUse, Purpose.AppEntry, Purpose.OwnUse, Purpose.Operation })
                Assert.False((await vault.Grant(giver, new NewGrant(resident, ActorKind.Application, "1", purpose, AccessClasses.All, null, null, until), Cancel)).IsOk, $"{giver.Kind} {purpose}");
            foreach (var purpose in new[] { Purpose.Care, Purpose.CareEntry, Purpose.AppUse, Purpose.AppEntry })
                Assert.False((await vault.Open(giver, resident, purpose, Cancel)).IsOk, $"{giver.Kind} {purpose}");
        }

        Assert.Equal(0, await Given(world));
        // The one place that makes a grant stands behind the consent page; the probe of withdrawals walks the same way for its own resident, and a demo gives for its own, who are nobody.
        var house = world.Site.Services.GetRequiredService<Municipality>() with { IsDemo = false };
        Assert.Equal("demo.only", (await world.Site.Do<StaffStanding, Result<long>>(s => new DemoSharing(house, vault, s, world.Site.Clock).Make(resident, 1, Cancel))).Error?.Code);
        var source = Path.Combine(Testing.Tree.Root, "src");
        var makers = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && File.ReadAllText(f).Contains("new NewGrant(", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["DemoSharing.cs", "WriteConnection.cs"], makers, StringComparer.Ordinal);
        var askers = Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(f => File.ReadAllText(f).Contains("write.Grant(", StringComparison.Ordinal)).Select(Path.GetFileName).Order(StringComparer.Ordinal);
        Assert.Equal(["ConnectApp.cs", "ProbeApp.cs"], askers, StringComparer.Ordinal);
    }

    /// <summary>Grants and connections there are, live or not.</summary>
    private static async Task<int> Given(SmartWorld world)
    {
        var connections = await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(Cancel));
        var session = (await world.Site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(world.Resident.Resident!.Value), world.Resident.Resident.Value, Purpose.OwnUse, Cancel)).Value;
        var log = await session.AccessLog(10_000, Cancel);
        return Math.Max(connections, log.Count(e => e is { Action: "grant", Refused: false }));
    }
}
