using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.Compliance;

/// <summary>What the law and the guideline ask, and the evidence that it is kept.</summary>
public static class ComplianceModule
{
    public static IServiceCollection AddCompliance(this IServiceCollection services)
    {
        services.AddSingleton(new PageAssembly(typeof(ComplianceModule).Assembly));
        Regime.RegimeParts.Add(services);
        return services;
    }
}
