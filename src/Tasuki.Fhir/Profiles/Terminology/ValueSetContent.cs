namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>One <c>include</c> or <c>exclude</c>: all its conditions hold at once (R4, valueset.html#compositions).</summary>
/// <param name="System">Null when it draws on value sets alone.</param>
/// <param name="Codes">The codes of the system; null for all of them.</param>
/// <param name="Others">What holds of a code that is not among <see cref="Codes"/>: no, or unknown where the system is not whole at hand.</param>
internal sealed record ValueSetPart(string? System, IReadOnlySet<string>? Codes, Membership Others, IReadOnlyList<ValueSetContent> Sets)
{
    /// <summary>Of every code it can be told whether it belongs.</summary>
    public bool IsWhole { get; } = Others is not Membership.Unknown && Sets.All(set => set.IsWhole);

    /// <summary>How many sets lie in each other here.</summary>
    public int Depth { get; } = Sets.Count == 0 ? 0 : 1 + Sets.Max(set => set.Depth);

    /// <summary>Which codes the system has, where it is a grammar.</summary>
    public Func<string, bool>? Form { get; init; }

    public Membership Has(string? system, string code, Dictionary<ValueSetContent, Membership>? known)
    {
        var result = Membership.Yes;
        if (System is not null)
        {
            if (system is not null && !string.Equals(system, System, StringComparison.Ordinal))
                return Membership.No;
            result = Codes?.Contains(code) is true || Form?.Invoke(code) is true ? Membership.Yes : Others;
        }

        foreach (var set in Sets)
        {
            var inner = set.Has(system, code, known);
            if (inner is Membership.No || result is Membership.No)
                return Membership.No;
            if (inner is Membership.Unknown)
                result = Membership.Unknown;
        }

        return result;
    }
}

/// <summary>A value set as far as it is at hand.</summary>
internal sealed record ValueSetContent(IReadOnlyList<ValueSetPart> Includes, IReadOnlyList<ValueSetPart> Excludes)
{
    public static readonly ValueSetContent Missing = new([new ValueSetPart(null, null, Membership.Unknown, [])], []) { IsMissing = true };

    /// <summary>Not at hand, or drawn on by itself.</summary>
    public bool IsMissing { get; init; }

    /// <summary>Of every code it can be told whether it belongs.</summary>
    public bool IsWhole { get; } = Includes.All(part => part.IsWhole) && Excludes.All(part => part.IsWhole);

    /// <summary>How many sets lie in each other here.</summary>
    public int Depth { get; } = Math.Max(Deepest(Includes), Deepest(Excludes));

    /// <param name="system">Null for an element of type <c>code</c>, whose system the value set implies.</param>
    public Membership Has(string? system, string code) =>
        Has(system, code, Depth < 2 ? null : new Dictionary<ValueSetContent, Membership>(ReferenceEqualityComparer.Instance));

    /// <param name="known">What was found of sets that several ways lead to; null where none can.</param>
    public Membership Has(string? system, string code, Dictionary<ValueSetContent, Membership>? known)
    {
        if (IsMissing)
            return Membership.Unknown;
        if (known is not null && known.TryGetValue(this, out var told))
            return told;
        var result = Any(Includes, system, code, known);
        if (result is not Membership.No)
            result = Any(Excludes, system, code, known) switch { Membership.Yes => Membership.No, Membership.Unknown => Membership.Unknown, _ => result };
        if (known is not null)
            known[this] = result;
        return result;
    }

    private static int Deepest(IReadOnlyList<ValueSetPart> parts) => parts.Count == 0 ? 0 : parts.Max(part => part.Depth);

    private static Membership Any(IReadOnlyList<ValueSetPart> parts, string? system, string code, Dictionary<ValueSetContent, Membership>? known)
    {
        var result = Membership.No;
        foreach (var part in parts)
        {
            switch (part.Has(system, code, known))
            {
                case Membership.Yes:
                    return Membership.Yes;
                case Membership.Unknown:
                    result = Membership.Unknown;
                    break;
            }
        }

        return result;
    }
}
