using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Sandbox.Upstream;
using Tasuki.Testing.Marks;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What a provider, a thief or the network may do wrong: the person reads one sentence, the log one code, and nobody is signed in.</summary>
public sealed class UpstreamRefusalTests
{
    private static readonly Dictionary<ProviderFault, string?> Codes = new()
    {
        [ProviderFault.None] = null, [ProviderFault.WrongNonce] = "token.nonce", [ProviderFault.NoNonce] = "token.nonce", [ProviderFault.WrongAudience] = "token.audience",
        [ProviderFault.WrongIssuer] = "token.issuer", [ProviderFault.OtherParty] = "token.party", [ProviderFault.Expired] = "token.expired", [ProviderFault.NotYet] = "token.early",
        [ProviderFault.IssuedLongAgo] = "token.issued", [ProviderFault.IssuedInTheFuture] = "token.issued", [ProviderFault.NoExpiry] = "token.expired", [ProviderFault.NoSubject] = "token.subject",
        [ProviderFault.NoSignature] = "token.algorithm", [ProviderFault.ForeignKey] = "token.signature", [ProviderFault.UnknownKey] = "token.key", [ProviderFault.HmacWithPublicKey] = "token.algorithm",
        [ProviderFault.CriticalHeader] = "token.form", [ProviderFault.OddTypes] = "token.form", [ProviderFault.NoSecondFactor] = "provider.second-factor", [ProviderFault.OldAuthentication] = null,
        [ProviderFault.NoAuthenticationTime] = null, [ProviderFault.Slow] = "egress.too-long", [ProviderFault.ServerError] = "provider.status", [ProviderFault.Huge] = "egress.too-large",
        [ProviderFault.NoToken] = "provider.document", [ProviderFault.NotJson] = "provider.document",
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Whatever_the_provider_does_wrong_reads_alike_and_signs_nobody_in(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        Assert.Equal(Enum.GetValues<ProviderFault>(), Codes.Keys.Order());
        var before = await world.Sessions();
        var pages = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (fault, code) in Codes.Where(c => c.Value is not null))
        {
            world.Provider.Fault = fault;
            world.Site.Services.GetRequiredService<StaffProviderOptions>().Patience = TimeSpan.FromSeconds(fault is ProviderFault.Slow ? 1 : 30);
            using var visitor = world.Site.NewVisitor();
            var page = await world.SignIn(visitor);
            await world.Refused(visitor, page, code!);
            pages.Add(Regex.Replace(page.Body, "value=\"[^\"]{40,}\"", "", RegexOptions.None, TimeSpan.FromSeconds(1)));
        }

        Assert.Single(pages);
        Assert.Equal(before, await world.Sessions());
        // An old or unsaid time of signing in is no fault of a sign-in: the session is only not fresh.
        foreach (var fault in new[] { ProviderFault.None, ProviderFault.OldAuthentication, ProviderFault.NoAuthenticationTime })
        {
            world.Provider.Fault = fault;
            using var visitor = world.Site.NewVisitor();
            Assert.Equal("/staff", (await world.SignIn(visitor)).Path);
            Assert.Equal(fault is ProviderFault.None, (await visitor.Get("/staff/accounts", Cancel)).Path == "/staff/accounts");
        }
    }

