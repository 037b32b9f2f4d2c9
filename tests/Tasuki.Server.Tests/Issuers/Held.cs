using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Issuers;

/// <summary>Presents a credential as a stranger would; true when it was taken. The site says whose page the stranger stands on.</summary>
internal delegate Task<bool> Present(Walker walker, string site);

/// <summary>Everything a person of akane or their client holds after signing up. At midori somebody has the same sign-in name, the same number and another password.</summary>
internal static partial class Held
{
    private const string Name = "hanako";
    private const string Verifier = "a-verifier-of-a-client-that-is-long-enough-for-rfc-7636";

    private static readonly Dictionary<string, string> Passwords = new(StringComparer.Ordinal) { ["akane"] = "正しい馬の電池ホチキス印刷", ["midori"] = "別の町のまったく別の合言葉" };

    public static async Task<IReadOnlyList<(string Name, Present Present)>> After(Door door)
    {
        var (clock, client) = (door.Of("akane").Test.Clock, door.ClientOf("akane"));
        using (var other = door.Walk("midori"))
            await other.SignUp("緑山", "花子", Name, Passwords["midori"], door.Of("midori").Test.Clock.GetUtcNow());
        using var owner = door.Walk("akane");
        var unfinished = await owner.Submit(await owner.Get("/sign-up"), "value=\"sign-up\"", ("Family", "緑山"), ("Given", "太郎"), ("FamilyKana", "みどりやま"), ("GivenKana", "タロウ"), ("Year", "1955"), ("Month", "4"), ("Day", "1"), ("Gender", "male"));
        var (state, step) = (Walker.Hidden(unfinished, "value=\"sign-up\"", "State"), Walker.Hidden(unfinished, "value=\"sign-up\"", "Step"));
        var (_, secret) = await owner.SignUp("緑山", "花子", Name, Passwords["akane"], clock.GetUtcNow());
        Assert.Equal("/account", (await owner.Get("/account")).Path);

        var codes = await owner.Get("/account/codes");
        var printed = WithoutBlanks(PrintedCode().Match(codes.Body).Groups["code"].Value);
        Assert.Equal("/account?done=codes", (await owner.Submit(codes, "name=\"Kept\"", ("Kept", "true"))).Path);
        var passkey = new SoftPasskey();
        var creation = await Options(owner, "/account", "/account/passkeys/options");
        var added = await owner.Send(HttpMethod.Post, "/account/passkeys", Form(("__RequestVerificationToken", Token(await owner.Get("/account"))), ("state", creation!.Value.State), ("credential", passkey.Create(creation.Value.Options, "https://akane.test"))));
        Assert.Equal("/account?done=passkey-added", added.Path);
        using var asking = door.Walk("akane");
        var challenge = (await Options(asking, "/sign-in", "/sign-in/passkey/options"))!.Value;
        var (early, stranger) = (Token(await asking.Get("/sign-in")), asking.Cookies.ToList());
        var assertion = passkey.Sign(challenge.Options, "https://akane.test");

        using var halfway = door.Walk("akane");
        Assert.Equal("/sign-in/code", (await PasswordAt(halfway, "akane"))!.Path);
        var waiting = halfway.Cookies["__Host-tasuki.step"];

        var tokens = await Exchange(owner, client, ("grant_type", "authorization_code"), ("code", await Code(owner, client)), ("redirect_uri", Issuer.Callback.ToString()), ("code_verifier", Verifier));
        Assert.True(tokens.Status == 200, tokens.Body);
        using var answer = JsonDocument.Parse(tokens.Body);
        var (access, refresh) = (answer.RootElement.GetProperty("access_token").GetString()!, answer.RootElement.GetProperty("refresh_token").GetString()!);
        var (code, next) = (await Code(owner, client), (await owner.Get("/test/page?after=")).Body);
        Assert.NotEmpty(next);
        var vault = door.Of("akane").Vault;
        var record = (await vault.Search(Actor.Resident(new ResidentNo(1)), new ResidentNo(1), Purpose.OwnUse, new RecordQuery(), CancellationToken.None)).Value.Records[0].Id;
        var form = Token(await owner.Get("/account"));
        var cookies = owner.Cookies.ToList();
        void WithCookies(Walker walker) => cookies.ForEach(c => walker.Cookies[c.Key] = c.Value);
        return
        [
            // First: it lives a minute.
            ("authorization code", async (walker, _) =>
                (await Exchange(walker, client, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", Issuer.Callback.ToString()), ("code_verifier", Verifier))).Status == 200),
            ("cookie", async (walker, _) =>
            {
                WithCookies(walker);
                return await walker.Get("/account") is { Status: 200, Path: "/account" };
            }),
            ("form token", async (walker, _) =>
            {
                WithCookies(walker);
                var posted = await walker.Send(HttpMethod.Post, "/bring-in/none/give-up", Form(("__RequestVerificationToken", form)));
                return posted.Status is not (400 or 421) && posted.Path is not "/expired" && !posted.Path.StartsWith("/sign-in", StringComparison.Ordinal);
            }),
            ("form token of nobody yet", async (walker, _) =>
            {
                foreach (var (cookie, value) in stranger)
                    walker.Cookies[cookie] = value;
                return await walker.Send(HttpMethod.Post, "/sign-in/passkey/options", Form(("__RequestVerificationToken", early))) is { Status: 200, Path: "/sign-in/passkey/options" };
            }),
            ("unfinished sign-up", async (walker, _) => await walker.Get("/sign-up") is { Status: 200 } page
                && (await walker.Submit(page, "value=\"sign-up\"", ("State", state), ("Step", step), ("Agreed", "true"))).Body.Contains("name=\"Second\"", StringComparison.Ordinal)),
            ("password", async (walker, _) => await PasswordAt(walker, "akane") is { Path: "/sign-in/code" }),
            ("half of a sign-in", async (walker, _) =>
            {
                walker.Cookies["__Host-tasuki.step"] = waiting;
                return await walker.Get("/sign-in/code") is { Status: 200, Path: "/sign-in/code" };
            }),
            ("printed code", (walker, site) => SecondAt(walker, site, printed)),
            ("passkey", async (walker, site) => await Options(walker, "/sign-in", "/sign-in/passkey/options") is { } asked
                && await PasskeyAt(walker, asked.State, passkey.Sign(asked.Options, $"https://{site}.test"))),
            ("challenge and its answer", (walker, _) => PasskeyAt(walker, challenge.State, assertion)),
            ("access token", async (walker, _) =>
            {
                walker.Headers["Authorization"] = $"Bearer {access}";
                return (await walker.Get("/test/token")).Status == 200;
            }),
            ("refresh token", async (walker, _) => (await Exchange(walker, client, ("grant_type", "refresh_token"), ("refresh_token", refresh))).Status == 200),
            ("page token", async (walker, _) => (await walker.Get($"/test/page?after={Uri.EscapeDataString(next)}")).Status == 200),
            ("record id", async (walker, _) => (await walker.Get($"/test/record?id={record}")).Status == 200),
            ("authenticator", (walker, site) =>
            {
                // Each code counts once, and the sign-up took the first.
                if (site is "akane" && walker.Host is null)
                    clock.Advance(TimeSpan.FromSeconds(31));
                return SecondAt(walker, site, Walker.Code(secret, clock.GetUtcNow()));
            }),
        ];
    }

    private static async Task<Answer?> PasswordAt(Walker walker, string whose) =>
        await walker.Get("/sign-in") is { Status: 200 } page ? await walker.Submit(page, "current-password", ("Name", Name), ("Password", Passwords[whose])) : null;

    // After the password that is right there: only the second factor is another's.
    private static async Task<bool> SecondAt(Walker walker, string site, string code)
    {
        if (await PasswordAt(walker, site) is not { Path: "/sign-in/code" } page)
            return false;
        return !(await walker.Submit(page, "id=\"code\"", ("Code", code))).Path.StartsWith("/sign-in", StringComparison.Ordinal);
    }

    private static async Task<bool> PasskeyAt(Walker walker, string state, string credential)
    {
        if (await walker.Get("/sign-in") is not { Status: 200 } page)
            return false;
        await walker.Submit(page, "action=\"/sign-in/passkey\"", ("state", state), ("credential", credential));
        return await walker.Get("/account") is { Status: 200, Path: "/account" };
    }

    private static async Task<(string Options, string State)?> Options(Walker walker, string page, string path)
    {
        var shown = await walker.Get(page);
        if (shown.Status != 200)
            return null;
        using var answer = JsonDocument.Parse((await walker.Send(HttpMethod.Post, path, Form(("__RequestVerificationToken", Token(shown))))).Body);
        return (answer.RootElement.GetProperty("options").GetString()!, answer.RootElement.GetProperty("state").GetString()!);
    }

    private static async Task<string> Code(Walker owner, string client)
    {
        var challenge = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));
        var page = await owner.Get($"/connect/authorize?response_type=code&client_id={client}&redirect_uri={Uri.EscapeDataString(Issuer.Callback.ToString())}&scope={Uri.EscapeDataString(Issuer.Scope)}&aud={Uri.EscapeDataString("https://akane.test/fhir")}&state=s&code_challenge={challenge}&code_challenge_method=S256");
        Assert.True(page.Status == 200, $"{page.Path} {page.Status} {page.Body}");
        var answer = await owner.Submit(page, "/connect/decide", ("answer", "yes"), ("c-0", "true"), ("kept", "Month"));
        Assert.StartsWith(Issuer.Callback.ToString(), answer.Path, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(new Uri(answer.Path).Query)["code"].ToString();
    }

    private static Task<Answer> Exchange(Walker walker, string client, params (string Name, string Value)[] fields) =>
        walker.Send(HttpMethod.Post, "/connect/token", Form([.. fields, ("client_id", client)]));

    private static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));

    private static string Token(Answer page)
    {
        var token = FormToken().Match(page.Body).Groups["token"].Value;
        Assert.NotEmpty(token);
        return token;
    }

    private static string WithoutBlanks(string code)
    {
        Assert.NotEmpty(code);
        return string.Concat(code.Where(char.IsAsciiLetterOrDigit));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"(?<token>[^\"]+)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex FormToken();

    [GeneratedRegex("<li><code class=\"tk-number\">(?<code>[^<]+)</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PrintedCode();
}
