using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Web;

namespace Tasuki.Community.Inquiries;

/// <param name="Contact">Where the person is reached, for whoever is not signed in.</param>
public sealed record NewInquiry(InquiryKind Kind, string? Subject, string? Text, string? Contact = null);

/// <summary>What whoever asked gets in hand.</summary>
/// <param name="Code">Opens the answer to whoever was not signed in. It stands nowhere else.</param>
public sealed record InquiryReceipt(string Number, string? Code, DateOnly Due);

/// <summary>Takes an inquiry in. Public for the command line, which makes the demo's.</summary>
public sealed class AskInquiry
{
    private readonly TasukiDb _db;
    private readonly InquirySeals _seals;
    private readonly InquirySteps _steps;
    private readonly InquiryOptions _options;
    private readonly Language _language;
    private readonly TimeProvider _clock;

    internal AskInquiry(TasukiDb db, InquirySeals seals, InquirySteps steps, InquiryOptions options, Language language, TimeProvider clock) =>
        (_db, _seals, _steps, _options, _language, _clock) = (db, seals, steps, options, language, clock);

    /// <summary>Everything is sealed under the resident's key. Errors <c>inquiry.kind</c>, <c>inquiry.subject</c>, <c>inquiry.text</c>, <c>mynumber.found</c>, <c>seal.gone</c>.</summary>
    public Task<Result<InquiryReceipt>> ByResident(ResidentNo resident, NewInquiry asked, CancellationToken cancel) => Take(asked, InquiryChannel.App, resident, null, false, cancel);

    /// <summary>Sealed under the municipality's key; the receipt has a code. Errors as for a resident, and <c>inquiry.contact</c>.</summary>
    public Task<Result<InquiryReceipt>> ByVisitor(NewInquiry asked, CancellationToken cancel) => Take(asked, InquiryChannel.Web, null, null, false, cancel);

    /// <summary>What somebody said at the counter or on the telephone, written down by an officer. Errors as for a resident, <c>inquiry.contact</c> where one is given, and <c>inquiry.channel</c>.</summary>
    public async Task<Result<InquiryReceipt>> ByOfficer(StaffMember officer, NewInquiry asked, InquiryChannel channel, bool take, CancellationToken cancel) =>
        channel is InquiryChannel.Counter or InquiryChannel.Phone
            ? await Take(asked, channel, null, officer, take, cancel) : new Error("inquiry.channel", "An officer writes down what was said at the counter or on the telephone.");

    private async Task<Result<InquiryReceipt>> Take(NewInquiry asked, InquiryChannel channel, ResidentNo? resident, StaffMember? officer, bool take, CancellationToken cancel)
    {
        if (!Enum.IsDefined(asked.Kind))
            return new Error("inquiry.kind", "No such kind of inquiry.");
        var subject = InquiryText.Subject(asked.Subject);
        if (!subject.IsOk)
            return subject.Error;
        var text = InquiryText.Text(asked.Text);
        if (!text.IsOk)
            return text.Error;
        string? contact = null;
        if (channel is InquiryChannel.Web || (officer is not null && !string.IsNullOrWhiteSpace(asked.Contact)))
        {
            var given = InquiryText.Contact(asked.Contact);
            if (!given.IsOk)
                return given.Error;
            contact = given.Value;
        }

        var code = resident is null ? InquiryCodes.NewCode() : null;
        var about = new InquiryAbout(subject.Value, contact, _language.Reading switch { ReadingLanguage.English => "en", ReadingLanguage.EasyJapanese => "easy", _ => "ja" });
        // Six letters of 32 are a thousand million numbers: a second draw is rare, a third never comes in a town's time.
        for (var draw = 1; ; draw++)
        {
            var row = NewRow(asked.Kind, channel, resident, code, take ? officer?.No : null);
            var sealedAbout = await _seals.Seal(row, about, cancel);
            if (!sealedAbout.IsOk)
                return sealedAbout.Error;
            row.About = sealedAbout.Value;
            row.Mac = _seals.MacOf(row);
            var entry = await _steps.Entry(row, new InquiryStep(InquiryAct.Asked, officer?.No, text.Value, null), cancel);
            if (!entry.IsOk)
                return entry.Error;
            _db.Add(row);
            _db.Add(entry.Value);
            try
            {
                await _db.SaveChangesAsync(cancel);
                return new InquiryReceipt(row.Number, code, row.Due);
            }
            catch (DbUpdateException) when (draw < 3 && !cancel.IsCancellationRequested)
            {
                _db.Entry(row).State = EntityState.Detached;
                _db.Entry(entry.Value).State = EntityState.Detached;
            }
        }
    }

    private InquiryRow NewRow(InquiryKind kind, InquiryChannel channel, ResidentNo? resident, string? code, long? owner)
    {
        var now = _clock.GetUtcNow();
        return new InquiryRow
        {
            No = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue, Number = InquiryCodes.NewNumber(), ResidentNo = resident?.Value, Channel = channel, Kind = kind,
            State = owner is null ? InquiryState.New : InquiryState.Open, Received = now, Since = now, Due = _options.Due(kind, TokyoDay.Of(now)), Owner = owner, Steps = 1,
            CodeHash = InquiryCodes.HashOf(code), Mac = [],
        };
    }
}
