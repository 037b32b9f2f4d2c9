using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Purposes;

/// <summary>What lays down the duty a purpose serves. The numbers are stored: never renumber.</summary>
public enum BasisKind : byte
{
    None = 0,
    Law = 1,
    Ordinance = 2,
}

/// <summary>The numbers are stored: never renumber.</summary>
public enum PurposeState : byte
{
    Stated = 1,
    Ended = 2,
}

/// <summary>One version of a purpose. A version that was written is never changed; a change is the next one.</summary>
internal sealed class PurposeRow
{
    [Clear("a short code of our own for an official text")]
    public required string Code { get; init; }

    /// <summary>Counts from 1.</summary>
    [Clear]
    public required int Version { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    /// <summary>The account of the officer who wrote it.</summary>
    [Clear]
    public required long Officer { get; init; }

    [Clear]
    public required PurposeState State { get; init; }

    /// <summary>The operator under whose law it was accepted.</summary>
    [Clear]
    public required OperatorKind Operator { get; init; }

    [Clear("an official text meant for everybody")]
    public required string Japanese { get; init; }

    [Clear("an official text meant for everybody")]
    public required string English { get; init; }

    [Clear("an official text meant for everybody")]
    public required string Easy { get; init; }

    [Clear]
    public required BasisKind Basis { get; init; }

    /// <summary>The name of the law or ordinance.</summary>
    [Clear("the name of a law")]
    public required string? BasisName { get; init; }

    [Clear("an article of a law")]
    public required string? BasisPlace { get; init; }

    /// <summary>The duty laid down there that the purpose serves.</summary>
    [Clear("an official text meant for everybody")]
    public required string? Duty { get; init; }

    /// <summary>How a changed text is related to the one before.</summary>
    [Clear("an official text meant for everybody")]
    public required string? Relation { get; init; }

    /// <summary>Where it goes beyond what the data was taken for.</summary>
    [Clear]
    public required OtherUseGround Ground { get; init; }

    /// <summary>Why that may be, and why nobody is harmed unduly.</summary>
    [Clear("an official text meant for everybody")]
    public required string? GroundWhy { get; init; }

    /// <summary>One bit for each <see cref="DataCategory"/> it needs.</summary>
    [Clear]
    public required int Categories { get; init; }

    /// <summary>Binds the whole row.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    public IEnumerable<DataCategory> Needs => Enum.GetValues<DataCategory>().Where(c => (Categories >> (int)c & 1) != 0);
}

internal sealed class PurposeTables : IModelPart
{
    public void Add(ModelBuilder model) => model.Entity<PurposeRow>(e =>
    {
        e.ToTable("purpose_version").HasKey(p => new { p.Code, p.Version });
        e.Property(p => p.Code).HasMaxLength(40);
        e.Property(p => p.Japanese).HasMaxLength(StatedPurpose.MaximumText);
        e.Property(p => p.English).HasMaxLength(StatedPurpose.MaximumText);
        e.Property(p => p.Easy).HasMaxLength(StatedPurpose.MaximumText);
        e.Property(p => p.BasisName).HasMaxLength(StatedPurpose.MaximumLine);
        e.Property(p => p.BasisPlace).HasMaxLength(StatedPurpose.MaximumLine);
        e.Property(p => p.Duty).HasMaxLength(StatedPurpose.MaximumText);
        e.Property(p => p.Relation).HasMaxLength(StatedPurpose.MaximumText);
        e.Property(p => p.GroundWhy).HasMaxLength(StatedPurpose.MaximumText);
        e.Ignore(p => p.Needs);
    });
}
