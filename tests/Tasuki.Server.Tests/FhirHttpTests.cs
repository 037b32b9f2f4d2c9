using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>The whole way: a person signs up, connects an app on the consent page, and the app asks <c>/fhir</c> over HTTP with the token it was given.</summary>
public sealed partial class FhirHttpTests
{
    private const string Verifier = "a-verifier-of-a-client-that-is-long-enough-for-rfc-7636";
    private static readonly Uri Callback = new("https://app.test/callback");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_app_reads_and_writes_with_its_token_and_nothing_else(StoreKind store)
    {
        await using var town = await TestMunicipality.New(store, "fhir");
        await using var app = (await town.Build(null, "--environment=Development", "--Tasuki:Search:Heavy=100", "--Tasuki:Search:PerMinute=100")).Value;
        await app.StartAsync(Cancel);
        var site = new Uri(app.Urls.First());
        var client = await Register(app.Services);
        using var person = new Walker(site, site.Port);
        await person.SignUp("緑山", "花子", "hanako", "正しい馬の電池ホチキス印刷", town.Clock.GetUtcNow());
        var (token, patient) = await Connect(person, client, site);
#pragma warning disable RS0030 // The client of a test, to a server of its own on loopback.
        using var web = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = site };
#pragma warning restore RS0030

        var open = await web.GetAsync("/fhir/metadata", Cancel);
        Assert.Equal("application/fhir+json", open.Content.Headers.ContentType?.MediaType);
        var refused = await web.GetAsync("/fhir/Observation", Cancel);
        Assert.Equal((401, "Bearer"), ((int)refused.StatusCode, refused.Headers.WwwAuthenticate.Single().Scheme));
        Assert.Equal("OperationOutcome", (await Json(refused)).GetProperty("resourceType").GetString());
        // The person's own cookies open nothing here.
        Assert.Equal(401, (await person.Get("/fhir/Patient")).Status);

