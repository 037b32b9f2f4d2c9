using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel.Seals;

namespace Tasuki.Exchange.Importing;

/// <summary>How far an import has come. The numbers are stored: never renumber.</summary>
public enum ImportState : byte
{
    /// <summary>Bytes arrive, or have arrived and were not read yet.</summary>
    Received = 1,

    /// <summary>Read without a reason to stop: the preview stands and waits for the person's word.</summary>
    Read = 2,

    /// <summary>The word was given and the records are being stored.</summary>
    Storing = 3,

    Stored = 4,

    /// <summary>The person said no, or said nothing until the spool was due.</summary>
    GivenUp = 5,

    Failed = 6,
}

/// <summary>One file on its way in. The row outlives the spool: it says what was brought in when, and dies with the resident's key.</summary>
internal sealed class ImportRow
{
    [Clear]
    public long ResidentNo { get; set; }

    [Clear("128 random bits: names the page and the spool, says nothing")]
    public string Id { get; set; } = "";

    [Clear]
    public ImportState State { get; set; }

    [Clear]
    public DateTimeOffset Received { get; set; }

    [Clear]
    public DateTimeOffset? Finished { get; set; }

    /// <summary>The key of the spool; null once the spool is gone.</summary>
    [Sealed]
    public byte[]? SpoolKey { get; set; }

    /// <summary><see cref="ImportDetails"/> as JSON.</summary>
    [Sealed]
    public byte[] Details { get; set; } = [];
}

/// <summary>What is known of an import beside its state. Sealed under the resident's key.</summary>
internal sealed record ImportDetails
{
    public required string Name { get; init; }

    public required string ContentType { get; init; }

    public long Size { get; init; }

    public byte[]? Sha256 { get; init; }

    public ImportProblem? Problem { get; init; }

    public ImportOutcome? Outcome { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this);

    public static ImportDetails FromJson(ReadOnlySpan<byte> json) => JsonSerializer.Deserialize<ImportDetails>(json)!;
}

internal sealed class ExchangeModelPart : IModelPart
{
    public const string Table = "import_job";

    public void Add(ModelBuilder model) => model.Entity<ImportRow>(row =>
    {
        row.ToTable(Table);
        row.HasKey(r => new { r.ResidentNo, r.Id });
        row.Property(r => r.Id).HasMaxLength(32);
        row.HasIndex(r => new { r.State, r.Received });
    });
}
