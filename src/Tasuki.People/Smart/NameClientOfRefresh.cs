using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tasuki.Data;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Tasuki.People;

/// <summary>
/// A widespread client of SMART leaves <c>client_id</c> out where a public app renews its tokens. The refresh token says whose it is; who holds it is asked nothing
/// more when the number is sent, so nothing is given away by reading it from the token.
/// </summary>
internal sealed class NameClientOfRefresh(TasukiDb db) : IOpenIddictServerHandler<ExtractTokenRequestContext>
{
    public const int Order = int.MaxValue - 100_000;

    public async ValueTask HandleAsync(ExtractTokenRequestContext context)
    {
        if (context.Request is not { ClientId: null, ClientAssertion: null, RefreshToken: { Length: 43 } token } request || !request.IsRefreshTokenGrantType())
            return;
        var reference = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        request.ClientId = TokenStore.Text(await db.Set<SmartToken>().Where(t => t.Reference == reference).Select(t => t.AppNo).SingleOrDefaultAsync(context.CancellationToken));
    }
}
