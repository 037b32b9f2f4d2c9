using System.Collections.Concurrent;
using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.Cli.ImportFhir;

/// <summary>What became of one resident's lines.</summary>
internal sealed record ImportedResident(int Created, int Updated, int AlreadyThere, IReadOnlyList<RefusedLine> Refused);

/// <summary>
/// One resident's lines in one write: all valid ones or, when the gate refuses, none. What is there already is recognised and not written again, so a run that was cut off is
/// simply run again. References of the form <c>Type/id</c> among the lines are rewritten; those to the Patient become those to the resident's own.
/// </summary>
internal sealed class ResidentImport(RecordVault vault, Actor actor, NdjsonIndex index, IReadOnlyList<string> names, IReadOnlyDictionary<string, string> shared, SourceKind source, TimeProvider clock)
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };

    private readonly ConcurrentDictionary<string, bool> _referred = new(StringComparer.Ordinal);

    /// <summary>Whether lines of a resident that was read led to this line about nobody (<c>Type/id</c>).</summary>
    public bool IsReferred(string name) => _referred.ContainsKey(name);

    /// <summary>Whether it went among the shared records.</summary>
    public bool IsShared(string name) => shared.ContainsKey(name);

    public async Task<ImportedResident> Run(string patient, ResidentNo resident, CancellationToken cancel)
    {
        var places = index.OfPatient[patient];
        var session = await vault.Open(actor, resident, Purpose.Operation, cancel);
        var own = session.IsOk ? await session.Value.Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, cancel) : session.Error;
        if (!own.IsOk)
            return Nothing(places, "The resident does not take records: there is no such number, or the account is closing.");
        var mine = own.Value.Records is [var record, ..] ? record.Reference : null;

        var refused = new List<RefusedLine>();
        var taken = Take(places, mine, refused, cancel);
        if (mine is null && !taken.Exists(one => one.Resource.Type is "Patient"))
            return Nothing(places, "The resident has no Patient record, and no valid one comes with the files.");
        if (taken.Count == 0)
            return new ImportedResident(0, 0, 0, refused);
        var written = await session.Value.Write(taken, cancel);
        return written.IsOk
            ? new ImportedResident(Count(WriteOutcome.Created), Count(WriteOutcome.Updated), Count(WriteOutcome.AlreadyThere), refused)
            : Nothing(places, "The resident does not take records any more.");

        int Count(WriteOutcome outcome) => written.Value.Count(one => one.Outcome == outcome);
    }

    // Lines, and whatever about nobody they refer to, and that again.
    private List<NewRecord> Take(List<Place> places, string? mine, List<RefusedLine> refused, CancellationToken cancel)
    {
        var taken = new List<NewRecord>(places.Count);
        var named = new Dictionary<string, (Place Place, ReadOnlyMemory<byte> Json)>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<Place>(places);
        string? Rewrite(string reference)
        {
            if (NdjsonIndex.PatientOf(reference) is { } patient)
                return mine ?? "Patient/" + patient;
            if (shared.TryGetValue(reference, out var once))
                return once;
            if (seen.Add(reference) && index.Shared.TryGetValue(reference, out var place))
            {
                waiting.Enqueue(place);
                _referred[reference] = true;
            }

            return null;
        }

        while (waiting.TryDequeue(out var place))
        {
            cancel.ThrowIfCancellationRequested();
            var bytes = index.Bytes(place);
            if (LineFault.Of(bytes) is var (column, sentence))
            {
                refused.Add(new RefusedLine(place, column, sentence));
                continue;
            }

            using var document = JsonDocument.Parse(bytes, Reading);
            var resource = CanonicalResource.From(document.RootElement, Rewrite);
            if (!resource.IsOk)
                refused.Add(new RefusedLine(place, 1, resource.Error.Message));
            // Name and birth date of somebody who is enrolled are changed at the desk.
            else if (mine is not null && resource.Value.Type is "Patient")
                continue;
            // Which of the two is the newer nobody can tell.
            else if (Other(named, resource.Value, place) is { } first)
                refused.Add(new RefusedLine(place, 1, $"It has the type and id of {names[first.File]}:{first.Line} and other content."));
            else
                taken.Add(new NewRecord(Cleaned(resource.Value), new RecordOrigin(source, null, null, $"{names[place.File]}:{place.Line}", clock.GetUtcNow())));
        }

        // A name that nothing refers to would make the vault look for it in every record.
        return taken.ConvertAll(one => one.Resource.Type is "Patient" || seen.Contains($"{one.Resource.Type}/{one.Resource.OriginalId}") ? one
            : one with { Resource = CanonicalResource.FromStore(one.Resource.Type, one.Resource.Json) });
    }

    // The line before it of this type and id, where its content is another.
    private static Place? Other(Dictionary<string, (Place Place, ReadOnlyMemory<byte> Json)> named, CanonicalResource resource, Place place) =>
        resource.OriginalId is not { } id || named.TryAdd($"{resource.Type}/{id}", (place, resource.Json)) || named[$"{resource.Type}/{id}"] is var first && first.Json.Span.SequenceEqual(resource.Json.Span)
            ? null : first.Place;

    // Category and source are the vault's to say.
    private static CanonicalResource Cleaned(CanonicalResource resource) =>
        resource.Json.Span.IndexOf("urn:x-tasuki:"u8) < 0 ? resource : resource.WithoutTags(tag => tag.System?.StartsWith("urn:x-tasuki:", StringComparison.Ordinal) is true);

    private static ImportedResident Nothing(List<Place> places, string sentence) => new(0, 0, 0, [.. places.Select(place => new RefusedLine(place, 1, sentence))]);
}
