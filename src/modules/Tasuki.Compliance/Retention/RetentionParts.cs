using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Retention;

/// <summary>How long everything is kept: the rules of every part in one place, the daily run, its proof.</summary>
internal static class RetentionParts
{
    public static void Add(IServiceCollection services)
    {
        services.AddScoped<RetentionBook>();
        services.AddScoped<RunRetention>();
        services.AddScoped<RetentionWords>();
        services.AddScoped<IOpenMatter, OpenRequests>();
        services.AddScoped<IJobHandler>(sp => sp.GetRequiredService<RunRetention>());
        services.AddSingleton(new RecurringJob(RunRetention.Name, TimeSpan.FromDays(1), AtStart: false));
        services.AddRetention<LogRule, RetentionTexts>(LogRule.Id, _ => RetentionPeriod.Fixed(RetentionUnit.Years, RecordVault.LogRetentionYears), job: null);
        services.AddErasure<ClosedRequests, RetentionTexts>(ClosedRequests.Id, new RetentionPeriod(RetentionUnit.Years, 3, 1, 30));
        services.AddErasure<ClosedIncidents, RetentionTexts>(ClosedIncidents.Id, new RetentionPeriod(RetentionUnit.Years, 5, 1, 30));
        services.AddSingleton<IModelPart, UnneededTables>();
        services.AddSealedTable((db, resident) => db.Set<UnderwayRow>().Where(u => u.ResidentNo == resident), u => u.ResidentNo.ToString(CultureInfo.InvariantCulture));
        services.AddScoped<EndedNeeds>();
        services.AddScoped<ErasureDecisions>();
        services.AddScoped<ToldBook>();
        services.AddScoped<Underway>();
        services.AddScoped<ActOnUnneeded>();
        services.AddScoped<IResidentErasure, EraseTold>();
        services.AddErasure<UnneededData, RetentionTexts>(UnneededData.Id, new RetentionPeriod(RetentionUnit.Days, 90, 30, 365));
        services.AddProbe<RetentionProbe, RetentionTexts>(RetentionProbe.Id, "WD-04");
        services.AddProbe<UnusedRuleProbe, RetentionTexts>(UnusedRuleProbe.Id, "WD-05");
        services.AddSingleton(new FooterLink("/retention", Label("public"), 50));
        services.AddDeskPage(new DeskPage("/staff/retention", Label("title"), Label("what"), "calendar", 315, DeskRights.Policy(DeskRight.ReadAudit)));
    }

    private static Func<IServiceProvider, string> Label(string key) => services => services.GetRequiredService<Texts<RetentionTexts>>()[key];
}
