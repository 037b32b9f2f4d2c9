using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Sandbox.Upstream;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>A municipality whose staff sign in at its own provider, both over real HTTP on the loopback.</summary>
internal sealed class UpstreamWorld : IAsyncDisposable
{
    public const string ProviderName = "みどり職員認証";
    public const string Client = "tasuki-midori";
    public const string Sentence = "みどり職員認証でのサインインができませんでした。";
    public const string Subject = "f3a1c5-mori";

    private static readonly ProviderPerson[] People =
    [
        new(Subject, "森 育子", "urn:midori:two", ["pwd", "otp"]), new("b77d20-tani", "谷 保", null, ["pwd", "hwk"]), new("0c19ee-oka", "岡 二", "urn:midori:one", ["pwd"]), new("77aa01-nobody", "管理 花", "urn:midori:two"),
    ];

    private UpstreamWorld(IdentityProvider provider, TestSite site) => (Provider, Site) = (provider, site);

    public IdentityProvider Provider { get; }

    public TestSite Site { get; }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="at">A provider that serves another municipality already.</param>
    public static async Task<UpstreamWorld> Start(
        DataStore store, bool curve = false, bool withKey = false, IdentityProvider? at = null, string name = "midori", Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? more = null, MovedClock? clock = null)
    {
        clock ??= new MovedClock();
        var folder = Directory.CreateTempSubdirectory("tasuki-upstream-").FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var secret = Path.Combine(folder, "secret");
        await File.WriteAllTextAsync(secret, withKey ? key.ExportPkcs8PrivateKeyPem() : "zaq-Client+Secret/0917", Cancel);
        var provider = at ?? await IdentityProvider.Start(new ProviderClient(Client, withKey ? null : "zaq-Client+Secret/0917", withKey ? key.ExportSubjectPublicKeyInfoPem() : null), People, clock, Cancel, curve);
        var options = Options(("Issuer", provider.Issuer), ("ClientId", Client), ("Name", ProviderName), (withKey ? "KeyFile" : "ClientSecretFile", secret), ("Acr", "urn:midori:two"), ("Amr", "hwk otp")).Value!;
        options.Patience = TimeSpan.FromSeconds(30);
        var site = await TestSite.Start(store, Cancel, o => (o.StaffProvider, o.TriesPerMinute) = (options, 10_000), more, clock: clock, name: name);
        return new UpstreamWorld(provider, site);
    }

    public static Result<StaffProviderOptions?> Options(params (string Name, string? Value)[] settings) => StaffProviderOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create($"StaffProvider:{s.Name}", s.Value))).Build().GetSection("StaffProvider"), sandbox: true);

    /// <summary>Invited by an administrator; the code they hand over.</summary>
    public async Task<InvitedStaff> Invite(string signIn = "mori", string name = "森 育子", StaffRole role = StaffRole.Desk) => (await Site.Do<InviteStaff, Result<IReadOnlyList<InvitedStaff>>>(i => i.Invite(
        new StaffMember(1, StaffRole.Administrator, "", ""), [new NewStaff(name, "みどり市", role, signIn)], Cancel))).Value[0];

    /// <summary>Enters the invitation code and goes to the provider.</summary>
    public async Task<Page> GoJoin(Visitor visitor, InvitedStaff invited)
    {
        var page = await visitor.Submit(await visitor.Get("/staff/join", Cancel), "value=\"join\"", Walk.Fields(("Name", invited.Staff.SignInName), ("Invitation", invited.Code)), Cancel);
        Assert.Contains("/sign-in/provider?for=join", page.Body, StringComparison.Ordinal);
        return await visitor.Get("/sign-in/provider?for=join", Cancel);
    }

    /// <summary>Chooses who to be at the provider's page; the address it sends the browser back to.</summary>
    public async Task<string> Choose(Page sent, string subject)
    {
        Assert.Equal(302, sent.Status);
        Assert.StartsWith($"{Provider.Issuer}/authorize?", sent.Path, StringComparison.Ordinal);
        using var browser = new Visitor(new Uri(Provider.Issuer), "Mozilla/5.0 (Linux) Firefox/150.0");
        var page = await browser.Get(new Uri(sent.Path).PathAndQuery, Cancel);
        Assert.Contains("だれとして入るか", page.Body, StringComparison.Ordinal);
        var back = await browser.Get($"{new Uri(sent.Path).PathAndQuery}&person={subject}", Cancel);
        Assert.StartsWith($"{Site.Address}sign-in/provider/answer?", back.Path, StringComparison.Ordinal);
        return new Uri(back.Path).PathAndQuery;
    }

    public async Task<Page> Join(Visitor visitor, InvitedStaff invited, string subject = Subject) => await visitor.Get(await Choose(await GoJoin(visitor, invited), subject), Cancel);

    /// <summary>Signs in by the link of the sign-in page.</summary>
    public async Task<Page> SignIn(Visitor visitor, string subject = Subject, string path = "/sign-in/provider") => await visitor.Get(await Choose(await visitor.Get(path, Cancel), subject), Cancel);

    /// <summary>森 育子, joined at the provider; nobody is signed in.</summary>
    public async Task Joined(string subject = Subject, string signIn = "mori", string name = "森 育子", StaffRole role = StaffRole.Desk)
    {
        using var visitor = Site.NewVisitor();
        var page = await Join(visitor, await Invite(signIn, name, role), subject);
        Assert.True(page.Path is "/staff", page.Path is "/staff" ? "" : LastRefusal());
    }

    /// <summary>A member of staff with a password, as before there was a provider.</summary>
    public async Task<CreatedAccount> WithPassword(string signIn = "officer1") =>
        (await Site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Desk, "青木 守", "みどり市", signIn, DeskWorld.Password, Cancel))).Value;

    /// <summary>Nobody is signed in, the page says the one sentence, and the log has grown by the one code.</summary>
    public async Task Refused(Visitor visitor, Page page, string code, string at = "/sign-in?error=provider")
    {
        Assert.Equal(at, page.Path);
        Assert.Contains(Sentence, page.Body, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in?return=", (await visitor.Get("/staff", Cancel)).Path, StringComparison.Ordinal);
        Assert.Equal($"Warning An answer of the staff provider was refused ({code}).", LastRefusal());
    }

    public string LastRefusal()
    {
        lock (Site.Log)
            return Site.Log.LastOrDefault(l => l.Contains("staff provider", StringComparison.Ordinal))?.Trim() ?? "";
    }

    public Task<int> Sessions() => Site.Do<TasukiDb, int>(db => db.Set<SignInSessionRow>().CountAsync(Cancel));

    public async ValueTask DisposeAsync()
    {
        await Site.DisposeAsync();
        await Provider.DisposeAsync();
    }
}
