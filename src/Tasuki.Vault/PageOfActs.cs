using System.Globalization;

namespace Tasuki.Vault;

/// <summary>The place of an entry in the order of time. Numbers of ours: it may stand in an address.</summary>
/// <param name="At">Microseconds.</param>
public sealed record LogPlace(long At, long WriterNo, long EntryNo)
{
    /// <summary>Before every entry.</summary>
    public static LogPlace Start { get; } = new(long.MinValue, 0, 0);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At}-{WriterNo}-{EntryNo}");

    /// <summary>The place before everything that was entered then.</summary>
    public static LogPlace Before(DateTimeOffset at) => new(RecordStore.Time.Micros(at), 0, 0);

    /// <summary>Null for what is no place.</summary>
    public static LogPlace? Read(string? text) =>
        text?.Split('-') is [var at, var writer, var entry] && Number(at) is { } a && Number(writer) is { } w && Number(entry) is { } e ? new LogPlace(a, w, e) : null;

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Which acts about no resident are asked for.</summary>
/// <param name="Before">The older ones from there; null: from the newest.</param>
/// <param name="After">The newer ones from there, the next of them; it goes before <paramref name="Before"/>.</param>
/// <param name="Most">On a page.</param>
/// <param name="Wanted">Others are passed over.</param>
public sealed record ActsQuestion(DateTimeOffset From, DateTimeOffset Until, LogPlace? Before, LogPlace? After, int Most, Func<AccessEntry, bool> Wanted);

public sealed record PlacedAct(AccessEntry Act, LogPlace Place);

/// <summary>Newest first.</summary>
public sealed record PageOfActs(IReadOnlyList<PlacedAct> Acts, bool HasNewer, bool HasOlder);

/// <summary>Heads of the chain of evidence, as the log names them: number and hash.</summary>
/// <param name="Next">From where the next page goes on.</param>
public sealed record EvidenceHeadsPage(IReadOnlyList<string> Heads, LogPlace Next, bool AtEnd);
