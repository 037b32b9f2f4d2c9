using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;

namespace Tasuki.Exchange.Importing;

/// <summary>Of a resident whose key is destroyed nothing stays here: spools first, so that a crash between the two leaves rows by which they are found.</summary>
internal sealed class EraseImports(TasukiDb db, SpoolFolder spools) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        var rows = db.Set<ImportRow>().Where(r => r.ResidentNo == resident.Value);
        foreach (var id in await rows.Select(r => r.Id).ToListAsync(cancel))
            spools.Delete(id);
        await rows.ExecuteDeleteAsync(cancel);
    }
}
