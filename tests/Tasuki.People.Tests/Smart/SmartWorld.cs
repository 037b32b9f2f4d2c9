using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>A site with two officers, a resident with some records, and apps to connect.</summary>
internal sealed class SmartWorld : IAsyncDisposable
{
    public const string Redirect = "https://app.test/callback";
    public const string Verifier = "a-verifier-of-a-client-that-is-long-enough-for-rfc-7636";
    public const string Seat = "みどり市北1-2-3 代表社員 青木守";
    public const string Usual = "openid fhirUser launch/patient offline_access online_access patient/*.cruds";

    private const string Password = "みかんの皮は橙色でまるい";

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
    private int _codes;

    private SmartWorld(TestSite site, CreatedAccount resident, Account first, Account second) => (Site, Resident, First, Second) = (site, resident, first, second);

    public TestSite Site { get; }

    public CreatedAccount Resident { get; }

    public Account First { get; }

    public Account Second { get; }

    public string Fhir => new Uri(Site.Address, "/fhir").AbsoluteUri;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<SmartWorld> Start(DataStore store, string? dump = null, Action<IServiceCollection>? more = null, Delivery.DeliveryOptions? delivery = null)
    {
        var site = await TestSite.Start(store, Cancel, dump: dump, more: more, delivery: delivery);
        if (dump is not null)
            return new SmartWorld(site, null!, null!, null!);
        var resident = await SignInTests.NewResident(site, "kazuo", codes: true);
        var first = await Staff(site, StaffRole.Desk, "青木 守", "officer1");
        var second = await Staff(site, StaffRole.Desk, "森 育子", "officer2");
        var session = (await site.Services.GetRequiredService<RecordVault>().Open(Actor.Resident(resident.Resident!.Value), resident.Resident.Value, Purpose.Import, Cancel)).Value;
        await session.Write([Record("Immunization", site.Clock.GetUtcNow()), Record("MedicationStatement", site.Clock.GetUtcNow()), Record("Condition", site.Clock.GetUtcNow()), Record("Sensitive", site.Clock.GetUtcNow())], Cancel);
        return new SmartWorld(site, resident, first, second);
    }

