using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class SignUpTests
{
    private const string Form = "value=\"sign-up\"";
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_person_signs_up_with_a_password_and_an_authenticator_and_signs_in_again(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        using var visitor = site.NewVisitor();

        var (page, secret) = await Walk.SignUpWithAuthenticator(site, visitor, "hanako.m", "みかんの皮は橙色でまるい");

        Assert.Equal(200, page.Status);
        Assert.Equal("緑山 花子", (await visitor.Get("/home", Cancel)).Body);
        Assert.Contains("みどり市へようこそ", (await visitor.Get("/inbox", Cancel)).Body, StringComparison.Ordinal);

        using var again = site.NewVisitor();
        site.Clock.Advance(TimeSpan.FromMinutes(1));
        await Walk.SignIn(site, again, "ＨＡＮＡＫＯ.m", "みかんの皮は橙色でまるい", TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()));
        Assert.Equal("緑山 花子", (await again.Get("/home", Cancel)).Body);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_new_resident_has_a_sealed_profile_a_consent_a_lookup_and_a_Patient(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        using var visitor = site.NewVisitor();
        await Walk.SignUpWithAuthenticator(site, visitor, "hanako.m", Password);

        var no = new ResidentNo(await site.Do<TasukiDb, long>(db => db.Set<ResidentRow>().Select(r => r.ResidentNo).SingleAsync(Cancel)));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<ConsentRow>().CountAsync(c => c.ResidentNo == no.Value, Cancel)));
        var vault = site.Services.GetRequiredService<RecordVault>();
        Assert.Equal([no], await vault.Find(LookupKind.KanaNameWithBirthDate, Encoding.UTF8.GetBytes("ミドリヤマハナコ|1955-04-01"), Cancel));
        var session = (await vault.Open(Actor.Resident(no), no, Purpose.OwnUse, Cancel)).Value;
        var patient = Assert.Single((await session.Search(new RecordQuery { Types = ["Patient"] }, Cancel)).Value.Records);
        using var json = JsonDocument.Parse(patient.Resource.Json);
        var names = json.RootElement.GetProperty("name").EnumerateArray().ToDictionary(
            n => n.GetProperty("extension")[0].GetProperty("valueCode").GetString()!, n => n.GetProperty("family").GetString(), StringComparer.Ordinal);
        Assert.Equal(("緑山", "みどりやま"), (names["IDE"], names["SYL"]));
        Assert.Equal("1955-04-01", json.RootElement.GetProperty("birthDate").GetString());
    }

    [Fact]
    public async Task A_person_signs_up_with_a_printed_list_and_signs_in_with_a_code_from_it()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        var page = await visitor.Submit(
            await Walk.ToMethod(visitor), Form, Walk.Fields(("SignInName", "hanako.m"), ("Password", Password), ("Second", "codes"), ("Method", "password")), Cancel);
        var codes = Regex.Matches(page.Body, "<code class=\"tk-number\">(?<code>[0-9]{4} [0-9]{4})</code>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(m => m.Groups["code"].Value).ToList();
        Assert.Equal(10, codes.Count);

        var unticked = await visitor.Submit(page, Form, Walk.Fields(), Cancel);
        Assert.Contains("番号を控えたら", unticked.Body, StringComparison.Ordinal);
        await visitor.Submit(unticked, Form, Walk.Fields(("Kept", "true")), Cancel);

        using var again = site.NewVisitor();
        await Walk.SignIn(site, again, "hanako.m", Password, codes[4]);
        Assert.Equal("緑山 花子", (await again.Get("/home", Cancel)).Body);
    }

    [Fact]
    public async Task The_last_form_sent_twice_makes_one_account()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        var page = await visitor.Submit(
            await Walk.ToMethod(visitor), Form, Walk.Fields(("SignInName", "hanako.m"), ("Password", Password), ("Second", "codes"), ("Method", "password")), Cancel);
        using var other = site.NewVisitor();
        foreach (var cookie in visitor.Cookies.GetCookies(site.Address).Cast<System.Net.Cookie>())
            other.Cookies.Add(new System.Net.Cookie(cookie.Name, cookie.Value, "/", site.Address.Host));

        await Task.WhenAll(visitor.Submit(page, Form, Walk.Fields(("Kept", "true")), Cancel), other.Submit(page, Form, Walk.Fields(("Kept", "true")), Cancel));

        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<Account>().CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("short", "みじかい", "12文字以上")]
    [InlineData("common", "passwordpassword1", "よく使われる")]
    [InlineData("run", "あいうえおかきくけこさし", "よく使われる")]
    [InlineData("own", "hanako.m1hanako.m", "よく使われる")]
    public async Task A_weak_password_is_refused_with_a_sentence(string kind, string password, string sentence)
    {
        _ = kind;
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();

        var page = await visitor.Submit(await Walk.ToMethod(visitor), Form, Walk.Fields(("SignInName", "hanako.m"), ("Password", password), ("Method", "password")), Cancel);

        Assert.Contains(sentence, page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(password, page.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_step_can_be_left_out_by_sending_a_later_form()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        using var visitor = site.NewVisitor();
        var terms = await visitor.Submit(await visitor.Get("/sign-up", Cancel), Form, Walk.Person, Cancel);

        await visitor.Submit(terms, Form, Walk.Fields(("Step", "3"), ("SignInName", "hanako.m"), ("Password", Password), ("Method", "password")), Cancel);
        await visitor.Submit(terms, Form, Walk.Fields(("Step", "4"), ("Kept", "true")), Cancel);
        await visitor.Submit(terms, Form, Walk.Fields(("Step", "5"), ("Method", "skip")), Cancel);

        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<Account>().CountAsync(Cancel)));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_whatever_its_widths_and_case()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        await SignInTests.NewResident(site, "Hanako.M");
        using var visitor = site.NewVisitor();

        var page = await visitor.Submit(await Walk.ToMethod(visitor), Form, Walk.Fields(("SignInName", "ｈａｎａｋｏ.m"), ("Password", Password), ("Method", "password")), Cancel);

        Assert.Contains("その名前は使われています", page.Body, StringComparison.Ordinal);
    }
}

