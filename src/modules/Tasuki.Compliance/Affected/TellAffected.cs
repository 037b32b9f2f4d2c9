using System.Globalization;
using System.Text;
using Tasuki.Compliance.Incidents;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Affected;

/// <summary>By which way each of those affected hears of it.</summary>
/// <param name="ByInbox">They have an account to sign in to.</param>
/// <param name="Others">A letter, where an address is known.</param>
internal sealed record AffectedWays(IReadOnlyList<ResidentNo> ByInbox, IReadOnlyList<ResidentNo> Others);

/// <summary>A letter to somebody affected who does not sign in.</summary>
internal sealed record AffectedLetter(PostalAddress To, string Subject, string Text);

/// <summary>Letters to print at once.</summary>
/// <param name="Without">How many of the batch have no address an officer may see.</param>
/// <param name="Before">How many people came in batches before.</param>
/// <param name="Persons">How many get a letter in all.</param>
/// <param name="Next">After whom the next batch begins; null after the last.</param>
internal sealed record LetterBatch(IReadOnlyList<AffectedLetter> Letters, int Without, int Before, int Persons, long? Next);

/// <summary>
/// Tells those whom an incident affects: a message in the app, and over their channels the word that one has come; for the others letters to print. Each is told of an incident
/// once. Of an exercise nobody hears anything. Errors: <c>incident.missing</c>, <c>incident.closed</c>, <c>incident.moved</c>, <c>incident.list</c> (nobody was found yet),
/// <c>incident.told-items</c> (outline and data are written first).
/// </summary>
internal sealed class TellAffected(
    IncidentBook book, AffectedBook affected, IncidentSteps steps, IncidentSeals seals, KnownResidents known, Messages messages, RecordVault vault, Texts<IncidentTexts> texts, Municipality municipality)
{
    /// <summary>What a person is told: the outline, the data, the cause, what may follow, and more that concerns them.</summary>
    public static readonly IncidentItem[] Items = [IncidentItem.Outline, IncidentItem.DataItems, IncidentItem.Cause, IncidentItem.SecondaryDamage, IncidentItem.Other];

    public async Task<AffectedWays> Ways(AffectedList list, CancellationToken cancel)
    {
        var signIn = await known.WithAccount(list.Residents, cancel);
        var (inbox, others) = (new List<ResidentNo>(), new List<ResidentNo>());
        foreach (var resident in list.Residents)
        {
            // Who is closing the account does not see the inbox any more.
            var reads = signIn.Contains(resident) && await vault.ClosingAt(resident, cancel) is null;
            (reads ? inbox : others).Add(resident);
        }

        return new AffectedWays(inbox, others);
    }

    /// <summary>Sends. How many have a message now, or would have.</summary>
    public async Task<Result<int>> Send(StaffMember officer, string number, CancellationToken cancel)
    {
        var ready = await Ready(officer, number, cancel);
        if (!ready.IsOk)
            return ready.Error;
        var (row, about, list) = ready.Value;
        if (row.Closed is not null)
            return new Error("incident.closed", "The incident is closed.");
        var ways = await Ways(list, cancel);
        if (!row.Drill && ways.ByInbox.Count > 0)
        {
            await vault.LogIncident(officer.Actor, ways.ByInbox, $"{row.Number} told", cancel);
            var (key, subject, text) = (string.Create(CultureInfo.InvariantCulture, $"incident {row.No}"), texts["told-subject", municipality.OperatorName], Text(about));
            await messages.SendMany(ways.ByInbox.Select(r => new NewMessage(r, key, subject, text, "/who-looked")), cancel);
        }

        var value = string.Create(CultureInfo.InvariantCulture, $"{ways.ByInbox.Count} {ways.Others.Count}{(row.Drill ? " drill" : "")}");
        var done = await steps.Do(row, new IncidentStep(IncidentAct.NoticesSent, officer.No, null, value), static _ => { }, cancel);
        return done.Map(_ => ways.ByInbox.Count);
    }

    /// <summary>
    /// The next letters for those who do not sign in, in the order of their numbers. Each whose address is opened has an entry in their access log first. Of an exercise there is none.
    /// </summary>
    /// <param name="after">The number the batch before ended with; 0 for the first.</param>
    public async Task<Result<LetterBatch>> Letters(StaffMember officer, string number, long after, int most, CancellationToken cancel)
    {
        var ready = await Ready(officer, number, cancel);
        if (!ready.IsOk)
            return ready.Error;
        var (row, about, list) = ready.Value;
        if (row.Drill)
            return new LetterBatch([], 0, 0, 0, null);
        var others = (await Ways(list, cancel)).Others.OrderBy(r => r.Value).ToList();
        var batch = others.Where(r => r.Value > after).Take(most).ToList();
        var letters = new List<AffectedLetter>();
        foreach (var resident in batch)
        {
            if (await known.Address(resident, officer.Has(DeskRight.Protect), r => vault.LogIncident(officer.Actor, [r], $"{row.Number} letter", cancel), cancel) is { } to)
                letters.Add(new AffectedLetter(to, texts["told-subject", municipality.OperatorName], Text(about)));
        }

        var before = others.Count(r => r.Value <= after);
        return new LetterBatch(letters, batch.Count - letters.Count, before, others.Count, before + batch.Count < others.Count ? batch[^1].Value : null);
    }

    private async Task<Result<(IncidentRow Row, IncidentAbout About, AffectedList List)>> Ready(StaffMember officer, string number, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleIncidents) || await book.Find(number, cancel) is not { } row || seals.Open(row) is not { IsOk: true, Value: var about })
            return new Error("incident.missing", "No such incident.");
        if ((await affected.Newest(row, cancel)).List is not { Persons.Length: > 0 } list)
            return new Error("incident.list", "Nobody was found yet.");
        return about[IncidentItem.Outline] is null || about[IncidentItem.DataItems] is null
            ? new Error("incident.told-items", "The outline and the items of data are written first.") : (row, about, list);
    }

    private string Text(IncidentAbout about)
    {
        var text = new StringBuilder(texts["notice-intro", municipality.OperatorName]);
        foreach (var item in Items)
            text.Append(CultureInfo.InvariantCulture, $"\n\n{texts[$"item-{item}"]}\n{about[item] ?? texts["not-known"]}");
        return text.ToString();
    }
}