    [Fact]
    public async Task Claims_of_odd_types_and_sizes_are_refused_or_say_nothing()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        await world.Joined();
        var (list, map) = (new[] { 1, 2 }, new Dictionary<string, object>(StringComparer.Ordinal) { ["a"] = 1 });
        foreach (var (claim, value, taken) in new (string, object?, bool)[]
        {
            ("acr", map, true), ("acr", list, true), ("acr", 7, true), ("amr", 7, true), ("amr", map, true), ("amr", new object?[] { 1, null, map }, true), ("auth_time", "yesterday", true), ("auth_time", 1e300, true),
            ("auth_time", -1, true), ("auth_time", long.MaxValue, true), ("exp", 1e300, false), ("exp", long.MaxValue, false), ("exp", null, false), ("iat", "now", false), ("iat", null, false), ("nonce", list, false), ("nonce", null, false),
            ("nonce", "", false), ("sub", "", false), ("sub", null, false), ("sub", new string('x', 256), false), ("sub", list, false), ("aud", list, false), ("aud", null, false), ("aud", "", false), ("azp", "", false),
            ("azp", list, false), ("azp", null, false), ("iss", null, false), ("iss", list, false), ("nbf", "x", false), ("nbf", null, false), ("name", new string('x', 20_000), false),
        })
        {
            world.Provider.Claims = new Dictionary<string, object?>(StringComparer.Ordinal) { [claim] = value };
            using var visitor = world.Site.NewVisitor();
            var page = await world.SignIn(visitor);
            var what = $"{claim} = {System.Text.Json.JsonSerializer.Serialize(value)[..Math.Min(30, System.Text.Json.JsonSerializer.Serialize(value).Length)]}: {page.Status} {page.Path}, {world.LastRefusal()}";
            Assert.True(page.Path == (taken ? "/staff" : "/sign-in?error=provider") && page.Status == 200, what);
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_answer_counts_once_in_the_browser_that_asked_and_only_for_its_own_question(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        await world.Joined();
        using var person = world.Site.NewVisitor();
        var sent = await person.Get("/sign-in/provider", Cancel);
        var visit = Copy(person, world.Site.Address);
        var answer = await world.Choose(sent, UpstreamWorld.Subject);

        // Another browser, with a visit of its own or none; the right browser with another state.
        using var thief = world.Site.NewVisitor();
        await world.Refused(thief, await thief.Get(answer, Cancel), "provider.visit");
        var own = await world.Choose(await thief.Get("/sign-in/provider", Cancel), "77aa01-nobody");
        await world.Refused(thief, await thief.Get(answer, Cancel), "provider.state");
        await world.Refused(thief, await thief.Get(own, Cancel), "provider.visit");

        // Once in the right one; then neither the address nor the cookie as it was before count again.
        Assert.Equal("/staff", (await person.Get(answer, Cancel)).Path);
        using var replay = world.Site.NewVisitor();
        foreach (var cookie in visit)
            replay.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", world.Site.Address.Host));
        await world.Refused(replay, await replay.Get(answer, Cancel), "provider.visit");

        // A code that was stolen on its way, brought into a visit of the thief: the provider sees another verifier, and the token would hold another nonce.
        using var victim = world.Site.NewVisitor();
        var stolen = QueryHelpers.ParseQuery(new Uri(world.Site.Address, await world.Choose(await victim.Get("/sign-in/provider", Cancel), UpstreamWorld.Subject)).Query)["code"].ToString();
        var mine = QueryHelpers.ParseQuery(new Uri((await thief.Get("/sign-in/provider", Cancel)).Path).Query)["state"].ToString();
        await world.Refused(thief, await thief.Get($"/sign-in/provider/answer?code={stolen}&state={mine}", Cancel), "provider.status");

        // Too slow, refused at the provider, no code, two states.
        var late = await world.Choose(await thief.Get("/sign-in/provider", Cancel), UpstreamWorld.Subject);
        world.Site.Clock.Advance(TimeSpan.FromMinutes(11));
        await world.Refused(thief, await thief.Get(late, Cancel), "provider.visit");
        await world.Refused(thief, await world.SignIn(thief, "who-is-that"), "provider.error");
        var state = await State(thief);
        await world.Refused(thief, await thief.Get($"/sign-in/provider/answer?state={state}", Cancel), "provider.code");
        state = await State(thief);
        await world.Refused(thief, await thief.Get($"/sign-in/provider/answer?state={state}&state={state}&code=1", Cancel), "provider.state");
    }

    [Fact]
    public async Task What_belongs_to_one_municipality_is_nothing_at_another_with_the_same_provider()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        await using var other = await UpstreamWorld.Start(DataStore.Sqlite, at: world.Provider, name: "akane", clock: world.Site.Clock);
        await world.Joined();
        // The person is nobody at the other, though the same provider says who they are.
        using var guest = other.Site.NewVisitor();
        await other.Refused(guest, await other.SignIn(guest), "provider.unbound");
        // A row carried over by SQL: its subject is another hash there.
        var row = (await world.Site.Do<StaffBindings, byte[]>(b => Task.FromResult(b.TokenOf(world.Provider.Issuer, UpstreamWorld.Subject))));
        Assert.NotEqual(row, await other.Site.Do<StaffBindings, byte[]>(b => Task.FromResult(b.TokenOf(world.Provider.Issuer, UpstreamWorld.Subject))));

        // Cookie and answer of one, at the other's host.
        using var visitor = world.Site.NewVisitor();
        var answer = await world.Choose(await visitor.Get("/sign-in/provider", Cancel), UpstreamWorld.Subject);
        using var carried = other.Site.NewVisitor();
        foreach (var cookie in Copy(visitor, world.Site.Address))
            carried.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", other.Site.Address.Host));
        await other.Refused(carried, await carried.Get(answer, Cancel), "provider.visit");
        // The session of one neither.
        Assert.Equal("/staff", (await visitor.Get(answer, Cancel)).Path);
        foreach (var cookie in Copy(visitor, world.Site.Address))
            carried.Cookies.Add(new Cookie(cookie.Name, cookie.Value, "/", other.Site.Address.Host));
        Assert.StartsWith("/sign-in", (await carried.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task While_the_provider_is_away_a_page_says_so_and_passwords_still_open(DataStore store)
    {
        await using var world = await UpstreamWorld.Start(store);
        var officer = await world.WithPassword();
        world.Provider.Down = true;
        using var visitor = world.Site.NewVisitor();
        var page = await visitor.Get("/sign-in/provider?return=/staff/sessions", Cancel);
        Assert.Equal("/sign-in?error=provider-away&return=%2Fstaff%2Fsessions", page.Path);
        Assert.Contains("いまみどり職員認証につながりません", page.Body, StringComparison.Ordinal);
        Assert.Contains("cannot be asked (provider.status)", world.LastRefusal(), StringComparison.Ordinal);
        var signedIn = await Walk.SignIn(world.Site, visitor, "officer1", DeskWorld.Password, TimeCodes.CodeAt(officer.TotpSecret!, world.Site.Clock.GetUtcNow()), "/sign-in?return=/staff/sessions");
        Assert.Contains("サインインの方法: 名前とパスワード", signedIn.Body, StringComparison.Ordinal);
        // It is asked again as soon as it is there.
        world.Provider.Down = false;
        await world.Joined();
    }

    [Fact]
    public async Task A_provider_that_is_gone_reads_as_one_that_is_away()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        await world.Provider.DisposeAsync();
        using var visitor = world.Site.NewVisitor();
        Assert.Equal("/sign-in?error=provider-away", (await visitor.Get("/sign-in/provider", Cancel)).Path);
        Assert.Contains("(egress.unreachable)", world.LastRefusal(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Keys_may_change_and_each_way_of_proving_who_we_are_is_taken(bool curve, bool withKey)
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite, curve, withKey);
        await world.Joined();
        var read = world.Provider.KeysRead;
        await Again();
        Assert.Equal(read, world.Provider.KeysRead);
        // A key that is not known yet: the keys are read once more, and the token is right.
        world.Provider.ChangeKeys(!curve);
        await Again();
        Assert.Equal(read + 1, world.Provider.KeysRead);
        if (withKey)
            return;
        world.Provider.WantsSecretInForm = true;
        world.Site.Clock.Advance(TimeSpan.FromHours(1));
        await Again();

        async Task Again()
        {
            using var visitor = world.Site.NewVisitor();
            Assert.Equal("/staff", (await world.SignIn(visitor)).Path);
        }
    }

    [Fact]
    public async Task An_answer_that_names_another_issuer_or_none_where_one_is_promised_is_refused()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        world.Provider.NamesItself = world.Provider.Issuer;
        await world.Joined();
        using var visitor = world.Site.NewVisitor();
        var answer = await world.Choose(await visitor.Get("/sign-in/provider", Cancel), UpstreamWorld.Subject);
        await world.Refused(visitor, await visitor.Get(answer[..answer.IndexOf("&iss=", StringComparison.Ordinal)], Cancel), "provider.answer-issuer");
        world.Provider.NamesItself = "https://login.elsewhere.test";
        await world.Refused(visitor, await world.SignIn(visitor), "provider.answer-issuer");
    }

    [Fact]
    public async Task No_secret_token_subject_or_name_stands_in_the_log_or_the_files()
    {
        await using var world = await UpstreamWorld.Start(DataStore.Sqlite);
        await world.Joined();
        var planted = new MarkSet();
        planted.Keep(UpstreamWorld.Subject, "subject at the provider");
        planted.Keep("zaq-Client+Secret/0917", "client secret");
        planted.Keep("森 育子", "name of staff");
        foreach (var fault in new[] { ProviderFault.None, ProviderFault.WrongNonce, ProviderFault.ForeignKey, ProviderFault.WrongAudience, ProviderFault.OddTypes, ProviderFault.NotJson, ProviderFault.ServerError })
        {
            world.Provider.Fault = fault;
            using var visitor = world.Site.NewVisitor();
            var sent = await visitor.Get("/sign-in/provider", Cancel);
            foreach (var (name, value) in QueryHelpers.ParseQuery(new Uri(sent.Path).Query).Where(q => q.Key is "state" or "nonce"))
                planted.Keep(value.ToString(), name);
            var answer = await world.Choose(sent, UpstreamWorld.Subject);
            planted.Keep(QueryHelpers.ParseQuery(new Uri(world.Site.Address, answer).Query)["code"].ToString(), "code");
            await visitor.Get(answer, Cancel);
        }

        var search = new MarkSearch(planted.All);
        search.Folder(world.Site.Folder);
        lock (world.Site.Log)
        {
            // What frameworks write of requests below a warning does not pass the server's own logging (LogTests); ours is looked at at every level.
            search.Value("the log", Encoding.UTF8.GetBytes(string.Join('\n', world.Site.Log.Where(l => !l.StartsWith("Information ", StringComparison.Ordinal)))));
        }

        Assert.True(search.Report().Length == 0, search.Report());
        Assert.Contains("(token.nonce)", string.Join('\n', world.Site.Log), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_setting_is_named_in_a_sentence()
    {
        var folder = Directory.CreateTempSubdirectory("tasuki-upstream-").FullName;
        string Kept(string name, string text)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
            return Path.Combine(folder, name);
        }

        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var wide = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using var rsa = RSA.Create(2048);
        var secret = Kept("secret", "s3cret\n");
        (string, string?)[] right = [("Issuer", "https://login.midori.test/tenant"), ("ClientId", "tasuki"), ("Name", "みどり"), ("ClientSecretFile", secret)];
        (string, string?)[] Without(string name, params (string, string?)[] more) => [.. right.Where(r => r.Item1 != name), .. more];
        Assert.True(UpstreamWorld.Options(right).IsOk);
        Assert.Null(UpstreamWorld.Options().Value);
        Assert.True(UpstreamWorld.Options(Without("ClientSecretFile", ("KeyFile", Kept("ec", curve.ExportPkcs8PrivateKeyPem())), ("KeyId", "k1"))).IsOk);
        Assert.True(UpstreamWorld.Options(Without("ClientSecretFile", ("KeyFile", Kept("rsa", rsa.ExportRSAPrivateKeyPem())))).IsOk);
        foreach (var (named, settings) in new (string, (string, string?)[])[]
        {
            ("Amrs", [.. right, ("Amrs", "otp")]), ("Issuer", Without("Issuer")), ("Issuer", Without("Issuer", ("Issuer", "login.midori.test"))), ("Issuer", Without("Issuer", ("Issuer", "http://login.midori.test"))),
            ("Issuer", Without("Issuer", ("Issuer", "https://me:pw@login.midori.test"))), ("Issuer", Without("Issuer", ("Issuer", "https://login.midori.test/?a=b"))),
            ("ClientId", Without("ClientId")), ("Name", Without("Name")), ("Name", Without("Name", ("Name", new string('あ', 61)))),
            ("ClientSecretFile", Without("ClientSecretFile")), ("ClientSecretFile", [.. right, ("KeyFile", secret)]), ("ClientSecretFile", Without("ClientSecretFile", ("ClientSecretFile", Path.Combine(folder, "nowhere")))),
            ("ClientSecretFile", Without("ClientSecretFile", ("ClientSecretFile", Kept("empty", " \n")))), ("KeyId", [.. right, ("KeyId", "k1")]),
            ("KeyFile", Without("ClientSecretFile", ("KeyFile", secret))), ("KeyFile", Without("ClientSecretFile", ("KeyFile", Kept("public", curve.ExportSubjectPublicKeyInfoPem())))),
            ("KeyFile", Without("ClientSecretFile", ("KeyFile", Kept("public-rsa", rsa.ExportSubjectPublicKeyInfoPem())))), ("KeyFile", Without("ClientSecretFile", ("KeyFile", Kept("wide", wide.ExportPkcs8PrivateKeyPem())))),
        })
        {
            var error = UpstreamWorld.Options(settings).Error;
            Assert.Equal("settings.staff-provider", error?.Code);
            Assert.StartsWith($"Tasuki:StaffProvider:{named}", error!.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<string> State(Visitor visitor) => QueryHelpers.ParseQuery(new Uri((await visitor.Get("/sign-in/provider", Cancel)).Path).Query)["state"].ToString();

    private static List<(string Name, string Value)> Copy(Visitor visitor, Uri site) => [.. visitor.Cookies.GetCookies(site).Cast<Cookie>().Select(c => (c.Name, c.Value))];
}
