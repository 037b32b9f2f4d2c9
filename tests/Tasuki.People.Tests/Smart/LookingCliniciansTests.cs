using System.Text.RegularExpressions;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What a resident is shown of the clinicians who may look, and how they end it.</summary>
public sealed class LookingCliniciansTests
{
    private const string Section = "あなたの記録を見てよい医療の担当者";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_resident_sees_who_may_look_and_stops_it_with_the_next_request(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register(ClinicianWorld.Scopes);
        using var resident = await world.Smart.SignIn();
        Assert.DoesNotContain(Section, (await resident.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
        await world.Open(world.Resident, AccessClasses.Of(DataCategory.Immunization, DataCategory.Other).With(new AccessClass(DataCategory.Chart, Sensitive: true)));
        await world.Open(world.Resident, AccessClasses.Of(DataCategory.Medication), Purpose.CareEntry);
        var (second, other) = await Houses.Clinician(world.Site, null, "clinic2", "原 看");
        second.Dispose();
        await world.Open(world.Resident, to: $"{other.AccountNo}");
        var start = await world.Page();
        var tokens = await world.Tokens(app, await world.Press(start, Assert.Single(ClinicianWorld.People(start)), app));
        Assert.Equal(200, (await world.Smart.Probe(tokens.Access)).Status);

        var page = await resident.Get("/connected-apps", Cancel);
        var card = Card(page, "林 診");
        foreach (var said in new[] { Houses.Name, "予防接種", "お薬", "電子カルテ", "書き入れてよい記録", "とくに慎重に扱う記録" })
            Assert.Contains(said, card, StringComparison.Ordinal);
        Assert.DoesNotContain("書き入れてよい記録", Card(page, "原 看"), StringComparison.Ordinal);
        Assert.DoesNotContain(world.Id, page.Body, StringComparison.Ordinal);

        var grant = Regex.Match(card, "name=\"grant\" value=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
        page = await resident.Submit(page, "/connected-apps/stop", Walk.Fields(("grant", grant)), Cancel);

        Assert.Contains("見せるのをやめました。", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("林 診", page.Body, StringComparison.Ordinal);
        Assert.Contains("原 看", page.Body, StringComparison.Ordinal);
        Assert.Equal(403, (await world.Smart.Probe(tokens.Access)).Status);
        foreach (var purpose in new[] { Purpose.Care, Purpose.CareEntry })
            Assert.Empty(await world.Vault.Reached((await world.Site.Do<StaffStanding, Actor?>(s => s.Clinician(world.Account.AccountNo, Cancel)))!, purpose, 10, Cancel));
        Assert.Contains("あなたに記録を見せている人はいません", (await world.Page()).Body, StringComparison.Ordinal);
        var log = await (await world.Own(world.Resident)).AccessLog(100, Cancel);
        Assert.Equal(2, log.Count(entry => entry is { ActorKind: ActorKind.Resident, Action: "revoke", Refused: false }));

        // Pressed again, from another window.
        Assert.Contains("見せるのをやめました。", (await resident.Submit(page, "/connected-apps/stop", Walk.Fields(("grant", grant)), Cancel)).Body, StringComparison.Ordinal);
        Assert.Contains("原 看", (await resident.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task It_ends_what_clinicians_hold_of_oneself_and_nothing_else(DataStore store)
    {
        await using var world = await ClinicianWorld.Start(store);
        var app = await world.Smart.Register();
        using var resident = await world.Smart.SignIn();
        var tokens = await world.Smart.Connect(resident, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));
        var other = (await SignInTests.NewResident(world.Site, "yoshiko")).Resident!.Value;
        await world.Open(other);
        await world.Open(world.Resident);
        var page = await resident.Get("/connected-apps", Cancel);

        var foreign = (await (await world.Own(other)).Grants(ofOthers: true, Cancel)).Single().Id;
        var ofApp = (await (await world.Own(world.Resident)).Grants(ofOthers: true, Cancel)).Single(grant => grant.GranteeKind is ActorKind.Application).Id;
        foreach (var grant in new[] { foreign, ofApp, "", "x" })
            await resident.Submit(page, "/connected-apps/stop", Walk.Fields(("grant", grant)), Cancel);
        Assert.Equal(400, (await resident.Send(HttpMethod.Post, "/connected-apps/stop", new FormUrlEncodedContent([KeyValuePair.Create("grant", foreign)]), Cancel)).Status);

        Assert.Equal(200, (await world.Smart.Probe(tokens.Access)).Status);
        Assert.Equal([world.Resident, other], await world.Vault.Reached((await world.Site.Do<StaffStanding, Actor?>(s => s.Clinician(world.Account.AccountNo, Cancel)))!, Purpose.Care, 10, Cancel));

        // What has run out is not shown any more.
        world.Site.Clock.Advance(TimeSpan.FromDays(2));
        using var later = await world.Smart.SignIn();
        Assert.DoesNotContain(Section, (await later.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    private static string Card(Page page, string name) => Regex.Match(page.Body, $"<section class=\"tk-card[^>]*>(?:(?!</section>).)*{name}.*?</section>", RegexOptions.Singleline, TimeSpan.FromSeconds(1)).Value;
}
