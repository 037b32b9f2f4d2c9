using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The pages of messages outside the app: the resident's and the desk's.</summary>
internal static class ChannelServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddDeskPage(new DeskPage(
            "/staff/deliveries", sp => sp.GetRequiredService<Texts<ChannelTexts>>()["deliveries"], sp => sp.GetRequiredService<Texts<ChannelTexts>>()["deliveries-what"], "bell", 270,
            DeskRights.Policy(DeskRight.SeeDeliveries)));
        services.AddDeskPage(new DeskPage(
            "/staff/letters", sp => sp.GetRequiredService<Texts<ChannelTexts>>()["letters"], sp => sp.GetRequiredService<Texts<ChannelTexts>>()["letters-what"], "print", 280,
            DeskRights.Policy(DeskRight.Enrol)));
        services.AddScoped<IResidentErasure, EraseChannelRows>();
    }

    public static void Map(IEndpointRouteBuilder endpoints) => ChannelEndpoints.Map(endpoints);
}

internal sealed class EraseChannelRows(Delivery.Channels channels) : IResidentErasure
{
    public Task Erase(ResidentNo resident, CancellationToken cancel) => channels.Erase(resident, cancel);
}
