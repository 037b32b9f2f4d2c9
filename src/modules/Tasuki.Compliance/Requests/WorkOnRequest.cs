using System.Globalization;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;

namespace Tasuki.Compliance.Requests;

/// <summary>
/// What officers do with a request. No officer sees a record on a page by it: a disclosure is made ready for the person's own session, or as one file. Errors of all: <c>request.missing</c>,
/// <c>request.settled</c>, <c>request.moved</c>, <c>seal.gone</c>, and those named; of texts <c>request.text</c>, <c>mynumber.found</c>.
/// </summary>
internal sealed class WorkOnRequest(RequestBook book, RequestSteps steps, TwoOfficers officers, KnownResidents known, Inbox inbox, TimeProvider clock)
{
    /// <summary>Days a long extension may reach.</summary>
    public const int LongestDays = 366;

    // As many as their column holds.
    private const int MaximumStops = 40;

    private static readonly Error Missing = new("request.missing", "No such request.");
    private static readonly Error Settled = new("request.settled", "The request is not in a state for this.");

    /// <summary>Error <c>request.identity</c>: no way of checking was named.</summary>
    public Task<Result<Done>> CheckIdentity(StaffMember officer, string number, IdentityCheck how, string? note, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (!row.IsActive)
            return Settled;
        if (how is IdentityCheck.NotYet || !Enum.IsDefined(how))
            return new Error("request.identity", "The way the identity was checked is one of the list.");
        return TypedText.Optional(note, "request.text").Then<Planned>(text => new Planned(
            new RequestStep(RequestAct.IdentityChecked, officer.No, text, how.ToString()), r => (r.Identity, r.CheckedBy, r.ConfirmedBy) = (how, officer.No, null)));
    });

    /// <summary>A second officer has seen that the representative may act. Errors <c>request.identity</c> (that comes first), <c>request.same-person</c>.</summary>
    /// <param name="note">What was seen.</param>
    public async Task<Result<Done>> ConfirmRepresentative(StaffMember officer, string number, string? note, CancellationToken cancel)
    {
        var first = (await book.Find(number, cancel))?.CheckedBy;
        var one = await officers.MayBeOne(first, officer.No, cancel);
        return await Act(officer, number, cancel, row =>
        {
            if (!row.IsActive || !row.NeedsSecondOfficer || row.ConfirmedBy is not null)
                return Settled;
            if (row.CheckedBy is null)
                return new Error("request.identity", "The identity is checked first.");
            if (one || row.CheckedBy != first)
                return new Error("request.same-person", "Who checked the identity cannot be the one who confirms the representative.");
            return TypedText.Text(note, "request.text").Map(text => new Planned(new RequestStep(RequestAct.RepresentativeConfirmed, officer.No, text, null), r => r.ConfirmedBy = officer.No));
        });
    }

    /// <summary>The clock stands from tomorrow.</summary>
    public Task<Result<Done>> AskCorrection(StaffMember officer, string number, string? what, CancellationToken cancel) => Act(officer, number, cancel, row => row.State is not RequestState.Received || row.ClockStops.Count >= MaximumStops
        ? Settled
        : TypedText.Text(what, "request.text").Map(text => new Planned(new RequestStep(RequestAct.CorrectionAsked, officer.No, text, null), r =>
        {
            r.State = RequestState.Correcting;
            r.StopClock(clock.Today());
        })));

    /// <summary>The clock runs on from tomorrow.</summary>
    public Task<Result<Done>> TakeCorrection(StaffMember officer, string number, string? what, CancellationToken cancel) => Act(officer, number, cancel, row => row.State is not RequestState.Correcting
        ? Settled
        : TypedText.Optional(what, "request.text").Map(text => new Planned(new RequestStep(RequestAct.Corrected, officer.No, text, null), r =>
        {
            r.State = RequestState.Received;
            r.StartClock(clock.Today());
        })));

    /// <summary>Once, before the period is over, with the reason the person is told. Errors <c>request.no-clock</c>, <c>request.late</c>, <c>request.days</c>.</summary>
    public Task<Result<Done>> Extend(StaffMember officer, string number, int days, string? reason, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (MayNotExtend(row) is { } wrong)
            return wrong;
        if (days < 1 || days > row.MaximumExtension)
            return new Error("request.days", $"The extension is {days} days; 1 to {row.MaximumExtension} are allowed.");
        return TypedText.Text(reason, "request.text").Map(text => new Planned(
            new RequestStep(RequestAct.Extended, officer.No, text, days.ToString(CultureInfo.InvariantCulture)), r => (r.Extension, r.ExtendedDays) = (RequestExtension.Days, days)));
    });

    /// <summary>Of a very large set, or a matter that takes particularly long: to a day that is named. Errors as <see cref="Extend"/>.</summary>
    public Task<Result<Done>> ExtendLong(StaffMember officer, string number, DateOnly to, string? reason, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (MayNotExtend(row) is { } wrong)
            return wrong;
        if (Clocks.Decision(row.Received, row.ClockStops, row.Days!.Value + row.MaximumExtension) is not { } plain || to <= plain.Day || to > row.Received.AddDays(LongestDays))
            return new Error("request.days", $"The day is after the ordinary extension and at most {LongestDays} days after the request came.");
        return TypedText.Text(reason, "request.text").Map(text => new Planned(
            new RequestStep(RequestAct.Extended, officer.No, text, to.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), r => (r.Extension, r.ExtendedTo) = (RequestExtension.Long, to)));
    });

    public Task<Result<Done>> Note(StaffMember officer, string number, string? text, CancellationToken cancel) =>
        Act(officer, number, cancel, _ => TypedText.Text(text, "request.text").Map(t => new Planned(new RequestStep(RequestAct.Noted, officer.No, t, null), static _ => { })));

    /// <summary>
    /// Errors <c>request.principal</c>, <c>request.identity</c>, <c>request.representative</c>, <c>request.correcting</c>, <c>request.decision</c>, <c>request.grounds</c>
    /// (a refusal in whole or part names reasons of the list, a grant names none), <c>request.withheld</c> (only a disclosure in part withholds categories, and never all of them),
    /// <c>request.text</c>.
    /// </summary>
    /// <param name="withheld">Categories that are withheld as a whole. None: what is withheld is no category, and no file leaves it out by itself.</param>
    public async Task<Result<Done>> Decide(
        StaffMember officer, string number, RequestDecision decision, IReadOnlyList<string> grounds, string? reason, CancellationToken cancel, IReadOnlyList<DataCategory>? withheld = null) => await Act(officer, number, cancel, row =>
    {
        if (row.Operator is OperatorKind.EntrustedCompany)
            return new Error("request.principal", "The municipality that entrusted the work decides; the request is passed on.");
        if (row.State is RequestState.Correcting)
            return new Error("request.correcting", "A correction of the request is awaited.");
        if (!row.IsActive)
            return Settled;
        if (row.Identity is IdentityCheck.NotYet)
            return new Error("request.identity", "The identity was not checked.");
        if (row.NeedsSecondOfficer && row.ConfirmedBy is null)
            return new Error("request.representative", "A second officer has not confirmed that the representative may act.");
        if (decision is RequestDecision.None || !Enum.IsDefined(decision))
            return new Error("request.decision", "The decision is one of three.");
        var list = RequestGrounds.For(LegalRegime.For(row.Operator, new OrdinanceSettings()), row.Kind).Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        var named = grounds.Distinct(StringComparer.Ordinal).ToList();
        if ((decision is RequestDecision.Granted) != (named.Count == 0) || !named.All(list.Contains))
            return new Error("request.grounds", "A refusal in whole or part names one reason of the list or more; a grant names none.");
        var kept = (withheld ?? []).Distinct().ToList();
        if (kept.Count > 0 && (row.Kind is not RequestKind.Disclosure || decision is not RequestDecision.Partly || kept.Count == Enum.GetValues<DataCategory>().Length))
            return new Error("request.withheld", "Categories are withheld by a decision to disclose in part, and never all of them.");
        var text = decision is RequestDecision.Granted ? TypedText.Optional(reason, "request.text") : TypedText.Text(reason, "request.text").Map(t => (string?)t);
        return text.Map(t => new Planned(new RequestStep(RequestAct.Decided, officer.No, t, string.Join(' ', named)), r =>
        {
            (r.Decision, r.Decided) = (decision, clock.Today());
            r.Withheld = kept.Aggregate(0, static (bits, c) => bits | 1 << (int)c);
            r.State = decision is RequestDecision.Refused ? RequestState.Done : RequestState.Decided;
            r.Settled = decision is RequestDecision.Refused ? clock.Today() : null;
        }));
    }, row => EnterRequest.Tell(inbox, row, "decided", cancel));

    /// <summary>
    /// Makes what is disclosed ready, in one act: on the person's own page, or as a file that another officer takes. A file that was taken may be made ready once more. Errors
    /// <c>request.way</c> (it is no disclosure), <c>request.no-account</c> (nothing here is known to be the person's), <c>request.no-sign-in</c> (the person has no page),
    /// <c>request.not-by-category</c> (what is withheld is no category: it is handed over otherwise).
    /// </summary>
    public async Task<Result<Done>> Release(StaffMember officer, string number, RequestRelease release, CancellationToken cancel)
    {
        var person = await book.Find(number, cancel) is { ResidentNo: { } no } ? new ResidentNo(no) : (ResidentNo?)null;
        var signsIn = person is { } one && (await known.WithAccount([one], cancel)).Count > 0;
        return await Act(officer, number, cancel, row =>
        {
            if (row.Kind is not RequestKind.Disclosure || release is RequestRelease.None || !Enum.IsDefined(release))
                return new Error("request.way", "Only what is disclosed is made ready, by one of two ways.");
            if (row.State is not RequestState.Decided && row is not { State: RequestState.Done, Way: RequestWay.Pack })
                return Settled;
            if (row.ResidentNo is null)
                return new Error("request.no-account", "No account is known that this request is about.");
            if (release is RequestRelease.Account && !signsIn)
                return new Error("request.no-sign-in", "The person has no account to sign in to.");
            if (row is { Decision: RequestDecision.Partly, Withheld: 0 })
                return new Error("request.not-by-category", "What is withheld is no whole category: no file can leave it out by itself.");
            return new Planned(new RequestStep(RequestAct.Released, officer.No, null, release.ToString()), r =>
                (r.Release, r.ReleasedBy, r.State, r.Way, r.Settled) = (release, officer.No, RequestState.Decided, RequestWay.None, null));
        }, row => EnterRequest.Tell(inbox, row, release is RequestRelease.Account ? "released" : "pack", cancel));
    }

    /// <summary>Of a correction or stop with a word of what was done. Error <c>request.way</c>: the way does not fit what was asked.</summary>
    public Task<Result<Done>> HandOver(StaffMember officer, string number, RequestWay way, string? note, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (row.State is not RequestState.Decided)
            return Settled;
        if (!RequestGrounds.Ways(row.Kind).Contains(way))
            return new Error("request.way", "The way is none by which what was granted reaches the person.");
        // What was corrected or stopped, and where, the person reads; of a disclosure it is a note of the desk.
        var word = row.Kind is RequestKind.Disclosure ? TypedText.Optional(note, "request.text") : TypedText.Text(note, "request.text").Map(t => (string?)t);
        return word.Map(text => new Planned(
            new RequestStep(RequestAct.HandedOver, officer.No, text, way.ToString()), r => (r.State, r.Way, r.Settled) = (RequestState.Done, way, clock.Today())));
    });

    /// <summary>The person took it back.</summary>
    public Task<Result<Done>> Withdraw(StaffMember officer, string number, string? note, CancellationToken cancel) => End(officer, number, RequestAct.Withdrawn, RequestState.Withdrawn, _ => null, note, cancel);

    /// <summary>To the municipality that entrusted the work. Error <c>request.own</c>: the operator decides itself.</summary>
    public Task<Result<Done>> PassOn(StaffMember officer, string number, string? note, CancellationToken cancel) => End(
        officer, number, RequestAct.PassedOn, RequestState.PassedOn, row => row.Operator is OperatorKind.EntrustedCompany ? null : new Error("request.own", "The operator decides the request itself."), note, cancel);

    private Task<Result<Done>> End(StaffMember officer, string number, RequestAct act, RequestState state, Func<RequestRow, Error?> mayNot, string? note, CancellationToken cancel) => Act(officer, number, cancel, row =>
    {
        if (!row.IsActive)
            return Settled;
        if (mayNot(row) is { } wrong)
            return wrong;
        return TypedText.Text(note, "request.text").Map(text => new Planned(new RequestStep(act, officer.No, text, null), r => (r.State, r.Settled) = (state, clock.Today())));
    });

    private Error? MayNotExtend(RequestRow row)
    {
        if (!row.IsActive || row.Extension is not RequestExtension.None)
            return Settled;
        if (row.Days is not { } days)
            return new Error("request.no-clock", "The request is answered without delay; there is no period to extend.");
        return Clocks.Decision(row.Received, row.ClockStops, days)?.IsPast(clock.Today()) is true ? new Error("request.late", "The period is over.") : null;
    }

    private async Task<Result<Done>> Act(StaffMember officer, string number, CancellationToken cancel, Func<RequestRow, Result<Planned>> plan, Func<RequestRow, Task>? also = null)
    {
        if (!officer.Has(DeskRight.HandleRequests) || await book.Find(number, cancel) is not { } row)
            return Missing;
        var planned = plan(row);
        return planned.IsOk ? await steps.Do(row, planned.Value.Step, planned.Value.Change, cancel, also is null ? null : () => also(row)) : planned.Error;
    }

    private sealed record Planned(RequestStep Step, Action<RequestRow> Change);
}
