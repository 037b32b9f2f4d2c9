using Microsoft.Extensions.DependencyInjection;
using Tasuki.Web;

namespace Tasuki.MyHealth;

/// <summary>The resident's own pages. They read through the gate for the purpose of own use and write nothing.</summary>
public static class MyHealthModule
{
    public static IServiceCollection AddMyHealth(this IServiceCollection services)
    {
        services.AddSingleton(new PageAssembly(typeof(MyHealthModule).Assembly));
        Entry("/home", "home", "home", 10);
        Entry("/checkups", "checkups", "checkup", 20);
        Entry("/medicines", "medicines", "medicine", 30);
        Entry("/diary", "diary", "diary", 40);
        Entry("/timeline", "timeline", "timeline", 50);
        Entry("/vaccinations", "vaccinations", "vaccine", 80);
        Entry("/conditions", "conditions", "condition", 90);
        Entry("/expenses", "expenses", "expense", 100);
        Entry("/who-looked", "access", "eye", 110);
        return services;

        void Entry(string href, string text, string icon, int order) => services.AddSingleton(
            new NavigationEntry(href, request => request.GetRequiredService<Texts<MyHealthTexts>>()[$"nav-{text}"], icon, order, Policies.Resident));
    }
}
