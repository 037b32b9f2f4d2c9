using System.Runtime.CompilerServices;
using Tasuki.FhirApi.Searching;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Views;

/// <summary>
/// Where each record came from, made from what was sealed into it when it came: one Provenance for the version that stands of every record the caller may read. The
/// number of the original file is not said: it would tell how many there are.
/// </summary>
internal sealed class ProvenanceView : IView
{
    private const string Prefix = "origin-";

    public string Type => "Provenance";

    public IReadOnlyList<string> Parameters { get; } = ["agent", "agent-role", "agent-type", "patient", "recorded", "target"];

    public ResidentNo? ResidentOf(Call call, string id) => id.StartsWith(Prefix, StringComparison.Ordinal) ? call.Vault.ResidentOf(id[Prefix.Length..]) : null;

    public async Task<StoredRecord?> One(ViewOf of, string id, CancellationToken cancel)
    {
        var found = await of.Session.Search(new RecordQuery { Where = Readable(of.Call, [new RecordPredicate.ById([id[Prefix.Length..]])]), Order = RecordOrder.Stored, Limit = 1 }, cancel);
        return found is { IsOk: true, Value.Records: [var record] } ? await Resource(of, record, cancel) : null;
    }

    public async IAsyncEnumerable<StoredRecord> All(ViewOf of, IReadOnlyList<(string Name, string Value)> query, [EnumeratorCancellation] CancellationToken cancel)
    {
        var narrow = query.Where(one => one.Name is "target" or "_id").Select(one => (RecordPredicate)new RecordPredicate.ById([.. ValueParser.Split(one.Value, ',').Select(RecordOf)])).ToList();
        await foreach (var record in of.Session.All(new RecordQuery { Where = Readable(of.Call, narrow), Order = RecordOrder.NewestUpdateFirst }, cancel))
            yield return await Resource(of, record, cancel);
    }

    // 'Type/id', a URL of it, with a version or without; or the id of a Provenance.
    private static string RecordOf(string value)
    {
        var version = value.IndexOf("/_history", StringComparison.Ordinal);
        var plain = version < 0 ? value : value[..version];
        plain = plain[(plain.LastIndexOf('/') + 1)..];
        return plain.StartsWith(Prefix, StringComparison.Ordinal) ? plain[Prefix.Length..] : plain;
    }

    // Where something came from is told of what the scopes let be read.
    private static RecordPredicate.And Readable(Call call, IReadOnlyList<RecordPredicate> narrow) => new(
    [
        new RecordPredicate.Or([.. call.Open(ScopeActions.Read).Select(open => new RecordPredicate.And([new RecordPredicate.OfType([open.Type]), open.Within]))]), .. narrow,
    ]);

    private static async Task<StoredRecord> Resource(ViewOf of, StoredRecord record, CancellationToken cancel) =>
        Resource(of, record, WriteRules.WriterOf(record.Origin) is var (kind, id) ? await of.NameOf(kind, id, cancel) : null);

    private static StoredRecord Resource(ViewOf of, StoredRecord record, string? called) => ViewResource.Of("Provenance", Prefix + record.Id, record.Version, record.Updated, writer =>
    {
        ViewResource.Reference(writer, "target", record.Reference, many: true);
        writer.WriteString("recorded"u8, Instants.Of(record.Origin.Received));
        ViewResource.Concept(writer, "activity", "http://terminology.hl7.org/CodeSystem/v3-DataOperation", record.Version == 1 ? "CREATE" : "UPDATE");
        writer.WriteStartArray("agent"u8);
        writer.WriteStartObject();
        var writtenHere = WriteRules.WriterOf(record.Origin);
        ViewResource.Concept(writer, "type", "http://terminology.hl7.org/CodeSystem/provenance-participant-type", writtenHere is null && record.Origin.Kind is not SourceKind.Person ? "transmitter" : "author");
        ViewResource.Concept(writer, "role", RecordTagSystems.Source, record.Origin.Kind.ToString(), many: true);
        if (writtenHere is var (kind, id))
        {
            ViewResource.Somebody(writer, "who", kind, id, of.Patient, called);
        }
        else if (record.Origin.Kind is SourceKind.Person)
        {
            ViewResource.Somebody(writer, "who", ActorKind.Resident, "", of.Patient, called: null);
        }
        else
        {
            writer.WriteStartObject("who"u8);
            writer.WriteString("display"u8, record.Origin.Name is { Length: > 0 } name ? name : record.Origin.Kind.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteEndArray();
        if (record.Origin.FileNo is not null)
        {
            writer.WriteStartArray("entity"u8);
            writer.WriteStartObject();
            writer.WriteString("role"u8, "source");
            writer.WriteStartObject("what"u8);
            writer.WriteString("display"u8, "original file");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndArray();
        }
    });
}
