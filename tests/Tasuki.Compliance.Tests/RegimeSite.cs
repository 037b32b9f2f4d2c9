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
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Exchange;
using Tasuki.Exchange.Exporting;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Testing;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;

namespace Tasuki.Compliance.Tests;

/// <summary>The stores these contract tests run on.</summary>
public static class RegimeStores
{
    public static TheoryData<DataStore> All => [DataStore.Sqlite, DataStore.Postgres];
}

/// <summary>A clock that stands until it is moved.</summary>
public sealed class RegimeClock : TimeProvider
{
    /// <summary>Noon of a Monday in Tokyo.</summary>
    public DateTimeOffset Now { get; set; } = new(2026, 11, 2, 3, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>The operator of the test, which it changes as it likes.</summary>
internal sealed class RegimeScope : ICurrentScope
{
    public OperatorKind Operator { get; set; } = OperatorKind.Municipality;

    public OrdinanceSettings Ordinance { get; set; } = new();

    public Task<ServiceScope> Get(CancellationToken cancel) => Task.FromResult(new ServiceScope(
        Operator, ProviderType.DevelopsAndProvides, DeliveryForm.PublicBodyToPerson, ServiceFunctions.Record | ServiceFunctions.View, HostingPlace.OwnMachines, Mynaportal: false, Institutions: false));

    Task<OrdinanceSettings> ICurrentScope.Ordinance(CancellationToken cancel) => Task.FromResult(Ordinance);
}

/// <summary>The module's pages on a real server with a real vault. Who is signed in comes from headers instead of a sign-in, which People tests.</summary>
internal sealed partial class RegimeSite : IAsyncDisposable
{
    private const string Account = "X-Test-Account";
    private const string Resident = "X-Test-Resident";
    private const string Role = "X-Test-Role";
    private const string Stale = "X-Test-Stale";

    private readonly WebApplication _app;

    private RegimeSite(WebApplication app, RecordVault vault, string folder, RegimeClock clock)
    {
        (_app, Vault, Folder, Clock) = (app, vault, folder, clock);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Uri Address { get; }

    public RecordVault Vault { get; }

    public string Folder { get; }

    public RegimeClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public Lines Log { get; private set; } = null!;

    public RegimeScope Scope { get; private set; } = null!;

    /// <summary>What becomes of a ZIP on its way.</summary>
    public Transfer Transfer { get; private set; } = null!;

    /// <summary>Where the vault lies, for who goes at its rows by SQL.</summary>
    public VaultOptions Options { get; private set; } = null!;

    public static async Task<RegimeSite> Start(DataStore store, OperatorKind kind = OperatorKind.Municipality)
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-regime-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "vault"));
        var clock = new RegimeClock();
        var postgres = store is DataStore.Postgres ? await PostgresServer.Get() : null;
        // Four databases of one server cost more to make than most tests take; each floor has schemas of its own.
        var database = postgres is null ? "" : await postgres.NewDatabase("site");
        var municipality = new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true);
        var options = new VaultOptions
        {
            Municipality = municipality.Id, Store = postgres is null ? StoreKind.Sqlite : StoreKind.Postgres, Create = true, Ring = Path.Combine(folder, "ring"),
            Records = postgres is null ? Path.Combine(folder, "vault", "records.db") : database,
            Keys = postgres is null ? Path.Combine(folder, "vault", "keys.db") : database,
            Log = postgres is null ? Path.Combine(folder, "vault", "log.db") : database,
        };
        var vault = (await RecordVault.Start(options, clock, Cancel)).Value;

        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Testing", ContentRootPath = folder });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var lines = new Lines();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(lines);
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton(vault);
        builder.Services.AddSingleton(municipality);
        builder.Services.AddTasukiWeb();
        builder.Services.AddTasukiData(postgres is null ? new DataOptions(store, Path.Combine(folder, "app.db")) : new DataOptions(store, database));
        // Tests run due jobs themselves: a runner in the background would be at the same job in the same moment.
        builder.Services.Remove(builder.Services.Last(s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService)));
        builder.Services.AddDelivery();
        builder.Services.AddSingleton(new PasswordHashes(rounds: 1_000));
        builder.Services.AddPeople();
        builder.Services.AddCompliance();
        builder.Services.AddSingleton(new ExchangeOptions { Spools = Path.Combine(folder, "spools"), Scanner = ExchangeOptions.NotScanned });
        var transfer = new Transfer();
        builder.Services.AddScoped<ExportRecords>();
        builder.Services.AddScoped<IPersonExport>(sp => new BreakingExport(sp.GetRequiredService<ExportRecords>(), transfer));
        var scope = new RegimeScope { Operator = kind };
        builder.Services.AddSingleton<ICurrentScope>(scope);
        var app = builder.Build();
        await using (var first = app.Services.CreateAsyncScope())
            await first.ServiceProvider.GetRequiredService<TasukiSchema>().Migrate(Cancel);
        app.Use((context, next) =>
        {
            List<Claim> claims = [];
            foreach (var (header, claim) in new[] { (Account, "tasuki.account"), (Resident, "tasuki.resident"), (Role, "tasuki.role") })
            {
                if (context.Request.Headers[header] is [{ } value])
                    claims.Add(new Claim(claim, value));
            }

            // A form belongs to who it was shown to, whenever their factor was proved.
            if (claims.Count > 0)
                claims.Add(new Claim(ClaimTypes.NameIdentifier, string.Join(' ', claims.Select(c => c.Value))));
            if (claims.Count > 0 && context.Request.Headers[Stale].Count == 0)
                claims.Add(new Claim("tasuki.proved", clock.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture)));
            if (claims.Count > 0)
                context.User = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
            return next(context);
        });
        app.UseTasukiWeb();
        app.MapRazorComponents<App>().AddAdditionalAssemblies(typeof(ComplianceModule).Assembly, typeof(PeopleServices).Assembly);
        LookEndpoints.Map(app);
        app.MapPeople();
        app.MapCompliance();
        await app.StartAsync(Cancel);
        return new RegimeSite(app, vault, folder, clock) { Log = lines, Scope = scope, Options = options, Transfer = transfer };
    }

    /// <summary>A statement at one of the vault's databases, past the vault.</summary>
    public async Task Raw(string at, string sql)
    {
        await using System.Data.Common.DbConnection database = Options.Store is StoreKind.Sqlite
            ? new Microsoft.Data.Sqlite.SqliteConnection(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder { DataSource = at, Pooling = false }.ToString()) : new Npgsql.NpgsqlConnection(at);
        await database.OpenAsync(Cancel);
        await using var command = database.CreateCommand();
        command.CommandText = Options.Store is StoreKind.Sqlite ? sql : $"set search_path = vault, keys, log; {sql}";
        Assert.True(await command.ExecuteNonQueryAsync(Cancel) > 0);
    }

    /// <summary>A resident with an account.</summary>
    public async Task<ResidentNo> NewResident(string name = "kazuo")
    {
        var made = await Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateResident(
            new NewProfile("緑山", "花子", "ミドリヤマ", "ハナコ", new DateOnly(1955, 4, 1), "female"), name, "みかんの皮は橙色でまるい", Cancel));
        return made.Value.Resident!.Value;
    }

    public async Task<StaffMember> NewStaff(StaffRole role, string signInName, string name)
    {
        var made = await Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, "ひびき市", signInName, "役場の庭の大きな楠の木陰で昼寝", Cancel));
        return (await Do<StaffDirectory, StaffMember?>(d => d.Find(made.Value.AccountNo, Cancel)))!;
    }

    /// <summary>Somebody whom a colleague invited and who joined.</summary>
    public async Task<StaffMember> NewInvited(StaffMember by, StaffRole role, string signInName, string name)
    {
        var invited = await Do<InviteStaff, Result<IReadOnlyList<InvitedStaff>>>(i => i.Invite(by, [new NewStaff(name, "ひびき市", role, signInName)], Cancel));
        var shown = await Do<JoinStaff, Result<ShownInvitation>>(j => j.Check(signInName, invited.Value[0].Code, Cancel));
        var secret = TimeCodes.NewSecret();
        Assert.True((await Do<JoinStaff, Result<Done>>(j => j.Join(shown.Value, "役場の庭の大きな楠の木陰で昼寝", secret, AccountFactory.OneTimeCode(secret, Clock.GetUtcNow()), Cancel))).IsOk);
        return (await Do<StaffDirectory, StaffMember?>(d => d.Find(shown.Value.Account, Cancel)))!;
    }

    /// <summary>The colleague says that they know the person.</summary>
    public async Task Vouch(StaffMember colleague, StaffMember member) => Assert.True((await Do<VouchForStaff, Result<Done>>(v => v.Vouch(colleague, member.No, Cancel))).IsOk);

    public Browser Visitor(string language = "ja") => new(this, language);

    public Browser As(ResidentNo resident, string language = "ja") => new(this, language, (Resident, resident.ToString()), (Account, "1"));

    /// <summary>Somebody who signed in a while ago: with no factor proved just now.</summary>
    public Browser AsStale(StaffMember staff)
    {
        var browser = As(staff);
        browser.IsStale = true;
        return browser;
    }

    public Browser AsStale(ResidentNo resident)
    {
        var browser = As(resident);
        browser.IsStale = true;
        return browser;
    }

    public Browser As(StaffMember staff, string language = "ja") => new(this, language, (Account, staff.No.ToString(System.Globalization.CultureInfo.InvariantCulture)), (Role, staff.Role.ToString()));

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act)
        where TService : notnull
    {
        await using var scope = _app.Services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
        await Vault.DisposeAsync();
    }

    /// <summary>A browser without script: keeps cookies, follows redirects within the site, fills in forms.</summary>
    public sealed partial class Browser : IDisposable
    {
        private readonly RegimeSite _site;
        private readonly (string Name, string Value)[] _who;
        private readonly HttpMessageInvoker _client;

        public Browser(RegimeSite site, string language, params (string Name, string Value)[] who)
        {
            (_site, _who) = (site, who);
            var cookies = new CookieContainer();
            cookies.Add(site.Address, new Cookie(Language.Cookie, language));
            _client = new HttpMessageInvoker(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });
        }

        /// <summary>The proof of the factors has aged.</summary>
        public bool IsStale { get; set; }

        public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);

        /// <summary>Sends the first form of the page that holds <paramref name="mark"/>, with its hidden fields and those given.</summary>
        public Task<Answer> Submit(Answer page, string mark, params (string Name, string Value)[] fields)
        {
            var form = Forms().Matches(page.Body).Select(m => m.Value).FirstOrDefault(f => f.Contains(mark, StringComparison.Ordinal))
                ?? throw new InvalidOperationException($"No form with '{mark}' on {page.Path} ({page.Status}): {page.Body}");
            var sent = fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).ToList();
            sent.AddRange(Inputs().Matches(form).Select(m => m.Value).Where(i => Attribute(i, "type") is "hidden")
                .Select(i => KeyValuePair.Create(Attribute(i, "name")!, Attribute(i, "value") ?? "")).Where(h => fields.All(f => f.Name != h.Key)));
            return Send(HttpMethod.Post, Attribute(form[..(form.IndexOf('>', StringComparison.Ordinal) + 1)], "action") ?? page.Path, new FormUrlEncodedContent(sent));
        }

        /// <summary>Sends a file by the upload form of the page, with its token first.</summary>
        public Task<Answer> Upload(Answer page, string action, byte[] file)
        {
            var form = Forms().Matches(page.Body).Select(m => m.Value).First(f => f.Contains(action, StringComparison.Ordinal));
            var token = Inputs().Matches(form).Select(m => m.Value).First(i => Attribute(i, "type") is "hidden");
            var content = new MultipartFormDataContent { { new StringContent(Attribute(token, "value")!), Attribute(token, "name")! }, { new ByteArrayContent(file), "files", "logo.png" } };
            return Send(HttpMethod.Post, action, content);
        }

        public void Dispose() => _client.Dispose();

        private async Task<Answer> Send(HttpMethod method, string path, HttpContent? content)
        {
            for (var turn = 0; ; turn++)
            {
                using var request = new HttpRequestMessage(method, new Uri(_site.Address, path)) { Content = content };
                request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));
                foreach (var (name, value) in _who)
                    request.Headers.Add(name, value);
                if (IsStale)
                    request.Headers.Add(Stale, "yes");
                using var response = await _client.SendAsync(request, Cancel);
                var bytes = await response.Content.ReadAsByteArrayAsync(Cancel);
                var body = System.Text.Encoding.UTF8.GetString(bytes);
                if ((int)response.StatusCode is < 300 or >= 400 || turn == 4)
                    return new Answer((int)response.StatusCode, path, body, response.Content.Headers.ContentType?.MediaType) { Bytes = bytes };
                (method, path, content) = (HttpMethod.Get, new Uri(new Uri(_site.Address, path), response.Headers.Location!).PathAndQuery, null);
            }
        }

        private static string? Attribute(string tag, string name) =>
            Regex.Match(tag, $"\\s{name}=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } m ? WebUtility.HtmlDecode(m.Groups["value"].Value) : null;

        [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
        private static partial Regex Forms();

        [GeneratedRegex("<input[^>]*>", RegexOptions.Singleline, 1000)]
        private static partial Regex Inputs();
    }

    /// <summary>What came back, and where the redirects ended.</summary>
    public sealed record Answer(int Status, string Path, string Body, string? Type)
    {
        public bool IsZip => Type is "application/zip";

        public byte[] Bytes { get; init; } = [];

        public string Text => WebUtility.HtmlDecode(Body);

        /// <summary>Forbidden, shown as missing, or sent to the sign-in.</summary>
        public bool IsRefused => Status is 403 or 404 || Path.StartsWith("/sign-in", StringComparison.Ordinal);
    }

    /// <summary>Everything that was logged.</summary>
    public sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly List<string> _all = [];

        public string All
        {
            get
            {
                lock (_all)
                    return string.Join('\n', _all);
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_all)
                _all.Add($"{formatter(state, exception)} {exception}");
            if (logLevel >= LogLevel.Error)
                TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)} {exception}");
        }

        public void Dispose()
        {
        }
    }
}
