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
