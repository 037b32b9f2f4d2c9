namespace Tasuki.Sandbox;

/// <summary>A synthetic population: nobody in it is real.</summary>
public sealed record PopulationOptions(int Residents, int Seed);
