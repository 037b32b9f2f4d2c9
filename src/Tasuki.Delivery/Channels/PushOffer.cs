namespace Tasuki.Delivery;

/// <summary>What a browser needs to subscribe.</summary>
public sealed class PushOffer
{
    private readonly PushKeys _keys;

    internal PushOffer(PushKeys keys) => _keys = keys;

    /// <summary>The municipality's public key, as <c>applicationServerKey</c> wants it: base64url of the uncompressed point.</summary>
    public async Task<string> PublicKey(CancellationToken cancel) => (await _keys.Get(cancel)).PublicText;
}
