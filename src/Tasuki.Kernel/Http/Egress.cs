using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Tasuki.Kernel.Http;

/// <summary>Why something leaves the house, and how far it may go.</summary>
/// <param name="Name">A word of our own; it stands in errors.</param>
/// <param name="Hosts">Null: any public host. Else those named, where <c>*.example.org</c> means every name below it and not <c>example.org</c> itself.</param>
/// <param name="MostBytes">Of the answer's body; a longer one is an error.</param>
/// <param name="Longest">From the first byte to the last.</param>
public sealed record EgressPurpose(string Name, IReadOnlyList<string>? Hosts, int MostBytes, TimeSpan Longest);

/// <summary>What came back: never a redirect.</summary>
public sealed record EgressAnswer(int Status, byte[] Body, DateTimeOffset? RetryAfter);

/// <summary>
/// The one door for outbound HTTP: https alone, the address is checked when the socket connects (so that a name which answers differently a second time gains nothing), no
/// redirects, no cookies, no proxy of the environment, a limit of size and of time. Errors that say <i>nothing was sent</i>: <c>egress.address</c>, <c>egress.host</c>,
/// <c>egress.unreachable</c>. Errors after which nobody knows what the other side did: <c>egress.broken</c>, <c>egress.too-long</c>, <c>egress.too-large</c>,
/// <c>egress.redirect</c>.
/// </summary>
public sealed class Egress : IDisposable
{
    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(10);

    private readonly HttpMessageInvoker _client;
    private readonly TimeProvider _clock;
    private readonly bool _loopback;

    /// <param name="allowLoopback">For tests and the sandbox: this machine itself may be asked, and without encryption. Other private addresses stay closed.</param>
    public Egress(TimeProvider clock, bool allowLoopback = false)
    {
        (_clock, _loopback) = (clock, allowLoopback);
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, UseProxy = false, AutomaticDecompression = DecompressionMethods.None, MaxResponseHeadersLength = 32,
            ConnectTimeout = Connecting, PooledConnectionLifetime = TimeSpan.FromMinutes(2), ConnectCallback = Connect,
        });
    }

    /// <summary>Whether an address is one of the public internet: no private, loopback, link-local, shared, documentation or multicast one, nor one that carries such an address inside.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        var networks = address.AddressFamily is AddressFamily.InterNetwork ? ClosedV4 : ClosedV6;
        return (address.AddressFamily is AddressFamily.InterNetwork || Global6.Contains(address)) && !Array.Exists(networks, n => n.Contains(address));
    }

    public async Task<Result<EgressAnswer>> Send(EgressPurpose purpose, HttpRequestMessage request, CancellationToken cancel)
    {
        if (Refuse(purpose, request.RequestUri) is { } refused)
            return refused;
        using var time = new CancellationTokenSource(purpose.Longest, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            using var response = await _client.SendAsync(request, either.Token);
            if ((int)response.StatusCode is >= 300 and < 400)
                return new Error("egress.redirect", $"{purpose.Name}: the answer was a redirect ({(int)response.StatusCode}), which is not followed.");
            var body = await Read(response.Content, purpose.MostBytes, either.Token);
            if (body is null)
                return new Error("egress.too-large", $"{purpose.Name}: the answer is longer than {purpose.MostBytes} bytes.");
            return new EgressAnswer((int)response.StatusCode, body, After(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new Error("egress.too-long", $"{purpose.Name}: no answer within {purpose.Longest.TotalSeconds} s.");
        }
        catch (HttpRequestException broken)
        {
            if (Inner<ClosedAddressException>(broken) is not null)
                return new Error("egress.address", $"{purpose.Name}: the name leads to an address that is not public.");
            return broken.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
                ? new Error("egress.unreachable", $"{purpose.Name}: no connection ({broken.HttpRequestError}).")
                : new Error("egress.broken", $"{purpose.Name}: the connection broke ({broken.HttpRequestError}).");
        }
        catch (IOException)
        {
            return new Error("egress.broken", $"{purpose.Name}: the connection broke while the answer was read.");
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>What can be said of a target before anything is asked: <c>egress.scheme</c>, <c>egress.host</c>, or null.</summary>
    public Error? Refuse(EgressPurpose purpose, Uri? target)
    {
        if (target is not { IsAbsoluteUri: true } || target.UserInfo.Length > 0 || (target.Scheme != Uri.UriSchemeHttps && !(_loopback && target.Scheme == Uri.UriSchemeHttp && target.IsLoopback)))
            return new Error("egress.scheme", $"{purpose.Name}: only https leaves the house, without a name and password in the address.");
        if (purpose.Hosts is { } hosts && !hosts.Any(h => Fits(h, target.IdnHost)) && !(_loopback && target.IsLoopback))
            return new Error("egress.host", $"{purpose.Name}: this host is not on the list.");
        return null;
    }

    private static bool Fits(string pattern, string host) => pattern.StartsWith("*.", StringComparison.Ordinal)
        ? host.Length > pattern.Length - 1 && host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
        : string.Equals(pattern, host, StringComparison.OrdinalIgnoreCase);

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancel);
        // One closed address among them and none is taken: whoever owns the name wants something.
        if (!Array.TrueForAll(addresses, a => IsPublic(a) || (_loopback && IPAddress.IsLoopback(a))))
            throw new ClosedAddressException();
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<byte[]?> Read(HttpContent content, int most, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            if (body.Length + read > most)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private DateTimeOffset? After(RetryConditionHeaderValue? header) => header?.Date ?? (header?.Delta is { } delta ? _clock.GetUtcNow() + delta : null);

    private static T? Inner<T>(Exception outer) where T : Exception
    {
        for (var one = outer; one is not null; one = one.InnerException!)
        {
            if (one is T found)
                return found;
        }

        return null;
    }

    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    // The special-purpose registries of IANA for IPv4 and IPv6, as far as they are not globally reachable.
    private static readonly IPNetwork[] ClosedV4 =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        }.Select(n => IPNetwork.Parse(n)),
    ];

    // Within 2000::/3: protocol assignments and Teredo, documentation, 6to4 (an IPv4 address inside), documentation again.
    private static readonly IPNetwork[] ClosedV6 = [.. new[] { "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20" }.Select(n => IPNetwork.Parse(n))];

    private sealed class ClosedAddressException : IOException;
}
