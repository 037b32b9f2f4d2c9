namespace Tasuki.Fhir.Validation;

/// <summary>
/// One invariant of R4, said as what breaks it: <see cref="With"/> stand, <see cref="Without"/> do not, and the values do not acquit it. Names are the standard's
/// own (<c>value[x]</c>); an element stands also when it has extensions alone.
/// </summary>
/// <param name="Key">The key of the standard, as in <c>obs-6</c>.</param>
/// <param name="Sentence">What is wrong, after the path of the element the rule is about.</param>
internal sealed record Invariant(string Key, string Sentence)
{
    /// <summary>The code under which it is told, where it is a rule of the standard's text that has no key.</summary>
    public string? Fault { get; init; }

    /// <summary>All of these.</summary>
    public string With { get; init; } = "";

    /// <summary>None of these.</summary>
    public string Without { get; init; } = "";

    /// <summary>Read a second time, and only where the elements above say that the rule may be broken.</summary>
    public Acquits? Unless { get; init; }
}

/// <summary>True when the values meet the rule.</summary>
internal delegate bool Acquits(Parts parts);

/// <summary>An invariant as the bits of its type.</summary>
internal readonly record struct TypeRule(ulong With, ulong Without, Invariant Invariant)
{
    public static TypeRule[] Of(string type, IReadOnlyList<string> bits) =>
        Invariants.ByType.TryGetValue(type, out var rules) ? [.. rules.Select(rule => new TypeRule(Mask(type, rule.With, bits), Mask(type, rule.Without, bits), rule))] : [];

    private static ulong Mask(string type, string names, IReadOnlyList<string> bits)
    {
        var mask = 0UL;
        foreach (var name in names.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var bit = bits.ToList().IndexOf(name);
            mask |= bit >= 0 ? 1UL << bit : throw new InvalidOperationException($"An invariant of {type} names {name}, which the type does not have.");
        }

        return mask;
    }
}
