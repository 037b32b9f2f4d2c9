using System.Security.Cryptography;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>
/// The EHR launch: a page of a clinician issues a value that says app, clinician and resident, the app brings it back to the authorization address, where it counts
/// once, for that app and that clinician, within five minutes.
/// </summary>
internal sealed class LaunchContexts(TasukiDb db, SmartSeals seals, Apps apps, TimeProvider clock)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly Error NoLaunch = new("launch.app", "The app is not approved, or is not registered to be launched: with an address, and the scope 'launch'.");

    /// <summary>The address to send the clinician's browser to. Whether this resident may be opened is the gate's question, at each request of the app. Error <c>launch.app</c>.</summary>
    public async Task<Result<Uri>> Issue(Account clinician, long app, ResidentNo resident, string fhirBase, CancellationToken cancel)
    {
        if (await apps.FindApproved(app, cancel) is not { Opened: { CanBeLaunched: true, Launch: { } address } })
            return NoLaunch;
        var value = RandomNumberGenerator.GetBytes(32);
        var row = new SmartLaunch { Token = SHA256.HashData(value), AppNo = app, AccountNo = clinician.No, ResidentNo = resident.Value, Until = clock.GetUtcNow() + Life, Mac = [] };
        row.Mac = seals.MacOf(row);
        db.Add(row);
        await db.SaveChangesAsync(cancel);
        db.Entry(row).State = EntityState.Detached;
        return new Uri(QueryHelpers.AddQueryString(address, new Dictionary<string, string?>(StringComparer.Ordinal) { ["iss"] = fhirBase, ["launch"] = WebEncoders.Base64UrlEncode(value) }));
    }

    /// <summary>The resident the launch is about; null when it is not this app's and this clinician's, was taken up, or is too old.</summary>
    public async Task<ResidentNo?> TakeUp(string? launch, long app, long clinician, CancellationToken cancel)
    {
        if (launch is not { Length: 43 })
            return null;
        byte[] token;
        try
        {
            token = SHA256.HashData(WebEncoders.Base64UrlDecode(launch));
        }
        catch (FormatException)
        {
            return null;
        }

        var row = await db.Set<SmartLaunch>().AsNoTracking().SingleOrDefaultAsync(l => l.Token == token, cancel);
        if (row is null || !seals.IsWhole(row) || row.AppNo != app || row.AccountNo != clinician || row.Until <= clock.GetUtcNow())
            return null;
        return await db.Set<SmartLaunch>().Where(l => l.Token == token).ExecuteDeleteAsync(cancel) == 1 ? new ResidentNo(row.ResidentNo) : null;
    }
}
