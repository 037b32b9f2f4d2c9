using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>
/// Whoever agreed to an older version of the terms is asked once, at the next sign-in. Until they agree a page stands between: reading, asking, taking everything out and
/// closing stay open, the rest waits.
/// </summary>
internal sealed class AcceptTerms(TasukiDb db, AccountSeals seals, LegalShelf shelf, TimeProvider clock)
{
    private static readonly string[] Open = ["/terms", "/privacy", "/inquiry", "/take-out", "/close-account"];

    /// <summary>Whether this page may be seen without having agreed to the terms in force. What is no request, such as an entry of the navigation, is not held back.</summary>
    public static bool IsOpen(object? resource) => resource is not HttpContext http || Open.Any(path => http.Request.Path.StartsWithSegments(path, StringComparison.Ordinal));

    /// <summary>Whether the person has agreed to less than what is in force.</summary>
    public async Task<bool> IsMissing(ResidentNo resident, CancellationToken cancel)
    {
        var newest = await db.Set<ConsentRow>().AsNoTracking().Where(c => c.ResidentNo == resident.Value).OrderByDescending(c => c.Given).FirstOrDefaultAsync(cancel);
        var content = newest is null ? default : await seals.Open<SealedConsent>(resident, "consent", "content", newest.No, newest.Content, cancel);
        return newest is null || !content.IsOk || !int.TryParse(content.Value.Terms, NumberStyles.None, CultureInfo.InvariantCulture, out var agreed) || agreed < InForce.Number;
    }

    /// <summary>Adds the consent to what is in force; the older ones stay. Error <c>seal.gone</c>.</summary>
    public async Task<Result<Done>> Accept(ResidentNo resident, string language, CancellationToken cancel)
    {
        if (!await IsMissing(resident, cancel))
            return Done.Yes;
        var row = await Row(resident, language, cancel);
        if (!row.IsOk)
            return row.Error;
        db.Add(row.Value);
        await db.SaveChangesAsync(cancel);
        return Done.Yes;
    }

    /// <summary>The consent to what is in force, for the one who calls to store.</summary>
    public async Task<Result<ConsentRow>> Row(ResidentNo resident, string language, CancellationToken cancel)
    {
        var no = AccountSeals.RandomNo();
        var content = await seals.Seal(resident, "consent", "content", no, Consent(language), cancel);
        return content.Map(c => new ConsentRow { No = no, ResidentNo = resident.Value, Given = clock.GetUtcNow(), Content = c });
    }

    public LegalVersion InForce => shelf.InForce(LegalText.Terms, clock.Today());

    private SealedConsent Consent(string language) => new(
        InForce.Number.ToString(CultureInfo.InvariantCulture), [$"{Purpose.OwnUse} 1", $"{Purpose.Import} 1", $"{Purpose.Export} 1", $"{Purpose.Closure} 1"], language);
}