/// <summary>The walks that tests share.</summary>
internal static partial class Walk
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static readonly Dictionary<string, string> Person = new(StringComparer.Ordinal)
    {
        ["Family"] = "緑山", ["Given"] = "花子", ["FamilyKana"] = "みどりやま", ["GivenKana"] = "ハナコ", ["Year"] = "1955", ["Month"] = "4", ["Day"] = "1", ["Gender"] = "female",
    };

    public static async Task<Page> ToMethod(Visitor visitor, Dictionary<string, string>? person = null)
    {
        var page = await visitor.Submit(await visitor.Get("/sign-up", Cancel), "value=\"sign-up\"", person ?? Person, Cancel);
        return await visitor.Submit(page, "value=\"sign-up\"", Fields(("Agreed", "true")), Cancel);
    }

    public static async Task<(Page Page, string Secret)> SignUpWithAuthenticator(TestSite site, Visitor visitor, string name, string password, Dictionary<string, string>? person = null)
    {
        var page = await visitor.Submit(await ToMethod(visitor, person), "value=\"sign-up\"", Fields(("SignInName", name), ("Password", password), ("Second", "totp"), ("Method", "password")), Cancel);
        var secret = Key().Match(page.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        return (await visitor.Submit(page, "value=\"sign-up\"", Fields(("Code", TimeCodes.CodeAt(secret, site.Clock.GetUtcNow()))), Cancel), secret);
    }

    public static async Task<Page> SignIn(TestSite site, Visitor visitor, string name, string password, string code, string path = "/sign-in")
    {
        var page = await Password(visitor, name, password, path);
        return await visitor.Submit(page, "value=\"code\"", Fields(("Code", code)), Cancel);
    }

    public static async Task<Page> Password(Visitor visitor, string name, string password, string path = "/sign-in") =>
        await visitor.Submit(await visitor.Get(path, Cancel), "name=\"Name\"", Fields(("Name", name), ("Password", password)), Cancel);

    public static Dictionary<string, string> Fields(params (string Name, string Value)[] fields) => fields.ToDictionary(f => f.Name, f => f.Value, StringComparer.Ordinal);

    [GeneratedRegex("<code class=\"tk-number\">(?<key>[A-Z2-7 ]{32,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}
