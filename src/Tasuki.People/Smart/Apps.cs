using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Text;

namespace Tasuki.People;

/// <summary>Reads the register of apps. A row that was altered is not there, nor is the app of the service's own probe.</summary>
internal sealed class Apps(TasukiDb db, SmartSeals seals)
{
    public async Task<SmartApp?> Find(long no, CancellationToken cancel) =>
        await Register.SingleOrDefaultAsync(a => a.No == no, cancel) is { } app && await Open(app, cancel) ? app : null;

    /// <summary>The app when it is let in at present.</summary>
    public async Task<SmartApp?> FindApproved(long no, CancellationToken cancel) => await Find(no, cancel) is { State: AppState.Approved } app ? app : null;

    /// <summary>
    /// Those an officer let in or has looked at, all of them, and then those that wait and those that were refused, of both at most <see cref="MostOfOthers"/>. Newest first in each of the
    /// three: however many ask, none that was let in goes off the list.
    /// </summary>
    public async Task<IReadOnlyList<SmartApp>> All(CancellationToken cancel)
    {
        var known = await Register.Where(a => a.State != AppState.Asked && a.State != AppState.Refused).OrderByDescending(a => a.Registered).ToListAsync(cancel);
        var waiting = await Register.Where(a => a.State == AppState.Asked).OrderByDescending(a => a.Registered).Take(MostOfOthers).ToListAsync(cancel);
        var refused = await Register.Where(a => a.State == AppState.Refused).OrderByDescending(a => a.Registered).Take(MostOfOthers).ToListAsync(cancel);
        var found = new List<SmartApp>();
        foreach (var app in known.Concat(waiting).Concat(refused))
        {
            if (await Open(app, cancel))
                found.Add(app);
        }

        return found;
    }

    private const int MostOfOthers = 500;

    private IQueryable<SmartApp> Register => db.Set<SmartApp>().AsNoTracking().Where(a => a.Kind != AppKind.Probe);

    public async Task<bool> Open(SmartApp app, CancellationToken cancel)
    {
        if (!seals.IsWhole(app) || await seals.Open(null, "smart_app", "content", app.No, app.Content, cancel) is not { IsOk: true } content)
            return false;
        // Registered before such characters were refused, an app still shows what its name really is.
        app.Opened = JsonSerializer.Deserialize<AppContent>(content.Value) is { } said
            ? said with { Name = VisibleText.Of(said.Name), Operator = VisibleText.Of(said.Operator), Contact = VisibleText.Of(said.Contact), Purpose = VisibleText.Of(said.Purpose), Seat = said.Seat is { } seat ? VisibleText.Of(seat) : null }
            : null;
        return app.Opened is not null;
    }
}
