using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;

namespace Tasuki.Compliance.Unneeded;

/// <summary>Of a resident who was erased nothing is left of what they were told.</summary>
internal sealed class EraseTold(ToldBook book, Underway underway) : IResidentErasure
{
    public async Task Erase(ResidentNo resident, CancellationToken cancel)
    {
        await book.Forget(resident, Enum.GetValues<DataCategory>(), cancel);
        await underway.End(resident, cancel);
    }
}
