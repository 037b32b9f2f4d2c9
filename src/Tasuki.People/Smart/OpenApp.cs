using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What a clinician can start an app with.</summary>
/// <param name="Sharing">How many opened their records to the clinician, as far as they were looked at.</param>
/// <param name="More">There are others beyond those that were looked at.</param>
/// <param name="People">Those whose Patient the clinician may read. Of nobody where there is no app to start: then no name is read.</param>
internal sealed record StartableApps(int Sharing, bool More, IReadOnlyList<SharingPatient> People, IReadOnlyList<SmartApp> Apps)
{
    /// <summary>They opened records, but not who they are: an app is started for somebody it can name.</summary>
    public int Unnamed => Sharing - People.Count;
}

/// <summary>A clinician starts an app for one person who opened their records to them (SMART App Launch 2.2, EHR launch). Who can be chosen is the gate's answer, when it is shown and again when it is chosen.</summary>
internal sealed class OpenApp(RecordVault vault, StaffStanding standing, Apps apps, LaunchContexts launches)
{
    /// <summary>People on one page: each is read through the gate.</summary>
    public const int Most = 100;

    private static readonly Error NoClinician = new("open.clinician", "The account is no clinician's who may act.");
    private static readonly Error NotChosen = new("open.choice", "A person and an app are chosen.");
    private static readonly Error NotOpen = new("open.person", "The person has not opened their records to this clinician, or no longer.");

    /// <summary>Error <c>open.clinician</c>.</summary>
    public async Task<Result<StartableApps>> Offer(Account account, CancellationToken cancel)
    {
        if (await standing.Clinician(account.No, cancel) is not { } clinician)
            return NoClinician;
        var reached = await vault.Reached(clinician, Purpose.Care, Most + 1, cancel);
        var startable = (await apps.All(cancel)).Where(app => app is { State: AppState.Approved, Opened.CanBeLaunched: true }).OrderBy(app => app.Opened!.Name, StringComparer.Ordinal).ToList();
        var people = new List<SharingPatient>();
        foreach (var resident in startable.Count > 0 ? reached.Take(Most) : [])
        {
            var found = await vault.Search(clinician, resident, Purpose.Care, new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel);
            if (found is { IsOk: true, Value.Records: [var own] } && vault.IsFirst(own.Id))
                people.Add(SharingPatient.Of(own));
        }

        return new StartableApps(Math.Min(reached.Count, Most), reached.Count > Most, [.. people.OrderBy(p => p.Kana, StringComparer.Ordinal).ThenBy(p => p.Born)], startable);
    }

    /// <summary>Where the clinician's browser goes. Errors <c>open.clinician</c>, <c>open.choice</c>, <c>open.person</c>, <c>launch.app</c>.</summary>
    /// <param name="patient">The id of the person's Patient. Of somebody else than those on the page it is the gate that refuses, and writes it down.</param>
    public async Task<Result<Uri>> Start(Account account, string? patient, string? app, string fhirBase, CancellationToken cancel)
    {
        if (await standing.Clinician(account.No, cancel) is not { } clinician)
            return NoClinician;
        if (string.IsNullOrEmpty(patient) || !long.TryParse(app, NumberStyles.None, CultureInfo.InvariantCulture, out var chosen))
            return NotChosen;
        if (vault.ResidentOf(patient) is not { } resident || !vault.IsFirst(patient) || !(await vault.Read(clinician, resident, Purpose.Care, patient, cancel)).IsOk)
            return NotOpen;
        return await launches.Issue(account, chosen, resident, fhirBase, cancel);
    }
}
