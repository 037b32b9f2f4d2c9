using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Compliance.Controls;

/// <summary>What a piece of evidence is. The numbers are stored: never renumber.</summary>
public enum EvidenceKind : byte
{
    /// <summary>What a probe found.</summary>
    Probe = 1,

    /// <summary>A version of a document that answers requirements.</summary>
    Document = 2,

    /// <summary>The word of a named role that something is done, for a time.</summary>
    Attestation = 3,

    /// <summary>By when, by whom and how an open point is closed.</summary>
    Plan = 4,

    /// <summary>The scope decision.</summary>
    Scope = 5,

    /// <summary>A check sheet as it was signed.</summary>
    Sheet = 6,

    /// <summary>Something an operator did that a probe asks for later: a backup, a drill.</summary>
    Act = 7,

    /// <summary>A line of one of the registers: assets, risks, parties, certificates, countries.</summary>
    Register = 8,

    /// <summary>A step of the set-up of the service: its name, colours, logo, desk or ages.</summary>
    Setup = 9,

    /// <summary>A version of a guided document.</summary>
    Guided = 10,

    /// <summary>How far a check of a whole chain has come.</summary>
    Check = 11,
}

/// <summary>
/// One piece of evidence. Rows are only ever added, each bound to the one before by its hash; the newest hash of every run stands in the access log, whose seals and witness
/// hold it from then on.
/// </summary>
internal sealed class EvidenceRow
{
    /// <summary>Counts from 1 without gaps.</summary>
    [Clear]
    public required long No { get; init; }

    [Clear]
    public required DateTimeOffset At { get; init; }

    [Clear]
    public required EvidenceKind Kind { get; init; }

    [Clear("the id of a probe, a requirement, a document or a sheet: words of our own")]
    public required string Subject { get; init; }

    /// <summary>The account of the member of staff who said it; null for a probe and for the command line.</summary>
    [Clear]
    public required long? By { get; init; }

    /// <summary>Whether what was looked at holds.</summary>
    [Clear]
    public required bool Holds { get; init; }

    /// <summary>JSON of the kind's own record.</summary>
    [Sealed(ForMunicipality = true)]
    public required byte[] Content { get; init; }

    /// <summary>SHA-256 over the hash before, every column and the opened content: an auditor can compute it again.</summary>
    [Token]
    public required byte[] Hash { get; init; }

    /// <summary>The hash under a key of the ring: who has the database alone makes no row that counts.</summary>
    [Token]
    public required byte[] Mac { get; init; }
}

internal sealed class EvidenceTables : IModelPart
{
    public const string Table = "evidence";

    public void Add(ModelBuilder model) => model.Entity<EvidenceRow>(e =>
    {
        e.ToTable(Table).HasKey(r => r.No);
        e.Property(r => r.No).ValueGeneratedNever();
        e.Property(r => r.Subject).HasMaxLength(80);
        e.HasIndex(r => new { r.Kind, r.Subject, r.No });
    });
}
