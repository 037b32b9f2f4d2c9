using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using OpenIddict.Validation.AspNetCore;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Web;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.Server.Tests.Issuers;

internal sealed class IssuerDb(DbContextOptions<IssuerDb> options) : DbContext(options);

/// <summary>An OAuth issuer of one municipality: its own name, its own keys wrapped by its ring, its own tokens. Access tokens are readable ones: the harder case.</summary>
internal static class Issuer
{
    public const string Client = "app";
    public static readonly Uri Callback = new("https://app.test/callback");

    public static void AddIssuer(this IServiceCollection services, string host, string folder)
    {
        services.AddDbContext<IssuerDb>(o => o.UseSqlite($"Data Source={Path.Combine(folder, "issuer.db")};Pooling=False").UseOpenIddict());
        services.AddOpenIddict()
            .AddCore(core => core.UseEntityFrameworkCore().UseDbContext<IssuerDb>())
            .AddServer(server =>
            {
                server.SetIssuer(new Uri($"https://{host}/")).SetAuthorizationEndpointUris("connect/authorize").SetTokenEndpointUris("connect/token");
                server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().RequireProofKeyForCodeExchange().DisableAccessTokenEncryption();
                server.SetAccessTokenLifetime(TimeSpan.FromMinutes(10)).RegisterScopes(Scopes.OfflineAccess);
                server.UseAspNetCore().EnableAuthorizationEndpointPassthrough();
            })
            .AddValidation(validation =>
            {
                validation.UseLocalServer();
                validation.UseAspNetCore();
            });
        services.AddOptions<OpenIddictServerOptions>().Configure<RecordVault>((options, vault) =>
        {
            var signing = ECDsa.Create();
            signing.ImportPkcs8PrivateKey(Wrapped(vault, Path.Combine(folder, "signing.key"), () => ECDsa.Create(ECCurve.NamedCurves.nistP256).ExportPkcs8PrivateKey()), out _);
            options.SigningCredentials.Add(new SigningCredentials(new ECDsaSecurityKey(signing), SecurityAlgorithms.EcdsaSha256));
            var encryption = Wrapped(vault, Path.Combine(folder, "encryption.key"), () => RandomNumberGenerator.GetBytes(32));
            options.EncryptionCredentials.Add(new EncryptingCredentials(new SymmetricSecurityKey(encryption), SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512));
        });
        services.AddAuthorizationBuilder().AddPolicy("token", p => p.AddAuthenticationSchemes(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme).RequireAuthenticatedUser());
    }

    public static void MapIssuer(this WebApplication app)
    {
        app.MapGet("/connect/authorize", (HttpContext context) =>
        {
            var identity = new ClaimsIdentity("issuer", Claims.Name, Claims.Role);
            identity.SetClaim(Claims.Subject, "1").SetScopes(context.GetOpenIddictServerRequest()!.GetScopes());
            identity.SetDestinations(static _ => [Destinations.AccessToken]);
            return Results.SignIn(new ClaimsPrincipal(identity), properties: null, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        }).RequireAuthorization(Policies.Resident);
        app.MapGet("/test/token", (ClaimsPrincipal user) => user.GetClaim(Claims.Subject)).RequireAuthorization("token");
        app.MapGet("/test/page", async (string after, RecordVault vault, CancellationToken cancel) =>
        {
            var session = (await vault.Open(Actor.Resident(new ResidentNo(1)), new ResidentNo(1), Purpose.OwnUse, cancel)).Value;
            var page = await session.Search(new RecordQuery { Limit = 1, After = after.Length > 0 ? after : null }, cancel);
            return page.IsOk ? Results.Text(page.Value.Next) : Results.BadRequest(page.Error.Code);
        }).AllowAnonymous();
    }

    public static async Task RegisterClient(IServiceProvider services, CancellationToken cancel)
    {
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IssuerDb>().Database.EnsureCreatedAsync(cancel);
        await scope.ServiceProvider.GetRequiredService<IOpenIddictApplicationManager>().CreateAsync(
            new OpenIddictApplicationDescriptor
            {
                ClientId = Client, ClientType = ClientTypes.Public, ConsentType = ConsentTypes.Implicit, RedirectUris = { Callback },
                Permissions =
                {
                    Permissions.Endpoints.Authorization, Permissions.Endpoints.Token, Permissions.GrantTypes.AuthorizationCode, Permissions.GrantTypes.RefreshToken,
                    Permissions.ResponseTypes.Code, Permissions.Prefixes.Scope + Scopes.OfflineAccess,
                },
            },
            cancel);
    }

    /// <summary>Key material beside the database, opened by the ring; made when there is none.</summary>
    private static byte[] Wrapped(RecordVault vault, string file, Func<byte[]> make)
    {
        if (!File.Exists(file))
            File.WriteAllBytes(file, vault.ProtectRing("signing", make()));
        return vault.UnprotectRing("signing", File.ReadAllBytes(file)).Value;
    }
}
