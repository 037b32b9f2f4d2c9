using Tasuki.Exchange.Exporting;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Tests;

/// <summary>The real export over a line that may break after its first bytes.</summary>
internal sealed class BreakingExport(ExportRecords export, Transfer transfer) : IPersonExport
{
    public string Name() => ((IPersonExport)export).Name();

    public async Task Stream(Session session, ResidentProfile person, Stream answer, CancellationToken cancel)
    {
        if (transfer.Breaks)
        {
            await answer.WriteAsync("PK\u0003\u0004"u8.ToArray(), cancel);
            await answer.FlushAsync(cancel);
            throw new IOException("The line broke.");
        }

        await ((IPersonExport)export).Stream(session, person, answer, cancel);
    }
}
