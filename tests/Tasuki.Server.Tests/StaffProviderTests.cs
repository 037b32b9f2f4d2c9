using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.People;
using Tasuki.Sandbox.Upstream;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>The municipality's own provider for staff in a server as it is started, from its settings on.</summary>
public sealed class StaffProviderTests
{
    private const string Subject = "zq-subject-4471902";
    private const string Secret = "zq-client-secret-88120";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_officer_joins_and_signs_in_and_no_log_line_says_who_or_with_what(StoreKind store)
    {
        await using var town = await TestMunicipality.New(store, "provider");
        await using var provider = await IdentityProvider.Start(
            new ProviderClient("tasuki", Secret), [new ProviderPerson(Subject, "錦木 みどり印", null, ["hwk"])], town.Clock, Cancel);
        var (lines, marks, secret) = (new Lines(), new MarkSet(), Path.Combine(TestMunicipality.NewFolder(), "secret"));
        await File.WriteAllTextAsync(secret, Secret, Cancel);
        var built = await town.Build(
            builder => builder.Logging.AddProvider(lines).SetMinimumLevel(LogLevel.Trace).AddFilter<Lines>(null, LogLevel.Trace),
            "--environment=Test", "--Tasuki:Delivery:Sandbox=on", $"--Tasuki:StaffProvider:Issuer={provider.Issuer}", "--Tasuki:StaffProvider:Name=みどり職員認証", "--Tasuki:StaffProvider:ClientId=tasuki",
            $"--Tasuki:StaffProvider:ClientSecretFile={secret}", "--Tasuki:StaffProvider:Amr=hwk");
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var app = built.Value;
        await app.StartAsync(Cancel);
        var port = new Uri(app.Urls.First()).Port;
        InvitedStaff invited;
        await using (var scope = app.Services.CreateAsyncScope())
        {
            invited = (await scope.ServiceProvider.GetRequiredService<InviteStaff>().Invite(
                new StaffMember(1, StaffRole.Administrator, "", ""), [new NewStaff("錦木 みどり印", "みどり市", StaffRole.Desk, "zq-sign-in-name")], Cancel)).Value[0];
        }

        using var officer = new Walker(new Uri($"http://localhost:{port}"), port);
        await officer.Submit(await officer.Get("/staff/join"), "value=\"join\"", ("Name", "zq-sign-in-name"), ("Invitation", invited.Code));
        Assert.Equal("/staff", (await Through(officer, "/sign-in/provider?for=join")).Path);
        using var later = new Walker(new Uri($"http://localhost:{port}"), port);
        var page = await Through(later, "/sign-in/provider?for=sign-in&return=/staff/sessions");
        Assert.Equal("/staff/sessions", page.Path);
        Assert.Contains("みどり職員認証", page.Body, StringComparison.Ordinal);
        foreach (var fault in new[] { ProviderFault.WrongNonce, ProviderFault.ForeignKey, ProviderFault.WrongAudience, ProviderFault.WrongIssuer, ProviderFault.OddTypes, ProviderFault.NotJson, ProviderFault.ServerError, ProviderFault.Huge })
        {
            provider.Fault = fault;
            using var visitor = new Walker(new Uri($"http://localhost:{port}"), port);
            Assert.Equal("/sign-in?error=provider", (await Through(visitor, "/sign-in/provider")).Path);
        }

        foreach (var (text, where) in new[] { (Subject, "subject"), (Secret, "client secret"), ("錦木 みどり印", "name"), ("zq-sign-in-name", "sign-in name"), (invited.Code, "invitation") })
            marks.Keep(text, where);
        // The way a token begins, whatever it says: base64url of {"typ":"JWT".
        marks.Keep("eyJ0eXAiOiJKV1Qi", "a token");
        var search = new MarkSearch(marks.All);
        search.Value("the log", Encoding.UTF8.GetBytes(string.Join('\n', lines.All)));
        Assert.True(search.Report().Length == 0, search.Report());
        Assert.Contains(lines.All, l => l.Contains("(token.nonce)", StringComparison.Ordinal));
        await app.StopAsync(Cancel);

        async Task<Answer> Through(Walker walker, string start)
        {
            var sent = await walker.Get(start);
            Assert.StartsWith($"{provider.Issuer}/authorize?", sent.Path, StringComparison.Ordinal);
            var asked = QueryHelpers.ParseQuery(new Uri(sent.Path).Query);
            Assert.Equal($"http://localhost:{port}/sign-in/provider/answer", asked["redirect_uri"]);
            marks.Keep(asked["state"].ToString(), "state");
            marks.Keep(asked["nonce"].ToString(), "nonce");
            using var browser = new Walker(new Uri(provider.Issuer), new Uri(provider.Issuer).Port);
            var back = await browser.Get($"{new Uri(sent.Path).PathAndQuery}&person={Subject}");
            marks.Keep(QueryHelpers.ParseQuery(new Uri(back.Path).Query)["code"].ToString(), "code");
            return await walker.Get(new Uri(back.Path).PathAndQuery);
        }
    }

    [Fact]
    public async Task Production_refuses_an_issuer_without_https_and_the_loopback()
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "produced", "phr.produced.test");
        var secret = Path.Combine(TestMunicipality.NewFolder(), "secret");
        await File.WriteAllTextAsync(secret, Secret, Cancel);
        async Task<string?> Start(params string[] more) => (await town.Build(
            null, ["--environment=Production", "--Tasuki:StaffProvider:Name=みどり", "--Tasuki:StaffProvider:ClientId=tasuki", $"--Tasuki:StaffProvider:ClientSecretFile={secret}", .. more])).Error?.ToString();
        foreach (var issuer in new[] { "http://login.produced.test", "http://127.0.0.1:5099", "http://localhost" })
            Assert.StartsWith("settings.staff-provider: Tasuki:StaffProvider:Issuer is", await Start($"--Tasuki:StaffProvider:Issuer={issuer}"), StringComparison.Ordinal);
        Assert.StartsWith("settings.delivery", await Start("--Tasuki:StaffProvider:Issuer=http://localhost", "--Tasuki:Delivery:Sandbox=on"), StringComparison.Ordinal);
    }
}
