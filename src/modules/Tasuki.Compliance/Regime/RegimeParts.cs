using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Regime;

/// <summary>The law of the operator, and what is done under it.</summary>
internal static class RegimeParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped(sp => new CurrentRegime(sp.GetRequiredService<ICurrentScope>()));
        services.AddDeskPage(new DeskPage("/staff/regime", Label<RegimeTexts>("regime"), Label<RegimeTexts>("regime-what"), "shield", 300, DeskRights.Policy(DeskRight.KeepCompliance)));

        services.AddSingleton<IModelPart, PurposeTables>();
        services.AddScoped<PurposeBook>();
        services.AddScoped<KeepPurposes>();
        services.AddSingleton(new FooterLink("/purposes", Label<RegimeTexts>("purposes"), 40));
        services.AddDeskPage(new DeskPage("/staff/purposes", Label<RegimeTexts>("purposes"), Label<RegimeTexts>("purposes-what"), "note", 310, DeskRights.Policy(DeskRight.KeepCompliance)));
    }

    private static Func<IServiceProvider, string> Label<TTexts>(string key) => services => services.GetRequiredService<Texts<TTexts>>()[key];
}
