using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using Tasuki.Data;
using Tasuki.Vault;
using Tasuki.Web;
using static OpenIddict.Server.OpenIddictServerEvents;
using Names = OpenIddict.Abstractions.OpenIddictConstants;

namespace Tasuki.People;

/// <summary>The name tokens are issued under: the municipality's configured host, never one a request brought. Null where only the loopback is served: then it follows the loopback's port.</summary>
public sealed record SmartIssuer(Uri? Name);

/// <summary>
/// The OAuth 2 and SMART App Launch 2.2 server of one municipality. OpenIddict speaks the protocol over tables of ours; what it leaves open, or leaves wide, is
/// closed by the handlers listed here, each with one rule.
/// </summary>
internal static class SmartServer
{
    public const string AuthorizePath = "/connect/authorize";
    public const string DecidePath = "/connect/decide";
    public const string TokenPath = "/connect/token";
    public const string IntrospectPath = "/connect/introspect";
    public const string RevokePath = "/connect/revoke";
    public const string KeysPath = "/.well-known/jwks";

    public static readonly TimeSpan AccessLife = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(1);

    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(new SmartIssuer(null));
        services.AddSingleton<SmartSeals>();
        services.AddScoped<Apps>();
        services.AddScoped<RegisterApp>();
        services.AddSingleton<RegistrationThrottle>();
        services.AddScoped<DecideApp>();
        services.AddScoped<Connections>();
        services.AddScoped<WriteConnection>();
        services.AddScoped<ConnectApp>();
        services.AddScoped<ProbeApp>();
        services.AddDailyProbe<WithdrawalProbe, SmartTexts>("withdrawal.effective", "WD-02");
        services.AddScoped<LaunchContexts>();
        services.AddScoped<OpenApp>();
        services.AddScoped<LookingClinicians>();
        services.AddSingleton<TokenLookup>();
        services.AddSingleton(sp => new ApiCallers(sp.GetRequiredService<TokenLookup>(), sp.GetRequiredService<SmartSeals>(), sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped(sp => new BackendCallers(sp.GetRequiredService<Apps>()));
        services.AddScoped(sp => new LargeExports(sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<IResidentErasure, EraseSmartRows>();
        services.AddScoped<IJobHandler, SweepSmart>();
        services.AddScoped<IJobHandler, EndUnredeemed>();
        services.AddSingleton(new RecurringJob(SweepSmart.Name, TimeSpan.FromHours(1), AtStart: false));
        services.AddScoped<Recipients>();
        services.AddScoped<NoteProvisions>();
        services.AddScoped<Provisions>();
        services.AddScoped(sp => new ProvidedRecords(sp.GetRequiredService<Provisions>(), sp.GetRequiredService<Texts<SmartTexts>>()));
        services.AddScoped<IJobHandler>(sp => sp.GetRequiredService<NoteProvisions>());
        services.AddSingleton(new RecurringJob(NoteProvisions.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddSingleton(new NavigationEntry(ConnectedAppsPath, sp => sp.GetRequiredService<Texts<SmartTexts>>()["connected-title"], "device", 135, Policies.Resident));
        // At Information OpenIddict writes whole requests.
        services.AddLogging(log => log.AddFilter("OpenIddict", LogLevel.Warning));
        services.AddOpenIddict().AddCore(AddStores).AddServer(AddProtocol);
        services.AddOptions<OpenIddictServerOptions>().Configure<SmartIssuer, IServiceScopeFactory, RecordVault>((options, issuer, scopes, vault) =>
        {
            options.Issuer = issuer.Name;
            SmartKeys.AddTo(options, scopes, vault);
        });
        // The host adds it by itself; no app of ours has a secret to send.
        services.AddOptions<OpenIddictServerOptions>().PostConfigure(options => options.ClientAuthenticationMethods.Remove(Names.ClientAuthenticationMethods.ClientSecretBasic));
        services.AddOptions<OpenIddictServerAspNetCoreOptions>().Configure<IOptions<WebOptions>>((options, web) => options.DisableTransportSecurityRequirement = web.Value.SecureCookies is not true);
    }

    public const string ConnectedAppsPath = "/connected-apps";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        SmartConfiguration.Map(endpoints);
        DecideConsent.Map(endpoints);
        CutOffApp.Map(endpoints);
        StartApp.Map(endpoints);
        StopClinician.Map(endpoints);
        ProvisionFile.Map(endpoints);
    }

    private static void AddStores(OpenIddictCoreBuilder core)
    {
        core.SetDefaultApplicationEntity<SmartApp>().SetDefaultAuthorizationEntity<SmartConnection>().SetDefaultTokenEntity<SmartToken>();
        core.ReplaceApplicationStore<SmartApp, AppStore>().ReplaceAuthorizationStore<SmartConnection, ConnectionStore>().ReplaceTokenStore<SmartToken, TokenStore>();
        // Approval, end and suspension count at the next request, so nothing of them is remembered.
        core.DisableEntityCaching();
    }

    private static void AddProtocol(OpenIddictServerBuilder server)
    {
        server.SetAuthorizationEndpointUris(AuthorizePath[1..], DecidePath[1..]).SetTokenEndpointUris(TokenPath[1..]).SetIntrospectionEndpointUris(IntrospectPath[1..])
            .SetRevocationEndpointUris(RevokePath[1..]).SetJsonWebKeySetEndpointUris(KeysPath[1..]);
        server.AllowAuthorizationCodeFlow().AllowRefreshTokenFlow().AllowClientCredentialsFlow().RequireProofKeyForCodeExchange();
        server.UseReferenceAccessTokens().UseReferenceRefreshTokens().DisableAccessTokenEncryption();
        server.SetAccessTokenLifetime(AccessLife).SetIdentityTokenLifetime(AccessLife).SetAuthorizationCodeLifetime(CodeLife);
        server.SetRefreshTokenReuseLeeway(TimeSpan.Zero).DisableSlidingRefreshTokenExpiration();
        // Scopes with conditions cannot be listed one by one: CheckAuthorization and CheckToken read them by our grammar instead.
        server.DisableScopeValidation().IgnoreScopePermissions().RegisterScopes([.. SmartScopes.KnownWords]);
        server.RegisterClaims(SmartClaims.FhirUser, Names.Claims.AuthenticationTime, Names.Claims.Nonce, Names.Claims.AuthorizedParty, Names.Claims.AccessTokenHash);
        server.Configure(options =>
        {
            options.CodeChallengeMethods.Clear();
            options.CodeChallengeMethods.Add(Names.CodeChallengeMethods.Sha256);
            options.ResponseModes.Clear();
            options.ResponseModes.Add(Names.ResponseModes.Query);
            options.ClientAuthenticationMethods.Clear();
            options.ClientAuthenticationMethods.Add(Names.ClientAuthenticationMethods.PrivateKeyJwt);
            options.PromptValues.Clear();
            options.PromptValues.Add(Names.PromptValues.Consent);
            options.PromptValues.Add(Names.PromptValues.None);
        });
        server.RemoveEventHandler(OpenIddictServerHandlers.Authentication.ValidateClientRedirectUri.Descriptor);
        server.AddEventHandler<ValidateAuthorizationRequestContext>(h => h.UseScopedHandler<CheckReturnAddress>().SetOrder(CheckReturnAddress.Order));
        server.AddEventHandler<HandleAuthorizationRequestContext>(h => h.UseScopedHandler<CheckAuthorization>().SetOrder(0));
        server.AddEventHandler<ApplyAuthorizationResponseContext>(h => h.UseScopedHandler<SendErrorBack>().SetOrder(SendErrorBack.Order));
        server.AddEventHandler<ExtractTokenRequestContext>(h => h.UseScopedHandler<NameClientOfRefresh>().SetOrder(NameClientOfRefresh.Order));
        server.AddEventHandler<ValidateTokenContext>(h => h.UseScopedHandler<AcceptSmartAssertions>().SetOrder(AcceptSmartAssertions.Order));
        server.AddEventHandler<ProcessAuthenticationContext>(h => h.UseScopedHandler<SpendAssertion>().SetOrder(SpendAssertion.Order));
        // It compares words where ours compares what they open, and calls the grant bad where it is the scope.
        server.RemoveEventHandler(OpenIddictServerHandlers.Exchange.ValidateGrantedScopes.Descriptor);
        server.AddEventHandler<ValidateTokenRequestContext>(h => h.UseScopedHandler<CheckToken>().SetOrder(0));
        server.AddEventHandler<HandleTokenRequestContext>(h => h.UseSingletonHandler<AnswerToken>().SetOrder(0));
        server.AddEventHandler<ApplyTokenResponseContext>(h => h.UseSingletonHandler<NameTheClient>().SetOrder(NameTheClient.Order));
        server.RemoveEventHandler(OpenIddictServerHandlers.RedeemTokenEntry.Descriptor);
        server.AddEventHandler<ProcessSignInContext>(h => h.UseScopedHandler<RedeemOnce>().SetOrder(RedeemOnce.Order));
        server.AddEventHandler<ProcessSignInContext>(h => h.UseSingletonHandler<NarrowToken>().SetOrder(NarrowToken.Order));
        server.AddEventHandler<ProcessSignInContext>(h => h.UseSingletonHandler<RenewWhileSignedIn>().SetOrder(RenewWhileSignedIn.Order));
        server.AddEventHandler<GenerateTokenContext>(h => h.UseSingletonHandler<ShapeIdentityToken>().SetOrder(ShapeIdentityToken.Order));
        server.AddEventHandler<HandleRevocationRequestContext>(h => h.UseScopedHandler<GiveBack>().SetOrder(0));
        server.AddEventHandler<HandleIntrospectionRequestContext>(h => h.UseSingletonHandler<TellScopes>().SetOrder(0));
        server.AddEventHandler<HandleConfigurationRequestContext>(h => h.UseSingletonHandler<TellMethods>().SetOrder(int.MaxValue));
        server.UseAspNetCore().EnableAuthorizationEndpointPassthrough().EnableErrorPassthrough();
    }
}
