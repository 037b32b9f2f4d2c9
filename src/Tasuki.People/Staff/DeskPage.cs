using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>A page of the desk: an entry of the navigation and a card on the staff's first page, for those who meet the policy.</summary>
/// <param name="Label">Reads the name in the language of the request.</param>
/// <param name="What">One sentence on what is done there.</param>
public sealed record DeskPage(string Href, Func<IServiceProvider, string> Label, Func<IServiceProvider, string> What, string Icon, int Order, string Policy);

public static class DeskPages
{
    /// <summary>Modules add theirs too.</summary>
    public static IServiceCollection AddDeskPage(this IServiceCollection services, DeskPage page) =>
        services.AddSingleton(page).AddSingleton(new NavigationEntry(page.Href, page.Label, page.Icon, page.Order, page.Policy));
}
