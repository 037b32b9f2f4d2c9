using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Tasuki.Server.Tests;

/// <summary>A browser without script that reaches any name at one loopback port: keeps cookies, follows redirects within the site, fills in forms.</summary>
internal sealed partial class Walker : IDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly Uri _site;

    public Walker(Uri site, int port)
    {
        _site = site;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseCookies = false, AllowAutoRedirect = false,
            // The certificate is the test's own, made for this run.
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject is "CN=tasuki test" },
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Name and value of every cookie as the site set it.</summary>
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Headers { get; } = new(StringComparer.Ordinal);

    public string Accept { get; set; } = "text/html";

    /// <summary>The name that is asked for, where it is not that of the site.</summary>
    public string? Host { get; set; }

    public List<string> SetCookies { get; } = [];

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null);

    /// <summary>Sends the first form of the page whose markup holds <paramref name="mark"/>, with its hidden fields and those given.</summary>
    public Task<Answer> Submit(Answer page, string mark, params (string Name, string Value)[] fields) =>
        Send(HttpMethod.Post, Action(page, mark), new FormUrlEncodedContent(Hidden(page, mark).Where(h => !fields.Any(f => f.Name == h.Key)).Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)))));

    public Task<Answer> Upload(Answer page, string mark, string name, byte[] content)
    {
        var form = new MultipartFormDataContent();
        foreach (var (field, value) in Hidden(page, mark))
            form.Add(new StringContent(value), field);
        form.Add(new ByteArrayContent(content), "file", name);
        return Send(HttpMethod.Post, Action(page, mark), form);
    }

    public async Task<Answer> Send(HttpMethod method, string path, HttpContent? content, string? host = null)
    {
        for (var turn = 0; ; turn++)
        {
            using var request = new HttpRequestMessage(method, new Uri(_site, path)) { Content = content, Version = HttpVersion.Version11 };
            request.Headers.Host = host ?? Host;
            request.Headers.Accept.ParseAdd(Accept);
            if (Cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
            foreach (var (name, value) in Headers)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _client.SendAsync(request, Cancel);
            Keep(response);
            var body = await response.Content.ReadAsStringAsync(Cancel);
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } next || turn == 5)
                return new Answer((int)response.StatusCode, path, body);
            var target = new Uri(new Uri(_site, path), next);
            if (target.Authority != _site.Authority)
                return new Answer((int)response.StatusCode, target.ToString(), body);
            (method, path, content) = (HttpMethod.Get, target.PathAndQuery, null);
        }
    }

    /// <summary>Signs up with a password and an authenticator; returns the page after it and the authenticator's key.</summary>
    public async Task<(Answer Page, string Secret)> SignUp(
        string family, string given, string name, string password, DateTimeOffset now, string familyKana = "みどりやま", string givenKana = "ハナコ")
    {
        var page = await Submit(await Get("/sign-up"), "value=\"sign-up\"", ("Family", family), ("Given", given), ("FamilyKana", familyKana), ("GivenKana", givenKana),
            ("Year", "1955"), ("Month", "4"), ("Day", "1"), ("Gender", "female"));
        page = await Submit(page, "value=\"sign-up\"", ("Agreed", "true"));
        page = await Submit(page, "value=\"sign-up\"", ("SignInName", name), ("Password", password), ("Second", "totp"), ("Method", "password"));
        var secret = Key().Match(page.Body).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        Assert.True(secret.Length >= 32, page.Body);
        return (await Submit(page, "value=\"sign-up\"", ("Code", Code(secret, now))), secret);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>RFC 6238, six digits, thirty seconds, SHA-1.</summary>
    public static string Code(string secret, DateTimeOffset now)
    {
        var key = new List<byte>();
        var (bits, held) = (0, 0);
        foreach (var letter in secret)
        {
            (bits, held) = (((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(letter, StringComparison.Ordinal)) & 0xFFFF, held + 5);
            if (held < 8)
                continue;
            held -= 8;
            key.Add((byte)(bits >> held));
        }

        Span<byte> step = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(step, now.ToUnixTimeSeconds() / 30);
#pragma warning disable CA5350 // Authenticators know SHA-1.
        var hash = HMACSHA1.HashData([.. key], step);
#pragma warning restore CA5350
        return ((BinaryPrimitives.ReadInt32BigEndian(hash.AsSpan(hash[^1] & 15)) & int.MaxValue) % 1_000_000).ToString("000000", System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Form(Answer page, string mark) =>
        Forms().Matches(page.Body).Select(m => m.Value).FirstOrDefault(f => f.Contains(mark, StringComparison.Ordinal))
        ?? throw new InvalidOperationException($"No form with '{mark}' on {page.Path} ({page.Status}): {page.Body}");

    private static string Action(Answer page, string mark)
    {
        var form = Form(page, mark);
        return Attribute(form[..(form.IndexOf('>', StringComparison.Ordinal) + 1)], "action") ?? page.Path;
    }

    /// <summary>The value of a hidden field of the first form that holds <paramref name="mark"/>.</summary>
    public static string Hidden(Answer page, string mark, string name) => Hidden(page, mark).Single(h => h.Key == name).Value;

    private static List<KeyValuePair<string, string>> Hidden(Answer page, string mark) =>
        [.. Inputs().Matches(Form(page, mark)).Select(m => m.Value).Where(i => Attribute(i, "type") is "hidden").Select(i => KeyValuePair.Create(Attribute(i, "name")!, Attribute(i, "value") ?? ""))];

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } m ? WebUtility.HtmlDecode(m.Groups["value"].Value) : null;

    private void Keep(HttpResponseMessage response)
    {
        foreach (var set in response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [])
        {
            SetCookies.Add(set);
            var pair = set.Split(';')[0].Split('=', 2);
            if (pair[1].Length > 0)
                Cookies[pair[0]] = pair[1];
            else
                Cookies.Remove(pair[0]);
        }
    }

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.Singleline, 1000)]
    private static partial Regex Inputs();

    [GeneratedRegex("<code class=\"tk-number\">(?<key>[A-Z2-7 ]{32,})</code>", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Key();
}

/// <summary>What came back, and where the redirects ended.</summary>
internal sealed record Answer(int Status, string Path, string Body);
