using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tasuki.Kernel;
using Tasuki.Kernel.Http;

namespace Tasuki.Delivery;

/// <summary>
/// Web push (RFC 8030) with the municipality's key (VAPID, RFC 8292) and without a payload: the browser's own worker shows the fixed text, so that there is nothing to encrypt and
/// nothing to leak.
/// </summary>
internal sealed class PushCarrier(PushOptions options, PushKeys keys, Egresses egresses, TimeProvider clock) : ICarrier
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(12);

    public ChannelKind Kind => ChannelKind.Push;

    public int Lines => 4;

    public ILine Open() => new Line(this);

    private async Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel)
    {
        var endpoint = new Uri(message.Address);
        var key = await keys.Get(cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent([]) };
        request.Headers.TryAddWithoutValidation("TTL", ((int)Kept.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("Urgency", "normal");
        // One that still waits for a sleeping device is replaced: "something has arrived" is said once.
        request.Headers.TryAddWithoutValidation("Topic", "arrival");
        request.Headers.TryAddWithoutValidation("Authorization", $"vapid t={Token(key, endpoint)}, k={key.PublicText}");
        return Answers.Of(await egresses.Door.Send(egresses.Push, request, cancel), "push");
    }

    private string Token(PushKey key, Uri endpoint)
    {
        var head = Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8);
        var claims = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["aud"] = endpoint.GetLeftPart(UriPartial.Authority), ["exp"] = (clock.GetUtcNow() + TokenLife).ToUnixTimeSeconds(), ["sub"] = options.Contact,
        }));
        return $"{head}.{claims}.{Base64Url.EncodeToString(key.Sign(System.Text.Encoding.ASCII.GetBytes($"{head}.{claims}")))}";
    }

    private sealed class Line(PushCarrier carrier) : ILine
    {
        public Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel) => carrier.HandOver(message, cancel);

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>An SMS or LINE gateway: one POST a message, <c>{"id", "to", "text"}</c>, with a bearer secret. The gateway keeps ids and sends none twice.</summary>
internal sealed class GatewayCarrier(ChannelKind kind, GatewayOptions options, EgressPurpose purpose, Egress door) : ICarrier
{
    public ChannelKind Kind => kind;

    public int Lines => 4;

    public ILine Open() => new Line(this);

    private async Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>(StringComparer.Ordinal) { ["id"] = message.Id, ["to"] = message.Address, ["text"] = message.Text });
        using var request = new HttpRequestMessage(HttpMethod.Post, options.Address) { Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } } };
        request.Headers.Authorization = new("Bearer", options.Secret);
        var answer = await door.Send(purpose, request, cancel);
        // The gateway has this id already.
        return answer is { IsOk: true, Value.Status: 409 } ? Outcome.HandedOver : Answers.Of(answer, purpose.Name);
    }

    private sealed class Line(GatewayCarrier carrier) : ILine
    {
        public Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel) => carrier.HandOver(message, cancel);

        public ValueTask DisposeAsync() => default;
    }
}

/// <summary>What an HTTP answer means for a hand-over.</summary>
internal static class Answers
{
    public static Outcome Of(Result<EgressAnswer> answer, string name)
    {
        if (!answer.IsOk)
        {
            return answer.Error.Code switch
            {
                "egress.unreachable" => new Outcome(OutcomeKind.Unreachable, $"{name}-down"),
                "egress.address" or "egress.host" or "egress.scheme" => new Outcome(OutcomeKind.Gone, $"{name}-closed"),
                _ => new Outcome(OutcomeKind.Uncertain, $"{name}-broken"),
            };
        }

        var status = answer.Value.Status;
        var error = $"{name}-{status}";
        return status switch
        {
            >= 200 and < 300 => Outcome.HandedOver,
            404 or 410 => new Outcome(OutcomeKind.Gone, error),
            // Our own credentials are refused: no fault of the person's.
            401 or 403 => new Outcome(OutcomeKind.Unreachable, error),
            408 or 425 or 429 or >= 500 => new Outcome(OutcomeKind.Again, error, answer.Value.RetryAfter),
            _ => new Outcome(OutcomeKind.Bounced, error),
        };
    }
}
