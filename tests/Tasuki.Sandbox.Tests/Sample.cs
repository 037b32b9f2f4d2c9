using System.Text;

namespace Tasuki.Sandbox.Tests;

/// <summary>800 residents of one seed, made and read once for all tests.</summary>
internal static class Sample
{
    public static readonly PopulationOptions Options = new(800, 41);

    public static readonly Lazy<(SyntheticResident Resident, ResidentData Data, Reading[] Readings)[]> Everybody = new(() =>
    [
        .. Population.Generate(Options).Select(resident =>
        {
            var data = resident.MakeData();
            return (resident, data, Reading.Of(data.Records).ToArray());
        }),
    ]);

    public static string Text(SyntheticRecord record) => Encoding.UTF8.GetString(record.Resource.Json.Span);
}
