using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// The municipality's word about an organisation. Two officers let one in, and a suspended one in again; one alone stops it at once. Each step is in the log under the officer's
/// name before it counts, and counts at the next request of every clinician of the house.
/// </summary>
internal sealed class DecideOrganisation(Organisations organisations, OrganisationLetters letters, TwoOfficers officers, RecordVault vault, TimeProvider clock)
{
    private static readonly Error NoSuch = new("organisation.missing", "No such organisation, or it is not in a state for this.");
    private static readonly Error SamePerson = new("organisation.same-person", "Who entered or last changed it, or asked, is not the one who approves.");

    /// <summary>Errors <c>organisation.missing</c>, <c>organisation.same-person</c>.</summary>
    public async Task<Result<Done>> Approve(StaffMember officer, long no, CancellationToken cancel)
    {
        if (await organisations.Find(no, cancel) is not { Row.State: OrganisationState.Entered } one)
            return NoSuch;
        if (!await MaySecond(officer, one, cancel))
            return SamePerson;
        return await Move(officer, one, "approved", one.Content, row => (row.State, row.ApprovedBy, row.Approved) = (OrganisationState.Approved, officer.No, clock.GetUtcNow()), cancel);
    }

    /// <summary>Its clinicians act no more from the next request on. Errors <c>organisation.missing</c>, <c>organisation.reason</c>, <c>mynumber.found</c>.</summary>
    public Task<Result<Done>> Suspend(StaffMember officer, long no, string? reason, CancellationToken cancel) =>
        Stop(officer, no, reason, "suspended", OrganisationState.Suspended, state => state is OrganisationState.Confirmed, cancel);

    /// <summary>For good: an organisation that comes back is entered anew. Errors as <see cref="Suspend"/>.</summary>
    public Task<Result<Done>> End(StaffMember officer, long no, string? reason, CancellationToken cancel) =>
        Stop(officer, no, reason, "ended", OrganisationState.Ended, state => state is not OrganisationState.Ended, cancel);

    /// <summary>The first of the two who lift a suspension. Errors <c>organisation.missing</c>.</summary>
    public async Task<Result<Done>> AskLift(StaffMember officer, long no, CancellationToken cancel) =>
        await organisations.Find(no, cancel) is { Row.State: OrganisationState.Suspended } one
            ? await Move(officer, one, "lift asked", one.Content, row => (row.State, row.StoppedBy, row.Stopped) = (OrganisationState.LiftAsked, officer.No, clock.GetUtcNow()), cancel) : NoSuch;

    /// <summary>The second. Errors <c>organisation.missing</c>, <c>organisation.same-person</c>.</summary>
    public async Task<Result<Done>> Lift(StaffMember officer, long no, CancellationToken cancel)
    {
        if (await organisations.Find(no, cancel) is not { Row.State: OrganisationState.LiftAsked } one)
            return NoSuch;
        if (!await MayLift(officer, one, cancel))
            return SamePerson;
        return await Move(officer, one, "lifted", one.Content with { Reason = null }, row =>
            (row.State, row.ApprovedBy, row.Approved, row.StoppedBy, row.Stopped) = (OrganisationState.Confirmed, officer.No, clock.GetUtcNow(), null, null), cancel);
    }

    /// <summary>The letter of an approved organisation; a letter printed before is void. Who entered it prints none: the code is seen by who prints. Errors <c>organisation.missing</c>, <c>organisation.same-person</c>.</summary>
    public async Task<Result<OrganisationLetter>> PrintLetter(StaffMember officer, long no, CancellationToken cancel)
    {
        if (await organisations.Find(no, cancel) is not { Row.State: OrganisationState.Approved } one)
            return NoSuch;
        if (!await MaySecond(officer, one, cancel))
            return SamePerson;
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"organisation {no} letter"), cancel);
        return await letters.Print(officer, one, cancel);
    }

    /// <summary>Whether the officer is somebody other than who entered the organisation and who last changed it.</summary>
    public async Task<bool> MaySecond(StaffMember officer, Organisation one, CancellationToken cancel) =>
        !await officers.MayBeOne(one.Row.EnteredBy, officer.No, cancel) && !await officers.MayBeOne(one.Row.ChangedBy, officer.No, cancel);

    /// <summary>Whether the officer is somebody other than who asked for the lifting.</summary>
    public async Task<bool> MayLift(StaffMember officer, Organisation one, CancellationToken cancel) => !await officers.MayBeOne(one.Row.StoppedBy, officer.No, cancel);

    private async Task<Result<Done>> Stop(StaffMember officer, long no, string? reason, string word, OrganisationState to, Func<OrganisationState, bool> from, CancellationToken cancel)
    {
        var why = OrganisationText.Line(reason, "organisation.reason", OrganisationText.MaximumReason);
        if (!why.IsOk)
            return why.Error;
        if (await organisations.Find(no, cancel) is not { } one || !from(one.Row.State))
            return NoSuch;
        var stopped = await Move(officer, one, word, one.Content with { Reason = why.Value }, row => (row.State, row.StoppedBy, row.Stopped) = (to, officer.No, clock.GetUtcNow()), cancel);
        if (stopped.IsOk)
            await letters.Void(no, cancel);
        return stopped;
    }

    private async Task<Result<Done>> Move(StaffMember officer, Organisation one, string word, OrganisationContent content, Action<OrganisationRow> change, CancellationToken cancel)
    {
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"organisation {one.No} {word}"), cancel);
        return await organisations.Change(one, content, change, cancel) ? Done.Yes : NoSuch;
    }
}