        web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var body = $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/{{{patient}}}"},"effectiveDateTime":"2026-04-01","valueQuantity":{"value":61.40,"unit":"kg"}}""";
        var created = await web.PostAsync("/fhir/Observation", Resource(body), Cancel);
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("W/\"1\"", created.Headers.ETag?.ToString());
        var read = await web.GetAsync(created.Headers.Location!.PathAndQuery.Replace("/_history/1", "", StringComparison.Ordinal), Cancel);
        Assert.Contains("61.40", await read.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("no-store", read.Headers.CacheControl?.ToString());

        var searched = await web.PostAsync("/fhir/Observation/_search", new FormUrlEncodedContent([KeyValuePair.Create("patient", patient), KeyValuePair.Create("_count", "10")]), Cancel);
        Assert.Single((await Json(searched)).GetProperty("entry").EnumerateArray());
        var xml = await web.GetAsync("/fhir/Observation?_format=xml", Cancel);
        Assert.StartsWith("<Bundle xmlns=\"http://hl7.org/fhir\">", (await xml.Content.ReadAsStringAsync(Cancel)).TrimStart('\uFEFF'), StringComparison.Ordinal);
        using var asXml = new StringContent($"<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/><code><text value=\"t\"/></code><subject><reference value=\"Patient/{patient}\"/></subject></Observation>", Encoding.UTF8, "application/fhir+xml");
        Assert.Equal(201, (int)(await web.PostAsync("/fhir/Observation", asXml, Cancel)).StatusCode);

        (HttpContent Content, int Status)[] bad =
        [
            (new StringContent(body, Encoding.UTF8, "text/plain"), 415), (Resource("{"), 400), (Resource(body.Replace("final", "finished", StringComparison.Ordinal)), 422),
            (Resource($"{{\"resourceType\":\"Observation\",\"x\":\"{new string('a', 17 * 1024 * 1024)}\"}}"), 413),
        ];
        foreach (var (content, status) in bad)
        {
            var answer = await web.PostAsync("/fhir/Observation", content, Cancel);
            Assert.Equal((status, "OperationOutcome"), ((int)answer.StatusCode, (await Json(answer)).GetProperty("resourceType").GetString()));
        }

        Assert.Equal(406, (int)(await web.GetAsync("/fhir/Observation?_format=turtle", Cancel)).StatusCode);
        Assert.Equal(400, (int)(await web.GetAsync($"/fhir/Observation?access_token={token}", Cancel)).StatusCode);

        // More than the person's records may be looked through again at once.
        var many = string.Join(',', Enumerable.Range(1, 180).Select(i => $$$"""{"resource":{{{body.Replace("61.40", $"{i}", StringComparison.Ordinal)}}},"request":{"method":"POST","url":"Observation"}}"""));
        Assert.Equal(200, (int)(await web.PostAsync("/fhir", Resource($$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{many}}}]}"""), Cancel)).StatusCode);
        Assert.Equal(200, (int)(await web.GetAsync("/fhir/Observation?value-quantity=gt1000", Cancel)).StatusCode);
        var wait = await web.GetAsync("/fhir/Observation?value-quantity=gt1000", Cancel);
        Assert.Equal(429, (int)wait.StatusCode);
        Assert.True(wait.Headers.RetryAfter?.Delta > TimeSpan.Zero);

        // Cut off by the person: the next request is refused.
        var page = await person.Get("/connected-apps");
        await person.Submit(page, "cut-off");
        Assert.Equal(401, (int)(await web.GetAsync("/fhir/Observation", Cancel)).StatusCode);
        await app.StopAsync(Cancel);
    }

    private static StringContent Resource(string json) => new(json, Encoding.UTF8, "application/fhir+json");

    private static async Task<JsonElement> Json(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;

    private static async Task<(string Token, string Patient)> Connect(Walker person, string client, Uri site)
    {
        var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
        var page = await person.Get(
            $"/connect/authorize?response_type=code&client_id={client}&redirect_uri={Uri.EscapeDataString(Callback.AbsoluteUri)}&scope={Uri.EscapeDataString(Scope)}&aud={Uri.EscapeDataString(new Uri(site, "/fhir").AbsoluteUri)}&state=s&code_challenge={challenge}&code_challenge_method=S256");
        Assert.True(page.Status == 200, $"{page.Path} {page.Status} {page.Body}");
        var ticked = Categories().Matches(page.Body).Select(m => (m.Groups["name"].Value, "true")).Distinct().ToList();
        var answer = await person.Submit(page, "/connect/decide", [.. ticked, ("answer", "yes"), ("may-write", "true"), ("kept", "Month")]);
        Assert.StartsWith(Callback.AbsoluteUri + "?code=", answer.Path, StringComparison.Ordinal);
        var code = QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString();
        var tokens = await person.Send(HttpMethod.Post, "/connect/token", new FormUrlEncodedContent(
        [
            KeyValuePair.Create("grant_type", "authorization_code"), KeyValuePair.Create("code", code), KeyValuePair.Create("redirect_uri", Callback.AbsoluteUri),
            KeyValuePair.Create("code_verifier", Verifier), KeyValuePair.Create("client_id", client),
        ]));
        Assert.True(tokens.Status == 200, tokens.Body);
        using var json = JsonDocument.Parse(tokens.Body);
        return (json.RootElement.GetProperty("access_token").GetString()!, json.RootElement.GetProperty("patient").GetString()!);
    }

    private const string Scope = "launch/patient offline_access patient/*.cruds";

    private static async Task<string> Register(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var content = new AppContent("体重ノート", "合同会社みかん", "dev@app.test", "体重を書くため", "https://app.test/privacy", [Callback.AbsoluteUri], null, null, Scope);
        var no = (await scope.ServiceProvider.GetRequiredService<RegisterApp>().Register(AppKind.Public, content, null, Cancel)).Value;
        var decide = scope.ServiceProvider.GetRequiredService<DecideApp>();
        Assert.True((await decide.Check(await Officer(scope.ServiceProvider, "青木 守", "officer1"), no, Cancel)).IsOk);
        Assert.True((await decide.Approve(await Officer(scope.ServiceProvider, "森 育子", "officer2"), no, Cancel)).IsOk);
        return no.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<Account> Officer(IServiceProvider services, string name, string signIn)
    {
        var made = await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Officer, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", Cancel);
        return await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, Cancel);
    }

    [GeneratedRegex("name=\"(?<name>c-[0-9]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Categories();
}
