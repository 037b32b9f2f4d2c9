using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Tasuki.Fhir.Tests;

/// <summary>Measures the validator by hand, on one core: <c>TASUKI_SPEED=1</c> with <c>-class</c> this one. Nothing of it runs in the suite.</summary>
public sealed class SpeedProbe
{
    private const int Many = 20_000;

    [Fact]
    public void How_many_observations_are_checked_in_a_second()
    {
        if (Environment.GetEnvironmentVariable("TASUKI_SPEED") is null)
            Assert.Skip("a measurement, run by hand with TASUKI_SPEED=1");
        var resources = Enumerable.Range(0, Many).Select(Observation).ToArray();
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"{resources.Average(one => one.Json.Length):F0} bytes on average");
        Measure(output, "validate", resources, one => ResourceCheck.Check(one).Count);
        Measure(output, "validate + facts", resources, one => ResourceScan.Of(one).Issues.Count);
        Measure(output, "facts alone", resources, one => RecordFacts.Of(one).Codings.Count);
        Measure(output, "identity", resources, one => RecordIdentity.Of(one).Length);
        Measure(output, "content", resources, one => RecordIdentity.ContentOf(one).Length);
        Measure(output, "parse", resources, one => CanonicalResource.Parse(one.Json).Value.Json.Length);
    }

    // Time of the processor, not of the clock: other work on the machine must not count.
    private static void Measure(ITestOutputHelper output, string what, CanonicalResource[] resources, Func<CanonicalResource, int> run)
    {
        using var process = Process.GetCurrentProcess();
        var best = double.MaxValue;
        var bytes = 0L;
        for (var round = 0; round < 30; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            process.Refresh();
            var start = process.TotalProcessorTime;
            foreach (var one in resources)
                run(one);
            process.Refresh();
            best = Math.Min(best, (process.TotalProcessorTime - start).TotalNanoseconds / resources.Length);
            bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / resources.Length;
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {best:F0} ns of processor time, {1e9 / best:F0} per second, {bytes} bytes allocated"));
    }

    private static CanonicalResource Observation(int i)
    {
        var day = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Unspecified).AddMinutes(i * 97);
        var json = string.Create(CultureInfo.InvariantCulture, $$$"""
            {"resourceType":"Observation","identifier":[{"system":"http://example.org/observations/{{{i % 50}}}","value":"{{{i:x8}}}-{{{i * 7919:x8}}}"}],"status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],"code":{"coding":[{"system":"http://loinc.org","code":"{{{2000 + (i % 400)}}}-{{{i % 10}}}","display":"検査 {{{i % 400}}}"}],"text":"検査項目 {{{i % 400}}}"},"subject":{"reference":"urn:uuid:{{{i:x8}}}-1111-4111-8111-111111111111"},"effectiveDateTime":"{{{day:yyyy-MM-dd'T'HH:mm:ss}}}+09:00","valueQuantity":{"value":{{{i % 300}}}.{{{i % 10}}},"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"},"referenceRange":[{"low":{"value":70,"unit":"mg/dL"},"high":{"value":109.5,"unit":"mg/dL"}}]}
            """);
        return CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value;
    }
}
