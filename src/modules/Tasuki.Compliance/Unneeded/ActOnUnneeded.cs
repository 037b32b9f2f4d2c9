using System.Globalization;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Unneeded;

/// <summary>
/// Tells, and erases. The word goes out before the mark that it did: after a crash it is sent again under the same key, which is sent once, and nobody counts as told who was not.
/// </summary>
internal sealed class ActOnUnneeded(ToldBook book, EraseUnneeded erase, Messages messages, OwnLanguage languages, Municipality municipality)
{
    private static Actor Job => Actor.Job(UnneededData.Id, "No purpose needs these records any more, and their person was told the day.");

    public async Task Tell(ResidentNo resident, IReadOnlyList<DataCategory> categories, DateOnly today, DateOnly erases, IReadOnlyDictionary<DataCategory, DateOnly> ended, CancellationToken cancel)
    {
        await Send(resident, "told", categories, erases, "/take-out", cancel);
        foreach (var category in categories)
            await book.Keep(resident, category, ended[category], today, erases, cancel);
    }

    /// <summary>Null where the account is not open any more.</summary>
    public async Task<long?> Erase(ResidentNo resident, IReadOnlyList<DataCategory> categories, DateOnly today, CancellationToken cancel)
    {
        var gone = await erase.Of(Job, resident, categories, cancel);
        if (!gone.IsOk)
            return null;
        await Send(resident, "erased", categories, today, "/who-looked", cancel);
        await book.Forget(resident, categories, cancel);
        return gone.Value;
    }

    private async Task Send(ResidentNo resident, string what, IReadOnlyList<DataCategory> categories, DateOnly day, string link, CancellationToken cancel)
    {
        var language = await languages.Of(resident, cancel);
        var (texts, words) = (new Texts<RetentionTexts>(language), new Texts<RegimeTexts>(language));
        var named = string.Join(texts["comma"], categories.Select(c => words[$"category-{c}"]));
        var key = string.Create(CultureInfo.InvariantCulture, $"unneeded {what} {day:yyyy-MM-dd} {string.Join(',', categories.Select(c => c.ToString("D")))}");
        await messages.Send(resident, key, texts[$"unneeded-{what}-subject"], texts[$"unneeded-{what}-body", municipality.OperatorName, named, language.Day(day)], link, cancel);
    }
}
