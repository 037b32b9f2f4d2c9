using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;
using Tasuki.Vault;

namespace Tasuki.MyHealth.Tests;

/// <summary>Records as a session would hand them out, without a store.</summary>
internal static class Stored
{
    private static readonly DateTimeOffset Received = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    public static StoredRecord Record(string json, DataCategory category = DataCategory.SpecificCheckup, string? id = null, string? source = null) =>
        Record(CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(json)).Value, category, id ?? "r1", SourceKind.MedicalInstitution, source);

    public static StoredRecord Record(CanonicalResource resource, DataCategory category, string id, SourceKind kind, string? source) =>
        new(id, 1, Received, new AccessClass(category, Sensitive: false), new RecordOrigin(kind, source, null, null, Received), resource);

    /// <summary>All records of a synthetic person, references rewritten to ids as the vault does.</summary>
    public static IReadOnlyList<StoredRecord> Of(SyntheticResident person)
    {
        var data = person.MakeData().Records;
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < data.Count; i++)
        {
            if (data[i].LocalUrl is { } url)
                ids[url] = $"{data[i].Resource.Type}/r{i}";
        }

        return [.. data.Select((record, i) => Record(record.Resource.WithReferences(ids.GetValueOrDefault), record.Category, $"r{i}", record.Source, record.SourceName))];
    }
}
