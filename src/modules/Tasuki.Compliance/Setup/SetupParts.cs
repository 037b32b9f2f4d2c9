using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Setup;

/// <summary>The room where the service is set up, and what it gives to the floors below: the look of the service and the age of sign-up.</summary>
internal static class SetupParts
{
    public const string Home = "/staff/setup";

    public static void Add(IServiceCollection services)
    {
        services.AddScoped<SetupBook>();
        services.AddScoped<SetupProgress>();
        services.AddScoped(sp => new KeepSetup(sp.GetRequiredService<SetupBook>(), sp.GetRequiredService<SetUpService>()));
        services.AddSingleton<SetUpService>();
        services.AddSingleton<IServiceLook>(sp => sp.GetRequiredService<SetUpService>());
        services.AddSingleton<ISignUpAge>(sp => sp.GetRequiredService<SetUpService>());
        services.AddSingleton(new StaffHomePart(typeof(SetupOpen)));
        services.AddDeskPage(new DeskPage(
            Home, sp => sp.GetRequiredService<Texts<SetupTexts>>()["title"], sp => sp.GetRequiredService<Texts<SetupTexts>>()["what"], "settings", 278, DeskRights.Policy(DeskRight.KeepCompliance)));
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        // The upload checks its token itself, section by section.
        app.MapPost("/staff/setup/logo", Upload).RequireAuthorization(DeskPolicies.KeepComplianceFresh);
    }

    private static async Task<IResult> Upload(HttpContext context, ReceiveUpload upload, SignedInStaff staff, KeepSetup keep)
    {
        var cancel = context.RequestAborted;
        if (await staff.With(DeskRight.KeepCompliance, cancel) is not { } member)
            return Results.Forbid();
        Result<Done>? kept = null;
        var read = await upload.Read(context, 1 << 20, async (_, _, body) =>
        {
            if (kept is not null)
                return;
            // One byte more than is allowed says that it is too large.
            var bytes = new byte[LogoFile.MostBytes + 1];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancel);
            kept = await keep.Logo(member.Actor, member.No, bytes.AsMemory(0, length), cancel);
        });
        var problem = read.Error?.Code ?? (kept is { } done ? done.Error?.Code : "upload.none");
        return Results.LocalRedirect(problem is null ? "/staff/setup/look?done=logo" : $"/staff/setup/look?problem={problem}");
    }
}
