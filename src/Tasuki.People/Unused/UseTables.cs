using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>
/// The day a resident's account was used last, and what its person was told because it was not. Coarse on purpose: one day, the last. A row that was altered closes nothing.
/// </summary>
internal sealed class UseRow
{
    [Clear]
    public required long AccountNo { get; init; }

    /// <summary>The day of the last sign-in, or on which a connected app was given access; for an account from before this was kept the day counting began.</summary>
    [Clear]
    public required DateOnly LastUsed { get; set; }

    /// <summary>When the first and the second notice were sent; null when they were not.</summary>
    [Clear]
    public DateOnly? FirstTold { get; set; }

    [Clear]
    public DateOnly? SecondTold { get; set; }

    /// <summary>The day on which the account closes, as the newest notice named it.</summary>
    [Clear]
    public DateOnly? Closes { get; set; }

    /// <summary>Binds the whole row.</summary>
    [Token]
    public required byte[] Mac { get; set; }
}

internal static class UseTables
{
    public const string Table = "account_use";

    public static void Add(ModelBuilder model) => model.Entity<UseRow>(e =>
    {
        e.ToTable(Table).HasKey(u => u.AccountNo);
        e.Property(u => u.AccountNo).ValueGeneratedNever();
        e.HasIndex(u => u.LastUsed);
    });
}
