using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Regime;
using Tasuki.Web;

namespace Tasuki.Compliance.Purposes;

/// <summary>The purposes in force, as they stand on a page before something is taken from the person.</summary>
internal sealed class PurposesForPerson(IServiceScopeFactory scopes, Language language) : IStatedPurposes
{
    public async Task<IReadOnlyList<string>> InForce(CancellationToken cancel)
    {
        // The note and the page around it are rendered side by side, and one database context serves one of them at a time.
        await using var scope = scopes.CreateAsyncScope();
        var regime = await scope.ServiceProvider.GetRequiredService<CurrentRegime>().Get(cancel);
        return [.. (await scope.ServiceProvider.GetRequiredService<PurposeBook>().InForce(regime, cancel)).Select(p => PurposesWords.Text(p.Row, language))];
    }
}
