using System.Globalization;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Text;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A clinician a resident opened records to, as the resident is shown them.</summary>
/// <param name="Grant">One of what they hold: by it all of theirs is ended.</param>
/// <param name="Name">Null where the row of the clinician was altered or is gone.</param>
/// <param name="Until">When the last of it ends by itself.</param>
internal sealed record LookingClinician(string Grant, string? Name, string? House, DataCategory[] Reads, DataCategory[] Sensitive, DataCategory[] Writes, DateTimeOffset Until);

/// <summary>The clinicians who may look at a resident's records now, and the end of that. All of it through the resident's own session.</summary>
internal sealed class LookingClinicians(StaffDirectory staff)
{
    public async Task<IReadOnlyList<LookingClinician>> Of(Session own, CancellationToken cancel)
    {
        var found = new List<LookingClinician>();
        foreach (var grants in (await Live(own, cancel)).GroupBy(grant => grant.GranteeId, StringComparer.Ordinal))
        {
            var member = long.TryParse(grants.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var no) ? await staff.Find(no, cancel) : null;
            var (reads, writes) = (ClassesOf(grants, Purpose.Care), ClassesOf(grants, Purpose.CareEntry));
            found.Add(new LookingClinician(
                grants.First().Id, member is null ? null : VisibleText.Of(member.Name), member is null ? null : VisibleText.Of(member.Organisation),
                In(reads, sensitive: false), [.. In(reads, sensitive: true).Union(In(writes, sensitive: true))], In(writes, sensitive: false), grants.Max(grant => grant.Until)));
        }

        return found;
    }

    /// <summary>Ends all that the clinician of this grant holds. What has ended, and what is no clinician's, is left as it is.</summary>
    public async Task Stop(Session own, string grant, CancellationToken cancel)
    {
        var live = await Live(own, cancel);
        if (live.FirstOrDefault(one => string.Equals(one.Id, grant, StringComparison.Ordinal)) is not { } chosen)
            return;
        foreach (var one in live.Where(one => string.Equals(one.GranteeId, chosen.GranteeId, StringComparison.Ordinal)))
            await own.EndGrant(one.Id, cancel);
    }

    private static async Task<IReadOnlyList<SeenGrant>> Live(Session own, CancellationToken cancel) =>
        [.. (await own.Grants(ofOthers: true, cancel)).Where(grant => grant is { IsLive: true, GranteeKind: ActorKind.Clinician })];

    private static AccessClasses ClassesOf(IEnumerable<SeenGrant> grants, string purpose) =>
        grants.FirstOrDefault(grant => string.Equals(grant.Purpose, purpose, StringComparison.Ordinal))?.Classes ?? AccessClasses.None;

    private static DataCategory[] In(AccessClasses classes, bool sensitive) => [.. Enum.GetValues<DataCategory>().Where(category => classes.Contains(new AccessClass(category, sensitive)))];
}
