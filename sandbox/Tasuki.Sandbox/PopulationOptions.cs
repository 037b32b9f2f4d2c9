namespace Tasuki.Sandbox;

/// <summary>A synthetic population: nobody in it is real.</summary>
/// <param name="Residents">How many people; the last household may be cut short.</param>
/// <param name="Seed">Resident i of one seed is the same person with the same records whatever the number of residents.</param>
public sealed record PopulationOptions(int Residents, int Seed)
{
    /// <summary>The seed of the demo municipality.</summary>
    public const int DemoSeed = 20260401;

    /// <summary>The last day that has data. Never the clock: one seed and one day always give the same bytes.</summary>
    public DateOnly Until { get; init; } = new(2026, 10, 31);
}
