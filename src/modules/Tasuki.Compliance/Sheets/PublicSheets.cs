using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Guided;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>Why a binding row did not hold: told when it is over, or after ninety days (security page, 20).</summary>
/// <param name="Check">The probe, whose name in words is the detail; what it counted and where stays inside.</param>
/// <param name="Until">Null while it still does not hold.</param>
public sealed record ToldSpell(IReadOnlyList<string> Rows, ProbeEntry Check, DateOnly Since, DateOnly? Until);

/// <summary>A sheet that a newer one of its kind has followed, as it was signed.</summary>
public sealed record EarlierSheet(DateOnly Day, int Rows, int Met, int Planned, int Mended);

/// <summary>What everybody may see: all that a visit needs, so that no visit asks the store for more.</summary>
/// <param name="Signed">The newest signed sheet of each kind.</param>
/// <param name="MendedSince">Binding rows that do not hold at the moment, with the day they were first found so.</param>
/// <param name="Told">Newest first, of the last year.</param>
/// <param name="Earlier">By the sheet's id, newest first; a sheet that was signed once has none.</param>
/// <param name="Documents">The newest version of each published document, by its id.</param>
public sealed record PublicSheets(
    IReadOnlyList<Evidence<SignedSheet>> Signed, IReadOnlyDictionary<string, DateTimeOffset> MendedSince, IReadOnlyList<ToldSpell> Told,
    IReadOnlyDictionary<string, IReadOnlyList<EarlierSheet>> Earlier, IReadOnlyDictionary<string, Evidence<GuidedVersion>> Documents)
{
    /// <summary>What a page shows before anything was read.</summary>
    public static PublicSheets None { get; } = new(
        [], new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal), [], new Dictionary<string, IReadOnlyList<EarlierSheet>>(StringComparer.Ordinal),
        new Dictionary<string, Evidence<GuidedVersion>>(StringComparer.Ordinal));

    /// <summary>How a signed line stands today; never <see cref="AnswerState.Open"/> and mended at once.</summary>
    public AnswerState StateOf(SignedLine line) => MendedSince.ContainsKey(line.Id) ? AnswerState.Failing : line.State is AnswerState.Met ? AnswerState.Met : AnswerState.Open;
}
