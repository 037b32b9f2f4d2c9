using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Affected;
using Tasuki.Compliance.Incidents;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Requests;
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
        services.AddScoped<PurposeCover>();
        services.AddScoped<IStatedPurposes, PurposesForPerson>();
        services.AddProbe<PurposeCoverProbe, RegimeTexts>(PurposeCoverProbe.Id, "LW-03");
        services.AddSingleton(new FooterLink("/purposes", Label<RegimeTexts>("purposes"), 40));
        services.AddDeskPage(new DeskPage("/staff/purposes", Label<RegimeTexts>("purposes"), Label<RegimeTexts>("purposes-what"), "note", 310, DeskRights.Policy(DeskRight.KeepCompliance)));

        services.AddSingleton<IModelPart, RequestTables>();
        services.AddSealedTable((db, resident) => db.Set<RequestRow>().Where(r => r.ResidentNo == resident), r => r.No.ToString(CultureInfo.InvariantCulture));
        services.AddSealedTable((db, resident) => db.Set<RequestStepRow>().Where(s => s.ResidentNo == resident), RequestSeals.RowOf);
        services.AddSingleton<RequestSeals>();
        services.AddScoped<RequestSteps>();
        services.AddScoped<RequestBook>();
        services.AddScoped<EnterRequest>();
        services.AddScoped<WorkOnRequest>();
        services.AddScoped<OwnRequest>();
        services.AddScoped<RequestLetters>();
        services.AddScoped<HandOutDisclosure>();
        services.AddSingleton(new AccountLink("/my-requests", Label<MyRequestTexts>("title"), Label<MyRequestTexts>("title-what"), "file", 10));
        services.AddScoped<IResidentErasure, EraseRequests>();
        services.AddDeskPage(new DeskPage("/staff/requests", Label<RequestTexts>("requests"), Label<RequestTexts>("requests-what"), "file", 230, DeskRights.Policy(DeskRight.HandleRequests)));

        services.AddSingleton<IModelPart, IncidentTables>();
        services.AddSingleton<IncidentSeals>();
        services.AddScoped<IncidentSteps>();
        services.AddScoped<IncidentBook>();
        services.AddScoped<ReportIncident>();
        services.AddScoped<WorkOnIncident>();
        services.AddScoped<AffectedBook>();
        services.AddScoped<FindAffected>();
        services.AddScoped<TellAffected>();
        services.AddDeskPage(new DeskPage("/staff/incidents", Label<IncidentTexts>("incidents"), Label<IncidentTexts>("incidents-what"), "warning", 320, DeskRights.Policy(DeskRight.HandleIncidents)));
    }

    private static Func<IServiceProvider, string> Label<TTexts>(string key) => services => services.GetRequiredService<Texts<TTexts>>()[key];
}
