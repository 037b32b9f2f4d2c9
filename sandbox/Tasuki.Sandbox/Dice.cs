namespace Tasuki.Sandbox;

/// <summary>
/// Repeatable chance: xoshiro256** seeded by splitmix64 from a key. Only integer steps and the four operations of IEEE 754 are used, so every machine and
/// every .NET version throws the same numbers (System.Random promises neither).
/// </summary>
internal sealed class Dice
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>One stream for each key; adding a kind of record throws nobody else's dice.</summary>
    public Dice(int seed, int household, int member, Stream stream, int sub = 0)
    {
        var state = (ulong)(uint)seed;
        state = Mix(ref state) ^ (uint)household;
        state = Mix(ref state) ^ ((ulong)(uint)member << 32) ^ (uint)stream;
        state = Mix(ref state) ^ (uint)sub;
        _a = Mix(ref state);
        _b = Mix(ref state);
        _c = Mix(ref state);
        _d = Mix(ref state);
    }

    /// <summary>What the chance is for. The numbers are part of the population: never renumber.</summary>
    internal enum Stream
    {
        Household = 1,
        Person = 2,
        Body = 3,
        Ids = 4,
        Checkup = 5,
        Questionnaire = 6,
        Medicine = 7,
        Prescription = 8,
        Vaccination = 9,
        Screening = 10,
        Maternal = 11,
        Infant = 12,
        Expense = 13,
        Treatment = 14,
        Chart = 15,
        Diary = 16,
        Steps = 17,
        Samples = 18,
        Weather = 19,
        Slips = 20,
        Conditions = 21,
        Allergy = 22,
    }

    public ulong Next()
    {
        var result = ulong.RotateLeft(_b * 5, 7) * 9;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>From 0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double probability) => Unit() < probability;

    /// <summary>From <paramref name="from"/> to below <paramref name="to"/>.</summary>
    public int Between(int from, int to) => to <= from ? from : from + (int)(((Next() >> 32) * (ulong)(uint)(to - from)) >> 32);

    public double Between(double from, double to) => from + (to - from) * Unit();

    /// <summary>Near enough a standard normal: the sum of twelve uniforms less six (never beyond six).</summary>
    public double Normal()
    {
        var sum = 0UL;
        for (var i = 0; i < 3; i++)
        {
            var four = Next();
            sum += (four & 0xFFFF) + (four >> 16 & 0xFFFF) + (four >> 32 & 0xFFFF) + (four >> 48);
        }

        return (sum + 6) / 65536.0 - 6.0;
    }

    public double Normal(double mean, double deviation) => mean + deviation * Normal();

    public T Pick<T>(IReadOnlyList<T> from) => from[Between(0, from.Count)];

    /// <summary>The index of a weight.</summary>
    public int Weighted(ReadOnlySpan<int> weights)
    {
        var sum = 0;
        foreach (var weight in weights)
            sum += weight;
        var at = Between(0, sum);
        for (var i = 0; i < weights.Length; i++)
        {
            at -= weights[i];
            if (at < 0)
                return i;
        }

        return weights.Length - 1;
    }

    private static ulong Mix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}

/// <summary>The two curves that need more than the four operations, made of them alone: the mathematics library may differ in the last bit between machines.</summary>
internal static class Curves
{
    private const double Ln2 = 0.693147180559945309417;

    public static double Exp(double x)
    {
        var halvings = 0;
        while (x is > 0.5 or < -0.5)
        {
            x *= 0.5;
            halvings++;
        }

        var term = 1.0;
        var sum = 1.0;
        for (var i = 1; i < 16; i++)
        {
            term *= x / i;
            sum += term;
        }

        for (; halvings > 0; halvings--)
            sum *= sum;
        return sum;
    }

    /// <summary>The natural logarithm of a positive number.</summary>
    public static double Log(double x)
    {
        var twos = 0;
        while (x > 1.5)
        {
            x *= 0.5;
            twos++;
        }

        while (x < 0.75)
        {
            x *= 2;
            twos--;
        }

        // ln x = 2 artanh((x - 1) / (x + 1)), which is small here.
        var z = (x - 1) / (x + 1);
        var square = z * z;
        var power = z;
        var sum = 0.0;
        for (var i = 1; i < 40; i += 2)
        {
            sum += power / i;
            power *= square;
        }

        return 2 * sum + twos * Ln2;
    }

    public static double Power(double x, double exponent) => Exp(exponent * Log(x));
}
