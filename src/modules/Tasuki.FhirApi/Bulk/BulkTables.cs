using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.FhirApi.Bulk;

/// <summary>How far an export has come. The numbers are stored: never renumber.</summary>
internal enum ExportState : byte
{
    Running = 1,
    Done = 2,
    Failed = 3,

    /// <summary>By the app; nothing of it is left.</summary>
    Cancelled = 4,

    /// <summary>Its time was over; nothing of it is left.</summary>
    Expired = 5,
}

/// <summary>One bulk export. The row outlives what was exported: how many residents an app took is what the next one is measured by.</summary>
internal sealed class BulkExport
{
    [Clear]
    public long No { get; init; }

    [Clear("128 random bits: names the export in addresses, says nothing")]
    public required string Id { get; init; }

    [Clear]
    public required long AppNo { get; init; }

    [Clear]
    public ExportState State { get; set; } = ExportState.Running;

    /// <summary>1 as long as it runs, else null. Unique with the app: of two at the same moment one is refused by the database.</summary>
    [Clear]
    public byte? Running { get; set; } = 1;

    [Clear]
    public required DateTimeOffset Asked { get; init; }

    /// <summary>From when on nothing of it is given out; while it runs, from when on it is given up.</summary>
    [Clear]
    public required DateTimeOffset Expires { get; set; }

    /// <summary>Whom grants reached when it began.</summary>
    [Clear]
    public int Residents { get; set; }

    [Clear]
    public int Read { get; set; }

    /// <summary>The last resident who was read: residents are read in ascending order.</summary>
    [Clear]
    public long Cursor { get; set; }

    /// <summary>How many jobs have worked on it: the next one's key.</summary>
    [Clear]
    public int Slice { get; set; }

    /// <summary><see cref="BulkRequest"/> as JSON.</summary>
    [Sealed(ForMunicipality = true)]
    public byte[] Request { get; set; } = [];
}

/// <summary>One file of the manifest.</summary>
internal sealed class BulkPiece
{
    [Clear]
    public required long ExportNo { get; init; }

    [Clear]
    public required int Piece { get; init; }

    [Clear("a resource type, or the word for deleted records")]
    public required string Kind { get; init; }

    [Clear]
    public int Residents { get; set; }

    /// <summary>Of the sealed segments.</summary>
    [Clear]
    public long Bytes { get; set; }

    /// <summary><see cref="PieceIndex"/>: how many lines are whose.</summary>
    [Sealed(ForMunicipality = true)]
    public byte[] Lines { get; set; } = [];
}

/// <summary>Lines of one resident in one piece, under that resident's key: they die with it, and are left out when the gate does not open any more.</summary>
internal sealed class BulkSegment
{
    [Clear]
    public required long ExportNo { get; init; }

    [Clear]
    public required int Piece { get; init; }

    [Clear]
    public required long ResidentNo { get; init; }

    [Clear]
    public required int Part { get; init; }

    /// <summary><see cref="SegmentBody"/>.</summary>
    [Sealed]
    public required byte[] Body { get; init; }

    public static string Row(long export, int piece, long resident, int part) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{export}/{piece}/{resident}/{part}");
}

internal sealed class BulkTables : IModelPart
{
    public const string Exports = "bulk_export";
    public const string Pieces = "bulk_piece";
    public const string Segments = "bulk_segment";

    public void Add(ModelBuilder model)
    {
        model.Entity<BulkExport>(e =>
        {
            e.ToTable(Exports).HasKey(x => x.No);
            e.Property(x => x.Id).HasMaxLength(32).IsRequired();
            e.HasIndex(x => x.Id).IsUnique();
            e.HasIndex(x => new { x.AppNo, x.Running }).IsUnique();
            e.HasIndex(x => new { x.State, x.Expires });
        });
        model.Entity<BulkPiece>(e =>
        {
            e.ToTable(Pieces).HasKey(x => new { x.ExportNo, x.Piece });
            e.Property(x => x.Kind).HasMaxLength(40);
        });
        model.Entity<BulkSegment>(e =>
        {
            e.ToTable(Segments).HasKey(x => new { x.ExportNo, x.Piece, x.ResidentNo, x.Part });
            e.HasIndex(x => x.ResidentNo);
        });
    }
}
