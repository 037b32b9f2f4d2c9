namespace Tasuki.Sandbox;

/// <summary>The synthetic population of たすき市.</summary>
public static class Population
{
    /// <summary>
    /// The residents one after another, household by household. Nothing is kept between two households, and a resident's records are made only when asked for:
    /// a million residents stream in the memory of one.
    /// </summary>
    public static IEnumerable<SyntheticResident> Generate(PopulationOptions options)
    {
        var index = 0;
        for (var household = 0; index < options.Residents; household++)
        {
            var members = Households.Make(options.Seed, household, index, options.Until);
            foreach (var member in members)
            {
                if (index == options.Residents)
                    yield break;
                yield return new SyntheticResident(member);
                index++;
            }
        }
    }
}
