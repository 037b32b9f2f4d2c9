using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.Community.Inquiries;

/// <summary>
/// Every change of an inquiry is one step: the row as it was seen is exchanged for the new one, its history grows by one, and what must go with it goes with it, all in
/// one transaction. Of two steps from the same row one is done.
/// </summary>
internal sealed class InquirySteps(TasukiDb db, InquirySeals seals, TimeProvider clock)
{
    private static readonly Error Moved = new("inquiry.moved", "Somebody else changed the inquiry meanwhile.");

    /// <summary>Errors <c>inquiry.moved</c>; <c>seal.gone</c> when the person was erased.</summary>
    /// <param name="change">What becomes of the row.</param>
    /// <param name="also">Done inside the same transaction.</param>
    public async Task<Result<Done>> Do(InquiryRow row, InquiryStep step, Action<InquiryRow> change, CancellationToken cancel, Func<Task>? also = null)
    {
        var seen = row.Mac;
        row.Steps++;
        change(row);
        row.Mac = seals.MacOf(row);
        var entry = await Entry(row, step, cancel);
        if (!entry.IsOk)
            return entry.Error;

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var changed = await db.Set<InquiryRow>().Where(i => i.No == row.No && i.Mac == seen).ExecuteUpdateAsync(
            s => s.SetProperty(i => i.Kind, row.Kind).SetProperty(i => i.State, row.State).SetProperty(i => i.Since, row.Since).SetProperty(i => i.Answered, row.Answered)
                .SetProperty(i => i.Closed, row.Closed).SetProperty(i => i.Due, row.Due).SetProperty(i => i.Owner, row.Owner).SetProperty(i => i.Steps, row.Steps)
                .SetProperty(i => i.Mac, row.Mac), cancel);
        if (changed != 1)
            return Moved;
        db.Add(entry.Value);
        await db.SaveChangesAsync(cancel);
        if (also is not null)
            await also();
        await transaction.CommitAsync(cancel);
        return Done.Yes;
    }

    /// <summary>The row of the step the inquiry stands at. Error <c>seal.gone</c>.</summary>
    public async Task<Result<InquiryStepRow>> Entry(InquiryRow row, InquiryStep step, CancellationToken cancel)
    {
        var at = clock.GetUtcNow();
        return (await seals.Seal(row, row.Steps, step, cancel)).Map(content => new InquiryStepRow { InquiryNo = row.No, Step = row.Steps, ResidentNo = row.ResidentNo, At = at, Content = content });
    }
}
