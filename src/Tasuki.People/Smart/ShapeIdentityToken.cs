using Microsoft.IdentityModel.Tokens;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// The identity token is the one token an app reads: it is signed with RS256, which SMART and OpenID Connect expect where nothing else was agreed, and says nothing of the numbers
/// of our rows. Every other token is only read here and signed with ES256.
/// </summary>
internal sealed class ShapeIdentityToken : IOpenIddictServerHandler<GenerateTokenContext>
{
    public static readonly int Order = OpenIddictServerHandlers.Protection.AttachTokenMetadata.Descriptor.Order + 500;

    public ValueTask HandleAsync(GenerateTokenContext context)
    {
        if (context.TokenType is not Names.TokenTypeIdentifiers.IdentityToken)
            return default;
        var descriptor = context.SecurityTokenDescriptor;
        descriptor.SigningCredentials = context.SigningCredentials = context.Options.SigningCredentials.Single(c => c.Algorithm is SecurityAlgorithms.RsaSha256);
        foreach (var name in (string[])[Names.Claims.Private.AuthorizationId, Names.Claims.Private.TokenId])
        {
            foreach (var claim in descriptor.Subject.FindAll(name).ToList())
                descriptor.Subject.RemoveClaim(claim);
        }

        return default;
    }
}
