using Microsoft.Extensions.DependencyInjection;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Compliance.Setup;

/// <summary>
/// What was set up, for every page of the municipality: kept for a minute, then asked for anew where another server added something. One for each municipality, as everything
/// of its service provider is.
/// </summary>
internal sealed class SetUpService(IServiceScopeFactory scopes, TimeProvider clock) : IServiceLook, ISignUpAge, IDisposable
{
    internal static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Known? _known;
    private int _changes;

    public async ValueTask<ServiceLook> Now(CancellationToken cancel) => (await Get(cancel)).Look;

    public async ValueTask<int> From(CancellationToken cancel) => (await Get(cancel)).OwnAccount;

    /// <summary>Something was changed on this server: the next who asks reads it.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _changes);
        _known = null;
    }

    public void Dispose() => _reading.Dispose();

    private async ValueTask<Known> Get(CancellationToken cancel)
    {
        if (_known is { } known && IsFresh(known))
            return known;
        await _reading.WaitAsync(cancel);
        try
        {
            // While this one waited another may have read.
            if (_known is { } read && IsFresh(read))
                return read;
            var changes = Volatile.Read(ref _changes);
            var found = await Read(_known, cancel);
            // What was changed while this one read is not hidden by what it read.
            if (changes == Volatile.Read(ref _changes))
                _known = found;
            return found;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<Known> Read(Known? before, CancellationToken cancel)
    {
        var now = clock.GetUtcNow();
        await using var scope = scopes.CreateAsyncScope();
        var book = scope.ServiceProvider.GetRequiredService<SetupBook>();
        var last = await book.Last(cancel);
        if (before is not null && before.Last == last)
            return before with { At = now };
        var state = last == 0 ? new SetupState(null, null, null, null, null) : await book.Read(cancel);
        return new Known(last, now, state.Look, state.Ages?.Content.OwnAccount ?? 0);
    }

    private bool IsFresh(Known known) => clock.GetUtcNow() - known.At is var age && age >= TimeSpan.Zero && age < Kept;

    private sealed record Known(long Last, DateTimeOffset At, ServiceLook Look, int OwnAccount);
}
