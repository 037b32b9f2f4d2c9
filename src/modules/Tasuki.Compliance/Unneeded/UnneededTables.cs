using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Unneeded;

/// <summary>That a resident was told of the end of one category. Which resident and which category only the ring key says: a list of them would say who holds what.</summary>
internal sealed class ToldRow
{
    /// <summary>A MAC of resident and category.</summary>
    [Token]
    public required byte[] Key { get; init; }

    /// <summary>The day on which it was decided that records of the category go. Told of another decision counts as not told.</summary>
    [Clear]
    public required DateOnly Ended { get; init; }

    [Clear]
    public required DateOnly Told { get; init; }

    /// <summary>The day that was told.</summary>
    [Clear]
    public required DateOnly Erases { get; init; }

    /// <summary>Binds the whole row.</summary>
    [Token]
    public required byte[] Mac { get; init; }
}

/// <summary>An erasure that has begun and whose last word is not sent yet. It stands for the moment that takes, or until the next run after a crash.</summary>
internal sealed class UnderwayRow
{
    [Clear]
    public required long ResidentNo { get; init; }

    /// <summary>The categories and the day the person reads.</summary>
    [Sealed]
    public required byte[] What { get; init; }
}

internal sealed class UnneededTables : IModelPart
{
    public void Add(ModelBuilder model)
    {
        model.Entity<ToldRow>(e => e.ToTable("unneeded_told").HasKey(t => t.Key));
        model.Entity<UnderwayRow>(e =>
        {
            e.ToTable("unneeded_underway").HasKey(u => u.ResidentNo);
            e.Property(u => u.ResidentNo).ValueGeneratedNever();
        });
    }
}
