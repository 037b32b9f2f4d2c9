using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>The clients apps are really built with: fhirclient in a browser from another origin, and fhir-kit-client in node.</summary>
public sealed class FhirClientTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DataStore.Sqlite, 390)]
    [InlineData(DataStore.Postgres, 1280)]
    public async Task Fhirclient_makes_the_whole_standalone_launch_and_renews_its_tokens(DataStore store, int width)
    {
        await using var world = await SmartWorld.Start(store);
        await using var app = await ClientApp.Start(Module("fhirclient/build/fhir-client.js"));
        var no = await world.Site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, world.App("openid fhirUser launch/patient offline_access patient/*.cruds", AppKind.Public) with { RedirectUris = [app.Address + "callback"] }, null, Cancel));
        await world.Site.Do<DecideApp, Result<Done>>(d => d.Check(world.First, no.Value, Cancel));
        await world.Site.Do<DecideApp, Result<Done>>(d => d.Approve(world.Second, no.Value, Cancel));
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        var context = await chromium.NewContextAsync(new BrowserNewContextOptions { Locale = "ja-JP", ViewportSize = new ViewportSize { Width = width, Height = 900 } });
        await context.AddInitScriptAsync("document.addEventListener('securitypolicyviolation', e => console.error('policy: ' + e.violatedDirective + ' ' + e.blockedURI));");
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(90_000);
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Text.StartsWith("policy:", StringComparison.Ordinal))
                complaints.Add(message.Text);
        };

        await page.GotoAsync($"{app.Address}launch?iss={Uri.EscapeDataString(world.Fhir)}&client={no.Value}");
        await Arrives(page, "/sign-in\\?return=");
        await page.FillAsync("input[name=Name]", "kazuo");
        await page.FillAsync("input[name=Password]", Password);
        await page.PressAsync("input[name=Password]", "Enter");
        await page.FillAsync("input[name=Code]", world.Resident.Codes[0]);
        await page.PressAsync("input[name=Code]", "Enter");
        await Arrives(page, "/connect/authorize\\?");
        await page.WaitForFunctionAsync("() => document.readyState === 'complete'");
        Assert.Equal("「歩数ノート」をつなぎますか", await page.InnerTextAsync("h1"));
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"));
        // Nothing is ticked beforehand: what is given is what the person ticks.
        Assert.Equal(0, await page.Locator("form input:checked").CountAsync());
        await Picture(page, $"consent-{width}");
        await Accessible(page);
        foreach (var box in await page.Locator("input[name^='c-']").AllAsync())
            await box.CheckAsync();
        await page.CheckAsync("input[name=kept][value=Month]");

        await page.ClickAsync("button[value=yes]");
        await Arrives(page, Regex.Escape($"{app.Address}callback"));
        await page.WaitForFunctionAsync("window.result !== undefined");
        var result = await page.EvaluateAsync<JsonElement>("window.result");
        Assert.Equal("", result.GetProperty("error").GetString());
        Assert.Equal("Patient Immunization MedicationStatement Condition", SmartWorld.Types(result));
        Assert.Equal(result.GetProperty("patient").GetString(), result.GetProperty("said").GetString());
        Assert.True(result.GetProperty("renewed").GetBoolean());
        Assert.Equal($"Patient/{result.GetProperty("patient").GetString()}", result.GetProperty("fhirUser").GetString());

        await page.GotoAsync(world.Site.Address + "connected-apps");
        Assert.Contains("合同会社みかん", await page.InnerTextAsync("main"), StringComparison.Ordinal);
        Assert.False(await page.EvaluateAsync<bool>("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"));
        await Picture(page, $"connected-{width}");
        await Accessible(page);
        await page.ClickAsync("form[action='/connected-apps/cut-off'] button");
        await Arrives(page, "/connected-apps\\?done=1");
        Assert.Equal(401, (await world.Probe(result.GetProperty("token").GetString()!)).Status);
        Assert.Empty(complaints);
    }

    // The address alone: a load event may have passed before one waits for it.
    private static Task Arrives(IPage page, string address) =>
        Assertions.Expect(page).ToHaveURLAsync(new Regex(address, RegexOptions.None, TimeSpan.FromSeconds(1)), new PageAssertionsToHaveURLOptions { Timeout = 90_000 });

    [Fact]
    public async Task Fhir_kit_client_finds_the_addresses_by_the_wellknown_document()
    {
        await using var world = await SmartWorld.Start(DataStore.Sqlite);
        var module = Module("fhir-kit-client/package.json");
        var script = $$"""
            const { Client } = require({{JsonSerializer.Serialize(Path.GetDirectoryName(module))}});
            new Client({ baseUrl: process.argv[1] }).smartAuthMetadata().then(m => console.log(JSON.stringify({ a: String(m.authorizeUrl), t: String(m.tokenUrl) })), e => { console.error(e); process.exit(1); });
            """;
        using var node = Process.Start(new ProcessStartInfo("node", ["-e", script, world.Fhir]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (said, wrong) = (await node.StandardOutput.ReadToEndAsync(Cancel), await node.StandardError.ReadToEndAsync(Cancel));
        await node.WaitForExitAsync(Cancel);
        Assert.True(node.ExitCode == 0, wrong);
        var found = JsonDocument.Parse(said).RootElement;
        Assert.Equal(new Uri(world.Site.Address, "/connect/authorize").AbsoluteUri, found.GetProperty("a").GetString());
        Assert.Equal(new Uri(world.Site.Address, "/connect/token").AbsoluteUri, found.GetProperty("t").GetString());
    }

    private static string Module(string path)
    {
        var file = Path.Combine(Tree.Root, "web", "node_modules", path);
        if (!File.Exists(file))
            Missing.Tool("fhirclient");
        return file;
    }

    private static async Task Accessible(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(Module("axe-core/axe.min.js"), Cancel));
        var found = await page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map(v => v.id + ' ' + v.nodes[0].target.join(' '))");
        Assert.Empty(found.EnumerateArray().Select(v => v.GetString()));
    }

    // For who wants to look: TASUKI_TEST_PICTURES names a folder.
    private static async Task Picture(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("TASUKI_TEST_PICTURES") is { Length: > 0 } folder)
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name + ".png"), FullPage = true });
    }

    /// <summary>Two pages of an app at an origin of its own.</summary>
    private sealed class ClientApp : IAsyncDisposable
    {
        private readonly WebApplication _app;

        private ClientApp(WebApplication app) => _app = app;

        public string Address => $"http://127.0.0.1:{new Uri(_app.Urls.First()).Port}/";

        public static async Task<ClientApp> Start(string library)
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.ClearProviders();
            var app = builder.Build();
            app.MapGet("/fhir-client.js", () => Results.File(library, "text/javascript"));
            app.MapGet("/favicon.ico", () => Results.NoContent());
            app.MapGet("/launch", () => Results.Content("""
                <!DOCTYPE html><script src="fhir-client.js"></script><script>
                const query = new URLSearchParams(location.search);
                FHIR.oauth2.authorize({ iss: query.get('iss'), clientId: query.get('client'), redirectUri: 'callback', pkceMode: 'required',
                  scope: 'openid fhirUser launch/patient offline_access patient/*.cruds' });
                </script>
                """, "text/html"));
            app.MapGet("/callback", () => Results.Content("""
                <!DOCTYPE html><script src="fhir-client.js"></script><script>
                (async () => {
                  try {
                    const client = await FHIR.oauth2.ready();
                    const read = await client.request('probe');
                    const before = client.state.tokenResponse.access_token;
                    await client.refresh();
                    const again = await client.request('probe');
                    const token = client.state.tokenResponse.access_token;
                    window.result = { error: '', types: again.types, said: read.patient, patient: client.patient.id, fhirUser: client.user.fhirUser, renewed: token !== before, token };
                  } catch (e) { window.result = { error: String(e) }; }
                })();
                </script>
                """, "text/html"));
            await app.StartAsync(Cancel);
            return new ClientApp(app);
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync(CancellationToken.None);
            await _app.DisposeAsync();
        }
    }
}
