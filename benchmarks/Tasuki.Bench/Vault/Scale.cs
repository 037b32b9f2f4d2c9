namespace Tasuki.Bench.Vault;

/// <summary>How large a run is: the full one the targets speak of, the quick one of five minutes, and the short one of the test suite. The code is the same.</summary>
/// <param name="Residents">With <paramref name="Each"/> records each.</param>
/// <param name="Big">Records of the one resident whose search must decrypt all.</param>
/// <param name="Erased">Records of each person who is erased.</param>
/// <param name="Keys">Residents whose keys are rewrapped.</param>
internal sealed record Scale(int Residents, int Each, int Big, int Erased, int Keys, int Rounds, int SecondsARound, int WarmSeconds)
{
    public static Scale Full { get; } = new(Residents: 10_000, Each: 400, Big: 20_000, Erased: 10_000, Keys: 1_000_000, Rounds: 5, SecondsARound: 8, WarmSeconds: 4);

    public static Scale Quick { get; } = new(Residents: 1_000, Each: 400, Big: 20_000, Erased: 10_000, Keys: 100_000, Rounds: 5, SecondsARound: 2, WarmSeconds: 2);

    public static Scale Test { get; } = new(Residents: 100, Each: 400, Big: 200, Erased: 100, Keys: 2_000, Rounds: 1, SecondsARound: 1, WarmSeconds: 0);
}