    public static async Task<Account> Staff(TestSite site, StaffRole role, string name, string signIn)
    {
        var made = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, "みどり市", signIn, Password, Cancel))).Value;
        return await site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.AccountNo, Cancel));
    }

    /// <summary>A record that falls into Immunization, Medication or Chart; <c>Sensitive</c> is a chart entry of mental health.</summary>
    public static NewRecord Record(string type, DateTimeOffset now)
    {
        var (real, code) = type is "Sensitive" ? ("Condition", "F32") : (type, $"J06{now.UtcTicks}");
        var field = real switch { "Immunization" => "vaccineCode", "MedicationStatement" => "medicationCodeableConcept", _ => "code" };
        return new NewRecord(
            CanonicalResource.Parse(Encoding.UTF8.GetBytes($$$"""{"resourceType":"{{{real}}}","{{{field}}}":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"{{{code}}}"}]},"patient":{"display":"x"}}""")).Value,
            new RecordOrigin(SourceKind.MedicalInstitution, null, null, null, now));
    }

    public AppContent App(string scopes, AppKind kind, string? keys = null) => new(
        "歩数ノート", "合同会社みかん", "dev@app.test", "健診と歩数を一緒に見るため", "https://app.test/privacy", kind is AppKind.Backend ? [] : [Redirect], "https://app.test/launch", keys, scopes, Seat);

    public async Task<long> Register(string scopes = Usual, AppKind kind = AppKind.Public, string? keys = null, bool approve = true, string? redirect = null)
    {
        var content = App(scopes, kind, keys);
        var no = await Site.Do<RegisterApp, Result<long>>(r => r.Register(kind, redirect is null ? content : content with { RedirectUris = [redirect] }, null, Cancel));
        Assert.True(no.IsOk, no.Error?.ToString());
        if (approve)
        {
            Assert.True((await Site.Do<DecideApp, Result<Done>>(d => d.Check(First, no.Value, Cancel))).IsOk);
            Assert.True((await Site.Do<DecideApp, Result<Done>>(d => d.Approve(Second, no.Value, Cancel))).IsOk);
        }

        return no.Value;
    }

    public async Task<Visitor> SignIn()
    {
        var visitor = Site.NewVisitor();
        await Walk.SignIn(Site, visitor, "kazuo", Password, NextCode());
        return visitor;
    }

    /// <summary>A code of the resident's list that was not used yet.</summary>
    public string NextCode() => Resident.Codes[_codes++];

    public string AuthorizePath(long app, string scope, params (string Name, string? Value)[] other)
    {
        var query = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code", ["client_id"] = $"{app}", ["redirect_uri"] = Redirect, ["scope"] = scope, ["state"] = "s123", ["aud"] = Fhir,
            ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))), ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in other)
        {
            if (value is null)
                query.Remove(name);
            else
                query[name] = value;
        }

        return QueryHelpers.AddQueryString("/connect/authorize", query);
    }

    /// <summary>Agrees to what the page offers, as it stands, and with <paramref name="fields"/>. Returns the query the app is sent.</summary>
    public async Task<Dictionary<string, string>> Agree(Visitor visitor, long app, string scope, params (string Name, string Value)[] fields)
    {
        var page = await visitor.Get(AuthorizePath(app, scope), Cancel);
        Assert.True(page.Status == 200, $"{page.Status} {page.Path} {page.Body}");
        var chosen = fields.Any(f => f.Name.StartsWith("c-", StringComparison.Ordinal)) ? [] : Enum.GetValues<DataCategory>().Where(c => page.Body.Contains($"name=\"c-{(int)c}\"", StringComparison.Ordinal)).Select(c => ($"c-{(int)c}", "true"));
        var answer = await visitor.Submit(page, "/connect/decide", Walk.Fields([("answer", "yes"), .. chosen, .. fields]), Cancel);
        Assert.StartsWith(Redirect, answer.Path, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(new Uri(answer.Path).Query).ToDictionary(q => q.Key, q => q.Value.ToString(), StringComparer.Ordinal);
    }

    public async Task<Tokens> Connect(Visitor visitor, long app, string scope, params (string Name, string Value)[] fields)
    {
        var code = (await Agree(visitor, app, scope, fields))["code"];
        var tokens = await Code(app, code);
        Assert.True(tokens.Status == 200, tokens.Json.ToString());
        return tokens;
    }

    public Task<Tokens> Code(long app, string code, params (string Name, string Value)[] other) =>
        Token([("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Redirect), ("client_id", $"{app}"), ("code_verifier", Verifier), .. other]);

    public Task<Tokens> Refresh(long app, string? token, params (string Name, string Value)[] other) =>
        Token([("grant_type", "refresh_token"), ("refresh_token", token ?? ""), ("client_id", $"{app}"), .. other]);

    public async Task<Tokens> Token(params (string Name, string Value)[] fields)
    {
        var (status, body, _) = await Post("/connect/token", fields);
        return new Tokens(status, JsonDocument.Parse(body).RootElement);
    }

    public Task<(int Status, string Body, HttpResponseMessage Response)> Post(string path, params (string Name, string Value)[] fields) =>
        Send(HttpMethod.Post, path, null, new FormUrlEncodedContent(fields.Where(f => f.Value.Length > 0).GroupBy(f => f.Name, StringComparer.Ordinal).Select(f => KeyValuePair.Create(f.Key, f.Last().Value))));

    public async Task<(int Status, string Body, HttpResponseMessage Response)> Send(HttpMethod method, string path, string? bearer, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, new Uri(Site.Address, path)) { Content = content };
        if (bearer is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {bearer}");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        var response = await _client.SendAsync(request, Cancel);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(Cancel), response);
    }

    public static string Types(JsonElement probed) => string.Join(' ', probed.GetProperty("types").EnumerateArray().Select(t => t.GetString()));

    public async Task<(int Status, JsonElement Json)> Probe(string token)
    {
        var (status, body, _) = await Send(HttpMethod.Get, "/fhir/probe", token);
        return (status, status == 200 ? JsonDocument.Parse(body).RootElement : default);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Site.DisposeAsync();
    }
}

internal sealed record Tokens(int Status, JsonElement Json)
{
    public string Access => Json.GetProperty("access_token").GetString()!;

    public string? Refresh => Text("refresh_token");

    public string? Scope => Text("scope");

    public string? Error => Text("error");

    public string? Text(string name) => Json.TryGetProperty(name, out var value) ? value.GetString() : null;
}
