using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using System.Text.Json;

namespace Tasuki.People;

/// <summary>Reads the register of apps. A row that was altered is not there, nor is the app of the service's own probe.</summary>
internal sealed class Apps(TasukiDb db, SmartSeals seals)
{
    public async Task<SmartApp?> Find(long no, CancellationToken cancel) =>
        await Register.SingleOrDefaultAsync(a => a.No == no, cancel) is { } app && await Open(app, cancel) ? app : null;

    /// <summary>The app when it is let in at present.</summary>
    public async Task<SmartApp?> FindApproved(long no, CancellationToken cancel) => await Find(no, cancel) is { State: AppState.Approved } app ? app : null;

    /// <summary>Newest first, at most 500.</summary>
    public async Task<IReadOnlyList<SmartApp>> All(CancellationToken cancel)
    {
        var found = new List<SmartApp>();
        foreach (var app in await Register.OrderByDescending(a => a.Registered).Take(500).ToListAsync(cancel))
        {
            if (await Open(app, cancel))
                found.Add(app);
        }

        return found;
    }

    private IQueryable<SmartApp> Register => db.Set<SmartApp>().AsNoTracking().Where(a => a.Kind != AppKind.Probe);

    public async Task<bool> Open(SmartApp app, CancellationToken cancel)
    {
        if (!seals.IsWhole(app) || await seals.Open(null, "smart_app", "content", app.No, app.Content, cancel) is not { IsOk: true } content)
            return false;
        app.Opened = JsonSerializer.Deserialize<AppContent>(content.Value);
        return app.Opened is not null;
    }
}
