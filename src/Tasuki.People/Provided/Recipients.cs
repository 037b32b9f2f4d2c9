using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Who stands behind a grantee, as a record of a provision names it.</summary>
internal sealed record Recipient(string Name, string Operator, string? Seat, string Purpose);

internal sealed class Recipients(TasukiDb db, Apps apps, StaffDirectory staff, Organisations organisations)
{
    /// <summary>Null for the service's own probe, which is nobody. Somebody whose row was altered or is gone is named by the number alone: the record is made all the same.</summary>
    public async Task<Recipient?> Of(ProvidedDay day, CancellationToken cancel)
    {
        if (!long.TryParse(day.ToId.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var no))
            return new Recipient(day.ToId, "", null, day.Purpose);
        if (day.To is ActorKind.Clinician)
            return await Clinician(no, day, cancel);
        var app = await db.Set<SmartApp>().AsNoTracking().SingleOrDefaultAsync(a => a.No == no, cancel);
        if (app is { Kind: AppKind.Probe })
            return null;
        return app is not null && await apps.Open(app, cancel)
            ? new Recipient(app.Opened!.Name, app.Opened.Operator, app.Opened.Seat, app.Opened.Purpose) : new Recipient(day.ToId, "", null, day.Purpose);
    }

    // As the register names the organisation, at its registered address.
    private async Task<Recipient> Clinician(long no, ProvidedDay day, CancellationToken cancel)
    {
        if (await staff.Find(no, cancel) is not { } member)
            return new Recipient(day.ToId, "", null, day.Purpose);
        var house = member.OrganisationNo is { } registered ? await organisations.Find(registered, cancel) : null;
        return new Recipient(member.Name, member.Organisation, house?.Details.Address, day.Purpose);
    }
}
