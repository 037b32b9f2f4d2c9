using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>A consent as its giver reads it: when, to which version of the terms, for which purposes; or which version of the privacy notice was read.</summary>
/// <param name="Terms">Null where the notice alone was read.</param>
/// <param name="Notice">Null where the terms alone were agreed to.</param>
public sealed record GivenConsent(DateTimeOffset Given, string? Terms, IReadOnlyList<string> Purposes, string? Notice);

/// <summary>The consents a resident gave. A session is asked for, because only the gate hands one out for this resident.</summary>
public sealed class Consents
{
    private readonly TasukiDb _db;
    private readonly AccountSeals _seals;

    internal Consents(TasukiDb db, AccountSeals seals) => (_db, _seals) = (db, seals);

    /// <summary>Oldest first.</summary>
    public Task<IReadOnlyList<GivenConsent>> Of(Session session, CancellationToken cancel) => Of(session.Resident, cancel);

    /// <summary>For the pages of the account, which know the signed-in person themselves.</summary>
    internal async Task<IReadOnlyList<GivenConsent>> Of(Kernel.ResidentNo no, CancellationToken cancel)
    {
        var given = new List<GivenConsent>();
        foreach (var row in await _db.Set<ConsentRow>().AsNoTracking().Where(c => c.ResidentNo == no.Value).OrderBy(c => c.Given).ToListAsync(cancel))
        {
            var opened = await _seals.Open<SealedConsent>(no, "consent", "content", row.No, row.Content, cancel);
            if (opened.IsOk)
                given.Add(new GivenConsent(row.Given, opened.Value.Terms, opened.Value.Purposes, opened.Value.Notice));
        }

        return given;
    }
}
