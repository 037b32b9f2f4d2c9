using System.Text.RegularExpressions;
using Tasuki.Data;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class SignUpTests
{
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
}

/// <summary>The walks that tests share.</summary>
internal static partial class Walk
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static readonly Dictionary<string, string> Person = new(StringComparer.Ordinal)
    {
        ["Family"] = "緑山", ["Given"] = "花子", ["FamilyKana"] = "みどりやま", ["GivenKana"] = "ハナコ", ["Year"] = "1955", ["Month"] = "4", ["Day"] = "1", ["Gender"] = "female",
    };

    public static async Task<Page> ToMethod(Visitor visitor)
    {
        var page = await visitor.Submit(await visitor.Get("/sign-up", Cancel), "value=\"sign-up\"", Person, Cancel);
        return await visitor.Submit(page, "value=\"sign-up\"", Fields(("Agreed", "true")), Cancel);
    }

    public static async Task<(Page Page, string Secret)> SignUpWithAuthenticator(TestSite site, Visitor visitor, string name, string password)
    {
        var page = await visitor.Submit(await ToMethod(visitor), "value=\"sign-up\"", Fields(("SignInName", name), ("Password", password), ("Second", "totp"), ("Method", "password")), Cancel);
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
