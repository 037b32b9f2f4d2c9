using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What a person is asked between sign-in and everything else.</summary>
/// <param name="Terms">To be agreed to; null where they have agreed to what is in force.</param>
/// <param name="Notices">Versions of the privacy notice that came since they read it, oldest first; the last is the one in force.</param>
internal sealed record AskedTexts(LegalVersion? Terms, IReadOnlyList<LegalVersion> Notices)
{
    public bool IsAny => Terms is not null || Notices.Count > 0;

    /// <summary>What a form was shown with: it answers for no version that came into force meanwhile.</summary>
    public string Stamp => string.Create(CultureInfo.InvariantCulture, $"{Terms?.Number ?? 0}-{Notices.LastOrDefault()?.Number ?? 0}");
}

/// <summary>
/// Whoever agreed to an older version of the terms is asked once, at the next sign-in, and whoever read an older privacy notice is told of the new one and says that they read it: the notice
/// is told (Act art. 21, 32, 62), not agreed to. Until then a page stands between: reading, asking, taking everything out and closing stay open, the rest waits.
/// </summary>
internal sealed class AcceptTerms(TasukiDb db, AccountSeals seals, LegalShelf shelf, TimeProvider clock)
{
    /// <summary>Whoever is there without a word on the notice signed up while there was the first alone.</summary>
    private const int FirstNotice = 1;

    private static readonly string[] Open = ["/terms", "/privacy", "/inquiry", "/take-out", "/close-account"];

    /// <summary>Whether this page may be seen without having agreed to the terms in force. What is no request, such as an entry of the navigation, is not held back.</summary>
    public static bool IsOpen(object? resource) => resource is not HttpContext http || Open.Any(path => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));

    /// <summary>What is in force and the person has not agreed to or not read. A row that was altered counts for nothing.</summary>
    public async Task<AskedTexts> Asked(ResidentNo resident, CancellationToken cancel)
    {
        var (agreed, read) = (0, FirstNotice);
        foreach (var row in await db.Set<ConsentRow>().AsNoTracking().Where(c => c.ResidentNo == resident.Value).ToListAsync(cancel))
        {
            var content = await seals.Open<SealedConsent>(resident, "consent", "content", row.No, row.Content, cancel);
            if (content.IsOk)
                (agreed, read) = (Math.Max(agreed, Number(content.Value.Terms)), Math.Max(read, Number(content.Value.Notice)));
        }

        var today = clock.Today();
        return new AskedTexts(agreed < InForce.Number ? InForce : null, [.. shelf.Versions(LegalText.Privacy).Where(v => v.Number > read && v.From <= today)]);
    }

    /// <summary>Adds the consent to what was asked; the older ones stay. Errors <c>terms.another</c> when something else is asked by now, <c>seal.gone</c>.</summary>
    /// <param name="stamp">What the person was shown.</param>
    public async Task<Result<Done>> Accept(ResidentNo resident, string stamp, string language, CancellationToken cancel)
    {
        var asked = await Asked(resident, cancel);
        if (!asked.IsAny)
            return Done.Yes;
        if (asked.Stamp != stamp)
            return new Error("terms.another", "Another version is in force than the one that was shown.");
        var row = await Row(resident, Content(asked.Terms, asked.Notices.LastOrDefault(), language), cancel);
        if (!row.IsOk)
            return row.Error;
        db.Add(row.Value);
        await db.SaveChangesAsync(cancel);
        return Done.Yes;
    }

    /// <summary>The consent to what is in force, for the one who calls to store.</summary>
    public Task<Result<ConsentRow>> Row(ResidentNo resident, string language, CancellationToken cancel) =>
        Row(resident, Content(InForce, shelf.InForce(LegalText.Privacy, clock.Today()), language), cancel);

    public LegalVersion InForce => shelf.InForce(LegalText.Terms, clock.Today());

    private async Task<Result<ConsentRow>> Row(ResidentNo resident, SealedConsent consent, CancellationToken cancel)
    {
        var no = AccountSeals.RandomNo();
        var content = await seals.Seal(resident, "consent", "content", no, consent, cancel);
        return content.Map(c => new ConsentRow { No = no, ResidentNo = resident.Value, Given = clock.GetUtcNow(), Content = c });
    }

    private static SealedConsent Content(LegalVersion? terms, LegalVersion? notice, string language) => new(
        Text(terms), terms is null ? [] : [$"{Purpose.OwnUse} 1", $"{Purpose.Import} 1", $"{Purpose.Export} 1", $"{Purpose.Closure} 1"], language, Text(notice));

    private static string? Text(LegalVersion? version) => version?.Number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string? version) => int.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
