namespace Tasuki.Fhir.Profiles.Terminology;

/// <summary>One <c>include</c> or <c>exclude</c>: all its conditions hold at once (R4, valueset.html#compositions).</summary>
/// <param name="System">Null when it draws on value sets alone.</param>
/// <param name="Codes">The codes of the system; null for all of them.</param>
/// <param name="Others">What holds of a code that is not among <see cref="Codes"/>: no, or unknown where the system is not whole at hand.</param>
internal sealed record ValueSetPart(string? System, IReadOnlySet<string>? Codes, Membership Others, IReadOnlyList<ValueSetContent> Sets)
{
    /// <summary>Of every code it can be told whether it belongs.</summary>
    public bool IsWhole => Others is not Membership.Unknown && Sets.All(set => set.IsWhole);

    /// <summary>Which codes the system has, where it is a grammar.</summary>
    public Func<string, bool>? Form { get; init; }

    public Membership Has(string? system, string code)
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
            var inner = set.Has(system, code);
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
    public bool IsWhole => !IsMissing && Includes.All(part => part.IsWhole) && Excludes.All(part => part.IsWhole);

    /// <param name="system">Null for an element of type <c>code</c>, whose system the value set implies.</param>
    public Membership Has(string? system, string code)
    {
        if (IsMissing)
            return Membership.Unknown;
        var result = Any(Includes, system, code);
        return result is Membership.No ? result : Any(Excludes, system, code) switch { Membership.Yes => Membership.No, Membership.Unknown => Membership.Unknown, _ => result };
    }

    private static Membership Any(IReadOnlyList<ValueSetPart> parts, string? system, string code)
    {
        var result = Membership.No;
        foreach (var part in parts)
        {
            switch (part.Has(system, code))
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
