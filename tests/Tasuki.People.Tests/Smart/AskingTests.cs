using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What a request may ask of whom, in which forms it comes, and what it leaves where nobody takes up what was given.</summary>
public sealed class AskingTests
{
    private const string Laboratory = "http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
    private const string Offline = "launch/patient offline_access patient/*.rs";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("launch patient/*.rs", "junk")]
    [InlineData("user/Organization.rs", null)]
    [InlineData("launch/patient patient/Observation.cu?category=laboratory", null)]
    public async Task What_a_resident_can_never_agree_to_is_told_to_the_app_and_shown_to_nobody(string scope, string? launch)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register(SmartWorld.Usual + " launch user/*.cruds");
        using var visitor = await world.SignIn();

        var page = await visitor.Get(world.AuthorizePath(app, scope, ("launch", launch)), Cancel);

        Assert.Equal("invalid_scope", Sent(page, "error"));
    }

    [Theory]
    [InlineData("launch/patient user/*.rs", "invalid_scope")]
    [InlineData("openid patient/*.rs", "invalid_scope")]
    [InlineData("openid fhirUser offline_access user/*.rs", null)]
    public async Task A_clinician_is_asked_for_what_a_clinician_can_give_and_the_answer_says_what_that_was(string scope, string? error)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register(SmartWorld.Usual + " launch user/*.cruds");
        var (visitor, _) = await Houses.Clinician(world.Site, null);
        using var signedIn = visitor;

        var page = await visitor.Get(world.AuthorizePath(app, scope), Cancel);

        if (error is not null)
        {
            Assert.Equal(error, Sent(page, "error"));
            return;
        }

        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes")), Cancel);
        var tokens = await world.Code(app, Sent(answer, "code"));
        Assert.Equal("openid user/*.rs", tokens.Scope);
        Assert.Null(tokens.Refresh);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_scope_of_a_user_opens_a_residents_own_records_and_no_others(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register("user/*.cruds patient/*.rs launch/patient");
        using var visitor = await world.SignIn();

        var tokens = await world.Connect(visitor, app, "user/Immunization.rs", ("c-1", "true"));

        Assert.Equal("user/Immunization.rs", tokens.Scope);
        var (_, json) = await world.Probe(tokens.Access);
        Assert.Equal("Immunization", SmartWorld.Types(json));
        Assert.Equal(world.Resident.Resident!.Value.Value, json.GetProperty("resident").GetInt64());
    }

    [Fact]
    public async Task A_scope_with_a_condition_is_shown_and_given_to_read_whatever_else_was_asked()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var asked = $"launch/patient patient/Observation.cruds?category={Laboratory}";

        var page = await visitor.Get(world.AuthorizePath(app, asked), Cancel);
        Assert.DoesNotContain("書き入れる", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"may-write\"", page.Body, StringComparison.Ordinal);
        Assert.Contains($"patient/Observation.rs?category={Laboratory}", page.Body, StringComparison.Ordinal);

        var tokens = await world.Connect(visitor, app, asked, ("may-write", "true"));
        Assert.Equal($"launch/patient patient/Observation.rs?category={Laboratory}", tokens.Scope);
        Assert.DoesNotContain("書き入れる", (await visitor.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
        Assert.Equal("app.scopes", (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, world.App($"patient/Observation.crs?category={Laboratory}", AppKind.Public), null, Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_refresh_takes_less_than_was_granted_in_any_words_and_asks_in_vain_for_more_without_losing_its_token(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs patient/Observation.cud", ("kept", "Month"), ("may-write", "true"));

        foreach (var wrong in new[] { "patient/*.cruds", "junk", "patient/Observation.x", "system/*.rs", "openid" })
        {
            var refused = await world.Refresh(app, tokens.Refresh, ("scope", wrong));
            Assert.Equal((400, "invalid_scope"), (refused.Status, refused.Error));
            Assert.DoesNotContain("Observation", refused.Text("error_description") ?? "", StringComparison.Ordinal);
        }

        var narrow = await world.Refresh(app, tokens.Refresh, ("scope", "patient/Condition.read"));
        Assert.True(narrow.Status == 200, narrow.Json.ToString());
        Assert.Equal("patient/Condition.rs", narrow.Scope);
        Assert.Equal("patient/Condition.rs", (await world.Probe(narrow.Access)).Json.GetProperty("scopes").GetString());
        // The next one may be of all again.
        var all = await world.Refresh(app, narrow.Refresh);
        Assert.Equal(tokens.Scope, all.Scope);
        Assert.Equal(tokens.Scope, (await world.Probe(all.Access)).Json.GetProperty("scopes").GetString());
    }

    [Fact]
    public async Task A_form_that_outlived_its_sign_in_leads_back_to_the_request()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var path = world.AuthorizePath(app, Offline);
        var page = await visitor.Get(path, Cancel);
        await visitor.Submit(await visitor.Get("/account", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);

        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes"), ("c-1", "true"), ("kept", "Month")), Cancel);

        Assert.Equal(200, answer.Status);
        Assert.StartsWith("/sign-in?return=", answer.Path, StringComparison.Ordinal);
        var back = QueryHelpers.ParseQuery(Uri.UnescapeDataString(answer.Path["/sign-in?return=".Length..]).Split('?', 2)[1]);
        Assert.Equal((Offline, "s123", SmartWorld.Redirect), (back["scope"].ToString(), back["state"].ToString(), back["redirect_uri"].ToString()));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(Cancel)));

        // Signed in again, the old form decides nothing either: it is shown anew.
        using var again = await world.SignIn();
        var shown = await again.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes"), ("c-1", "true"), ("kept", "Month")), Cancel);
        Assert.Equal("「歩数ノート」をつなぎますか", shown.Title);
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(Cancel)));
    }

    [Fact]
    public async Task Another_form_that_outlived_its_sign_in_leads_to_a_page_that_says_so()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var page = await visitor.Get("/connected-apps", Cancel);
        await visitor.Submit(await visitor.Get("/account", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);
        using var again = await world.SignIn();

        var answer = await again.Submit(page, "/connected-apps/cut-off", Walk.Fields(), Cancel);

        Assert.Equal((200, "このページは古くなりました"), (answer.Status, answer.Title));
        Assert.Contains("歩数ノート", (await again.Get("/connected-apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_may_be_posted_and_is_shown_as_any_other()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        async Task<Page> Post(long client, string scope) => await visitor.Send(HttpMethod.Post, "/connect/authorize",
            new FormUrlEncodedContent(QueryHelpers.ParseQuery(world.AuthorizePath(client, scope).Split('?', 2)[1]).Select(q => KeyValuePair.Create(q.Key, q.Value.ToString()))), Cancel);

        Assert.Equal("「歩数ノート」をつなぎますか", (await Post(app, Offline)).Title);
        Assert.Equal("invalid_scope", Sent(await Post(app, "system/*.rs"), "error"));
        Assert.Equal("アプリをつなげません", (await Post(1, Offline)).Title);
        Assert.Equal("アプリをつなげません", (await visitor.Send(HttpMethod.Post, "/connect/authorize", null, Cancel)).Title);
    }

    [Fact]
    public async Task Max_age_has_the_proof_renewed_and_the_identity_token_say_when_it_was()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        const string scope = "openid launch/patient patient/*.rs";
        var signedIn = world.Site.Clock.GetUtcNow();
        world.Site.Clock.Advance(TimeSpan.FromMinutes(2));

        // Within five minutes, but older than the app wants it; and 0 is older always.
        foreach (var seconds in new[] { "60", "0" })
            Assert.StartsWith("/sign-in/confirm", (await visitor.Get(world.AuthorizePath(app, scope, ("max_age", seconds)), Cancel)).Path, StringComparison.Ordinal);
        foreach (var wrong in new[] { "-1", "soon" })
            Assert.Equal("invalid_request", Sent(await visitor.Get(world.AuthorizePath(app, scope, ("max_age", wrong)), Cancel), "error"));
        Assert.InRange(AuthTime(await Answer(await visitor.Get(world.AuthorizePath(app, scope, ("max_age", "200")), Cancel)))!.Value, signedIn.ToUnixTimeSeconds() - 60, signedIn.ToUnixTimeSeconds());
        Assert.Null(AuthTime(await Answer(await visitor.Get(world.AuthorizePath(app, scope), Cancel))));

        // Who was sent to prove it and did comes through, though 0 seconds have passed again since.
        var confirm = await visitor.Get(world.AuthorizePath(app, scope, ("max_age", "0")), Cancel);
        var renewed = await visitor.Submit(confirm, "name=\"Password\"", Walk.Fields(("Password", "みかんの皮は橙色でまるい"), ("Code", world.NextCode())), Cancel);
        Assert.Equal("「歩数ノート」をつなぎますか", renewed.Title);
        Assert.InRange(AuthTime(await Answer(renewed))!.Value, signedIn.ToUnixTimeSeconds() + 120, world.Site.Clock.GetUtcNow().ToUnixTimeSeconds());

        async Task<Tokens> Answer(Page page) => await world.Code(app, Sent(await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes"), ("c-1", "true"), ("kept", "Once")), Cancel), "code"));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_connection_whose_code_nobody_redeemed_ends_with_the_code(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var resident = world.Resident.Resident!.Value;
        await world.Connect(visitor, app, Offline, ("kept", "Month"));
        var code = (await world.Agree(visitor, app, Offline, ("kept", "Month")))["code"];
        Assert.Equal(2, (await visitor.Get("/connected-apps", Cancel)).Body.Split("/connected-apps/cut-off").Length - 1);
        var never = await world.Site.Do<TasukiDb, SmartConnection>(db => db.Set<SmartConnection>().AsNoTracking().SingleAsync(c => c.LastUsed == null, Cancel));

        world.Site.Clock.Advance(SmartServer.CodeLife);

        Assert.Equal(1, (await visitor.Get("/connected-apps", Cancel)).Body.Split("/connected-apps/cut-off").Length - 1);
        Assert.Equal("invalid_grant", (await world.Code(app, code)).Error);
        var job = await world.Site.Do<TasukiDb, Job>(db => db.Set<Job>().AsNoTracking().SingleAsync(j => j.Kind == EndUnredeemed.Name && j.Subject == never.No, Cancel));
        Assert.InRange(job.Due, never.Created + SmartServer.CodeLife, never.Created + EndUnredeemed.After + TimeSpan.FromSeconds(1));
        foreach (var one in await world.Site.Do<TasukiDb, List<Job>>(db => db.Set<Job>().AsNoTracking().Where(j => j.Kind == EndUnredeemed.Name).ToListAsync(Cancel)))
            Assert.True((await world.Site.Do<IEnumerable<IJobHandler>, Result<Done>>(all => all.OfType<EndUnredeemed>().Single().Run(new JobWork(one.No, one.Key, null, one.Subject, 1), Cancel))).IsOk);
        // Its grant is over too, and the one that was taken up lives on.
        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        Assert.False((await vault.Open(Connections.ActorOf(never), resident, Purpose.AppUse, Cancel)).IsOk);
        var connections = await world.Site.Do<TasukiDb, List<SmartConnection>>(db => db.Set<SmartConnection>().AsNoTracking().ToListAsync(Cancel));
        Assert.True((await vault.Open(Connections.ActorOf(connections.Single(c => c.Ended is null)), resident, Purpose.AppUse, Cancel)).IsOk);
    }

    [Theory]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:51001/callback", true)]
    [InlineData("http://127.0.0.1/callback", "http://127.0.0.1:51001/callback", true)]
    [InlineData("http://[::1]:7466/callback?a=b", "http://[::1]:80/callback?a=b", true)]
    [InlineData("http://127.0.0.1:7466", "http://127.0.0.1:51001", true)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:51001/Callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:51001/callback?x=1", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://[::1]:7466/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.2:7466/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "https://127.0.0.1:51001/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:0/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:70000/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1:80@evil.test/callback", false)]
    [InlineData("http://127.0.0.1:7466/callback", "http://127.0.0.1.evil.test:7466/callback", false)]
    [InlineData("http://localhost:7466/callback", "http://localhost:51001/callback", false)]
    [InlineData("https://app.test:7466/callback", "https://app.test:51001/callback", false)]
    public void An_address_on_the_loopback_by_number_is_the_same_at_any_port_and_every_other_to_the_letter(string registered, string sent, bool same) =>
        Assert.Equal(same, new AppContent("n", "o", "c", "p", "https://app.test", [registered], null, null, "patient/*.rs").ReturnsTo(sent));

    [Fact]
    public async Task A_native_app_gets_its_code_at_the_port_the_system_gave_it()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register(redirect: "http://127.0.0.1:7466/callback");
        using var visitor = await world.SignIn();
        const string here = "http://127.0.0.1:51001/callback";
        var page = await visitor.Get(world.AuthorizePath(app, Offline, ("redirect_uri", here)), Cancel);
        Assert.Contains("form-action 'self' http://127.0.0.1:51001;", page.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes"), ("c-1", "true"), ("kept", "Month")), Cancel);

        Assert.StartsWith(here, answer.Path, StringComparison.Ordinal);
        Assert.Equal("invalid_grant", (await world.Code(app, Sent(answer, "code"), ("redirect_uri", "http://127.0.0.1:7466/callback"))).Error);
        var wrong = await visitor.Get(world.AuthorizePath(app, "system/*.rs", ("redirect_uri", here)), Cancel);
        Assert.StartsWith(here, wrong.Path, StringComparison.Ordinal);
        Assert.Equal("invalid_scope", Sent(wrong, "error"));
        Assert.Equal("アプリをつなげません", (await visitor.Get(world.AuthorizePath(app, Offline, ("redirect_uri", "http://127.0.0.1:51001/other")), Cancel)).Title);
    }

    private static string Sent(Page page, string name) => QueryHelpers.ParseQuery(new Uri(page.Path).Query)[name].ToString();

    private static long? AuthTime(Tokens tokens)
    {
        using var identity = JsonDocument.Parse(WebEncoders.Base64UrlDecode(tokens.Text("id_token")!.Split('.')[1]));
        return identity.RootElement.TryGetProperty("auth_time", out var time) ? time.GetInt64() : null;
    }
}
