using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

public sealed class PeopleOptions
{
    /// <summary>Sign-in and sign-up tries of one network in a minute, on one server.</summary>
    public int TriesPerMinute { get; set; } = 60;

    /// <summary>From the notices of a recovery to its effect, where only the printed list or only the counter's code speaks for the person.</summary>
    public TimeSpan RecoveryDelay { get; set; } = TimeSpan.FromHours(72);

    /// <summary>How long after its effect a recovery can be finished.</summary>
    public TimeSpan RecoveryKept { get; set; } = TimeSpan.FromDays(7);

    /// <summary>From the counter to the entering of its code.</summary>
    public TimeSpan CounterCodeLife { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long an enrolment code of the counter counts.</summary>
    public TimeSpan EnrolmentCodeAtCounterLife { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Where the quick exit of a protected person leads: a page anybody could be looking at.</summary>
    public Uri ExitAddress { get; set; } = new("https://www.jma.go.jp/");

    /// <summary>The municipality's own provider, at which staff may sign in; null where there is none, and then nothing of it is shown.</summary>
    public StaffProviderOptions? StaffProvider { get; set; }

    /// <summary>How long an enrolment code of a letter counts.</summary>
    public TimeSpan EnrolmentCodeByLetterLife { get; set; } = TimeSpan.FromDays(60);
}

/// <summary>Policies beside those of <see cref="Policies"/>.</summary>
public static class PeoplePolicies
{
    /// <summary>A resident whose account is closing and who signed in to see the dates or take it back. They meet no other policy.</summary>
    public const string Closing = "resident-closing";

    /// <summary>Anybody signed in: resident, one whose account is closing, staff.</summary>
    public const string SignedIn = "signed-in";

    /// <summary>Somebody who is recovering an account. They meet no other policy but <see cref="SignedIn"/>.</summary>
    public const string Recovering = "resident-recovering";

    /// <summary>Staff of any role.</summary>
    public const string Staff = "staff";
}

public static class PeopleServices
{
    /// <summary>
    /// Accounts, sign-in, the signed-in resident, policies. Needs <c>AddTasukiData</c>, <c>AddDelivery</c>, <c>AddTasukiWeb</c>, and a <see cref="RecordVault"/> and the
    /// <see cref="Municipality"/> as singletons.
    /// </summary>
    public static IServiceCollection AddPeople(this IServiceCollection services, Action<PeopleOptions>? configure = null)
    {
        var options = new PeopleOptions();
        configure?.Invoke(options);
        services.AddSingleton(options);
        services.TryAddSingleton(sp => sp.GetRequiredService<RecordVault>().Seal);
        services.AddSingleton<IModelPart, PeopleTables>();
        SealedPeople.Join(services);
        services.AddSingleton(new PageAssembly(typeof(PeopleServices).Assembly));
        services.AddSingleton(new NavigationEntry("/inbox", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["inbox"], "inbox", 130, Policies.Resident));
        services.AddSingleton(new NavigationEntry("/account", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["account-title"], "user", 140, Policies.Resident));
        services.AddSingleton(new NavigationEntry("/staff", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["staff-title"], "home", 200, PeoplePolicies.Staff));
        services.AddDeskPage(new DeskPage(
            "/staff/accounts", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["desk-title"], sp => sp.GetRequiredService<Texts<PeopleTexts>>()["desk-what"], "key", 230, DeskRights.Policy(DeskRight.RecoverAccounts)));
        services.AddDeskPage(new DeskPage(
            "/staff/apps", sp => sp.GetRequiredService<Texts<SmartTexts>>()["staff-apps"], sp => sp.GetRequiredService<Texts<SmartTexts>>()["staff-apps-lead"], "device", 260, DeskRights.Policy(DeskRight.DecideApps)));
        services.AddDeskPage(new DeskPage(
            StartApp.Page, sp => sp.GetRequiredService<Texts<SmartTexts>>()["open-title"], sp => sp.GetRequiredService<Texts<SmartTexts>>()["open-lead"], "device", 262, Policies.Clinician));
        services.AddSingleton(new NavigationEntry("/staff/sessions", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["sessions"], "phone", 290, PeoplePolicies.Staff));
        services.AddSingleton(new FooterLink("/terms", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["legal-terms"], 20));
        services.AddSingleton(new FooterLink("/privacy", sp => sp.GetRequiredService<Texts<PeopleTexts>>()["legal-privacy"], 30));
        AddAccounts(services);
        AddSignIn(services);
        AddRecovery(services);
        AddDesk(services);
        AddRetention(services);
        ProviderEndpoints.Add(services, options);
        SmartServer.Add(services);
        ChannelServices.Add(services);
        AddPolicies(services);
        services.AddScoped<IJobHandler, EraseClosedAccounts>();
        services.AddScoped<IJobHandler, EraseResidentRows>();
        services.AddScoped<IResidentErasure, ErasePeopleRows>();
        services.AddScoped<IJobHandler, SweepSpent>();
        services.AddScoped<IJobHandler, ExpireRecoveries>();
        services.AddSingleton(new RecurringJob(ExpireRecoveries.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddSingleton(new RecurringJob(EraseClosedAccounts.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddSingleton(new RecurringJob(SweepSpent.Name, TimeSpan.FromHours(1), AtStart: false));
        return services;
    }

    public static IEndpointRouteBuilder MapPeople(this IEndpointRouteBuilder endpoints)
    {
        PasskeyEndpoints.Map(endpoints);
        AccountEndpoints.Map(endpoints);
        RecoveryEndpoints.Map(endpoints);
        DeskEndpoints.Map(endpoints);
        ProviderEndpoints.Map(endpoints);
        SmartServer.Map(endpoints);
        ChannelServices.Map(endpoints);
        return endpoints;
    }

    /// <summary>What must stand before <c>UseTasukiWeb</c>: answers to apps in browsers of other origins.</summary>
    public static IApplicationBuilder UsePeople(this IApplicationBuilder app) => app.Use(SmartCors.Answer);

    private static void AddAccounts(IServiceCollection services)
    {
        services.AddSingleton<AccountSeals>();
        services.AddScoped<StaffStanding>();
        services.AddScoped<Organisations>();
        services.AddScoped(sp => new StaffDirectory(sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>(), sp.GetRequiredService<StaffStanding>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<StaffOrigins>();
        services.AddScoped(sp => new TwoOfficers(sp.GetRequiredService<StaffDirectory>(), sp.GetRequiredService<StaffOrigins>()));
        services.AddScoped(sp => new SignedInStaff(sp.GetRequiredService<IHttpContextAccessor>(), sp.GetRequiredService<CurrentAccount>(), sp.GetRequiredService<StaffDirectory>(),
            sp.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(_ => new PasswordHashes());
        services.AddScoped<Passwords>();
        services.AddScoped<TimeCodes>();
        services.AddScoped<PrintedCodes>();
        services.AddScoped<AccountStore>();
        services.AddScoped<ChangeFactors>();
        services.TryAddSingleton<ISignUpAge, NoSignUpAge>();
        services.TryAddSingleton(_ => LegalShelf.OfAssembly());
        services.AddScoped<AcceptTerms>();
        services.AddScoped(sp => new Consents(sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>()));
        services.AddScoped(sp => new KnownResidents(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>(), sp.GetRequiredService<TakeList>(), sp.GetRequiredService<Kernel.Seals.ISeal>()));
        services.AddScoped(sp => new KnownApps(sp.GetRequiredService<Apps>()));
        services.AddSingleton<AppNames>();
        services.AddScoped(sp => new AccountFactory(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>(), sp.GetRequiredService<Passwords>(), sp.GetRequiredService<PrintedCodes>(),
            sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<Outbox>(), sp.GetRequiredService<AcceptTerms>(), sp.GetRequiredService<ISignUpAge>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped(sp => new ProbeResident(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>(), sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped(sp => new SignedInResident(
            sp.GetRequiredService<IHttpContextAccessor>(), sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>(), sp.GetRequiredService<SignInSessions>(),
            sp.GetRequiredService<Recoveries>(), sp.GetRequiredService<CurrentAccount>(), sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<JobQueue>(), sp.GetRequiredService<TimeProvider>()));
    }

    private static void AddRecovery(IServiceCollection services)
    {
        services.AddScoped(sp => new OwnLanguage(sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<AccountSeals>()));
        services.AddScoped(sp => new EraseUnneeded(sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<NoteProvisions>()));
        services.AddScoped<SecurityNotices>();
        services.AddScoped<Recoveries>();
        services.AddScoped<BeginRecovery>();
        services.AddScoped<CompleteRecovery>();
        services.AddScoped<CounterDesk>();
        services.AddSingleton(new ShellPart(typeof(RecoveryBanner)));
    }

    private static void AddDesk(IServiceCollection services)
    {
        services.AddScoped<RegistryFacts>();
        services.AddScoped<ChangeStanding>();
        services.AddScoped<Delivery.IOutsideManners, OutsideManners>();
        services.AddScoped<TakeList>();
        services.AddScoped(sp => new EligibleImport(sp.GetRequiredService<TakeList>()));
        services.AddScoped<EnrolmentCodes>();
        services.AddScoped<EnrolmentDesk>();
        services.AddScoped<UseEnrolmentCode>();
        services.AddScoped<OrganisationLetters>();
        services.AddScoped<EnterOrganisation>();
        services.AddScoped<DecideOrganisation>();
        services.AddScoped<ConfirmOrganisation>();
        services.AddScoped(sp => new DemoOrganisation(
            sp.GetRequiredService<Municipality>(), sp.GetRequiredService<EnterOrganisation>(), sp.GetRequiredService<DecideOrganisation>(), sp.GetRequiredService<ConfirmOrganisation>()));
        services.AddScoped(sp => new DemoSharing(sp.GetRequiredService<Municipality>(), sp.GetRequiredService<RecordVault>(), sp.GetRequiredService<StaffStanding>(), sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<StaffBindings>();
        services.AddScoped<InviteStaff>();
        services.AddScoped<JoinStaff>();
        services.AddScoped<ChangeStaff>();
        services.AddScoped<VouchForStaff>();
        services.AddScoped<IJobHandler, SweepDesk>();
        services.AddProbe<SecondFactorProbe, DeskTexts>("staff.second-factor", "AC-01", "AC-03");
        services.AddProbe<UnusedStaffProbe, DeskTexts>("staff.unused", "AC-02");
        services.AddProbe<RightsReviewProbe, DeskTexts>("staff.rights-review", "AC-05");
        services.AddSingleton(new RecurringJob(SweepDesk.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddSingleton(new ShellPart(typeof(QuickExit)));
        AddDeskPage(services, "/staff/residents", "residents", "user", 210, DeskRight.Enrol);
        AddDeskPage(services, "/staff/list", "list", "import", 220, DeskRight.ImportList);
        AddDeskPage(services, "/staff/codes", "letters", "print", 225, DeskRight.ImportList);
        services.AddDeskPage(new DeskPage(
            "/staff/organisations", sp => sp.GetRequiredService<Texts<OrganisationTexts>>()["title"], sp => sp.GetRequiredService<Texts<OrganisationTexts>>()["what"], "clinic", 265,
            DeskRights.Policy(DeskRight.KeepOrganisations)));
        AddDeskPage(services, "/staff/people", "people", "family", 270, DeskRight.VouchForStaff);
        AddDeskPage(services, "/staff/rights", "rights", "shield", 275, DeskRight.ReadAudit);
        AddDeskPage(services, "/staff/acts", "acts", "note", 277, DeskRight.ReadAudit);
    }

    private static void AddRetention(IServiceCollection services)
    {
        services.AddScoped<UseDays>();
        services.AddScoped<UnusedCandidates>();
        services.AddScoped<CloseUnused>();
        services.AddScoped<IJobHandler, CountUse>();
        services.AddSingleton(new RecurringJob(CountUse.Name, TimeSpan.FromDays(1), AtStart: false));
        services.AddErasure<UnusedAccounts, PeopleTexts>(UnusedAccounts.Id, new RetentionPeriod(RetentionUnit.Years, 3, 1, 10));
        services.AddRetention<ClosedAccountsRule, PeopleTexts>(
            "accounts.closed", sp => RetentionPeriod.Fixed(RetentionUnit.Days, sp.GetRequiredService<RecordVault>().WaitingDays), EraseClosedAccounts.Name);
        services.AddRetention<SessionsRule, PeopleTexts>("sessions", _ => RetentionPeriod.Fixed(RetentionUnit.Days, SweepSpent.Kept), SweepSpent.Name);
        services.AddRetention<AppsRule, SmartTexts>("apps", _ => RetentionPeriod.Fixed(RetentionUnit.Days, SweepSmart.Kept), SweepSmart.Name);
        services.AddRetention<ProvisionsRule, SmartTexts>("provisions", _ => RetentionPeriod.Fixed(RetentionUnit.Years, NoteProvisions.Kept), NoteProvisions.Name);
        services.AddRetention<ListFilesRule, DeskTexts>("list-files", _ => RetentionPeriod.Fixed(RetentionUnit.Days, (int)TakeList.Kept.TotalDays), SweepDesk.Name);
    }

    private static void AddDeskPage(IServiceCollection services, string href, string text, string icon, int order, DeskRight right) => services.AddDeskPage(new DeskPage(
        href, sp => sp.GetRequiredService<Texts<DeskTexts>>()[text + "-title"], sp => sp.GetRequiredService<Texts<DeskTexts>>()[text + "-what"], icon, order, DeskRights.Policy(right)));

    private static void AddSignIn(IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddScoped<ProtectedState>();
        services.AddScoped<CheckPassword>();
        services.AddScoped<SignInSessions>();
        services.AddScoped<CurrentAccount>();
        services.AddScoped<Passkeys>();
        services.AddSingleton<SignInThrottle>();

        services.AddIdentityCore<Account>();
        services.AddScoped<IUserStore<Account>>(sp => sp.GetRequiredService<AccountStore>());
        services.AddScoped<IPasskeyHandler<Account>, PasskeyHandler<Account>>();
        services.Configure<IdentityPasskeyOptions>(passkey =>
        {
            passkey.UserVerificationRequirement = "required";
            passkey.ResidentKeyRequirement = "required";
            passkey.ValidateOrigin = static context => ValueTask.FromResult(Passkeys.IsOurOrigin(context));
        });

        services.AddDataProtection();
        services.AddOptions<KeyManagementOptions>().Configure<IServiceScopeFactory, RecordVault>((keys, scopes, vault) => keys.XmlRepository = new CookieKeys(scopes, vault));
        // Cookies of one municipality say nothing to another, even should they share keys.
        services.AddOptions<DataProtectionOptions>().Configure<Municipality>((protection, municipality) => protection.ApplicationDiscriminator = $"tasuki/{municipality.Id}");

        services.AddAuthentication(Claims.Scheme).AddCookie(Claims.Scheme);
        services.AddOptions<CookieAuthenticationOptions>(Claims.Scheme).Configure<IOptions<WebOptions>, TimeProvider>(ConfigureCookie);
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie, IOptions<WebOptions> web, TimeProvider clock)
    {
        var secure = web.Value.SecureCookies is true;
        cookie.Cookie.Name = secure ? "__Host-tasuki" : "tasuki";
        cookie.Cookie.SecurePolicy = secure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.Cookie.Path = "/";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        // The row of the session decides about 30 minutes and 12 hours; the cookie may not outlive it.
        cookie.ExpireTimeSpan = SignInSessions.Longest;
        cookie.SlidingExpiration = false;
        cookie.TimeProvider = clock;
        cookie.Events.OnValidatePrincipal = context => context.HttpContext.RequestServices.GetRequiredService<SignInSessions>().Validate(context);
        cookie.Events.OnRedirectToLogin = context => ToPage(context, $"/sign-in?return={Uri.EscapeDataString(Back(context.HttpContext))}");
        cookie.Events.OnRedirectToAccessDenied = context => Denied(context);
    }

    private static Task Denied(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context)
    {
        var user = context.HttpContext.User;
        if (Claims.IsClosing(user))
            return ToPage(context, "/close-account/waiting");
        if (Claims.IsRecovering(user))
            return ToPage(context, "/recovery");
        if (Claims.IsResident(user) && Claims.MustAccept(user) && !AcceptTerms.IsOpen(context.HttpContext))
            return ToPage(context, $"/terms/accept?return={Uri.EscapeDataString(Back(context.HttpContext))}");
        var asked = context.HttpContext.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy).ToList() ?? [];
        var couldBeFresh = (Claims.IsResident(user) && asked.Contains(Policies.ResidentFresh)) || Enum.GetValues<DeskRight>().Any(r => asked.Contains(DeskRights.FreshPolicy(r)) && DeskRights.Has(user, r));
        if (couldBeFresh && !Claims.IsFresh(user, context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
            return ToPage(context, $"/sign-in/confirm?return={Uri.EscapeDataString(Back(context.HttpContext))}");
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return Task.CompletedTask;
    }

    private static Task ToPage(Microsoft.AspNetCore.Authentication.RedirectContext<CookieAuthenticationOptions> context, string path)
    {
        // A script wants a status, not a page.
        if (context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) || HttpMethods.IsGet(context.Request.Method))
            context.Response.Redirect(path);
        else
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    // A form that was refused cannot be sent again by a redirect: the person goes back to the page it stood on, by convention the parent of what they were at.
    private static string Back(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : context.Request.Path.Value is ['/', .. var rest] && rest.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? "/" + rest[..end] : context.Request.Path.Value ?? "/";

    private static void AddPolicies(IServiceCollection services)
    {
        var policies = services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Resident, p => p.RequireAssertion(IsResident))
            .AddPolicy(Policies.ResidentFresh, p => p.RequireAssertion(IsResident).AddRequirements(new FreshRequirement()))
            .AddPolicy(PeoplePolicies.Closing, p => p.RequireAssertion(c => Claims.IsClosing(c.User)))
            .AddPolicy(PeoplePolicies.Recovering, p => p.RequireAssertion(c => Claims.IsRecovering(c.User)))
            .AddPolicy(PeoplePolicies.SignedIn, p => p.RequireClaim(Claims.Account))
            .AddPolicy(PeoplePolicies.Staff, p => p.RequireClaim(Claims.Role))
            .AddPolicy(Policies.Officer, p => p.RequireAssertion(c => DeskRights.RoleOf(c.User) is { } role && DeskRights.IsOfMunicipality(role)))
            .AddPolicy(Policies.Clinician, p => p.RequireClaim(Claims.Role, nameof(StaffRole.Clinician)));
        foreach (var right in Enum.GetValues<DeskRight>())
        {
            policies.AddPolicy(DeskRights.Policy(right), p => p.RequireAssertion(c => DeskRights.Has(c.User, right)))
                .AddPolicy(DeskRights.FreshPolicy(right), p => p.RequireAssertion(c => DeskRights.Has(c.User, right)).AddRequirements(new FreshRequirement()));
        }

        services.AddSingleton<IAuthorizationHandler, FreshHandler>();
    }

    private static bool IsResident(AuthorizationHandlerContext context) =>
        Claims.IsResident(context.User) && (!Claims.MustAccept(context.User) || AcceptTerms.IsOpen(context.Resource));

    private sealed class FreshRequirement : IAuthorizationRequirement;

    private sealed class FreshHandler(TimeProvider clock) : AuthorizationHandler<FreshRequirement>
    {
        protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, FreshRequirement requirement)
        {
            // A closing or recovering session never counts as fresh for what residents do; staff have no such states.
            if ((Claims.IsResident(context.User) || context.User.HasClaim(c => c.Type == Claims.Role)) && Claims.IsFresh(context.User, clock.GetUtcNow()))
                context.Succeed(requirement);
            return Task.CompletedTask;
        }
    }
}
