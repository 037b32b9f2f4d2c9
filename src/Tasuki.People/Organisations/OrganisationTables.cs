using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

public enum OrganisationKind : byte
{
    Hospital = 1,
    Clinic = 2,
    DentalClinic = 3,
    Pharmacy = 4,

    /// <summary>保健センター.</summary>
    HealthCentre = 5,

    /// <summary>Care at home or in a facility, home nursing among it.</summary>
    Care = 6,
    Other = 7,
}

/// <summary>Where an organisation stands. Its clinicians act while it is <see cref="Confirmed"/> and at no other time.</summary>
internal enum OrganisationState : byte
{
    /// <summary>One officer entered or changed it.</summary>
    Entered = 1,

    /// <summary>A second officer agreed. The letter with the code is still to come back.</summary>
    Approved = 2,

    /// <summary>Somebody at its own address entered the code of the letter.</summary>
    Confirmed = 3,
    Suspended = 4,

    /// <summary>Suspended, and one officer asks that it be let in again.</summary>
    LiftAsked = 5,
    Ended = 6,
}

/// <summary>An organisation of the municipality's register. The row carries a MAC: none is written, approved, revived or renamed by SQL.</summary>
internal sealed class OrganisationRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required OrganisationKind Kind { get; set; }

    [Clear]
    public required OrganisationState State { get; set; }

    [Clear]
    public required long EnteredBy { get; init; }

    [Clear]
    public required DateTimeOffset Entered { get; init; }

    /// <summary>Who last changed what it says of itself; who entered it counts as that at first.</summary>
    [Clear]
    public required long ChangedBy { get; set; }

    [Clear]
    public required DateTimeOffset Changed { get; set; }

    /// <summary>The second officer: of the approval, and later of the lifting of a suspension.</summary>
    [Clear]
    public long? ApprovedBy { get; set; }

    [Clear]
    public DateTimeOffset? Approved { get; set; }

    /// <summary>When the code of the letter came back.</summary>
    [Clear]
    public DateTimeOffset? Confirmed { get; set; }

    /// <summary>Who suspended it, asks to lift that, or ended it.</summary>
    [Clear]
    public long? StoppedBy { get; set; }

    [Clear]
    public DateTimeOffset? Stopped { get; set; }

    /// <summary><see cref="OrganisationContent"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; set; }

    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>The code of a letter to an organisation.</summary>
internal sealed class OrganisationCodeRow
{
    /// <summary>One row an organisation: a letter printed anew makes the code of the one before void.</summary>
    [Clear]
    public required long OrganisationNo { get; init; }

    /// <summary>A keyed hash of the digits that find the row.</summary>
    [Token]
    public required byte[] Locator { get; init; }

    /// <summary>A keyed hash of the whole code.</summary>
    [Token]
    public required byte[] CodeMac { get; init; }

    [Clear]
    public required int Tries { get; set; }

    [Clear]
    public required DateTimeOffset Printed { get; init; }

    [Clear]
    public required DateTimeOffset Ends { get; init; }

    [Clear]
    public required long PrintedBy { get; init; }

    [Token]
    public required byte[] Mac { get; set; }
}

internal static class OrganisationTables
{
    public static void Add(ModelBuilder model)
    {
        model.Entity<OrganisationRow>(e =>
        {
            e.ToTable("organisation").HasKey(o => o.No);
            e.Property(o => o.No).ValueGeneratedNever();
        });
        model.Entity<OrganisationCodeRow>(e =>
        {
            e.ToTable("organisation_code").HasKey(c => c.OrganisationNo);
            e.Property(c => c.OrganisationNo).ValueGeneratedNever();
            e.HasIndex(c => c.Locator).IsUnique();
        });
    }
}
