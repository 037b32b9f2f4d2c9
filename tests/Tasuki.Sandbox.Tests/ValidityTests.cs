using Tasuki.Fhir;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class ValidityTests
{
    [Fact]
    public void Every_resource_is_valid_R4()
    {
        foreach (var resident in Population.Generate(new PopulationOptions(90, PopulationOptions.DemoSeed)))
        {
            foreach (var resource in resident.Records.Select(record => record.Resource).Append(resident.Patient))
                Assert.Empty(ResourceCheck.Check(resource));
        }
    }
}
