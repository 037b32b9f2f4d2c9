using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Community.Inquiries;
using Tasuki.Data;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Community;

/// <summary>The inquiry desk.</summary>
public static class CommunityModule
{
    /// <summary>A wrong option stops the start with its sentence.</summary>
    public static IServiceCollection AddCommunity(this IServiceCollection services, InquiryOptions options)
    {
        if (options.Check().Error is { } wrong)
            throw new InvalidOperationException(wrong.Message);

        services.AddSingleton(options);
        services.AddSingleton<IModelPart, InquiryTables>();
        services.AddSealedTable((db, resident) => db.Set<InquiryRow>().Where(i => i.ResidentNo == resident), i => i.No.ToString(CultureInfo.InvariantCulture));
        services.AddSealedTable((db, resident) => db.Set<InquiryStepRow>().Where(s => s.ResidentNo == resident), InquirySeals.RowOf);
        services.AddSingleton<InquirySeals>();
        services.AddSingleton<InquiryThrottle>();
        services.AddScoped<InquiryBook>();
        services.AddScoped<InquirySteps>();
        services.AddScoped(sp => new AskInquiry(
            sp.GetRequiredService<TasukiDb>(), sp.GetRequiredService<InquirySeals>(), sp.GetRequiredService<InquirySteps>(), options, sp.GetRequiredService<Language>(),
            sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<WriteAgain>();
        services.AddScoped(sp => new WorkOnInquiry(
            sp.GetRequiredService<InquiryBook>(), sp.GetRequiredService<InquirySteps>(), sp.GetRequiredService<StaffDirectory>(), sp.GetRequiredService<Delivery.Inbox>(), options,
            sp.GetRequiredService<TimeProvider>()));
        services.AddScoped<OpenAtDesk>();
        services.AddScoped<IOpenWork, HandOverInquiries>();
        services.AddScoped<IResidentErasure, EraseInquiries>();

        services.AddScoped<IOpenMatter, OpenInquiries>();
        services.AddErasure<VisitorInquiries, CommunityTexts>(VisitorInquiries.Id, new RetentionPeriod(RetentionUnit.Years, 1, 1, 5));

        services.AddProbe<InquiriesProbe, CommunityTexts>("inquiries.in-time", "OS-15", "OS-16");
        services.AddSingleton(new PageAssembly(typeof(CommunityModule).Assembly));
        services.AddSingleton(new FooterLink("/inquiry", Label("inquiry"), 10));
        services.AddDeskPage(new DeskPage("/staff/inquiries", Label("desk"), Label("desk-what"), "inbox", 220, DeskRights.Policy(DeskRight.AnswerInquiries)));
        return services;
    }

    public static IEndpointRouteBuilder MapCommunity(this IEndpointRouteBuilder app)
    {
        ComplaintFile.Map(app);
        return app;
    }

    private static Func<IServiceProvider, string> Label(string key) => services => services.GetRequiredService<Texts<CommunityTexts>>()[key];
}
