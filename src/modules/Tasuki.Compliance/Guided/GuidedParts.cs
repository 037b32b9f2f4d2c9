using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.Compliance.Guided;

internal static class GuidedParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped<GuidedBook>();
        services.AddProbe<AccessibilityProbe, GuidedTexts>(AccessibilityProbe.Id, "PX-01");
    }
}
