using System.Net;
using System.Text.RegularExpressions;

namespace Tasuki.People.Tests;

/// <summary>A browser without script: keeps cookies, follows redirects within the site, fills in forms.</summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpMessageInvoker _client;
    private readonly Uri _site;
    private readonly string _userAgent;

    public Visitor(Uri site, string userAgent)
    {
        (_site, _userAgent) = (site, userAgent);
        _client = new HttpMessageInvoker(new SocketsHttpHandler { CookieContainer = Cookies, AllowAutoRedirect = false });
    }

    public CookieContainer Cookies { get; } = new();

    public Task<Page> Get(string path, CancellationToken cancel) => Send(HttpMethod.Get, path, null, cancel);

    /// <summary>Sends the first form of the page whose markup holds <paramref name="mark"/>, with its hidden fields and those given.</summary>
    public Task<Page> Submit(Page page, string mark, IReadOnlyDictionary<string, string> fields, CancellationToken cancel)
    {
        var form = Forms().Matches(page.Body).Select(m => m.Value).FirstOrDefault(f => f.Contains(mark, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"No form with '{mark}' on {page.Path} ({page.Status}): {page.Body}");
        var sent = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match hidden in Inputs().Matches(form))
        {
            if (Attribute(hidden.Value, "type") is "hidden")
                sent[Attribute(hidden.Value, "name")!] = Attribute(hidden.Value, "value") ?? "";
        }

        foreach (var (name, value) in fields)
            sent[name] = value;
        var action = Attribute(form[..(form.IndexOf('>', StringComparison.Ordinal) + 1)], "action") ?? page.Path;
        return Send(HttpMethod.Post, action, new FormUrlEncodedContent(sent), cancel);
    }

    public async Task<Page> Send(HttpMethod method, string path, HttpContent? content, CancellationToken cancel)
    {
        for (var turn = 0; ; turn++)
        {
            using var request = new HttpRequestMessage(method, new Uri(_site, path)) { Content = content };
            request.Headers.Accept.ParseAdd("text/html");
            request.Headers.UserAgent.ParseAdd(_userAgent);
            using var response = await _client.SendAsync(request, cancel);
            var body = await response.Content.ReadAsStringAsync(cancel);
            if ((int)response.StatusCode is < 300 or >= 400 || response.Headers.Location is not { } next || turn == 5)
                return new Page((int)response.StatusCode, path, body, response);
            var target = new Uri(new Uri(_site, path), next);
            if (target.Authority != _site.Authority)
                return new Page((int)response.StatusCode, target.ToString(), body, response);
            (method, path, content) = (HttpMethod.Get, target.PathAndQuery, null);
        }
    }

    public void Dispose() => _client.Dispose();

    private static string? Attribute(string tag, string name) =>
        Regex.Match(tag, $"\\s{name}=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)) is { Success: true } m ? WebUtility.HtmlDecode(m.Groups["value"].Value) : null;

    [GeneratedRegex("<form.*?</form>", RegexOptions.Singleline, 1000)]
    private static partial Regex Forms();

    [GeneratedRegex("<input[^>]*>", RegexOptions.Singleline, 1000)]
    private static partial Regex Inputs();
}

/// <summary>What came back, and where the redirects ended.</summary>
internal sealed record Page(int Status, string Path, string Body, HttpResponseMessage Response)
{
    /// <summary>Forbidden, or shown as missing, which is how a page that is not for this person looks.</summary>
    public bool IsRefused => Status is 403 or 404;

    public string Title => Regex.Match(Body, "<h1[^>]*>(?<title>.*?)</h1>", RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["title"].Value.Trim();
}
