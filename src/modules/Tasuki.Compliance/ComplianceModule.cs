using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Audit;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Probes;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance;

/// <summary>What the law and the guideline ask, and the evidence that it is kept.</summary>
public static class ComplianceModule
{
    public static IServiceCollection AddCompliance(this IServiceCollection services)
    {
        services.AddSingleton<IModelPart, EvidenceTables>();
        services.AddSingleton(_ => RequirementCatalogue.Load());
        services.AddSingleton(_ => ShownByTests.Load());
        services.AddSingleton<PublicState>();
        services.AddSingleton<SuggestedScope>();
        services.AddScoped<EvidenceBook>();
        services.AddScoped<Spells>();
        services.AddScoped<ScopeBook>();
        services.AddScoped<ICurrentScope, CurrentScope>();
        services.AddScoped<Answers>();
        services.AddScoped<SheetBook>();
        services.AddScoped<ReadPublicSheets>();
        services.AddScoped<ProbeSentences>();
        services.AddScoped<LookAtEverything>();
        services.AddScoped<RegisterBook>();
        services.AddScoped<DataFlow>();
        services.AddScoped<AuditPack>();
        services.AddScoped<RetentionReport>();
        services.AddScoped(sp => new Comply(
            sp.GetRequiredService<LookAtEverything>(), sp.GetRequiredService<Answers>(), sp.GetRequiredService<SheetBook>(), sp.GetRequiredService<EvidenceBook>(), sp.GetRequiredService<ProbeSentences>(),
            sp.GetRequiredService<RetentionReport>()));
        RetentionParts.Add(services);
        services.AddScoped<IJobHandler>(sp => sp.GetRequiredService<LookAtEverything>());
        services.AddSingleton(new RecurringJob(LookAtEverything.Name, TimeSpan.FromHours(1), AtStart: true));

        Chains.ChainParts.Add(services);
        services.AddProbe<RowFormProbe, ComplianceTexts>("records.sealed", "NW-09", "OS-04");
        services.AddProbe<KeyAgeProbe, ComplianceTexts>("keys.age", "NW-09", "WD-06");
        services.AddProbe<ErasureProbe, ComplianceTexts>("erasure.done", "WD-03", "WD-06", "PS-04");
        services.AddProbe<ScopeProbe, ComplianceTexts>(ScopeProbe.Id, "SC-08", "SC-09", "LW-01");
        services.AddProbe<SelfCheckProbe, ComplianceTexts>(SelfCheckProbe.Id, "CA-01", "CA-02", "CA-03", "SC-06");
        services.AddProbe<JobsProbe, ComplianceTexts>("jobs.run", "WD-04");
        services.AddProbe<ClockProbe, ComplianceTexts>("clock.forward");
        services.AddProbe<BackupProbe, ComplianceTexts>("backup.tried", "IR-02");
        services.AddProbe<CertificateProbe, ComplianceTexts>("certificates.valid", "CT-03");
        services.AddSingleton(_ => new HostFacts());
        services.AddScoped<AllStores>();
        services.AddProbe<SupportProbe, ComplianceTexts>("platform.supported", "NW-04");
        services.AddProbe<StoreDoorsProbe, ComplianceTexts>("stores.inside", "AC-06");
        services.AddProbe<RegionProbe, ComplianceTexts>("place.region", "EX-04");
        services.AddServerProbe<TlsProbe, ComplianceTexts>("transport.tls", "NW-06");
        services.AddServerProbe<HeadersProbe, ComplianceTexts>("transport.headers", "NW-05");

        services.AddSingleton(new PageAssembly(typeof(ComplianceModule).Assembly));
        services.AddSingleton(new FooterLink("/trust", Label("trust"), 20));
        services.AddDeskPage(new DeskPage("/staff/compliance", Label("desk"), Label("desk-what"), "shield", 280, DeskRights.Policy(DeskRight.ReadAudit)));
        Regime.RegimeParts.Add(services);
        Guided.GuidedParts.Add(services);
        Setup.SetupParts.Add(services);
        return services;
    }

    public static IEndpointRouteBuilder MapCompliance(this IEndpointRouteBuilder app)
    {
        SheetFiles.Map(app);
        AuditPack.Map(app);
        Setup.SetupParts.Map(app);
        Requests.DisclosureEndpoints.Map(app);
        return app;
    }

    private static Func<IServiceProvider, string> Label(string key) => services => services.GetRequiredService<Texts<ComplianceTexts>>()[key];
}
