using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Requests;

/// <param name="Resident">The number of the person's account, where there is one.</param>
/// <param name="Representative">Who asks in the person's name, and as what.</param>
/// <param name="Received">The day it came: today or one of the 30 days before.</param>
/// <param name="Disclosed">Of a correction or stop: the day of the disclosure it follows.</param>
public sealed record NewRequest(
    RequestKind Kind, RequestBy By, RequestChannel Channel, string? Name, string? Address, string? Text, string? Representative, string? Resident, DateOnly? Received, DateOnly? Disclosed);

/// <summary>
/// Takes a request in, under the law in force that day. Where an account is known the person is told, in their access log and their inbox: nobody asks in another's name
/// unseen.
/// </summary>
internal sealed class EnterRequest(TasukiDb db, RequestSeals seals, RequestSteps steps, CurrentRegime current, RecordVault vault, Inbox inbox, TimeProvider clock)
{
    /// <summary>Undecided requests one person may have filed at a time.</summary>
    public const int MostOpen = 5;

    private const int LatestDays = 30;

    /// <summary>
    /// Its number. Errors <c>request.right</c>, <c>request.kind</c>, <c>request.name</c>, <c>request.address</c>, <c>request.text</c>, <c>request.representative</c>,
    /// <c>request.received</c>, <c>request.disclosed</c>, <c>request.resident</c>, <c>mynumber.found</c>.
    /// </summary>
    public async Task<Result<string>> Enter(StaffMember officer, NewRequest asked, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleRequests))
            return new Error("request.right", "Requests are taken in by those who handle them.");
        if (!Enum.IsDefined(asked.Kind) || !Enum.IsDefined(asked.By) || !Enum.IsDefined(asked.Channel))
            return new Error("request.kind", "No such kind, asker or channel.");
        var about = Written(asked);
        if (!about.IsOk)
            return about.Error;
        var today = clock.Today();
        if (asked.Received is not { } received || received > today || received < today.AddDays(-LatestDays))
            return new Error("request.received", $"The day it came is today or one of the {LatestDays} days before.");
        if (Resident(asked.Resident) is not { } resident)
            return new Error("request.resident", "The number of the account is a number.");
        return await Keep(asked, about.Value, received, resident.No, officer.No, IdentityCheck.NotYet, officer.Actor, cancel);
    }

    /// <summary>
    /// The person's own, signed in: it came today, and who asks is known where the account was confirmed. Its number. Errors <c>request.too-many</c>, <c>request.kind</c>,
    /// <c>request.address</c>, <c>request.text</c>, <c>request.disclosed</c>, <c>mynumber.found</c>.
    /// </summary>
    public async Task<Result<string>> File(ResidentProfile person, RequestKind kind, string? address, string? text, DateOnly? disclosed, CancellationToken cancel)
    {
        if (!Enum.IsDefined(kind))
            return new Error("request.kind", "No such kind.");
        var no = person.No.Value;
        var open = await db.Set<RequestRow>().CountAsync(r => r.ResidentNo == no && (r.State == RequestState.Received || r.State == RequestState.Correcting), cancel);
        if (open >= MostOpen)
            return new Error("request.too-many", $"{open} requests of this person are undecided; {MostOpen} are allowed at a time.");
        var asked = new NewRequest(kind, RequestBy.Person, RequestChannel.Online, person.Name, address, text, null, null, clock.Today(), disclosed);
        var about = Written(asked);
        return about.IsOk
            ? await Keep(asked, about.Value, clock.Today(), no, RequestStep.ThePerson, person.Confirmed ? IdentityCheck.SignedIn : IdentityCheck.NotYet, null, cancel) : about.Error;
    }

    private async Task<Result<string>> Keep(
        NewRequest asked, RequestAbout about, DateOnly received, long? resident, long by, IdentityCheck identity, Actor? officer, CancellationToken cancel)
    {
        var regime = await current.Get(cancel);
        var follows = asked.Kind is not RequestKind.Disclosure && regime.Requests.AfterDisclosureDays is not null;
        if (follows && (asked.Disclosed is not { } day || day > received))
            return new Error("request.disclosed", "A correction or stop under chapter 5 follows a disclosure: its day is not after the day the request came.");

        var fee = asked.Kind is RequestKind.Disclosure && regime.HasPublicRequests ? RequestWords.Fee(regime.Ordinance.DisclosureFee) : null;
        for (var draw = 1; ; draw++)
        {
            var row = NewRow(asked, received, follows ? asked.Disclosed : null, resident, regime);
            row.Identity = identity;
            var closed = await seals.Seal(row, about, cancel);
            if (!closed.IsOk)
                return closed.Error.Code is "seal.gone" ? new Error("request.resident", "There is no account with this number.") : closed.Error;
            row.About = closed.Value;
            row.Mac = seals.MacOf(row);
            var entry = await steps.Entry(row, new RequestStep(RequestAct.Entered, by, null, fee), cancel);
            if (!entry.IsOk)
                return entry.Error;
            if (row.ResidentNo is { } no && officer is not null && draw == 1)
                await vault.LogLegalRequest(officer, new ResidentNo(no), "entered", cancel);
            db.Add(row);
            db.Add(entry.Value);
            try
            {
                await db.SaveChangesAsync(cancel);
            }
            catch (DbUpdateException) when (draw < 3 && !cancel.IsCancellationRequested)
            {
                // Somebody drew the same number.
                db.Entry(row).State = EntityState.Detached;
                db.Entry(entry.Value).State = EntityState.Detached;
                continue;
            }

            await Tell(inbox, row, officer is null ? "filed" : "entered", cancel);
            return row.Number;
        }
    }

    /// <summary>Only that something happened: what, the person reads on the page of the request.</summary>
    internal static async Task Tell(Inbox inbox, RequestRow row, string what, CancellationToken cancel)
    {
        if (row.ResidentNo is not { } resident)
            return;
        var texts = new Texts<RequestTexts>(new Language());
        await inbox.Send(
            new ResidentNo(resident), string.Create(CultureInfo.InvariantCulture, $"legal-request {row.No} {what}"), texts[$"told-{what}-subject"], texts[$"told-{what}-body", row.Number], $"/my-requests/{row.Number}", cancel);
    }

    private static Result<RequestAbout> Written(NewRequest asked)
    {
        var name = TypedText.Line(asked.Name, "request.name", 100);
        if (!name.IsOk)
            return name.Error;
        var address = TypedText.Text(asked.Address, "request.address", 300);
        if (!address.IsOk)
            return address.Error;
        var text = TypedText.Text(asked.Text, "request.text");
        if (!text.IsOk)
            return text.Error;
        if (asked.By is RequestBy.Person)
            return new RequestAbout(name.Value, address.Value, text.Value, null);
        var representative = TypedText.Line(asked.Representative, "request.representative");
        return representative.IsOk ? new RequestAbout(name.Value, address.Value, text.Value, representative.Value) : representative.Error;
    }

    // Null for what is no number; a number that is null for no account.
    private static (long? No, bool Typed)? Resident(string? typed)
    {
        if (string.IsNullOrWhiteSpace(typed))
            return (null, false);
        return long.TryParse(typed.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? (no, true) : null;
    }

    private RequestRow NewRow(NewRequest asked, DateOnly received, DateOnly? disclosed, long? resident, LegalRegime regime)
    {
        var rules = asked.Kind switch { RequestKind.Disclosure => regime.Requests.Disclosure, RequestKind.Correction => regime.Requests.Correction, _ => regime.Requests.Stop };
        return new RequestRow
        {
            No = CaseNumbers.NewRow(), Number = CaseNumbers.New('R'), ResidentNo = resident, Kind = asked.Kind, By = asked.By, Channel = asked.Channel, State = RequestState.Received,
            Received = received, Entered = clock.GetUtcNow(), Operator = regime.Operator, Disclosed = disclosed,
            AskedUntil = disclosed is { } day && regime.Requests.AfterDisclosureDays is { } days ? Clocks.AfterDisclosure(day, days).Day : null,
            Days = rules.Days, MaximumExtension = rules.ExtensionDays, Steps = 1, Mac = [],
        };
    }
}
