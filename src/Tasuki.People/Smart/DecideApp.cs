using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// The municipality's word about an app. Two officers let one in: the first has looked, another approves. One alone stops it at once, or refuses it. Each step is
/// in the log under the officer's name before it counts.
/// </summary>
internal sealed class DecideApp(TasukiDb db, SmartSeals seals, Apps apps, TwoOfficers officers, RecordVault vault, TimeProvider clock)
{
    private static readonly Error NoSuch = new("app.missing", "No such app, or it is not in a state for this.");
    private static readonly Error SamePerson = new("app.same-person", "Who has looked cannot be the one who approves.");

    /// <summary>Errors <c>app.missing</c>.</summary>
    public Task<Result<Done>> Check(Account officer, long no, CancellationToken cancel) => Move(officer, no, "checked", AppState.Asked, AppState.Checked, cancel);

    /// <summary>Errors <c>app.missing</c>, <c>app.same-person</c>.</summary>
    public async Task<Result<Done>> Approve(Account officer, long no, CancellationToken cancel)
    {
        if (await apps.Find(no, cancel) is not { State: AppState.Checked, CheckedBy: { } first })
            return NoSuch;
        return await officers.MayBeOne(first, officer.No, cancel) ? SamePerson : await Move(officer, no, "approved", AppState.Checked, AppState.Approved, cancel);
    }

    /// <summary>Errors <c>app.missing</c>.</summary>
    public async Task<Result<Done>> Refuse(Account officer, long no, CancellationToken cancel) =>
        await apps.Find(no, cancel) is { State: AppState.Asked or AppState.Checked } app ? await Move(officer, no, "refused", app.State, AppState.Refused, cancel) : NoSuch;

    /// <summary>It stops at the app's next request. Errors <c>app.missing</c>.</summary>
    public Task<Result<Done>> Suspend(Account officer, long no, CancellationToken cancel) => Move(officer, no, "suspended", AppState.Approved, AppState.Suspended, cancel);

    /// <summary>Back to the second officer: a suspended app is let in again as it was let in at first. Errors <c>app.missing</c>.</summary>
    public Task<Result<Done>> LookAgain(Account officer, long no, CancellationToken cancel) => Move(officer, no, "checked", AppState.Suspended, AppState.Checked, cancel);

    private async Task<Result<Done>> Move(Account officer, long no, string word, AppState from, AppState to, CancellationToken cancel)
    {
        if (await apps.Find(no, cancel) is not { } app || app.State != from)
            return NoSuch;
        await vault.LogAppRegister(Actor.Officer(officer.No.ToString(CultureInfo.InvariantCulture)), string.Create(CultureInfo.InvariantCulture, $"app {no} {word}"), cancel);
        var before = app.Mac;
        app.State = to;
        app.Changed = clock.GetUtcNow();
        app.CheckedBy = to is AppState.Checked ? officer.No : app.CheckedBy;
        app.DecidedBy = to is AppState.Checked ? null : officer.No;
        app.Mac = seals.MacOf(app);
        var changed = await db.Set<SmartApp>().Where(a => a.No == no && a.Mac == before).ExecuteUpdateAsync(
            s => s.SetProperty(a => a.State, app.State).SetProperty(a => a.Changed, app.Changed).SetProperty(a => a.CheckedBy, app.CheckedBy)
                .SetProperty(a => a.DecidedBy, app.DecidedBy).SetProperty(a => a.Mac, app.Mac), cancel);
        return changed == 1 ? Done.Yes : NoSuch;
    }
}
