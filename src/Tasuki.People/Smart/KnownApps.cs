using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;

namespace Tasuki.People;

/// <summary>An app of the register as staff name it. Its number is its <c>client_id</c>.</summary>
public sealed record KnownApp(long No, string Name);

/// <summary>The names of the apps there are, and of those that were let in once.</summary>
public sealed class KnownApps
{
    private readonly Apps _apps;

    internal KnownApps(Apps apps) => _apps = apps;

    /// <summary>Those that were let in first.</summary>
    public async Task<IReadOnlyList<KnownApp>> All(CancellationToken cancel) => [.. (await _apps.All(cancel)).Select(a => new KnownApp(a.No, a.Opened!.Name))];

    /// <summary>Null when there is none of that number, or its row was altered.</summary>
    public async Task<string?> NameOf(long no, CancellationToken cancel) => (await _apps.Find(no, cancel))?.Opened?.Name;
}

/// <summary>
/// What the apps are called that stand in logs and grants, also those that are stopped now. Each is looked up once: an app is let in as it was registered, and another name is another
/// registration. Numbers the register does not know are looked up each time.
/// </summary>
public sealed class AppNames(IServiceScopeFactory scopes)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<long, string> _known = new();

    /// <summary>Null when there is none of that number, or its row was altered.</summary>
    public async ValueTask<string?> Of(long no, CancellationToken cancel)
    {
        if (_known.TryGetValue(no, out var known))
            return known;
        // In a scope of its own: whoever asks may be in the middle of another question to the same database context.
        await using var scope = scopes.CreateAsyncScope();
        if ((await scope.ServiceProvider.GetRequiredService<Apps>().Find(no, cancel))?.Opened?.Name is not { } name)
            return null;
        if (_known.Count >= Most)
            _known.Clear();
        return _known[no] = name;
    }
}
