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
internal sealed class HandOutDisclosure(RequestBook book, RequestSteps steps, StaffDirectory directory, KnownResidents known, RecordVault vault, TimeProvider clock)
{
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
    /// The file is for the person, and taken once, by another officer than who made it ready: no officer alone reads a record. The entry in the person's access log is durable
    /// before anything is opened. Error <c>request.same-person</c>.
    /// </summary>
    public async Task<Result<Disclosed>> AsPack(StaffMember officer, string number, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleRequests) || await book.Find(number, cancel) is not { } row)
            return Missing;
        if (row is not { Kind: RequestKind.Disclosure, Release: RequestRelease.Pack, State: RequestState.Decided, ResidentNo: { } no, ReleasedBy: { } releasedBy })
            return Settled;
        if (TwoOfficers.MayBeOne(await directory.Find(releasedBy, cancel), officer))
            return new Error("request.same-person", "Who made the file ready cannot be the one who takes it.");

        var resident = new ResidentNo(no);
        await vault.LogDisclosure(officer.Actor, resident, cancel);
        var reason = string.Create(CultureInfo.InvariantCulture, $"Request {row.Number} was decided; account {officer.No} takes the file.");
        var session = await vault.Open(Actor.Job(Job, reason), resident, Purpose.LegalRequest, cancel);
        if (!session.IsOk)
            return session.Error;
        if (await known.Profile(resident, static _ => Task.CompletedTask, cancel) is not { } person)
            return Missing;
        var taken = await steps.Do(
            row, new RequestStep(RequestAct.Taken, officer.No, null, null), r => (r.State, r.Way, r.Settled) = (RequestState.Done, RequestWay.Pack, clock.Today()), cancel);
        return taken.Map(_ => new Disclosed(row.Withheld == 0 ? session.Value : session.Value.Narrowed(row.Disclosing), person));
    }
}
