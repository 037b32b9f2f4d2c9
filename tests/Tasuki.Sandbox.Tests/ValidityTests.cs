using Tasuki.Fhir;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class ValidityTests
{
    /// <summary>Two of each kind (type, category, code) among 300 residents: the strict check is too slow for all of them.</summary>
    [Fact]
    public void Every_kind_of_resource_is_valid_R4()
    {
        var checkedSoFar = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var resident in Population.Generate(new PopulationOptions(300, PopulationOptions.DemoSeed)))
        {
            Assert.Empty(ResourceCheck.Check(resident.Patient));
            foreach (var record in resident.Records)
            {
                var kind = $"{record.Resource.Type} {record.Category} {RecordFacts.Of(record.Resource).Code?.Code}";
                if (checkedSoFar.TryGetValue(kind, out var times) && times == 2)
                    continue;
                checkedSoFar[kind] = times + 1;
                Assert.Empty(ResourceCheck.Check(record.Resource));
            }
        }

        Assert.True(checkedSoFar.Count > 300, $"{checkedSoFar.Count} kinds");
    }
}
