using Tasuki.Data;
using Tasuki.Kernel;

namespace Tasuki.People;

/// <summary>Takes away lists nobody took over in a week, codes of letters to organisations that have ended, and finishes what follows from a standing where it was cut off.</summary>
internal sealed class SweepDesk(TakeList lists, ChangeStanding standing, OrganisationLetters letters) : IJobHandler
{
    public const string Name = "people.sweep-desk";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await lists.Sweep(cancel);
        await standing.Sweep(cancel);
        await letters.Sweep(cancel);
        return Done.Yes;
    }
}
