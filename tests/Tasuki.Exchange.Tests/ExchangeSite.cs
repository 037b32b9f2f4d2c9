using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Exchange.Tests.Importing;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Exchange.Tests;

/// <summary>The module's pages and endpoints on a real server. Who is signed in comes from a header instead of a sign-in, which People tests.</summary>
public sealed class ExchangeSite : IAsyncDisposable
{
    private const string Who = "X-Test-Resident";
    private const string Proved = "X-Test-Proved";
    private readonly WebApplication _app;
    private readonly TempFolder _folder;

    private ExchangeSite(WebApplication app, RecordVault vault, TempFolder folder, TestClock clock)
    {
        (_app, Vault, _folder, Clock) = (app, vault, folder, clock);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public Uri Address { get; }

    public RecordVault Vault { get; }

    public TestClock Clock { get; }

    public string Spools => Path.Combine(_folder.Path, "spool");

    public static async Task<ExchangeSite> Start(Func<ExchangeOptions, ExchangeOptions>? adjust = null)
    {
        var folder = new TempFolder();
        var clock = new TestClock();
        var cancel = ExchangeHost.Cancel;
        var vault = (await RecordVault.Start(await ExchangeHost.VaultAt(folder.Path, StoreKind.Sqlite), clock, cancel)).Value;
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development", ContentRootPath = folder.Path });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new Failures());
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(vault);
        builder.Services.AddSingleton(new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true));
        builder.Services.AddTasukiWeb();
        builder.Services.AddTasukiData(new DataOptions(DataStore.Sqlite, Path.Combine(folder.Path, "app.db")));
        builder.Services.AddDelivery();
        builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
        builder.Services.AddPeople();
        var options = new ExchangeOptions { Spools = Path.Combine(folder.Path, "spool"), Scanner = ExchangeOptions.NotScanned };
        builder.Services.AddExchange(adjust is null ? options : adjust(options));
        var app = builder.Build();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(cancel);
        app.Use((context, next) =>
        {
            if (context.Request.Headers[Who] is [{ } resident])
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity(
                    [new("tasuki.resident", resident), new("tasuki.account", "1"), new("tasuki.proved", context.Request.Headers[Proved].ToString())], "test"));
            }

            return next(context);
        });
        app.UseTasukiWeb();
        app.MapRazorComponents<App>().AddAdditionalAssemblies(typeof(ExchangeModule).Assembly);
        app.MapExchange();
        await app.StartAsync(cancel);
        return new ExchangeSite(app, vault, folder, clock);
    }

    public async Task<ResidentNo> Resident(string family = "健診", string given = "太郎", string familyKana = "ケンシン", string givenKana = "タロウ")
    {
        await using var scope = _app.Services.CreateAsyncScope();
        var made = await scope.ServiceProvider.GetRequiredService<AccountFactory>().CreateResident(
            new NewProfile(family, given, familyKana, givenKana, new DateOnly(1950, 5, 4), "male"), $"{givenKana}-name", "みかんの皮は橙色でまるい", ExchangeHost.Cancel);
        return made.Value.Resident!.Value;
    }

    public Browser Browse(ResidentNo resident, string language = "ja") => new(this, resident, language);

    public async Task<Session> Open(ResidentNo resident) => (await Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, ExchangeHost.Cancel)).Value;

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Vault.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A browser without script.</summary>
    public sealed class Browser : IDisposable
    {
        private readonly ExchangeSite _site;
        private readonly ResidentNo _resident;
        private readonly HttpMessageInvoker _client;

        public Browser(ExchangeSite site, ResidentNo resident, string language)
        {
            (_site, _resident) = (site, resident);
            var cookies = new CookieContainer();
            cookies.Add(site.Address, new Cookie(Language.Cookie, language));
            _client = new HttpMessageInvoker(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        }

        public bool IsFresh { get; set; } = true;

        public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);

        public Task<Answer> Post(string path, HttpContent content) => Send(HttpMethod.Post, path, content);

        /// <summary>Posts a form with the token of the page it stands on.</summary>
        public async Task<Answer> Submit(Answer page, string path, params (string Name, string Value)[] fields) =>
            await Post(path, new FormUrlEncodedContent([new("__RequestVerificationToken", page.Token), .. fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]));

        public async Task<Answer> Upload(params (string Name, HttpContent Content)[] files)
        {
            var page = await Get("/bring-in");
            using var form = new MultipartFormDataContent { { new StringContent(page.Token), "__RequestVerificationToken" } };
            foreach (var (name, content) in files)
                form.Add(content, "files", name);
            return await Post("/bring-in/upload", form);
        }

        public void Dispose() => _client.Dispose();

        private async Task<Answer> Send(HttpMethod method, string path, HttpContent? content)
        {
            for (var turn = 0; ; turn++)
            {
                using var request = new HttpRequestMessage(method, new Uri(_site.Address, path)) { Content = content };
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
                request.Headers.Add(Who, _resident.ToString());
                var proved = _site.Clock.Now.AddMinutes(IsFresh ? -1 : -60).ToUnixTimeSeconds();
                request.Headers.Add(Proved, proved.ToString(CultureInfo.InvariantCulture));
                using var response = await _client.SendAsync(request, ExchangeHost.Cancel);
                var body = await response.Content.ReadAsByteArrayAsync(ExchangeHost.Cancel);
                if ((int)response.StatusCode is < 300 or >= 400 || turn == 4)
                    return new Answer((int)response.StatusCode, path, body, response.Headers, response.Content.Headers);
                (method, path, content) = (HttpMethod.Get, new Uri(new Uri(_site.Address, path), response.Headers.Location!).PathAndQuery, null);
                if (path.StartsWith("/sign-in", StringComparison.Ordinal) || path is "/close-account/waiting")
                    return new Answer(200, path, body, response.Headers, response.Content.Headers);
            }
        }
    }

    /// <summary>What came back, and where the redirects ended.</summary>
    public sealed record Answer(int Status, string Path, byte[] Bytes, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
    {
        public string Text => WebUtility.HtmlDecode(System.Text.Encoding.UTF8.GetString(Bytes));

        public string Token => Regex.Match(Text, "name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["token"].Value;
    }

    private sealed class Failures : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
