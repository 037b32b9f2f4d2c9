using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Kernel.Text;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>What was given of a person to others, as a table that is read outside the service. A session is asked for, because only the gate hands one out for this resident.</summary>
public sealed class ProvidedRecords
{
    private readonly Provisions _provisions;
    private readonly Texts<SmartTexts> _texts;

    internal ProvidedRecords(Provisions provisions, Texts<SmartTexts> texts) => (_provisions, _texts) = (provisions, texts);

    /// <summary>The names of the columns, in the reader's language.</summary>
    public IReadOnlyList<string> Head =>
    [
        _texts["provided-day"], _texts["provided-name"], _texts["provided-to"], _texts["app-seat"], _texts["provided-about"], _texts["provided-items"], _texts["app-purpose"], _texts["provided-consent"],
    ];

    /// <summary>
    /// A line for each recipient, day and consent, newest first, with what was given a moment ago. What was altered is left out. Nothing for a session that does not see who looked: a
    /// disclosure in part says nothing of the kinds it withholds.
    /// </summary>
    public async Task<IReadOnlyList<IReadOnlyList<string>>> Of(Session session, CancellationToken cancel) => session.SeesWhoLooked ? await Of(session.Resident, cancel) : [];

    /// <summary>For the pages of the account, which know the signed-in person themselves.</summary>
    internal async Task<IReadOnlyList<IReadOnlyList<string>>> Of(ResidentNo resident, CancellationToken cancel) =>
        [.. (await _provisions.Of(resident, cancel)).Given.Select(one => (IReadOnlyList<string>)
        [
            Day(one.Day), one.Recipient, one.Operator, one.Seat ?? "", one.Person ?? _texts["provided-unnamed"], Items(_texts, one), Purpose(_texts, one),
            string.Create(CultureInfo.InvariantCulture, $"{Day(TokyoDay.Of(one.Agreed))} ({one.Consent})"),
        ])];

    internal static string Items(Texts<SmartTexts> texts, ProvisionContent one) => string.Join(
        texts["comma"], one.Categories.Select(c => texts[$"category-{(int)c}"]).Concat(one.Sensitive.Select(c => texts["provided-sensitive", texts[$"category-{(int)c}"]])));

    /// <summary>An app says itself what it is for; a clinician comes for care.</summary>
    internal static string Purpose(Texts<SmartTexts> texts, ProvisionContent one) => one.To is ActorKind.Clinician ? texts["provided-care"] : VisibleText.Of(one.Purpose);

    internal static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
