using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;

namespace Tasuki.Compliance.Unneeded;

/// <summary>The numbers are stored: never renumber.</summary>
internal enum ErasureStep : byte
{
    Asked = 1,
    Confirmed = 2,

    /// <summary>The records stay after all.</summary>
    Kept = 3,
}

/// <summary>One step, as it stands in the chain of evidence.</summary>
/// <param name="Ends">The end it was said of: <see cref="EndedNeed.Ends"/>.</param>
/// <param name="Asked">Of a confirmation: the number of what it confirms.</param>
internal sealed record ErasureWord(ErasureStep Step, string Ends, long? Asked);

/// <summary>A category no purpose needs, and what two officers said about its records.</summary>
/// <param name="Step">Null while nothing was said of this end.</param>
/// <param name="No">The piece of evidence; 0 while there is none.</param>
/// <param name="By">Who said it.</param>
internal sealed record ErasureDecision(EndedNeed Need, ErasureStep? Step, long No, long? By, DateTimeOffset At);

/// <summary>
/// Records of a category are told of and erased only after two officers decided so: one asks, another confirms, either takes it back alone. Who ends a purpose decides nothing about
/// the records by it. What was said of one end does not count for the next. Errors of all: <c>purpose.right</c>, <c>erasure.moved</c> (it stands otherwise than the officer saw).
/// </summary>
internal sealed class ErasureDecisions(EndedNeeds needs, EvidenceBook book, TwoOfficers officers)
{
    private static readonly Error NoRight = new("purpose.right", "The erasure of records no purpose needs is decided by those who keep compliance.");
    private static readonly Error Moved = new("erasure.moved", "It does not stand as the page showed it: the category is needed again, or somebody else decided meanwhile.");

    public static string Subject(DataCategory category) => $"unneeded.{category}";

    public async Task<IReadOnlyList<ErasureDecision>> All(CancellationToken cancel)
    {
        var all = new List<ErasureDecision>();
        foreach (var need in await needs.Look(cancel))
            all.Add(await Of(need, cancel));
        return all;
    }

    /// <summary>What is decided, with the day of the confirmation.</summary>
    public async Task<IReadOnlyDictionary<DataCategory, DateOnly>> Decided(CancellationToken cancel) =>
        (await All(cancel)).Where(d => d.Step is ErasureStep.Confirmed).ToDictionary(d => d.Need.Category, d => TokyoDay.Of(d.At));

    public async Task<Result<Done>> Ask(StaffMember officer, DataCategory category, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (await Find(category, cancel) is not { Step: null or ErasureStep.Kept } open)
            return Moved;
        return await Say(officer, open, ErasureStep.Asked, null, cancel);
    }

    /// <summary>Error <c>erasure.same-person</c>.</summary>
    /// <param name="asked">The number of the piece the officer saw.</param>
    public async Task<Result<Done>> Confirm(StaffMember officer, DataCategory category, long asked, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        if (await Find(category, cancel) is not { Step: ErasureStep.Asked } open || open.No != asked)
            return Moved;
        return await MayConfirm(officer, open, cancel)
            ? await Say(officer, open, ErasureStep.Confirmed, asked, cancel) : new Error("erasure.same-person", "Who asked for the erasure does not confirm it.");
    }

    /// <summary>One alone stops it, before and after the confirmation.</summary>
    public async Task<Result<Done>> Keep(StaffMember officer, DataCategory category, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.KeepCompliance))
            return NoRight;
        return await Find(category, cancel) is { Step: ErasureStep.Asked or ErasureStep.Confirmed } open ? await Say(officer, open, ErasureStep.Kept, null, cancel) : Moved;
    }

    public async Task<bool> MayConfirm(StaffMember officer, ErasureDecision asked, CancellationToken cancel) =>
        asked is { Step: ErasureStep.Asked, By: { } by } && !await officers.MayBeOne(by, officer.No, cancel);

    private async Task<ErasureDecision?> Find(DataCategory category, CancellationToken cancel) => (await All(cancel)).FirstOrDefault(d => d.Need.Category == category);

    // A confirmation counts right after the very piece it confirms: one that was taken back in the same moment, or altered, leaves none.
    private async Task<ErasureDecision> Of(EndedNeed need, CancellationToken cancel)
    {
        var said = (await book.History<ErasureWord>(EvidenceKind.Act, Subject(need.Category), 2, cancel)).TakeWhile(s => string.Equals(s.Content.Ends, need.Ends, StringComparison.Ordinal)).ToList();
        return said switch
        {
            [{ Content: { Step: ErasureStep.Confirmed, Asked: { } no } } newest, { Content.Step: ErasureStep.Asked } before] when before.No == no => With(newest),
            [{ Content.Step: ErasureStep.Asked or ErasureStep.Kept } newest, ..] => With(newest),
            _ => new ErasureDecision(need, null, 0, null, default),
        };

        ErasureDecision With(Evidence<ErasureWord> newest) => new(need, newest.Content.Step, newest.No, newest.By, newest.At);
    }

    private async Task<Result<Done>> Say(StaffMember officer, ErasureDecision open, ErasureStep step, long? asked, CancellationToken cancel)
    {
        await book.Add(EvidenceKind.Act, Subject(open.Need.Category), new ErasureWord(step, open.Need.Ends, asked), officer.Actor, officer.No, cancel);
        return Done.Yes;
    }
}
