using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tasuki.Fhir;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class PopulationTests
{
    private static readonly PopulationOptions Town = new(200, PopulationOptions.DemoSeed);

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        Assert.Equal(Hash(new PopulationOptions(25, 7)), Hash(new PopulationOptions(25, 7)));
        Assert.NotEqual(Hash(new PopulationOptions(25, 7)), Hash(new PopulationOptions(25, 8)), StringComparer.Ordinal);
    }

    [Fact]
    public void A_resident_does_not_depend_on_how_many_others_there_are()
    {
        var few = Population.Generate(new PopulationOptions(37, 11)).Last();
        var many = Population.Generate(new PopulationOptions(500, 11)).ElementAt(36);
        Assert.Equal((few.Name, few.BirthDate, few.Address, few.Relation), (many.Name, many.BirthDate, many.Address, many.Relation));
        Assert.Equal(few.Records.Select(Text), many.Records.Select(Text), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_resource_is_canonical_as_written()
    {
        foreach (var resident in Population.Generate(Town))
        {
            foreach (var resource in resident.Records.Select(record => record.Resource).Append(resident.Patient))
            {
                var parsed = CanonicalResource.Parse(resource.Json);
                Assert.True(parsed.IsOk, parsed.Error?.ToString());
                if (!parsed.Value.Json.Span.SequenceEqual(resource.Json.Span))
                    Assert.Equal(Encoding.UTF8.GetString(parsed.Value.Json.Span), Encoding.UTF8.GetString(resource.Json.Span));
                Assert.Equal(parsed.Value.Type, resource.Type);
            }
        }
    }

    [Fact]
    public void Every_reference_leads_to_a_record_of_the_same_resident()
    {
        foreach (var resident in Population.Generate(Town))
        {
            var records = resident.Records.ToArray();
            var known = records.Select(record => record.LocalUrl).ToHashSet(StringComparer.Ordinal);
            Assert.Equal(records.Length, known.Count);
            foreach (var record in records)
            {
                foreach (var reference in RecordFacts.Of(record.Resource).References)
                    Assert.True(reference == "Patient/self" || known.Contains(reference), $"{record.Resource.Type} refers to {reference}");
            }
        }
    }

    [Fact]
    public void No_two_records_of_a_resident_count_as_the_same_record()
    {
        foreach (var resident in Population.Generate(Town))
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (var record in resident.Records)
                Assert.True(seen.Add(Convert.ToHexString(RecordIdentity.Of(record.Resource))), Text(record));
        }
    }

    private static string Text(SyntheticRecord record) => Encoding.UTF8.GetString(record.Resource.Json.Span);

    private static string Hash(PopulationOptions options)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var resident in Population.Generate(options))
        {
            sha.AppendData(Encoding.UTF8.GetBytes($"{resident.Index} {resident.Household} {resident.Relation} {resident.Name} {resident.BirthDate:O} {resident.Address}\n"));
            foreach (var record in resident.Records)
            {
                sha.AppendData(Encoding.UTF8.GetBytes($"{record.Category} {record.Source} {record.SourceName} {record.LocalUrl}\n"));
                sha.AppendData(record.Resource.Json.Span);
            }
        }

        return Convert.ToHexString(sha.GetHashAndReset());
    }
}
