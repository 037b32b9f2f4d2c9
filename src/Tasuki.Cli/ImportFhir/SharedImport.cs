using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Cli.ImportFhir;

/// <summary>
/// What is about nobody goes into the municipality's shared records, once for all, before any resident's lines: their references are then rewritten to it. What is there already stays
/// as it is. What cannot be shared (another type, a fault, a reference that leads nowhere) is left to the residents whose records refer to it.
/// </summary>
internal static class SharedImport
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    /// <summary>From <c>Type/id</c> in the files to the reference here. Errors of <see cref="RecordVault.ImportShared"/>; then nothing was stored.</summary>
    public static async Task<Result<ImportedShared>> Run(RecordVault vault, Actor actor, NdjsonIndex index, IReadOnlyList<string> names, CancellationToken cancel)
    {
        var records = Shareable(index, names, cancel);
        if (records.Count == 0)
            return new ImportedShared(new Dictionary<string, string>(StringComparer.Ordinal), 0);
        var written = await vault.ImportShared(actor, [.. records.Values], cancel, keepStanding: true);
        return written.IsOk
            ? new ImportedShared(records.Keys.Zip(written.Value).ToDictionary(one => one.First, one => $"{one.Second.Type}/{one.Second.Id}", StringComparer.Ordinal), written.Value.Count(one => one.Outcome is WriteOutcome.Created))
            : written.Error;
    }

    private static Dictionary<string, NewSharedRecord> Shareable(NdjsonIndex index, IReadOnlyList<string> names, CancellationToken cancel)
    {
        var records = new Dictionary<string, NewSharedRecord>(StringComparer.Ordinal);
        var refersTo = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var (name, place) in index.Shared.Where(one => SharedTypes.Has(one.Key.Split('/')[0])))
        {
            cancel.ThrowIfCancellationRequested();
            if (Read(index.Bytes(place)) is not var (resource, references))
                continue;
            records[name] = new NewSharedRecord(resource, $"{names[place.File]}:{place.Line}");
            refersTo[name] = references;
        }

        // One that refers to what stays with the residents stays there too, and so on.
        while (records.Keys.FirstOrDefault(name => refersTo[name].Exists(other => !records.ContainsKey(other))) is { } alone)
            records.Remove(alone);
        return records;
    }

    private static (CanonicalResource Resource, List<string> References)? Read(byte[] line)
    {
        if (ResourceValidator.Check(line).Any(issue => issue.Refuses) || SharedRules.Fault(line) is not null)
            return null;
        using var document = JsonDocument.Parse(line, Reading);
        var references = new List<string>();
        var resource = CanonicalResource.From(document.RootElement, reference =>
        {
            if (!reference.StartsWith('#') && (reference.StartsWith("urn:", StringComparison.Ordinal) || (!reference.Contains("://", StringComparison.Ordinal) && SharedTypes.Has(reference.Split('/', '?')[0]))))
                references.Add(reference);
            return null;
        });
        return resource.IsOk ? (resource.Value, references) : null;
    }
}

/// <param name="References">From <c>Type/id</c> in the files to <c>Type/id</c> here.</param>
internal sealed record ImportedShared(IReadOnlyDictionary<string, string> References, int Created);
