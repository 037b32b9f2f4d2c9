namespace Tasuki.Kernel.Records;

/// <summary>
/// The unit in which access is given: a category, and whether the record is sensitive (mental health, reproductive health, HIV, substance use, genetic, violence).
/// Sensitive classes are off in every grant until ticked one by one.
/// </summary>
public readonly record struct AccessClass(DataCategory Category, bool Sensitive)
{
    /// <summary>The class as a number from 0 to 63, before the permutation of the resident.</summary>
    public int Index => ((int)Category << 1) | (Sensitive ? 1 : 0);

    public static AccessClass FromIndex(int index) => new((DataCategory)(index >> 1), (index & 1) != 0);
}

/// <summary>A set of access classes. A session sees the classes of its set and nothing else.</summary>
public readonly record struct AccessClasses(ulong Bits)
{
    public static AccessClasses None => default;

    /// <summary>Everything, sensitive classes and categories yet unknown included: for the resident's own sessions.</summary>
    public static AccessClasses All => new(ulong.MaxValue);

    public bool Contains(AccessClass one) => (Bits >> one.Index & 1) != 0;

    public AccessClasses With(AccessClass one) => new(Bits | 1UL << one.Index);

    /// <summary>Without a category, its sensitive class included.</summary>
    public AccessClasses Without(DataCategory category) => new(Bits & ~(3UL << ((int)category << 1)));

    public AccessClasses Intersect(AccessClasses other) => new(Bits & other.Bits);

    public static AccessClasses Of(params ReadOnlySpan<DataCategory> categories)
    {
        var set = None;
        foreach (var category in categories)
            set = set.With(new AccessClass(category, Sensitive: false));
        return set;
    }
}
