using Tasuki.Kernel.Http;

namespace Tasuki.Delivery;

/// <summary>What this floor lets out of the house, each with its purpose: pushes to known push services, messages to the operator's own gateways.</summary>
internal sealed class Egresses(DeliveryOptions options, TimeProvider clock) : IDisposable
{
    private static readonly string[] PushServices = ["fcm.googleapis.com", "*.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"];
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    public Egress Door { get; } = new(clock, options.Sandbox);

    public EgressPurpose Push { get; } = new("push", [.. PushServices, .. options.Push?.Hosts ?? []], 4_096, Longest);

    public EgressPurpose Sms { get; } = new("sms", Host(options.Sms), 16_384, Longest);

    public EgressPurpose Line { get; } = new("line", Host(options.Line), 16_384, Longest);

    public bool AllowsPush(Uri endpoint) => options.Push is not null && Door.Refuse(Push, endpoint) is null;

    public void Dispose() => Door.Dispose();

    private static string[] Host(GatewayOptions? gateway) => gateway is null ? [] : [gateway.Address.IdnHost];
}
