using ZstdSharp;

namespace Tasuki.Dictionary;

/// <summary>Each dictionary that was released, made again from its seed. A change of population, shapes or trainer makes a new number beside the old ones.</summary>
internal static class Training
{
    private const int Seed = 20260401;
    private const int Residents = 40;
    private const int Size = 64 * 1024;

    public static byte[] Dictionary1()
    {
        // Four times, for there are few of them beside the population; and first, for the trainer learns from the first three quarters and tries the result on the rest.
        var shapes = Samples.OfShapes(Seed);
        return DictBuilder.TrainFromBuffer([.. shapes, .. shapes, .. shapes, .. shapes, .. Samples.OfPopulation(Residents, Seed)], Size);
    }
}
