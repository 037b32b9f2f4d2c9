using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel.Evidence;

namespace Tasuki.Web;

/// <summary>A probe as its part registered it.</summary>
/// <param name="Id">Stable: it stands in evidence.</param>
/// <param name="Requirements">Ids of the rows of the catalogue it gives evidence for.</param>
/// <param name="Look">One look, in a scope of its own.</param>
/// <param name="OnServer">It looks at what only a running server has; a command leaves it out and goes by what the server found.</param>
/// <param name="Every">Not at every hourly look but so long after the newest one that held; null: at every look.</param>
/// <param name="Words">Reads a text of the part in the language of the request: <c>probe-ID</c> says what it looks at, <c>probe-ID-CODE</c> what was found.</param>
public sealed record ProbeEntry(
    string Id, IReadOnlyList<string> Requirements, Func<IServiceProvider, CancellationToken, Task<Finding>> Look, Func<IServiceProvider, string, IReadOnlyList<string>, string> Words,
    bool OnServer = false, TimeSpan? Every = null);

public static class ProbeServices
{
    /// <summary>Every part brings the probes of what it fulfils; the compliance engine runs them all.</summary>
    public static IServiceCollection AddProbe<TProbe, TTexts>(this IServiceCollection services, string id, params IReadOnlyList<string> requirements)
        where TProbe : class, IProbe => services.Add<TProbe, TTexts>(id, requirements);

    /// <summary>One that looks at what only a running server has.</summary>
    public static IServiceCollection AddServerProbe<TProbe, TTexts>(this IServiceCollection services, string id, params IReadOnlyList<string> requirements)
        where TProbe : class, IProbe => services.Add<TProbe, TTexts>(id, requirements, onServer: true);

    /// <summary>One that leaves entries of its own behind: while it holds it looks once a day. Somebody who asks for a look has it look at once.</summary>
    public static IServiceCollection AddDailyProbe<TProbe, TTexts>(this IServiceCollection services, string id, params IReadOnlyList<string> requirements)
        where TProbe : class, IProbe => services.Add<TProbe, TTexts>(id, requirements, every: TimeSpan.FromDays(1));

    private static IServiceCollection Add<TProbe, TTexts>(
        this IServiceCollection services, string id, IReadOnlyList<string> requirements, bool onServer = false, TimeSpan? every = null)
        where TProbe : class, IProbe
    {
        services.AddScoped<TProbe>();
        return services.AddSingleton(new ProbeEntry(
            id, requirements, (scope, cancel) => scope.GetRequiredService<TProbe>().Look(cancel), (scope, key, values) => scope.GetRequiredService<Texts<TTexts>>()[key, [.. values]],
            onServer, every));
    }
}
