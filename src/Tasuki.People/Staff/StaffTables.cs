using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>A member of staff who has not joined yet: the code that lets them choose a password and a second factor.</summary>
internal sealed class StaffInvitationRow
{
    [Clear]
    public required long AccountNo { get; init; }

    [Token]
    public required byte[] CodeMac { get; init; }

    [Clear]
    public required int Tries { get; set; }

    [Clear]
    public required DateTimeOffset Ends { get; init; }

    [Clear]
    public required long InvitedBy { get; init; }

    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>Which person at the municipality's own provider is which member of staff. Made by an invitation and never changed.</summary>
internal sealed class StaffBindingRow
{
    [Clear]
    public required long AccountNo { get; init; }

    /// <summary>A keyed hash of issuer and subject.</summary>
    [Token]
    public required byte[] Subject { get; init; }

    [Clear]
    public required DateTimeOffset Bound { get; init; }

    /// <summary>Binds the whole row: a subject moved to another account by SQL signs nobody in.</summary>
    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>Who invited a member of staff, and who vouched for them since. An account without one was made at the server, or invited before this was kept.</summary>
internal sealed class StaffOriginRow
{
    [Clear]
    public required long AccountNo { get; init; }

    [Clear]
    public required long InvitedBy { get; init; }

    [Clear]
    public required DateTimeOffset Invited { get; init; }

    [Clear]
    public long? VouchedBy { get; set; }

    [Clear]
    public DateTimeOffset? Vouched { get; set; }

    /// <summary>Binds the whole row: an altered one makes the account possibly anybody's.</summary>
    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>A review of everybody's rights, signed (guideline AC-05).</summary>
internal sealed class RightsReviewRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long SignedBy { get; init; }

    [Clear]
    public required DateTimeOffset Signed { get; init; }

    [Token]
    public required byte[] Mac { get; set; }

    /// <summary><see cref="ReviewedRights"/>: who had which role that day.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; init; }
}

internal static class StaffTables
{
    public static void Add(ModelBuilder model)
    {
        model.Entity<StaffInvitationRow>(e =>
        {
            e.ToTable("staff_invitation").HasKey(i => i.AccountNo);
            e.Property(i => i.AccountNo).ValueGeneratedNever();
        });
        model.Entity<StaffBindingRow>(e =>
        {
            e.ToTable("staff_binding").HasKey(b => b.AccountNo);
            e.Property(b => b.AccountNo).ValueGeneratedNever();
            e.HasIndex(b => b.Subject).IsUnique();
        });
        model.Entity<StaffOriginRow>(e =>
        {
            e.ToTable("staff_origin").HasKey(o => o.AccountNo);
            e.Property(o => o.AccountNo).ValueGeneratedNever();
        });
        model.Entity<RightsReviewRow>(e =>
        {
            e.ToTable("rights_review").HasKey(r => r.No);
            e.Property(r => r.No).ValueGeneratedNever();
            e.HasIndex(r => r.Signed);
        });
    }
}
