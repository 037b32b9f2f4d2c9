using Tasuki.Compliance.Controls;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Setup;

/// <summary>
/// The set-up of the service, each step a piece of evidence of its own: who changed one step loses nothing that somebody else did at another, and the chain keeps what was before.
/// </summary>
internal sealed class SetupBook(EvidenceBook book)
{
    public async Task<SetupState> Read(CancellationToken cancel) => new(
        await Newest<ServiceNames>(SetupStep.Names, cancel), await Newest<ChosenColours>(SetupStep.Colours, cancel), await Newest<ChosenLogo>(SetupStep.Logo, cancel),
        await Newest<ContactDesk>(SetupStep.Desk, cancel), await Newest<ChosenAges>(SetupStep.Ages, cancel));

    /// <summary>The number of the newest piece of any step; 0 while there is none.</summary>
    public Task<long> Last(CancellationToken cancel) => book.Last(EvidenceKind.Setup, cancel);

    /// <summary>The newest changes, newest first: when, which step, who.</summary>
    public Task<IReadOnlyList<EvidenceHead>> History(CancellationToken cancel) => book.Heads(EvidenceKind.Setup, 30, cancel);

    public async Task<long> Last(SetupStep step, CancellationToken cancel) => (await book.Newest<object>(EvidenceKind.Setup, step.ToString(), cancel))?.No ?? 0;

    /// <param name="by">Null on the command line.</param>
    public Task Add<T>(SetupStep step, T content, Actor actor, long? by, CancellationToken cancel) => book.Add(EvidenceKind.Setup, step.ToString(), content, actor, by, cancel);

    private Task<Evidence<T>?> Newest<T>(SetupStep step, CancellationToken cancel) => book.Newest<T>(EvidenceKind.Setup, step.ToString(), cancel);
}
