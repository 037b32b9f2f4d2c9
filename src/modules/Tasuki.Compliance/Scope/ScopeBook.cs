using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Regime;
using Tasuki.Vault;

namespace Tasuki.Compliance.Scope;

/// <summary>The decision whether and how the guideline applies to this service (guideline ch. 1), as it was taken.</summary>
/// <param name="Information">Which classes of information it holds; numbers of <see cref="Kernel.Records.DataCategory"/>.</param>
/// <param name="Reason">In the words of who decided; empty where the answers say it all.</param>
/// <param name="Ordinance">The periods the municipality's ordinance lays down; the law's own where it says nothing.</param>
/// <param name="Review">Where the evidence of the Digital Agency's review lies; null where the service is not connected to Mynaportal.</param>
public sealed record ScopeDecision(ServiceScope Scope, IReadOnlyList<int> Information, string Reason, string? Review, OrdinanceSettings Ordinance)
{
    /// <summary>
    /// Whether the guideline binds this service: it holds or passes on health-checkup information and somebody outside its own household uses it. A municipality's service always is.
    /// </summary>
    public bool UnderGuideline => Information.Count > 0;
}

/// <summary>The newest scope decision; until there is one, what the running system suggests, said to be undecided.</summary>
internal sealed class ScopeBook(EvidenceBook book, SuggestedScope suggested)
{
    private const string Subject = "scope";

    public async Task<(ScopeDecision Decision, Evidence<ScopeDecision>? Taken)> Now(CancellationToken cancel) =>
        await book.Newest<ScopeDecision>(EvidenceKind.Scope, Subject, cancel) is { } taken ? (taken.Content, taken) : (suggested.Decision, null);

    public Task<IReadOnlyList<Evidence<ScopeDecision>>> History(CancellationToken cancel) => book.History<ScopeDecision>(EvidenceKind.Scope, Subject, 50, cancel);

    /// <param name="by">Null on the command line.</param>
    public Task Decide(ScopeDecision decision, Actor actor, long? by, CancellationToken cancel) => book.Add(EvidenceKind.Scope, Subject, decision, actor, by, cancel);
}
