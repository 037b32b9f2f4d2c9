using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Regime;

/// <summary>The law of the operator, and what is done under it.</summary>
internal static class RegimeParts
{
    public static void Add(IServiceCollection services) =>
        services.AddScoped(sp => new CurrentRegime(sp.GetRequiredService<ICurrentScope>()));
}
