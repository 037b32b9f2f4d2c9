using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>Erases what no purpose needs of one resident. Who was given of it is noted before: afterwards nobody could say any more what that was.</summary>
public sealed class EraseUnneeded
{
    private readonly RecordVault _vault;
    private readonly NoteProvisions _provisions;

    internal EraseUnneeded(RecordVault vault, NoteProvisions provisions) => (_vault, _provisions) = (vault, provisions);

    /// <summary>How many records and days of samples went. Errors of <see cref="UnneededRecords.Erase"/>.</summary>
    public async Task<Result<long>> Of(Actor job, ResidentNo resident, IReadOnlyCollection<DataCategory> categories, CancellationToken cancel)
    {
        await _provisions.Of(resident, cancel);
        return await _vault.Unneeded.Erase(job, resident, categories, cancel);
    }
}
