using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;
using Tasuki.Vault;
using Tasuki.Vault.RecordStore;

namespace Tasuki.Dictionary;

/// <summary>What the dictionary learns from: records as the vault would store them, of synthetic people and of the shapes in <see cref="Shapes"/>.</summary>
internal static class Samples
{
    // Of each type of a resident no more than this many: daily measurements would leave no room for the rest.
    private const int MostOfAType = 40;
    private const int MostObservations = 160;
    private static readonly DateTimeOffset Received = new(2026, 4, 1, 9, 0, 0, TimeSpan.FromHours(9));

    public static List<byte[]> OfPopulation(int residents, int seed)
    {
        using var ids = new RecordIds(new byte[32]);
        var samples = new List<byte[]>();
        foreach (var person in Population.Generate(new PopulationOptions(residents, seed)))
            Add(samples, person, ids);
        return samples;
    }

    public static List<byte[]> OfShapes(int seed)
    {
        using var ids = new RecordIds(new byte[32]);
        var samples = new List<byte[]>();
        foreach (var json in Shapes.All(seed))
            samples.Add(Payload(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, SourceKind.MedicalInstitution, "みどり内科", samples.Count, ids));
        return samples;
    }

    private static void Add(List<byte[]> samples, SyntheticResident person, RecordIds ids)
    {
        var resident = new ResidentNo(1);
        // The file's Patient is the first record, and what names another record of the same person names it by its stored id.
        var references = new Dictionary<string, string>(StringComparer.Ordinal);
        if (person.Index % 2 == 0)
            references["Patient/self"] = $"Patient/{ids.Encode(resident, 1)}";
        var records = person.Records.ToList();
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].LocalUrl is { } url)
                references[url] = $"{records[i].Resource.Type}/{ids.Encode(resident, i + 2)}";
        }

        samples.Add(Payload(person.Patient, SourceKind.Municipality, null, 1, ids));
        var taken = new Dictionary<string, int>(StringComparer.Ordinal);
        // Spread over the years, not the first ones only.
        foreach (var record in records.OrderBy(one => one.LocalUrl, StringComparer.Ordinal))
        {
            var type = record.Resource.Type;
            var count = taken[type] = taken.GetValueOrDefault(type) + 1;
            if (count <= (string.Equals(type, "Observation", StringComparison.Ordinal) ? MostObservations : MostOfAType))
                samples.Add(Payload(record.Resource.WithReferences(references.GetValueOrDefault), record.Source, record.SourceName, samples.Count, ids));
        }
    }

    private static byte[] Payload(CanonicalResource resource, SourceKind source, string? name, int number, RecordIds ids)
    {
        var origin = new RecordOrigin(source, name, FileNo: 1 + (number % 9), Position: number % 3 == 0 ? $"entry {number}" : null, Received);
        return RecordPayload.Write(origin, resource.Json.Span, Time.Micros(Received) + 4_000_000 + (number * 977L), ids, new ResidentNo(1)).ToArray();
    }
}
