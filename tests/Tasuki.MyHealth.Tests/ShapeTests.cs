using System.Text;
using System.Text.Json.Nodes;
using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.Sandbox;
using Tasuki.Vault;

namespace Tasuki.MyHealth.Tests;

/// <summary>
/// Records come from anywhere and a store keeps what is well-formed JSON. A value of an unexpected shape may be left out of a page, but one odd record must
/// not take the page of all others away.
/// </summary>
public sealed class ShapeTests
{
    private static readonly string[] Odd = ["null", "true", "1", "1e400", "\"\"", "\"x\"", "[]", "[null]", "[[]]", "[1]", "[\"x\"]", "{}", "[{}]", "{\"coding\":[{\"code\":1}]}", "{\"value\":\"x\"}", "{\"reference\":{}}"];

    [Fact]
    public void No_odd_shape_of_any_element_breaks_a_view()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var person in Population.Generate(new PopulationOptions(15, PopulationOptions.DemoSeed)))
        {
            foreach (var record in Stored.Of(person))
            {
                // One record of each shape is enough.
                var root = JsonNode.Parse(record.Resource.Json.Span)!;
                var paths = Paths(root, "").Where(path => seen.Add($"{record.Type}{path}")).ToList();
                foreach (var path in paths)
                {
                    foreach (var odd in Odd)
                        Look(record, Changed(record.Resource, path, odd));
                }
            }
        }

        Assert.True(seen.Count > 150, $"only {seen.Count} elements were tried");
    }

    private static void Look(StoredRecord original, byte[] json)
    {
        var resource = CanonicalResource.Parse(json);
        if (!resource.IsOk)
            return;
        IReadOnlyList<StoredRecord> records = [Stored.Record(resource.Value, original.Class.Category, original.Id, SourceKind.Unknown, null)];
        try
        {
            foreach (var checkup in Checkups.Build(records))
                _ = CheckupTable.Of([checkup], "male");
            _ = MedicineRecords.ByDay(MedicineRecords.Read([.. records.Where(record => MedicineRecords.Query.Types.Contains(record.Type, StringComparer.Ordinal))]));
            _ = VaccinationRecords.Group(records).Select(group => group.NextDue(new DateOnly(2026, 1, 1))).ToList();
            if (ConditionRecords.Query.Types.Contains(original.Type, StringComparer.Ordinal))
                _ = ConditionRecords.Read(records);
            foreach (var metric in Enum.GetValues<DiaryMetric>())
                _ = DiaryRecords.ByDay(metric, DiaryRecords.Read(metric, records));
            _ = ExpenseRecords.Read(records);
            _ = ExpenseRecords.ReadTreatments(records);
            _ = Timeline.Build(records);
            _ = RecordFields.Of(FhirText.Parse(resource.Value));
        }
        catch (Exception broken)
        {
            throw new InvalidOperationException($"{Encoding.UTF8.GetString(json)}\n{broken}", broken);
        }
    }

    private static byte[] Changed(CanonicalResource resource, string path, string odd)
    {
        var root = JsonNode.Parse(resource.Json.Span)!;
        JsonNode at = root;
        var parts = path.Split('/')[1..];
        foreach (var part in parts[..^1])
            at = at is JsonArray list ? list[0]! : at[part]!;
        if (at is JsonArray array)
            array[0] = JsonNode.Parse(odd);
        else
            at[parts[^1]] = JsonNode.Parse(odd);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static IEnumerable<string> Paths(JsonNode node, string path)
    {
        if (node is JsonObject element)
        {
            foreach (var (name, value) in element)
            {
                if (path.Length == 0 && name == "resourceType")
                    continue;
                yield return $"{path}/{name}";
                if (value is not null)
                {
                    foreach (var inner in Paths(value, $"{path}/{name}"))
                        yield return inner;
                }
            }
        }
        else if (node is JsonArray { Count: > 0 } list && list[0] is { } first)
        {
            yield return $"{path}/0";
            foreach (var inner in Paths(first, $"{path}/0"))
                yield return inner;
        }
    }
}
