using System.Diagnostics;
using Xunit;

namespace Tasuki.Sandbox.Tests;

public sealed class SpeedReport
{
    /// <summary>Says the speed; asserts none, because the machine is shared.</summary>
    [Fact]
    public void Says_how_many_records_a_second_are_made()
    {
        foreach (var resident in Population.Generate(new PopulationOptions(60, 1)))
            resident.MakeData();
        var clock = Stopwatch.StartNew();
        long records = 0;
        long bytes = 0;
        const int Residents = 400;
        foreach (var resident in Population.Generate(new PopulationOptions(Residents, 2)))
        {
            foreach (var record in resident.Records)
            {
                records++;
                bytes += record.Resource.Json.Length;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{records / clock.Elapsed.TotalSeconds:N0} records/s, {(double)records / Residents:N0} records a resident, {bytes / records} bytes a record");
        Assert.True(records > Residents);
    }
}
