using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.People;

/// <summary>The language a resident read the terms in: what is written to them is written in it, whoever is at the keyboard.</summary>
public sealed class OwnLanguage
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;

    internal OwnLanguage(TasukiDb db, AccountSeals seals) => (_db, _seals) = (db, seals);

    public async Task<Language> Of(ResidentNo resident, CancellationToken cancel)
    {
        var language = new Language();
        var newest = await _db.Set<ConsentRow>().AsNoTracking().Where(c => c.ResidentNo == resident.Value).OrderByDescending(c => c.Given).FirstOrDefaultAsync(cancel);
        if (newest is not null && await _seals.Open<SealedConsent>(resident, "consent", "content", newest.No, newest.Content, cancel) is { IsOk: true, Value.Language: "en" })
            language.Choose(ReadingLanguage.English);
        return language;
    }
}
