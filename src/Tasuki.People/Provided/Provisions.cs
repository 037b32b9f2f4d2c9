using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>The records of what was given of a person, for reading.</summary>
internal sealed class Provisions(TasukiDb db, AccountSeals seals, NoteProvisions note)
{
    /// <summary>Newest day first, with what was given a moment ago; and how many rows were altered or put elsewhere.</summary>
    public async Task<(IReadOnlyList<ProvisionContent> Given, int Altered)> Of(ResidentNo resident, CancellationToken cancel)
    {
        await note.Of(resident, cancel);
        var given = new List<ProvisionContent>();
        var altered = 0;
        foreach (var row in await db.Set<ProvisionRow>().AsNoTracking().Where(p => p.ResidentNo == resident.Value).ToListAsync(cancel))
        {
            var content = await seals.Open<ProvisionContent>(null, ProvisionTables.Table, "content", row.No, row.Content, cancel);
            if (content.IsOk && content.Value.ResidentNo == resident.Value && content.Value.Day == row.Day)
                given.Add(content.Value);
            else
                altered++;
        }

        return ([.. given.OrderByDescending(g => g.Day).ThenBy(g => g.Recipient, StringComparer.Ordinal)], altered);
    }
}
