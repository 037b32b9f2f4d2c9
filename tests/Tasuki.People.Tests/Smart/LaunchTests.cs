using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The standalone patient launch over HTTP, from the request to the gate, on both stores.</summary>
public sealed class LaunchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_app_is_connected_reads_within_the_choice_and_renews_its_tokens(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();

        var answer = await world.Agree(visitor, app, "openid fhirUser launch/patient offline_access patient/*.rs", ("kept", "Month"));
        Assert.Equal("s123", answer["state"]);
        Assert.Equal(world.Site.Address.AbsoluteUri, answer["iss"]);
        var tokens = await world.Code(app, answer["code"]);
        Assert.True(tokens.Status == 200, tokens.Json.ToString());
        Assert.InRange(tokens.Json.GetProperty("expires_in").GetInt32(), 590, 600);
        Assert.Equal("openid fhirUser launch/patient offline_access patient/*.rs", tokens.Scope);
        var patient = tokens.Text("patient")!;
        using var identity = JsonDocument.Parse(WebEncoders.Base64UrlDecode(tokens.Text("id_token")!.Split('.')[1]));
        Assert.Equal($"{world.Fhir}/Patient/{patient}", identity.RootElement.GetProperty("fhirUser").GetString());
        Assert.Equal($"{world.Resident.AccountNo}", identity.RootElement.GetProperty("sub").GetString());
        Assert.DoesNotContain(identity.RootElement.EnumerateObject(), claim => claim.Name.StartsWith("oi_", StringComparison.Ordinal));
        using var head = JsonDocument.Parse(WebEncoders.Base64UrlDecode(tokens.Text("id_token")!.Split('.')[0]));
        using var keys = JsonDocument.Parse((await world.Send(HttpMethod.Get, "/.well-known/jwks", null)).Body);
        var key = Assert.Single(keys.RootElement.GetProperty("keys").EnumerateArray(), k => k.GetProperty("kid").GetString() == head.RootElement.GetProperty("kid").GetString());
        Assert.Equal(("RS256", "RS256"), (head.RootElement.GetProperty("alg").GetString(), key.GetProperty("alg").GetString()));

        var (status, json) = await world.Probe(tokens.Access);
        Assert.Equal(200, status);
        Assert.Equal("Patient Immunization MedicationStatement Condition", SmartWorld.Types(json));
        Assert.Equal(world.Resident.Resident!.Value.Value, json.GetProperty("resident").GetInt64());
        Assert.Equal(patient, json.GetProperty("patient").GetString());

        world.Site.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        var renewed = await world.Refresh(app, tokens.Refresh);
        Assert.True(renewed.Status == 200, renewed.Json.ToString());
        Assert.Equal(patient, renewed.Text("patient"));
        Assert.Equal(tokens.Scope, renewed.Scope);
        Assert.Equal(200, (await world.Probe(renewed.Access)).Status);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_was_not_chosen_is_outside_the_token_and_outside_the_gate(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();

        // Vaccinations and charts, sensitive charts too; no writing, medicines left out.
        var tokens = await world.Connect(visitor, app, "launch/patient patient/Immunization.rs patient/MedicationStatement.rs patient/Condition.cruds", ("c-1", "true"), ("c-9", "true"), ("s-9", "true"), ("s-5", "true"));

        Assert.Equal("launch/patient patient/Immunization.rs patient/Condition.rs", tokens.Scope);
        Assert.Null(tokens.Refresh);
        var (_, json) = await world.Probe(tokens.Access);
        Assert.Equal("Immunization Condition Condition", SmartWorld.Types(json));
        Assert.Equal(403, (await world.Send(HttpMethod.Post, "/fhir/probe/Condition", tokens.Access)).Status);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_app_that_may_write_writes_the_chosen_classes_and_no_others(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();

        var tokens = await world.Connect(visitor, app, "launch/patient patient/Condition.cruds patient/Immunization.rs", ("c-9", "true"), ("c-1", "true"), ("may-write", "true"));

        Assert.Equal(200, (await world.Send(HttpMethod.Post, "/fhir/probe/Condition", tokens.Access)).Status);
        Assert.Equal(403, (await world.Send(HttpMethod.Post, "/fhir/probe/Immunization", tokens.Access)).Status);
        Assert.Equal(403, (await world.Send(HttpMethod.Post, "/fhir/probe/Sensitive", tokens.Access)).Status);
    }

    [Theory]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("aud", "https://elsewhere.test/fhir", "invalid_request")]
    [InlineData("aud", null, "invalid_request")]
    [InlineData("scope", "patient/Observation.x", "invalid_scope")]
    [InlineData("scope", "patient/Observation.rs system/*.rs", "invalid_scope")]
    [InlineData("scope", "launch patient/Observation.rs", "invalid_scope")]
    [InlineData("prompt", "none", "consent_required")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("scope", "launch/patient patient/Organization.rs patient/Provenance.rs", "invalid_scope")]
    [InlineData("client_id", "1", "")]
    [InlineData("redirect_uri", "https://app.test/callback/", "")]
    [InlineData("redirect_uri", null, "invalid_request")]
    public async Task A_request_that_is_not_as_it_must_be_shows_no_consent_and_where_it_is_SMARTs_own_goes_back_with_an_error(string name, string? value, string error)
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();

        var page = await visitor.Get(world.AuthorizePath(app, "launch/patient patient/*.rs", (name, value)), Cancel);

        if (error.Length == 0)
        {
            Assert.Equal((400, "アプリをつなげません"), (page.Status, page.Title));
        }
        else
        {
            Assert.StartsWith(SmartWorld.Redirect, page.Path, StringComparison.Ordinal);
            var sent = QueryHelpers.ParseQuery(new Uri(page.Path).Query);
            Assert.Equal((error, "s123", world.Site.Address.AbsoluteUri), (sent["error"].ToString(), sent["state"].ToString(), sent["iss"].ToString()));
            Assert.DoesNotContain("Observation", Uri.UnescapeDataString(page.Path), StringComparison.Ordinal);
        }

        Assert.DoesNotContain("/connect/decide", page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_redirect_and_an_unknown_app_are_said_on_a_page_of_ours_and_sent_nowhere()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        var waiting = await world.Register(approve: false);
        using var visitor = await world.SignIn();
        foreach (var path in new[] { world.AuthorizePath(app, "patient/*.rs", ("redirect_uri", "https://app.test/other")), world.AuthorizePath(1, "patient/*.rs"), world.AuthorizePath(waiting, "patient/*.rs") })
        {
            var page = await visitor.Get(path, Cancel);
            Assert.Equal("アプリをつなげません", page.Title);
            Assert.Equal(400, page.Status);
            Assert.DoesNotContain("patient/", page.Body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Who_is_not_signed_in_or_not_fresh_proves_it_first_and_comes_back_to_the_same_request()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var stranger = world.Site.NewVisitor();
        var path = world.AuthorizePath(app, "launch/patient patient/*.rs");
        var page = await stranger.Get(path, Cancel);
        Assert.Equal("/sign-in?return=" + Uri.EscapeDataString(path), page.Path);

        using var visitor = await world.SignIn();
        var shown = await visitor.Get(path, Cancel);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.StartsWith("/sign-in/confirm", (await visitor.Get(path, Cancel)).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in/confirm", (await visitor.Submit(shown, "/connect/decide", Walk.Fields(("answer", "yes"), ("c-1", "true"), ("kept", "Once")), Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(Cancel)));
    }

    [Fact]
    public async Task Refusing_answers_access_denied_and_gives_nothing()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var page = await visitor.Get(world.AuthorizePath(app, "launch/patient patient/*.rs"), Cancel);
        Assert.Contains("form-action 'self' https://app.test;", page.Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("app.test", (await visitor.Get("/connected-apps", Cancel)).Response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);

        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields(("answer", "no")), Cancel);

        Assert.Contains("error=access_denied", answer.Path, StringComparison.Ordinal);
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<SmartConnection>().CountAsync(Cancel)));
        using var forged = await world.SignIn();
        Assert.Equal(HttpStatusCode.BadRequest, (HttpStatusCode)(await forged.Send(HttpMethod.Post, world.AuthorizePath(app, "patient/*.rs").Replace("authorize", "decide", StringComparison.Ordinal),
            new FormUrlEncodedContent([KeyValuePair.Create("answer", "yes")]), Cancel)).Status);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_code_counts_once_for_its_app_its_address_and_its_verifier(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var (app, other) = (await world.Register(), await world.Register());
        using var visitor = await world.SignIn();
        async Task<string> NewCode() => (await world.Agree(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month")))["code"];

        Assert.Equal("invalid_grant", (await world.Code(app, await NewCode(), ("code_verifier", new string('x', 50)))).Error);
        Assert.Equal("invalid_grant", (await world.Code(other, await NewCode())).Error);
        Assert.Equal("invalid_grant", (await world.Code(app, await NewCode(), ("redirect_uri", "https://app.test/other"))).Error);
        var old = await NewCode();
        world.Site.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("invalid_grant", (await world.Code(app, old)).Error);
        var code = await NewCode();
        var tokens = await world.Code(app, code);
        Assert.Equal(200, tokens.Status);

        // A code that comes back was stolen by one of the two: nothing of it lives on.
        Assert.Equal("invalid_grant", (await world.Code(app, code)).Error);
        Assert.Equal(401, (await world.Probe(tokens.Access)).Status);
        Assert.Equal("invalid_grant", (await world.Refresh(app, tokens.Refresh)).Error);
    }
}
