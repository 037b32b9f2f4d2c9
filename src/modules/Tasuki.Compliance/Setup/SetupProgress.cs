using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Setup;

/// <summary>A step as the list of progress shows it.</summary>
/// <param name="Id">For the texts.</param>
public sealed record SetupLine(string Id, string Href, bool Done);

/// <summary>How far the set-up is: the steps that are taken here, and the two pages it leads on to, of which the scope is the end.</summary>
internal sealed class SetupProgress(SetupBook book, ScopeBook scopes, PurposeBook purposes, CurrentRegime regime)
{
    public async Task<(SetupState State, IReadOnlyList<SetupLine> Lines)> Read(CancellationToken cancel)
    {
        var state = await book.Read(cancel);
        var stated = (await purposes.InForce(await regime.Get(cancel), cancel)).Count > 0;
        var decided = (await scopes.Now(cancel)).Taken is not null;
        return (state, [
            new("names", "/staff/setup/names", state.IsDone(SetupStep.Names)), new("look", "/staff/setup/look", state.IsDone(SetupStep.Colours)),
            new("desk", "/staff/setup/desk", state.IsDone(SetupStep.Desk)), new("ages", "/staff/setup/ages", state.IsDone(SetupStep.Ages)),
            new("purposes", "/staff/purposes", stated), new("scope", "/staff/compliance/scope", decided),
        ]);
    }
}
