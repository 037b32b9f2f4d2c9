using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Compliance.Guided;

/// <summary>The versions of the guided documents, in the chain of evidence; and what the running service can say of one before anybody wrote it.</summary>
internal sealed class GuidedBook(EvidenceBook book, Municipality municipality, ScopeBook scopes, PurposeBook purposes, CurrentRegime regime, Texts<GuidedTexts> texts, Texts<ComplianceTexts> words)
{
    public Task<Evidence<GuidedVersion>?> Newest(GuidedDocument document, CancellationToken cancel) => book.Newest<GuidedVersion>(EvidenceKind.Guided, document.Id, cancel);

    /// <summary>The newest of each, by id.</summary>
    public Task<IReadOnlyDictionary<string, Evidence<GuidedVersion>>> All(CancellationToken cancel) => book.Newest<GuidedVersion>(EvidenceKind.Guided, cancel);

    public Task<IReadOnlyList<Evidence<GuidedVersion>>> History(GuidedDocument document, CancellationToken cancel) => book.History<GuidedVersion>(EvidenceKind.Guided, document.Id, 50, cancel);

    public Task Keep(GuidedDocument document, GuidedVersion version, Actor actor, long? by, CancellationToken cancel) => book.Add(EvidenceKind.Guided, document.Id, version, actor, by, cancel);

    /// <summary>What stands in the fields before the first version: for the file register what the service knows of itself, for the others nothing.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Suggested(GuidedDocument document, CancellationToken cancel)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        if (document != GuidedDocument.FileRegister)
            return known;
        var held = (await scopes.Now(cancel)).Decision.Information;
        var stated = await purposes.InForce(await regime.Get(cancel), cancel);
        known["name"] = texts["file-name", municipality.Name];
        known["body"] = municipality.OperatorName;
        known["purpose"] = string.Join('\n', stated.Select(p => p.Row.Japanese));
        known["items"] = string.Join("、", ((string[])[texts["file-person"], .. held.Where(c => Enum.IsDefined((DataCategory)c)).Select(c => words["category-" + c.ToString(System.Globalization.CultureInfo.InvariantCulture)])]));
        known["range"] = texts["file-range"];
        known["collection"] = texts["file-collection"];
        known["sensitive"] = texts["file-sensitive"];
        known["kind"] = texts["file-kind"];
        return known;
    }
}
