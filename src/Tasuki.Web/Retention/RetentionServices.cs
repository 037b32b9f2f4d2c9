using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel.Retention;

namespace Tasuki.Web;

public enum RetentionUnit
{
    Hours,
    Days,
    Years,
}

/// <summary>How long a rule keeps its data. Where least and most are the same nobody sets it on a page.</summary>
public sealed record RetentionPeriod(RetentionUnit Unit, int Default, int Least, int Most)
{
    public static RetentionPeriod Fixed(RetentionUnit unit, int number) => new(unit, number, number, number);

    public bool IsFixed => Least == Most;

    public bool Allows(int number) => number >= Least && number <= Most;
}

/// <summary>A rule as its part registered it.</summary>
/// <param name="Id">Stable: it stands in evidence.</param>
/// <param name="Job">The recurring job that takes the data away; null for one that the daily run carries out, and for one done by hand.</param>
/// <param name="Erase">Null when something else takes the data away. A rule with it is switched off until an officer has seen what it would do.</param>
/// <param name="Words">
/// Reads a text of the part: <c>keep-ID</c> what is kept, <c>keep-ID-why</c> on which ground, <c>keep-ID-how</c> how it ends, <c>keep-ID-CODE</c> what a part of a count is.
/// </param>
public sealed record RetentionEntry(
    string Id, RetentionPeriod Period, string? Job, Func<IServiceProvider, RetentionAsk, CancellationToken, Task<RetentionCount>> Count,
    Func<IServiceProvider, RetentionAsk, long, int, CancellationToken, Task<RetentionBatch>>? Erase, Func<IServiceProvider, string, string> Words)
{
    public bool IsSwitched => Erase is not null;
}

public static class RetentionServices
{
    /// <summary>A rule whose data goes by a job of its part, or by hand where <paramref name="job"/> is null.</summary>
    public static IServiceCollection AddRetention<TRule, TTexts>(this IServiceCollection services, string id, Func<IServiceProvider, RetentionPeriod> period, string? job)
        where TRule : class, IRetentionRule
    {
        services.AddScoped<TRule>();
        return services.AddSingleton(sp => new RetentionEntry(
            id, period(sp), job, static (scope, ask, cancel) => scope.GetRequiredService<TRule>().Count(ask, cancel), null, Words<TTexts>));
    }

    /// <summary>A rule that the daily run carries out, within limits an officer chooses from.</summary>
    public static IServiceCollection AddErasure<TRule, TTexts>(this IServiceCollection services, string id, RetentionPeriod period)
        where TRule : class, IRetentionErasure
    {
        services.AddScoped<TRule>();
        return services.AddSingleton(new RetentionEntry(
            id, period, null, static (scope, ask, cancel) => scope.GetRequiredService<TRule>().Count(ask, cancel),
            static (scope, ask, after, most, cancel) => scope.GetRequiredService<TRule>().Erase(ask, after, most, cancel), Words<TTexts>));
    }

    private static string Words<TTexts>(IServiceProvider scope, string key) => scope.GetRequiredService<Texts<TTexts>>()[key];
}
