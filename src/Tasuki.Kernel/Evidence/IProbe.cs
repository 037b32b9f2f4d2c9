namespace Tasuki.Kernel.Evidence;

/// <summary>
/// Looks at the running system and its configuration now, and says whether something the law or the guideline asks holds. It changes nothing that is not its own, opens
/// no resident's record but those of the synthetic resident that is kept for it, and may fail: what it throws, or a look that does not end, is evidence that it does not hold.
/// </summary>
public interface IProbe
{
    Task<Finding> Look(CancellationToken cancel);
}

/// <summary>What a probe found. It is kept, sealed, and stays inside: the public sees only whether it held.</summary>
/// <param name="Code">A word of the probe's own; the sentence it stands for is a text of the part the probe belongs to.</param>
/// <param name="Values">What the sentence names: numbers, versions, days, names of settings. Never anything of a person.</param>
public sealed record Finding(bool Holds, string Code, IReadOnlyList<string> Values)
{
    public static Finding Good(string code, params IReadOnlyList<string> values) => new(true, code, values);

    public static Finding Bad(string code, params IReadOnlyList<string> values) => new(false, code, values);
}
