using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>A bulk export of more residents than an app usually takes. Stands on the staff's pages of apps for 90 days.</summary>
internal sealed class LargeExport
{
    [Clear]
    public long No { get; init; }

    [Clear]
    public required long AppNo { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    [Clear]
    public required int Residents { get; init; }

    /// <summary>The largest of the app's exports of the 90 days before.</summary>
    [Clear]
    public required int Usual { get; init; }
}

/// <summary>What is more than usual, and telling the municipality so.</summary>
public sealed class LargeExports
{
    public static readonly TimeSpan Looked = TimeSpan.FromDays(90);

    private const int Few = 100;

    private readonly TasukiDb _db;
    private readonly TimeProvider _clock;

    internal LargeExports(TasukiDb db, TimeProvider clock) => (_db, _clock) = (db, clock);

    /// <summary>More than 100, and more than twice the largest of the app's exports of the last 90 days.</summary>
    public static bool IsMoreThanUsual(int residents, int usual) => residents > Few && residents > 2L * usual;

    /// <summary>Adds to the changes of <see cref="TasukiDb"/>; it counts when they are saved.</summary>
    public void Tell(long app, int residents, int usual) => _db.Add(new LargeExport { AppNo = app, At = _clock.GetUtcNow(), Residents = residents, Usual = usual });

    /// <summary>Newest first; of one app, or of all.</summary>
    internal async Task<IReadOnlyList<LargeExport>> Recent(long? app, CancellationToken cancel)
    {
        var since = _clock.GetUtcNow() - Looked;
        return await _db.Set<LargeExport>().AsNoTracking().Where(e => e.At >= since && (app == null || e.AppNo == app)).OrderByDescending(e => e.At).Take(100).ToListAsync(cancel);
    }

    internal Task<int> Sweep(CancellationToken cancel)
    {
        var since = _clock.GetUtcNow() - Looked;
        return _db.Set<LargeExport>().Where(e => e.At < since).ExecuteDeleteAsync(cancel);
    }
}
