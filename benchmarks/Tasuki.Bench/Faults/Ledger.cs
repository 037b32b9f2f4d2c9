namespace Tasuki.Bench.Faults;

/// <summary>What one resident was told, and what is open because nobody answered.</summary>
internal sealed class Ledger(long resident)
{
    public long Resident { get; } = resident;

    /// <summary>Identifiers of records that must be there once, with the id they were given.</summary>
    public Dictionary<string, string> Records { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Deleted { get; } = new(StringComparer.Ordinal);

    /// <summary>Live grants that must be honoured: clinician and number. Those taken back must not.</summary>
    public Dictionary<string, long> Grants { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Revoked { get; } = new(StringComparer.Ordinal);

    /// <summary>Closing was acknowledged: nothing may be shown, and once erased nothing may be there.</summary>
    public bool Closed { get; set; }

    public bool Erased { get; set; }

    /// <summary>The one operation without an answer: all of it or nothing of it may be there.</summary>
    public OpenOperation? Open { get; set; }
}

/// <param name="Identifiers">Of a write without an answer: what it would have written.</param>
/// <param name="Subject">The record, clinician or nothing it was about.</param>
internal sealed record OpenOperation(string Kind, IReadOnlyList<string> Identifiers, string? Subject);
