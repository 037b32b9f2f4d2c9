namespace Tasuki.Server;

/// <summary>The vault opens before the host and its loggers are built: what it says goes to them as soon as they are there.</summary>
internal sealed class VaultLog : ILogger
{
    private ILogger? _logger;

    public void GoesTo(ILoggerFactory loggers) => Volatile.Write(ref _logger, loggers.CreateLogger("Tasuki.Vault"));

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => Volatile.Read(ref _logger)?.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => Volatile.Read(ref _logger)?.IsEnabled(logLevel) is true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Volatile.Read(ref _logger)?.Log(logLevel, eventId, state, exception, formatter);
}
