using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The register of apps by its pages, launches by a clinician, and what browsers of other origins and discovery are told.</summary>
public sealed class RegisterTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_developer_registers_two_officers_let_in_and_one_stops(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        using var developer = world.Site.NewVisitor();
        var form = await developer.Get("/apps/register", Cancel);
        var done = await developer.Submit(form, "register-app", Walk.Fields(
            ("Name", "歩数ノート"), ("Operator", "合同会社みかん"), ("Seat", SmartWorld.Seat), ("Contact", "dev@app.test"), ("Purpose", "健診と歩数を\n一緒に見るため"), ("Privacy", "https://app.test/privacy"), ("Kind", "Public"),
            ("Redirects", SmartWorld.Redirect), ("Launch", ""), ("Keys", ""), ("Scopes", "launch/patient patient/Observation.read")), Cancel);
        Assert.True(done.Body.Contains("登録を受け付けました", StringComparison.Ordinal), done.Body);
        var no = await world.Site.Do<TasukiDb, long>(db => db.Set<SmartApp>().Select(a => a.No).SingleAsync(Cancel));
        Assert.Contains($"{no}", done.Body, StringComparison.Ordinal);
        using var resident = await world.SignIn();
        Assert.True((await resident.Get("/staff/apps", Cancel)).IsRefused);
        Assert.Equal("アプリをつなげません", (await resident.Get(world.AuthorizePath(no, "patient/Observation.rs"), Cancel)).Title);

        using var first = await Officer(world, "officer1", world.First);
        Assert.Contains("歩数ノート", (await first.Get("/staff/apps", Cancel)).Body, StringComparison.Ordinal);
        var page = await Step(first, no, "check");
        Assert.Contains("青木 守", page.Body, StringComparison.Ordinal);
        Assert.Contains("別の職員が承認してください", (await Step(first, no, "approve")).Body, StringComparison.Ordinal);
        using var second = await Officer(world, "officer2", world.Second);
        Assert.Contains("森 育子", (await Step(second, no, "approve")).Body, StringComparison.Ordinal);
        Assert.Equal("「歩数ノート」をつなぎますか", (await resident.Get(world.AuthorizePath(no, "patient/Observation.rs"), Cancel)).Title);
        // What it was approved for and no more: writing was never registered.
        Assert.Contains("error=invalid_scope", (await resident.Get(world.AuthorizePath(no, "patient/Observation.cruds"), Cancel)).Path, StringComparison.Ordinal);

        await Step(first, no, "suspend");
        Assert.Equal("アプリをつなげません", (await resident.Get(world.AuthorizePath(no, "patient/Observation.rs"), Cancel)).Title);
        await world.Site.Do<TasukiDb>(db => db.Set<SmartApp>().ExecuteUpdateAsync(s => s.SetProperty(a => a.State, AppState.Approved), Cancel));
        Assert.Equal("アプリをつなげません", (await resident.Get(world.AuthorizePath(no, "patient/Observation.rs"), Cancel)).Title);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_bulk_export_of_more_people_than_usual_stands_on_the_pages_of_apps_for_90_days(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var (app, other) = (await world.Register(), await world.Register());
        await world.Site.Do<IServiceProvider>(async services =>
        {
            services.GetRequiredService<LargeExports>().Tell(app, 1_201, 600);
            await services.GetRequiredService<TasukiDb>().SaveChangesAsync(Cancel);
        });
        using (var officer = await Officer(world, "officer1", world.First))
        {
            Assert.Contains("1,201人分", (await officer.Get("/staff/apps", Cancel)).Body, StringComparison.Ordinal);
            Assert.Contains("1,201人分", (await officer.Get($"/staff/apps/{app}", Cancel)).Body, StringComparison.Ordinal);
            Assert.DoesNotContain("人分", (await officer.Get($"/staff/apps/{other}", Cancel)).Body, StringComparison.Ordinal);
        }

        world.Site.Clock.Advance(TimeSpan.FromDays(91));
        using var later = await Officer(world, "officer1", world.First);
        Assert.DoesNotContain("人分", (await later.Get("/staff/apps", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://app.test/callback", "app.redirect")]
    [InlineData("https://app.test/callback#x", "app.redirect")]
    [InlineData("javascript:alert(1)", "app.redirect")]
    [InlineData("https://user@app.test/", "app.redirect")]
    [InlineData("/callback", "app.redirect")]
    [InlineData("http://127.0.0.1:4711/callback", null)]
    [InlineData("jp.example.app:/callback", null)]
    public async Task A_redirect_address_is_exact_and_safe(string address, string? error)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var content = world.App("patient/*.rs", AppKind.Public) with { RedirectUris = [address] };
        Assert.Equal(error, (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, content, null, Cancel))).Error?.Code);
    }

    [Fact]
    public async Task What_an_app_says_of_itself_is_checked_whole()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        async Task<string?> Try(AppKind kind, Func<AppContent, AppContent> change) =>
            (await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(kind, change(world.App("patient/*.rs", kind)), null, Cancel))).Error?.Code;
        Assert.Equal("app.text", await Try(AppKind.Public, c => c with { Operator = " " }));
        Assert.Equal("app.text", await Try(AppKind.Public, c => c with { Name = new string('名', 81) }));
        Assert.Equal("app.address", await Try(AppKind.Public, c => c with { PrivacyPolicy = "http://app.test/privacy" }));
        Assert.Equal("app.keys", await Try(AppKind.Confidential, c => c));
        Assert.Equal("app.keys", await Try(AppKind.Confidential, c => c with { Keys = """{"keys":[{"kty":"EC","crv":"P-384","kid":"a","x":"AA","y":"AA","d":"AA"}]}""" }));
        Assert.Equal("app.keys", await Try(AppKind.Confidential, c => c with { Keys = "not json" }));
        Assert.Equal("app.keys", await Try(AppKind.Confidential, c => c with { Keys = """{"keys":[{"kty":"oct","k":"AAAA","kid":"a"}]}""" }));
        // What is not seen, and what is painted over the lines around it.
        foreach (var name in new[] { "\u3164", "\u2800\u2800", "歩\u0301\u0302\u0303\u0304\u0305\u0306数" })
            Assert.Equal("app.text", await Try(AppKind.Public, c => c with { Name = name }));
        Assert.Equal("app.scopes", await Try(AppKind.Public, c => c with { Scopes = "system/*.rs" }));
        Assert.Equal("app.scopes", await Try(AppKind.Public, c => c with { Scopes = "openid" }));
        Assert.Equal("app.scopes", await Try(AppKind.Public, c => c with { Scopes = "patient/Nothing.rs" }));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_clinicians_app_acts_with_the_clinicians_rights_for_the_launched_patient_until_the_sign_out(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register("openid fhirUser launch online_access patient/*.rs user/*.rs");
        var clinician = await SmartWorld.Staff(world.Site, StaffRole.Clinician, "林 診", "clinician1");
        var resident = world.Resident.Resident!.Value;
        var vault = world.Site.Services.GetRequiredService<Tasuki.Vault.RecordVault>();
        Assert.True((await vault.Grant(Tasuki.Vault.Actor.Resident(resident), new Tasuki.Vault.NewGrant(
            resident, Tasuki.Vault.ActorKind.Clinician, $"{clinician.No}", Tasuki.Vault.Purpose.Care, Kernel.Records.AccessClasses.Of(Kernel.Records.DataCategory.Immunization, Kernel.Records.DataCategory.Other), null, null,
            world.Site.Clock.GetUtcNow().AddDays(1)), Cancel)).IsOk);
        using var visitor = await Officer(world, "clinician1", clinician);

        var address = (await world.Site.Do<LaunchContexts, Result<Uri>>(l => l.Issue(clinician, app, resident, world.Fhir, Cancel))).Value;
        var launch = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(address.Query)["launch"].ToString();
        var path = world.AuthorizePath(app, "openid fhirUser launch online_access patient/*.rs", ("launch", launch));
        var page = await visitor.Get(path, Cancel);
        Assert.Equal("「歩数ノート」をつなぎますか", page.Title);
        Assert.Contains("アプリを開くときにあなたが選んだ患者さん1人の記録", page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("患者さんの記録を変えられます", page.Body, StringComparison.Ordinal);
        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "yes")), Cancel);
        var code = Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString();
        var tokens = await world.Code(app, code);
        Assert.True(tokens.Status == 200, tokens.Json.ToString());
        var (_, json) = await world.Probe(tokens.Access);
        Assert.Equal(("ClinicianApp", "Clinician", clinician.No, resident.Value), (json.GetProperty("kind").GetString(), json.GetProperty("actorKind").GetString(), json.GetProperty("practitioner").GetInt64(), json.GetProperty("resident").GetInt64()));
        Assert.Equal(tokens.Text("patient"), json.GetProperty("patient").GetString());
        Assert.Equal("Patient Immunization", SmartWorld.Types(json));
        // A clinician is nothing that can be read at /fhir, so no address of one is handed out.
        Assert.Equal("openid launch online_access patient/*.rs", tokens.Scope);
        using var identity = JsonDocument.Parse(Microsoft.AspNetCore.WebUtilities.WebEncoders.Base64UrlDecode(tokens.Text("id_token")!.Split('.')[1]));
        Assert.False(identity.RootElement.TryGetProperty("fhirUser", out _));
        // The resident sees who looked and by which app.
        var log = (await vault.Open(Tasuki.Vault.Actor.Resident(resident), resident, Tasuki.Vault.Purpose.OwnUse, Cancel)).Value;
        var looked = (await log.AccessLog(100, Cancel)).Where(entry => entry.ActorKind is Tasuki.Vault.ActorKind.Clinician).ToList();
        Assert.NotEmpty(looked);
        Assert.All(looked, entry => Assert.Equal(($"{clinician.No}", (long?)app), (entry.ActorId, entry.App)));

        // A launch counts once, and for the clinician it was issued to.
        Assert.Contains("error=access_denied", (await visitor.Submit(await visitor.Get(path, Cancel), "/connect/decide", Walk.Fields(("answer", "yes")), Cancel)).Path, StringComparison.Ordinal);
        using var own = await world.SignIn();
        Assert.Contains("error=invalid_scope", (await own.Get(path, Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal(200, (await world.Refresh(app, tokens.Refresh)).Status);
        await visitor.Submit(await visitor.Get("/staff", Cancel), "\"/sign-out\"", Walk.Fields(), Cancel);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
    }

    [Fact]
    public async Task The_page_of_a_clinician_says_whose_records_which_kinds_what_is_done_to_them_and_for_how_long()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register("openid online_access user/*.cruds");
        var clinician = await SmartWorld.Staff(world.Site, StaffRole.Clinician, "林 診", "clinician1");
        using var visitor = await Officer(world, "clinician1", clinician);

        var all = (await visitor.Get(world.AuthorizePath(app, "online_access user/*.cruds"), Cancel)).Body;
        foreach (var said in new[] { "あなたに見せている患者さん全員の記録", "予防接種", "電子カルテ", "見る、追加する、書き換える、消す", "患者さんの記録を変えられます", "サインインしているあいだ（最長12時間）", "user/*.cruds", "このアプリの名前で残ります" })
            Assert.Contains(said, all, StringComparison.Ordinal);

        var some = (await visitor.Get(world.AuthorizePath(app, "user/Immunization.cs user/Organization.r"), Cancel)).Body;
        foreach (var said in new[] { "見る、追加する", "今回だけ（10分ほど）", "だれのものでもない情報" })
            Assert.Contains(said, some, StringComparison.Ordinal);
        foreach (var said in new[] { "電子カルテ", "書き換える", "消す" })
            Assert.DoesNotContain(said, some, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_says_what_works_and_only_the_open_addresses_answer_other_origins()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var smart = JsonDocument.Parse((await world.Send(HttpMethod.Get, "/fhir/.well-known/smart-configuration", null)).Body).RootElement;
        var oidc = JsonDocument.Parse((await world.Send(HttpMethod.Get, "/.well-known/openid-configuration", null)).Body).RootElement;
        foreach (var name in new[] { "issuer", "jwks_uri", "authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint" })
            Assert.Equal(oidc.GetProperty(name).GetString(), smart.GetProperty(name).GetString());
        foreach (var name in new[] { "code_challenge_methods_supported", "grant_types_supported", "token_endpoint_auth_methods_supported" })
            Assert.Equal(Sorted(smart, name), Sorted(oidc, name));
        Assert.Equal("S256", Sorted(smart, "code_challenge_methods_supported"));
        var keys = JsonDocument.Parse((await world.Send(HttpMethod.Get, "/.well-known/jwks", null)).Body).RootElement.GetProperty("keys");
        Assert.Equal("ES256 RS256", string.Join(' ', keys.EnumerateArray().Select(k => k.GetProperty("alg").GetString()).Order(StringComparer.Ordinal)));
        Assert.All(keys.EnumerateArray(), k => Assert.False(k.TryGetProperty("d", out _)));
        var head = await world.Send(HttpMethod.Head, "/fhir/.well-known/smart-configuration", null);
        Assert.Equal((200, ""), (head.Status, head.Body));
        Assert.Equal("RS256", Sorted(oidc, "id_token_signing_alg_values_supported"));
        Assert.Equal("at_hash aud auth_time azp exp fhirUser iat iss nonce sub", Sorted(oidc, "claims_supported"));
        // What International Patient Access wants of a server.
        foreach (var wanted in new[] { "launch-standalone", "context-standalone-patient", "permission-patient", "permission-offline", "sso-openid-connect", "client-public", "client-confidential-asymmetric" })
            Assert.Contains(wanted, smart.GetProperty("capabilities").EnumerateArray().Select(one => one.GetString()!), StringComparer.Ordinal);
        // And what a clinician's page begins (OpenAppTests).
        foreach (var wanted in new[] { "launch-ehr", "context-ehr-patient" })
            Assert.Contains(wanted, Sorted(smart, "capabilities"), StringComparison.Ordinal);
        Assert.Contains(" launch ", Sorted(smart, "scopes_supported"), StringComparison.Ordinal);

        foreach (var path in new[] { "/fhir/.well-known/smart-configuration", "/fhir/probe", "/connect/token", "/.well-known/jwks", "/.well-known/openid-configuration" })
        {
            var (status, _, preflight) = await world.Send(HttpMethod.Options, path, null, null, ("Origin", "https://app.test"), ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Headers", "authorization"));
            Assert.Equal(204, status);
            Assert.Equal("*", preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.False(preflight.Headers.Contains("Access-Control-Allow-Credentials"));
        }

        foreach (var path in new[] { "/", "/connect/authorize", "/connect/introspect", "/connect/revoke", "/connect/decide", "/connected-apps", "/fhirother" })
            Assert.False((await world.Send(HttpMethod.Options, path, null, null, ("Origin", "https://app.test"), ("Access-Control-Request-Method", "GET"))).Response.Headers.Contains("Access-Control-Allow-Origin"), path);
    }

    [Fact]
    public async Task An_API_call_is_answered_as_RFC_6750_says_and_cookies_open_nothing()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));
        Assert.Equal(401, (await visitor.Get("/fhir/probe", Cancel)).Status);
        var (status, _, response) = await world.Send(HttpMethod.Get, "/fhir/probe", null);
        Assert.Equal((401, "Bearer realm=\"fhir\""), (status, response.Headers.WwwAuthenticate.ToString()));
        foreach (var wrong in new[] { "xx-no-token-xx", new string('a', 43), tokens.Refresh!, tokens.Text("patient")!, tokens.Access + "a" })
        {
            (status, var body, response) = await world.Send(HttpMethod.Get, "/fhir/probe", wrong);
            Assert.Equal(401, status);
            Assert.Contains("error=\"invalid_token\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(wrong, body + response.Headers.WwwAuthenticate, StringComparison.Ordinal);
        }

        (status, _, response) = await world.Send(HttpMethod.Get, $"/fhir/probe?access_token={tokens.Access}", null);
        Assert.Equal(400, status);
        Assert.Contains("error=\"invalid_request\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    private static string Sorted(JsonElement root, string name) =>
        string.Join(' ', root.GetProperty(name).EnumerateArray().Select(v => v.GetString()).Where(v => v is not "none").Order(StringComparer.Ordinal));

    private static async Task<Visitor> Officer(SmartWorld world, string name, Account account)
    {
        var visitor = world.Site.NewVisitor();
        world.Site.Clock.Advance(TimeSpan.FromSeconds(31));
        var seed = (await world.Site.Do<AccountSeals, Result<string>>(s => s.Open<string>(null, "account", "totp_seed", account.No, account.TotpSeed!, Cancel))).Value;
        await Walk.SignIn(world.Site, visitor, name, Password, TimeCodes.CodeAt(seed, world.Site.Clock.GetUtcNow()));
        return visitor;
    }

    private static async Task<Page> Step(Visitor officer, long app, string step) =>
        await officer.Submit(await officer.Get($"/staff/apps/{app}", Cancel), "decide-app", Walk.Fields(("Looked", "true"), ("What", step)), Cancel);
}
