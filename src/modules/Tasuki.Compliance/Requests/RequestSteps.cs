using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Requests;

/// <summary>Every change of a request is one step: the row as it was seen is exchanged for the new one, its history grows by one, in one transaction. Of two from the same row one is done.</summary>
internal sealed class RequestSteps(TasukiDb db, RequestSeals seals, TimeProvider clock)
{
    private static readonly Error Moved = new("request.moved", "Somebody else changed the request meanwhile.");

    /// <summary>Errors <c>request.moved</c>; <c>seal.gone</c> when the person was erased.</summary>
    /// <param name="change">What becomes of the row.</param>
    /// <param name="also">Done inside the same transaction.</param>
    public async Task<Result<Done>> Do(RequestRow row, RequestStep step, Action<RequestRow> change, CancellationToken cancel, Func<Task>? also = null)
    {
        var seen = row.Mac;
        row.Steps++;
        change(row);
        row.Mac = seals.MacOf(row);
        var entry = await Entry(row, step, cancel);
        if (!entry.IsOk)
            return entry.Error;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var changed = await db.Set<RequestRow>().Where(r => r.No == row.No && r.Mac == seen).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, row.State).SetProperty(r => r.Stops, row.Stops).SetProperty(r => r.Extension, row.Extension).SetProperty(r => r.ExtendedDays, row.ExtendedDays)
                .SetProperty(r => r.ExtendedTo, row.ExtendedTo).SetProperty(r => r.Identity, row.Identity).SetProperty(r => r.CheckedBy, row.CheckedBy)
                .SetProperty(r => r.ConfirmedBy, row.ConfirmedBy).SetProperty(r => r.Decision, row.Decision).SetProperty(r => r.Decided, row.Decided).SetProperty(r => r.Way, row.Way)
                .SetProperty(r => r.Settled, row.Settled).SetProperty(r => r.Withheld, row.Withheld).SetProperty(r => r.Release, row.Release)
                .SetProperty(r => r.ReleasedBy, row.ReleasedBy).SetProperty(r => r.Steps, row.Steps).SetProperty(r => r.Mac, row.Mac), cancel);
        if (changed != 1)
            return Moved;
        db.Add(entry.Value);
        await db.SaveChangesAsync(cancel);
        if (also is not null)
            await also();
        await transaction.CommitAsync(cancel);
        return Done.Yes;
    }

    /// <summary>The row of the step the request stands at. Error <c>seal.gone</c>.</summary>
    public async Task<Result<RequestStepRow>> Entry(RequestRow row, RequestStep step, CancellationToken cancel)
    {
        var at = clock.GetUtcNow();
        return (await seals.Seal(row, row.Steps, step, cancel)).Map(content => new RequestStepRow { RequestNo = row.No, Step = row.Steps, ResidentNo = row.ResidentNo, At = at, Content = content });
    }
}
