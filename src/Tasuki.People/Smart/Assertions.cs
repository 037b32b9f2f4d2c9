using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using Tasuki.Data;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>
/// SMART clients send <c>typ: JWT</c> and the token address as audience where OpenIddict wants a type of its own and the issuer; both are taken. The algorithms are
/// those of the specification and no others, and the key is the one the header names. What OpenIddict leaves open is looked at first (<see cref="AssertionShape"/>).
/// </summary>
internal sealed class AcceptSmartAssertions(Apps apps) : IOpenIddictServerHandler<ValidateTokenContext>
{
    public static readonly int Order = OpenIddictServerHandlers.Protection.ResolveTokenValidationParameters.Descriptor.Order + 500;

    private const string OwnType = "client-authentication+jwt";

    public async ValueTask HandleAsync(ValidateTokenContext context)
    {
        if (context.ValidTokenTypes.Count != 1 || !context.ValidTokenTypes.Contains(Names.TokenTypeIdentifiers.Private.ClientAssertion))
            return;
        var now = (context.Options.TimeProvider ?? TimeProvider.System).GetUtcNow();
        if (AssertionShape.Wrong(context.Token, await KeysOf(context.Token, context.CancellationToken), now) is { } wrong)
        {
            context.Reject(Names.Errors.InvalidClient, wrong);
            return;
        }

        var parameters = context.TokenValidationParameters!;
        parameters.ValidAlgorithms = [SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.RsaSha384];
        parameters.TypeValidator = static (type, _, _) => type is "JWT" or OwnType ? OwnType : throw new SecurityTokenInvalidTypeException();
        parameters.TryAllIssuerSigningKeys = false;
        context.ValidAudiences.Add(new Uri(context.Options.Issuer ?? context.BaseUri!, SmartServer.TokenPath).AbsoluteUri);
    }

    private async Task<IReadOnlyCollection<string>> KeysOf(string assertion, CancellationToken cancel) =>
        AssertionShape.IssuerOf(assertion) is { } no && await apps.FindApproved(no, cancel) is { Opened.Keys: { } keys } ? [.. JsonWebKeySet.Create(keys).Keys.Select(k => k.Kid)] : [];
}

/// <summary>An assertion lives at most five minutes and counts once, on every server: its <c>jti</c> is kept until it would have ended.</summary>
internal sealed class SpendAssertion(TasukiDb db) : IOpenIddictServerHandler<ProcessAuthenticationContext>
{
    public static readonly int Order = OpenIddictServerHandlers.ValidateClientType.Descriptor.Order + 500;

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    public async ValueTask HandleAsync(ProcessAuthenticationContext context)
    {
        if (context.ClientAssertionPrincipal is not { } assertion)
            return;
        var now = (context.Options.TimeProvider ?? TimeProvider.System).GetUtcNow();
        var id = assertion.GetClaim(JwtRegisteredClaimNames.Jti);
        if (assertion.GetExpirationDate() is not { } ends || ends > now + Longest || ends <= now)
            context.Reject(Names.Errors.InvalidClient, "A client assertion says when it ends, five minutes from now at most.");
        else if (string.IsNullOrEmpty(id) || id.Length > 200)
            context.Reject(Names.Errors.InvalidClient, "A client assertion has a 'jti' of at most 200 characters.");
        else if (!await Spend($"{assertion.GetClaim(JwtRegisteredClaimNames.Iss)}\n{id}", ends, context.CancellationToken))
            context.Reject(Names.Errors.InvalidClient, "The client assertion was used before.");
    }

    private async Task<bool> Spend(string id, DateTimeOffset until, CancellationToken cancel)
    {
        var spent = new SpentState { Token = SHA256.HashData(Encoding.UTF8.GetBytes("assertion\n" + id)), Until = until };
        db.Add(spent);
        try
        {
            await db.SaveChangesAsync(cancel);
            return true;
        }
        catch (DbUpdateException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
        finally
        {
            db.Entry(spent).State = EntityState.Detached;
        }
    }
}
