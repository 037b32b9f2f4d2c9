using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Exchange.Closing;
using Tasuki.Exchange.Exporting;
using Tasuki.Exchange.Importing;
using Tasuki.Exchange.Originals;
using Tasuki.Exchange.Probes;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Exchange;

/// <summary>Bring in, take out, close.</summary>
public static class ExchangeModule
{
    /// <summary>A wrong option stops the start with its sentence.</summary>
    public static IServiceCollection AddExchange(this IServiceCollection services, ExchangeOptions options)
    {
        if (options.Check().Error is { } wrong)
            throw new InvalidOperationException(wrong.Message);

        services.AddSingleton(options);
        services.AddSingleton<IModelPart, ExchangeModelPart>();
        services.AddSealedTable((db, resident) => db.Set<ImportRow>().Where(r => r.ResidentNo == resident), r => $"{new ResidentNo(r.ResidentNo)}/{r.Id}");
        services.AddSingleton<SpoolFolder>();
        services.AddSingleton<ReadingTurn>();
        services.AddSingleton<IScanner>(sp => options.Clamd is var (host, port) ? new ClamdScanner(host, port, sp.GetRequiredService<TimeProvider>()) : new NoScanner());
        services.AddScoped<ImportRows>();
        services.AddScoped(sp => new ImportFile(
            sp.GetRequiredService<ImportRows>(), sp.GetRequiredService<SpoolFolder>(), sp.GetRequiredService<IScanner>(), sp.GetRequiredService<StoreContents>(),
            sp.GetRequiredService<ReadingTurn>(), options));
        services.AddScoped<StoreContents>();
        services.AddScoped<SweepSpools>();
        services.AddScoped<IJobHandler, SweepSpoolsJob>();
        services.AddSingleton(new RecurringJob(SweepSpoolsJob.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddRetention<UploadsRule, ExchangeTexts>("uploads", _ => RetentionPeriod.Fixed(RetentionUnit.Hours, options.SpoolHours), SweepSpoolsJob.Name);
        services.AddScoped<IResidentErasure, EraseImports>();
        services.AddScoped<ExportRecords>();
        services.AddScoped<IPersonExport>(sp => sp.GetRequiredService<ExportRecords>());
        services.AddScoped<Sentences>();

        services.AddProbe<ScannerProbe, ExchangeTexts>("files.scanned", "NW-03", "NW-08");
        services.AddDailyProbe<ExportProbe, ExchangeTexts>("export.complete", "IO-01", "IO-05");
        services.AddSingleton(new PageAssembly(typeof(ExchangeModule).Assembly));
        services.AddSingleton(new NavigationEntry("/bring-in", Label("nav-bring-in"), "import", 60, Policies.Resident));
        services.AddSingleton(new NavigationEntry("/take-out", Label("nav-take-out"), "export", 70, Policies.Resident));
        return services;
    }

    public static IEndpointRouteBuilder MapExchange(this IEndpointRouteBuilder app)
    {
        BringInEndpoints.Map(app);
        OriginalEndpoints.Map(app);
        TakeOutEndpoints.Map(app);
        CloseAccountEndpoint.Map(app);
        return app;
    }

    private static Func<IServiceProvider, string> Label(string key) => services => services.GetRequiredService<Texts<ExchangeTexts>>()[key];
}
