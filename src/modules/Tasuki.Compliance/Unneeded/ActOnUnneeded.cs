using System.Globalization;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Unneeded;

/// <summary>
/// Tells, and erases. The word that something will go is sent before the mark that it was: after a crash it is sent again under the same key, which is sent once, and nobody counts
/// as told who was not. The mark is forgotten before the erasure, so that nothing brought in later goes without a notice of its own; an erasure that was cut off is finished by its
/// last word for what is gone, and told anew for what is left.
/// </summary>
internal sealed class ActOnUnneeded(ToldBook book, Underway underway, RecordVault vault, EraseUnneeded erase, Messages messages, OwnLanguage languages, Municipality municipality)
{
    private static Actor Job => Actor.Job(UnneededData.Id, "No purpose needs these records any more, and their person was told the day.");

    public async Task Tell(ResidentNo resident, IReadOnlyList<DataCategory> categories, DateOnly today, DateOnly erases, IReadOnlyDictionary<DataCategory, DateOnly> decided, CancellationToken cancel)
    {
        await Send(resident, "told", categories, erases, "/take-out", cancel);
        foreach (var category in categories)
            await book.Keep(resident, category, decided[category], today, erases, cancel);
    }

    /// <summary>Null where the account is not open any more.</summary>
    public async Task<long?> Erase(ResidentNo resident, IReadOnlyList<DataCategory> categories, DateOnly today, CancellationToken cancel)
    {
        if (!await underway.Begin(new BegunErasure(resident, categories, today), cancel))
            return null;
        await book.Forget(resident, categories, cancel);
        var gone = await erase.Of(Job, resident, categories, cancel);
        if (gone.IsOk)
            await Send(resident, "erased", categories, today, "/who-looked", cancel);
        await underway.End(resident, cancel);
        return gone.IsOk ? gone.Value : null;
    }

    /// <summary>Finishes what a run that was cut off began.</summary>
    public async Task Finish(CancellationToken cancel)
    {
        foreach (var (resident, categories, day) in await underway.Left(cancel))
        {
            var held = (await vault.Unneeded.Holders(categories, new ResidentNo(resident.Value - 1), 1, cancel)).Held.Where(h => h.Resident == resident).SelectMany(h => h.Categories, (_, c) => c.Category);
            if (categories.Except(held).ToList() is { Count: > 0 } gone)
            {
                await book.Forget(resident, gone, cancel);
                await Send(resident, "erased", gone, day, "/who-looked", cancel);
            }

            await underway.End(resident, cancel);
        }
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
