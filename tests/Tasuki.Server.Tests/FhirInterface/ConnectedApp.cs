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
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.FhirInterface;

/// <summary>A server as it is started for real, a person who signed up there, and an app the person connected on the consent page, with its token.</summary>
internal sealed partial class ConnectedApp : IAsyncDisposable
{
    private const string Verifier = "a-verifier-of-a-client-that-is-long-enough-for-rfc-7636";
    private const string Scope = "launch/patient offline_access patient/*.cruds";
    private static readonly Uri Callback = new("https://app.test/callback");
    private readonly TestMunicipality _town;
    private readonly WebApplication _app;

    private ConnectedApp(TestMunicipality town, WebApplication app, Uri site, Walker person)
    {
        (_town, _app, Site, Person) = (town, app, site, person);
#pragma warning disable RS0030 // The client of a test, to a server of its own on loopback.
        Web = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = site };
#pragma warning restore RS0030
    }

    public Uri Site { get; }

    public Walker Person { get; }

    /// <summary>Speaks with the token of <see cref="Connect"/>, once there is one.</summary>
    public HttpClient Web { get; }

    public string Token { get; private set; } = "";

    public string Patient { get; private set; } = "";

    /// <summary>What the server logs as an error: a fault of its own.</summary>
    public required Faults Faults { get; init; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="clock">What the interface takes for the time; null for the real one.</param>
    public static async Task<ConnectedApp> Start(StoreKind store, TimeProvider? clock = null, params string[] settings)
    {
        var town = await TestMunicipality.New(store, "fhir");
        var faults = new Faults();
        var app = (await town.Build(
            builder =>
            {
                builder.Logging.AddProvider(faults);
                if (clock is not null)
                    builder.Services.AddSingleton(clock);
            },
            ["--environment=Development", .. settings])).Value;
        await app.StartAsync(Cancel);
        var site = new Uri(app.Urls.First());
        var person = new Walker(site, site.Port);
        await person.SignUp("緑山", "花子", "hanako", "正しい馬の電池ホチキス印刷", town.Clock.GetUtcNow());
        return new ConnectedApp(town, app, site, person) { Faults = faults };
    }

    public async Task<ConnectedApp> Connect()
    {
        (Token, Patient) = await Connect(Person, await Register(_app.Services), Site);
        Web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return this;
    }

    public string Observation(string value = "61.40", string day = "2026-04-01") =>
        $$$"""{"resourceType":"Observation","status":"final","code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},"subject":{"reference":"Patient/{{{Patient}}}"},"effectiveDateTime":"{{{day}}}","valueQuantity":{"value":{{{value}}},"unit":"kg"}}""";

    public static StringContent Resource(string json) => new(json, Encoding.UTF8, "application/fhir+json");

    public static async Task<JsonElement> Json(HttpResponseMessage answer) => JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancel)).RootElement;

    public async ValueTask DisposeAsync()
    {
        Web.Dispose();
        Person.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await _town.DisposeAsync();
    }

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

    private static async Task<string> Register(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var content = new AppContent("体重ノート", "合同会社みかん", "dev@app.test", "体重を書くため", "https://app.test/privacy", [Callback.AbsoluteUri], null, null, Scope, "たすき市北1-2-3 代表 青木守");
        var no = (await scope.ServiceProvider.GetRequiredService<RegisterApp>().Register(AppKind.Public, content, null, Cancel)).Value;
        var decide = scope.ServiceProvider.GetRequiredService<DecideApp>();
        Assert.True((await decide.Check(await Officer(scope.ServiceProvider, "青木 守", "officer1"), no, Cancel)).IsOk);
        Assert.True((await decide.Approve(await Officer(scope.ServiceProvider, "森 育子", "officer2"), no, Cancel)).IsOk);
        return no.ToString(CultureInfo.InvariantCulture);
    }

    private static async Task<Account> Officer(IServiceProvider services, string name, string signIn)
    {
        var made = await services.GetRequiredService<AccountFactory>().CreateStaff(StaffRole.Desk, name, "たすき市", signIn, "役場の庭の大きな楠の木陰で昼寝", Cancel);
        return await services.GetRequiredService<TasukiDb>().Set<Account>().AsNoTracking().SingleAsync(a => a.No == made.Value.AccountNo, Cancel);
    }

    [GeneratedRegex("name=\"(?<name>c-[0-9]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Categories();
}

/// <summary>Counts what is logged as an error or worse.</summary>
internal sealed class Faults : ILoggerProvider, ILogger
{
    private readonly List<string> _lines = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Error)
            return;
        lock (_lines)
            _lines.Add($"{formatter(state, exception)} {exception}");
    }

    public void Dispose()
    {
    }
}
