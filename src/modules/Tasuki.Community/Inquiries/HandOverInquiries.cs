using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Community.Inquiries;

/// <summary>An officer leaves: what is open goes to a colleague, each with a step in its history.</summary>
internal sealed class HandOverInquiries(TasukiDb db, InquiryBook book, InquirySteps steps, StaffDirectory directory) : IOpenWork
{
    // A step of somebody else between look and change is met again in the next round.
    private const int Rounds = 5;

    public Task<int> Count(long staff, CancellationToken cancel) =>
        db.Set<InquiryRow>().CountAsync(i => i.Owner == staff && (i.State == InquiryState.New || i.State == InquiryState.Open || i.State == InquiryState.Waiting), cancel);

    public async Task<Result<Done>> HandOver(long from, long to, long by, CancellationToken cancel)
    {
        if (from == to || await directory.Find(to, cancel) is not { } colleague || !colleague.Has(DeskRight.AnswerInquiries))
            return new Error("work.no-right", "Open inquiries go to another member of staff who holds the right to answer them.");
        for (var round = 0; round < Rounds; round++)
        {
            var left = (await book.Active(cancel)).Rows.Where(r => r.Owner == from).ToList();
            // Of somebody whose key is destroyed nothing is written any more; the rows go with the erasure.
            var gone = 0;
            foreach (var row in left)
            {
                var moved = await steps.Do(row, new InquiryStep(InquiryAct.HandedOver, by, null, to.ToString(CultureInfo.InvariantCulture)), r => r.Owner = to, cancel);
                gone += moved.Error?.Code is "seal.gone" ? 1 : 0;
            }

            if (left.Count == gone)
                return Done.Yes;
        }

        return new Error("work.moving", "Open inquiries are being changed; try again.");
    }
}
