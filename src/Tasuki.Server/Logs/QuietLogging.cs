using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Tasuki.Server.Logs;

/// <summary>
/// Logs and traces carry ids and route templates. What frameworks write below a warning holds paths, query strings, SQL and addresses, and what an exception says may
/// hold the value it stumbled over; neither is written, whatever levels the settings ask for.
/// </summary>
internal static class QuietLogging
{
    public static void AddQuietLogging(this IServiceCollection services)
    {
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new QuietLoggers(new LoggerFactory(
            provider.GetServices<ILoggerProvider>(), provider.GetRequiredService<IOptionsMonitor<LoggerFilterOptions>>(), provider.GetRequiredService<IOptions<LoggerFactoryOptions>>()))));
        services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator, TraceIdsOnly>());
        services.AddExceptionHandler<SayFault>();
    }
}

internal sealed class QuietLoggers(ILoggerFactory inner) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new QuietLogger(inner.CreateLogger(categoryName), categoryName);

    public void AddProvider(ILoggerProvider provider) => inner.AddProvider(provider);

    public void Dispose() => inner.Dispose();
}

internal sealed class QuietLogger(ILogger inner, string category) : ILogger
{
    // Says where the server listens and that it stops; nothing of a request.
    private const string Lifetime = "Microsoft.Hosting.Lifetime";

    // The keys of cookies are wrapped by the ring on their way to the table, which the framework cannot know and warns of (People: CookieKeys).
    private const string CookieKeys = "Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager";

    private readonly LogLevel _least = category switch
    {
        Lifetime => LogLevel.Trace,
        CookieKeys => LogLevel.Error,
        _ => category.StartsWith("Tasuki.", StringComparison.Ordinal) ? LogLevel.Trace : LogLevel.Warning,
    };

    // A scope of the framework holds the path as it was asked for.
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull =>
        category.StartsWith("Tasuki.", StringComparison.Ordinal) ? inner.BeginScope(state) : null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < _least)
            return;
        if (exception is null)
            inner.Log(logLevel, eventId, state, null, formatter);
        else
            inner.Log(logLevel, eventId, state, new Fault(exception), (of, _) => formatter(of, null));
    }
}

/// <summary>An exception without its words: which types, and where.</summary>
internal sealed class Fault(Exception of) : Exception
{
    private readonly string _text = string.Join("\n ---> ", Chain(of).Select(one => $"{one.GetType().FullName}\n{one.StackTrace}"));

    public override string Message => "(what it says is not written)";

    public override string? StackTrace => null;

    public override string ToString() => _text;

    private static IEnumerable<Exception> Chain(Exception? one)
    {
        for (var depth = 0; one is not null && depth < 8; one = one.InnerException, depth++)
            yield return one;
    }
}

/// <summary>Takes trace ids from a caller, and no words: neither trace state nor baggage.</summary>
internal sealed class TraceIdsOnly : DistributedContextPropagator
{
    private readonly DistributedContextPropagator _inner = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => _inner.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter) => _inner.Inject(activity, carrier, setter);

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        _inner.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
