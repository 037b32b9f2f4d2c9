using System.Globalization;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// An officer enters an organisation, or changes what it says of itself. Nothing acts by it: a second officer approves and the letter comes back first. Of a confirmed one, telephone
/// and contact person change at once; another name, kind, code or address is another house and goes the whole way again, and meanwhile its clinicians do not act.
/// </summary>
internal sealed class EnterOrganisation(TasukiDb db, AccountSeals seals, Organisations organisations, OrganisationLetters letters, RecordVault vault, TimeProvider clock)
{
    private static readonly Error NoSuch = new("organisation.missing", "No such organisation, or it is not in a state for this.");
    private static readonly Error Taken = new("organisation.code-taken", "The code belongs to another organisation of the register.");

    /// <summary>The number. Errors of <see cref="TypedOrganisation.Check"/>, and <c>organisation.code-taken</c>.</summary>
    public async Task<Result<long>> Enter(StaffMember officer, TypedOrganisation typed, CancellationToken cancel)
    {
        var read = typed.Check();
        if (!read.IsOk)
            return read.Error;
        var (kind, details) = read.Value;
        if (await IsTaken(details.InstitutionCode, except: null, cancel))
            return Taken;
        var (no, now) = (AccountSeals.RandomNo(), clock.GetUtcNow());
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"organisation {no} entered"), cancel);
        var row = new OrganisationRow
        {
            No = no, Kind = kind, State = OrganisationState.Entered, EnteredBy = officer.No, Entered = now, ChangedBy = officer.No, Changed = now, Mac = [],
            Content = await organisations.Seal(no, new OrganisationContent(details, null, null), cancel),
        };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        db.Entry(row).State = Microsoft.EntityFrameworkCore.EntityState.Detached;
        return no;
    }

    /// <summary>Errors as <see cref="Enter"/>, and <c>organisation.missing</c>.</summary>
    public async Task<Result<Done>> Change(StaffMember officer, long no, TypedOrganisation typed, CancellationToken cancel)
    {
        var read = typed.Check();
        if (!read.IsOk)
            return read.Error;
        var (kind, details) = read.Value;
        if (await organisations.Find(no, cancel) is not { Row.State: OrganisationState.Entered or OrganisationState.Approved or OrganisationState.Confirmed } one)
            return NoSuch;
        if (await IsTaken(details.InstitutionCode, no, cancel))
            return Taken;
        var stays = one.Is(OrganisationState.Confirmed) && kind == one.Row.Kind && details.IsSameHouse(one.Details);
        var content = one.Content with { Details = details, ConfirmedName = stays ? one.Content.ConfirmedName : null };
        await vault.LogDesk(officer.Actor, string.Create(CultureInfo.InvariantCulture, $"organisation {no} changed"), cancel);
        var changed = await organisations.Change(one, content, row =>
        {
            (row.Kind, row.ChangedBy, row.Changed) = (kind, officer.No, clock.GetUtcNow());
            if (!stays)
                (row.State, row.ApprovedBy, row.Approved, row.Confirmed) = (OrganisationState.Entered, null, null, null);
        }, cancel);
        if (!changed)
            return NoSuch;
        if (!stays)
            await letters.Void(no, cancel);
        return Done.Yes;
    }

    private async Task<bool> IsTaken(string? code, long? except, CancellationToken cancel) =>
        code is not null && (await organisations.All(cancel)).Any(o => o.No != except && !o.Is(OrganisationState.Ended) && o.Details.InstitutionCode == code);
}
