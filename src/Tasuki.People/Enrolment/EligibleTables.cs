using Microsoft.EntityFrameworkCore;
using Tasuki.Kernel.Seals;

namespace Tasuki.People;

/// <summary>Where a person of the municipality's list stands.</summary>
internal enum EligibleState : byte
{
    Listed = 0,
    Enrolled = 1,
    MovedOut = 2,
    Died = 3,
}

/// <summary>
/// Somebody who may use the service, as the municipality's list has them: no My Number, no record. Found by full kana name with birth date or by the municipality's own
/// reference, each as a token.
/// </summary>
internal sealed class EligibleRow
{
    [Clear]
    public required long No { get; init; }

    [Token]
    public required byte[] Reference { get; init; }

    /// <summary>Folded kana name and birth date together.</summary>
    [Token]
    public required byte[] Person { get; set; }

    [Clear]
    public required EligibleState State { get; set; }

    /// <summary>支援措置 and the like: seen by officers who may, addressed by nothing that is printed in bulk.</summary>
    [Clear]
    public required bool Protected { get; set; }

    /// <summary>The resident whose account a code joined to this entry.</summary>
    [Clear]
    public required long? ResidentNo { get; set; }

    [Clear]
    public required DateTimeOffset Changed { get; set; }

    /// <summary>Binds the whole row but its content, which is bound to its place.</summary>
    [Token]
    public required byte[] Mac { get; set; }

    /// <summary><see cref="ListedPerson"/>.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; set; }
}

internal enum CodeWay : byte
{
    Counter = 1,
    Letter = 2,
}

/// <summary>A one-time code that joins a resident's account to an entry of the list. A newer one for the same entry voids it.</summary>
internal sealed class EnrolmentCodeRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long EligibleNo { get; init; }

    [Clear]
    public required CodeWay Way { get; init; }

    [Token]
    public required byte[] Locator { get; init; }

    [Token]
    public required byte[] CodeMac { get; init; }

    [Clear]
    public required int Tries { get; set; }

    [Clear]
    public required DateTimeOffset Created { get; init; }

    [Clear]
    public required DateTimeOffset Ends { get; init; }

    [Clear]
    public DateTimeOffset? Used { get; set; }

    [Clear]
    public required long IssuedBy { get; init; }

    [Token]
    public required byte[] Mac { get; set; }
}

/// <summary>A list an officer brought in and has not yet taken over. Gone when it is settled, and after a week.</summary>
internal sealed class ListFileRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long BroughtBy { get; init; }

    [Clear]
    public required DateTimeOffset Brought { get; init; }

    /// <summary>The bytes of the file.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; init; }
}

/// <summary>An officer's wish to see a protected person's address, and another officer's leave.</summary>
internal sealed class AddressRequestRow
{
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required long EligibleNo { get; init; }

    [Clear]
    public required long AskedBy { get; init; }

    [Clear]
    public required DateTimeOffset Asked { get; init; }

    [Clear]
    public long? AllowedBy { get; set; }

    /// <summary>Until then the address is shown to who asked.</summary>
    [Clear]
    public DateTimeOffset? Until { get; set; }

    [Token]
    public required byte[] Mac { get; set; }

    /// <summary>Why it is needed, in the officer's words.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Reason { get; init; }
}

internal static class EligibleTables
{
    public static void Add(ModelBuilder model)
    {
        model.Entity<EligibleRow>(e =>
        {
            e.ToTable("eligible").HasKey(r => r.No);
            e.Property(r => r.No).ValueGeneratedNever();
            e.HasIndex(r => r.Reference).IsUnique();
            e.HasIndex(r => r.Person);
            e.HasIndex(r => r.ResidentNo).IsUnique();
        });
        model.Entity<EnrolmentCodeRow>(e =>
        {
            e.ToTable("enrolment_code").HasKey(c => c.No);
            e.Property(c => c.No).ValueGeneratedNever();
            e.HasIndex(c => c.Locator).IsUnique();
            e.HasIndex(c => c.EligibleNo);
        });
        model.Entity<ListFileRow>(e =>
        {
            e.ToTable("list_file").HasKey(f => f.No);
            e.Property(f => f.No).ValueGeneratedNever();
        });
        model.Entity<AddressRequestRow>(e =>
        {
            e.ToTable("address_request").HasKey(r => r.No);
            e.Property(r => r.No).ValueGeneratedNever();
            e.HasIndex(r => r.EligibleNo);
        });
    }
}
