using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Searching;

/// <summary>The shapes of <c>_summary</c> and <c>_elements</c> (R4, search, 2.21.1.9). What is left out is said by the tag SUBSETTED.</summary>
internal static class RecordShapes
{
    private static readonly FrozenSet<string> Always = new[] { "resourceType", "id", "meta" }.ToFrozenSet(StringComparer.Ordinal);
    private static readonly IReadOnlyList<Coding> Subsetted = [new Coding("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "SUBSETTED")];

    public static IRecordShape Whole { get; } = new WholeShape();

    public static IRecordShape Of(SearchRequest request) => request switch
    {
        { Elements.Count: > 0 } => new PartShape(type => name => request.Elements.Any(one => SummaryElements.Means(type, one, name)) || SummaryElements.IsMandatory(type, name)),
        { Summary: SummaryMode.True } => new SummaryShape(),
        { Summary: SummaryMode.Text } => new PartShape(type => name => name is "text" || SummaryElements.IsMandatory(type, name)),
        { Summary: SummaryMode.Data } => new PartShape(_ => name => name is not "text"),
        _ => Whole,
    };

    private sealed class WholeShape : IRecordShape
    {
        public void Write(IBufferWriter<byte> output, StoredRecord record) => record.WriteJson(output);
    }

    // At every level: what a summary keeps of a resource holds elements that it does not keep.
    private sealed class SummaryShape : IRecordShape
    {
        public void Write(IBufferWriter<byte> output, StoredRecord record)
        {
            var whole = new ArrayBufferWriter<byte>(2048);
            record.Resource.WriteWithIdentity(whole, record.Id, record.Version, record.Updated, Subsetted);
            var resource = JsonNode.Parse(whole.WrittenSpan)!.AsObject();
            SummaryElements.Keep(record.Type, resource);
            using var writer = new Utf8JsonWriter(output, Outcome.Writing);
            resource.WriteTo(writer);
        }
    }

    private sealed class PartShape(Func<string, Func<string, bool>> keepsOf) : IRecordShape
    {
        public void Write(IBufferWriter<byte> output, StoredRecord record)
        {
            var whole = new ArrayBufferWriter<byte>(2048);
            record.Resource.WriteWithIdentity(whole, record.Id, record.Version, record.Updated, Subsetted);
            var keeps = keepsOf(record.Type);
            using var document = JsonDocument.Parse(whole.WrittenMemory);
            using var writer = new Utf8JsonWriter(output, Outcome.Writing);
            writer.WriteStartObject();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                var name = property.Name.StartsWith('_') ? property.Name[1..] : property.Name;
                if (Always.Contains(name) || keeps(name))
                    property.WriteTo(writer);
            }

            writer.WriteEndObject();
        }
    }
}
