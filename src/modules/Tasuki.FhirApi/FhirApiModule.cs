using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.FhirApi.Bulk;
using Tasuki.FhirApi.Searching;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.FhirApi;

/// <summary>FHIR R4 at <c>/fhir</c>, by access token alone: cookies are not looked at.</summary>
public static class FhirApiModule
{
    /// <summary>A wrong option stops the start with its sentence.</summary>
    public static IServiceCollection AddFhirApi(this IServiceCollection services, FhirApiOptions options)
    {
        if (options.Check().Error is { } wrong)
            throw new InvalidOperationException(wrong.Message);
        services.AddSingleton(options);
        services.AddSingleton(options.Profiles);
        services.AddSingleton(provider => new SearchBudget(options.Searches, provider.GetRequiredService<TimeProvider>()));
        AddBulk(services, options);
        return services;
    }

    /// <summary>
    /// Stands before pages, routing and sign-in: a request here needs none of them. The addresses of SMART below <c>/fhir/.well-known</c> are People's.
    /// </summary>
    public static IApplicationBuilder UseFhirApi(this IApplicationBuilder app) => app.MapWhen(
        static context => IsHere(context.Request),
        static branch => branch.Run(FhirEndpoint.Answer));

    /// <summary>Answers a request that ended in a fault as this interface does, where it is one of this interface. The status is set by who caught the fault.</summary>
    public static Task AnswerFhirFault(this HttpContext context) => IsHere(context.Request) ? FhirEndpoint.AnswerFault(context) : Task.CompletedTask;

    private static bool IsHere(HttpRequest request) =>
        request.Path.StartsWithSegments(FhirEndpoint.Base, StringComparison.Ordinal, out var rest) && !rest.StartsWithSegments("/.well-known", StringComparison.Ordinal);

    private static void AddBulk(IServiceCollection services, FhirApiOptions options)
    {
        services.AddSingleton<IModelPart, BulkTables>();
        services.AddSealedTable((db, resident) => db.Set<BulkSegment>().Where(s => s.ResidentNo == resident), s => BulkSegment.Row(s.ExportNo, s.Piece, s.ResidentNo, s.Part));
        services.AddScoped<StartExport>();
        services.AddScoped<ShowExport>();
        services.AddScoped<SendPiece>();
        services.AddScoped<IJobHandler, RunExport>();
        services.AddScoped<IJobHandler, SweepExports>();
        services.AddSingleton(new RecurringJob(SweepExports.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddRetention<ExportsRule, SmartTexts>("exports.bulk", _ => RetentionPeriod.Fixed(RetentionUnit.Hours, options.ExportHours), SweepExports.Name);
        services.AddScoped<IResidentErasure, EraseSegments>();
    }
}
