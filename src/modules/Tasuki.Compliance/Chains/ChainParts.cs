using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Web;

namespace Tasuki.Compliance.Chains;

internal static class ChainParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped<LogChain>();
        services.AddScoped<EvidenceChain>();
        services.AddScoped<IChain>(sp => sp.GetRequiredService<LogChain>());
        services.AddScoped<IChain>(sp => sp.GetRequiredService<EvidenceChain>());
        services.AddScoped<WholeChains>();
        services.AddScoped<CheckWholeChains>();
        services.AddScoped<IJobHandler>(sp => sp.GetRequiredService<CheckWholeChains>());
        services.AddSingleton(new RecurringJob(CheckWholeChains.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddProbe<LogChainProbe, ComplianceTexts>(LogChain.Probe, "NW-02", "AC-11", "OS-09");
        services.AddProbe<EvidenceChainProbe, ComplianceTexts>(EvidenceChain.Probe, "CA-05");
    }
}
