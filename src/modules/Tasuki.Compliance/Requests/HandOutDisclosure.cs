using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Requests;

/// <summary>What is handed out: a session that sees what is disclosed, and whose it is.</summary>
internal sealed record Disclosed(Session Session, ResidentProfile Person);

/// <summary>
/// Hands out what was made ready: to the person by their own session, or as one file to an officer who passes it on. What was withheld is in neither. Errors of both:
/// <c>request.missing</c>, <c>request.settled</c>, <c>request.moved</c>, <c>gate.refused</c>.
/// </summary>
internal sealed class HandOutDisclosure(RequestBook book, RequestSteps steps, TwoOfficers officers, KnownResidents known, RecordVault vault, TimeProvider clock)
{
    /// <summary>How long a file may be taken again after the first time.</summary>
    public const int PackHours = 24;

    private const string Job = "compliance.disclosure";

    private static readonly Error Missing = new("request.missing", "No such request.");
    private static readonly Error Settled = new("request.settled", "The request is not in a state for this.");

    /// <summary>Which classes the person takes out by this request. The first time it counts as handed over.</summary>
    public async Task<Result<AccessClasses>> ToPerson(ResidentProfile person, string number, CancellationToken cancel)
    {
        if (await book.Find(number, cancel) is not { } row || row.ResidentNo != person.No.Value)
            return Missing;
        if (!row.IsOpenToPerson)
            return Settled;
        if (row.State is RequestState.Done)
            return row.Disclosing;
        var handed = await steps.Do(
            row, new RequestStep(RequestAct.HandedOver, RequestStep.ThePerson, null, nameof(RequestWay.Electronic)),
            r => (r.State, r.Way, r.Settled) = (RequestState.Done, RequestWay.Electronic, clock.Today()), cancel);
        return handed.Map(_ => row.Disclosing);
    }

    /// <summary>
    /// The file is for the person, and taken by another officer than who made it ready: no officer alone reads a record. A transfer may break off, so it may be taken again until it
    /// is said that it was handed over, for <see cref="PackHours"/> hours after the first time. The entry of each in the person's access log is durable before anything is opened.
    /// Errors <c>request.same-person</c>, <c>request.pack-over</c>.
    /// </summary>
    public async Task<Result<Disclosed>> AsPack(StaffMember officer, string number, CancellationToken cancel)
    {
        var ready = await Ready(officer, number, cancel);
        if (!ready.IsOk)
            return ready.Error;
        var (row, resident) = (ready.Value, new ResidentNo(ready.Value.ResidentNo!.Value));
        if (await book.FirstTaken(row, cancel) is { } first && clock.GetUtcNow() - first >= TimeSpan.FromHours(PackHours))
            return new Error("request.pack-over", $"The file was taken for the first time more than {PackHours} hours ago; it is made ready once more.");

        await vault.LogDisclosure(officer.Actor, resident, cancel);
        var reason = string.Create(CultureInfo.InvariantCulture, $"Request {row.Number} was decided; account {officer.No} takes the file.");
        var session = await vault.Open(Actor.Job(Job, reason), resident, Purpose.LegalRequest, cancel);
        if (!session.IsOk)
            return session.Error;
        if (await known.Profile(resident, static _ => Task.CompletedTask, cancel) is not { } person)
            return Missing;
        var taken = await steps.Do(row, new RequestStep(RequestAct.Taken, officer.No, null, null), static _ => { }, cancel);
        return taken.Map(_ => new Disclosed(row.Withheld == 0 ? session.Value : session.Value.Narrowed(row.Disclosing), person));
    }

    /// <summary>An officer who may take the file says that the person has it: only by that the request is fulfilled. Errors <c>request.same-person</c>, <c>request.not-taken</c>.</summary>
    public async Task<Result<Done>> PackHandedOver(StaffMember officer, string number, CancellationToken cancel)
    {
        var ready = await Ready(officer, number, cancel);
        if (!ready.IsOk)
            return ready.Error;
        if (await book.FirstTaken(ready.Value, cancel) is null)
            return new Error("request.not-taken", "Nobody has taken the file since it was made ready.");
        return await steps.Do(
            ready.Value, new RequestStep(RequestAct.HandedOver, officer.No, null, nameof(RequestWay.Pack)), r => (r.State, r.Way, r.Settled) = (RequestState.Done, RequestWay.Pack, clock.Today()), cancel);
    }

    // The file of the request, for an officer who did not make it ready.
    private async Task<Result<RequestRow>> Ready(StaffMember officer, string number, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleRequests) || await book.Find(number, cancel) is not { } row)
            return Missing;
        if (row is not { AwaitsPack: true, ResidentNo: not null, ReleasedBy: { } releasedBy })
            return Settled;
        return await officers.MayBeOne(releasedBy, officer.No, cancel) ? new Error("request.same-person", "Who made the file ready cannot be the one who takes it.") : row;
    }
}
