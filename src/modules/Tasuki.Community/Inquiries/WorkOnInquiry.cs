using System.Globalization;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Community.Inquiries;

/// <summary>
/// What an officer does with an inquiry. Anybody at the desk takes what nobody has, hands over and notes; the rest is for the one with whom it lies. Public for the
/// command line, which answers one of the demo's. Errors of all: <c>inquiry.missing</c>, <c>inquiry.moved</c>, <c>seal.gone</c>, and those named.
/// </summary>
public sealed class WorkOnInquiry
{
    private static readonly Error Missing = new("inquiry.missing", "No such inquiry.");
    private static readonly Error TakenAlready = new("inquiry.taken", "The inquiry lies with an officer already.");
    private static readonly Error NotYours = new("inquiry.not-yours", "The inquiry lies with another officer, or with nobody.");
    private static readonly Error Settled = new("inquiry.settled", "The inquiry is not in a state for this.");

    private readonly InquiryBook _book;
    private readonly InquirySteps _steps;
    private readonly StaffDirectory _directory;
    private readonly Inbox _inbox;
    private readonly InquiryOptions _options;
    private readonly TimeProvider _clock;

    internal WorkOnInquiry(InquiryBook book, InquirySteps steps, StaffDirectory directory, Inbox inbox, InquiryOptions options, TimeProvider clock) =>
        (_book, _steps, _directory, _inbox, _options, _clock) = (book, steps, directory, inbox, options, clock);

    /// <summary>Error <c>inquiry.taken</c>; of two officers at once the other gets that or <c>inquiry.moved</c>.</summary>
    public async Task<Result<Done>> Take(StaffMember officer, string number, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        if (row.Owner is not null)
            return TakenAlready;
        return await _steps.Do(row, new InquiryStep(InquiryAct.Taken, officer.No, null, null), r =>
        {
            r.Owner = officer.No;
            r.State = r.State is InquiryState.New ? InquiryState.Open : r.State;
        }, cancel);
    }

    /// <summary>To a colleague, or to oneself when the one who has it is away; always with a word why. Errors <c>inquiry.colleague</c>, <c>inquiry.settled</c>, <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public async Task<Result<Done>> HandOver(StaffMember officer, string number, long to, string? word, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        if (!row.IsActive)
            return Settled;
        if (row.Owner == to || await _directory.Find(to, cancel) is not { } colleague || !colleague.Has(DeskRight.AnswerInquiries))
            return new Error("inquiry.colleague", "The inquiry is handed to another officer who holds the right to answer inquiries.");
        var text = InquiryText.Text(word);
        if (!text.IsOk)
            return text.Error;
        return await _steps.Do(row, new InquiryStep(InquiryAct.HandedOver, officer.No, text.Value, to.ToString(CultureInfo.InvariantCulture)), r =>
        {
            r.Owner = to;
            r.State = r.State is InquiryState.New ? InquiryState.Open : r.State;
        }, cancel);
    }

    /// <summary>A note among officers. Errors <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public async Task<Result<Done>> Note(StaffMember officer, string number, string? typed, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        var text = InquiryText.Text(typed);
        return text.IsOk ? await _steps.Do(row, new InquiryStep(InquiryAct.Noted, officer.No, text.Value, null), _ => { }, cancel) : text.Error;
    }

    /// <summary>Errors <c>inquiry.not-yours</c>, <c>inquiry.settled</c>, <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public Task<Result<Done>> AskBack(StaffMember officer, string number, string? typed, CancellationToken cancel) =>
        Say(officer, number, typed, InquiryAct.AskedBack, r => r.IsActive, r => r.State = InquiryState.Waiting, cancel);

    /// <summary>Errors <c>inquiry.not-yours</c>, <c>inquiry.settled</c>, <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public Task<Result<Done>> Answer(StaffMember officer, string number, string? typed, CancellationToken cancel) =>
        Say(officer, number, typed, InquiryAct.Answered, r => r.State is not InquiryState.Closed, r => (r.State, r.Answered) = (InquiryState.Answered, _clock.GetUtcNow()), cancel);

    /// <summary>The person can read the word, and write again all the same. Errors <c>inquiry.not-yours</c>, <c>inquiry.settled</c>, <c>inquiry.text</c>, <c>mynumber.found</c>.</summary>
    public Task<Result<Done>> Close(StaffMember officer, string number, string? typed, CancellationToken cancel) =>
        Say(officer, number, typed, InquiryAct.Closed, r => r.State is not InquiryState.Closed, r => (r.State, r.Closed) = (InquiryState.Closed, _clock.GetUtcNow()), cancel);

    /// <summary>The day it is due becomes that of the new kind. Errors <c>inquiry.not-yours</c>, <c>inquiry.kind</c>.</summary>
    public async Task<Result<Done>> ChangeKind(StaffMember officer, string number, InquiryKind kind, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        if (row.Owner != officer.No)
            return NotYours;
        if (!Enum.IsDefined(kind) || kind == row.Kind)
            return new Error("inquiry.kind", "The kind is one of the four, and another than it was.");
        return await _steps.Do(row, new InquiryStep(InquiryAct.KindChanged, officer.No, null, kind.ToString()), r => (r.Kind, r.Due) = (kind, _options.Due(kind, TokyoDay.Of(r.Since))), cancel);
    }

    /// <summary>Errors <c>inquiry.not-yours</c>, <c>inquiry.settled</c>, <c>inquiry.due</c>.</summary>
    public async Task<Result<Done>> ChangeDue(StaffMember officer, string number, DateOnly due, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        if (row.Owner != officer.No)
            return NotYours;
        if (!row.IsActive)
            return Settled;
        var today = _clock.Today();
        if (due < today || due > today.AddDays(180))
            return new Error("inquiry.due", "The day is today or one of the next 180 days.");
        return await _steps.Do(row, new InquiryStep(InquiryAct.DueChanged, officer.No, null, due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), r => r.Due = due, cancel);
    }

    private async Task<Result<Done>> Say(StaffMember officer, string number, string? typed, InquiryAct act, Func<InquiryRow, bool> may, Action<InquiryRow> change, CancellationToken cancel)
    {
        if (await Find(officer, number, cancel) is not { } row)
            return Missing;
        if (row.Owner != officer.No)
            return NotYours;
        if (!may(row))
            return Settled;
        var text = InquiryText.Text(typed);
        if (!text.IsOk)
            return text.Error;
        var reading = (await _book.Open(row, cancel)).About?.Reading;
        return await _steps.Do(row, new InquiryStep(act, officer.No, text.Value, null), change, cancel, () => Tell(row, act, reading, cancel));
    }

    private async Task<InquiryRow?> Find(StaffMember officer, string number, CancellationToken cancel) =>
        officer.Has(DeskRight.AnswerInquiries) ? await _book.Find(number, cancel) : null;

    // Only that something was said: what, the person reads on the page behind the sign-in.
    private async Task Tell(InquiryRow row, InquiryAct act, string? reading, CancellationToken cancel)
    {
        if (row.ResidentNo is not { } resident)
            return;
        var language = new Language();
        language.Choose(reading switch { "en" => ReadingLanguage.English, "easy" => ReadingLanguage.EasyJapanese, _ => ReadingLanguage.Japanese });
        var texts = new Texts<CommunityTexts>(language);
        await _inbox.Send(
            new ResidentNo(resident), string.Create(CultureInfo.InvariantCulture, $"inquiry {row.No} {row.Steps}"), texts[$"told-{act}-subject"], texts[$"told-{act}-body", row.Number],
            $"/inquiry/{row.Number}", cancel);
    }
}
