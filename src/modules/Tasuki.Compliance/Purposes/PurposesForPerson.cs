using Tasuki.Compliance.Regime;
using Tasuki.Web;

namespace Tasuki.Compliance.Purposes;

/// <summary>The purposes in force, as they stand on a page before something is taken from the person.</summary>
internal sealed class PurposesForPerson(PurposeBook book, CurrentRegime current, Language language) : IStatedPurposes
{
    public async Task<IReadOnlyList<string>> InForce(CancellationToken cancel) =>
        [.. (await book.InForce(await current.Get(cancel), cancel)).Select(p => PurposesWords.Text(p.Row, language))];
}
