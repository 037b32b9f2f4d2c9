using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.MyHealth;

/// <summary>What one actor did for one purpose in one sitting, in plain words: what was done most, from when to when.</summary>
/// <param name="App">The app a clinician acted through.</param>
/// <param name="Parties">To whom access was given, or from whom it was taken.</param>
internal sealed record AccessVisit(
    DateTimeOffset From, DateTimeOffset To, ActorKind Kind, string ActorId, string Purpose, bool Refused, IReadOnlyList<(string Action, int Count)> Actions, long? App,
    IReadOnlyList<AccessParty> Parties);

internal static class AccessHistory
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(30);

    /// <summary>What this page may say of an action; anything newer is "other".</summary>
    private static readonly string[] Words =
    [
        "open", "read", "search", "history", "count", "write", "change", "preview", "delete", "samples", "write-samples", "keep-file", "files", "open-file", "delete-file", "access-log", "grants", "enrol", "grant",
        "revoke", "close", "cancel-closure", "erase", "erase-records", "erase-samples", "change-key", "rewrite", "alarm", "registry", "inquiry", "legal-request", "disclosure", "incident", "unconfirmed",
    ];

    public static IReadOnlyList<string> KnownActions => Words;

    public static string Word(string action) => Words.Contains(action) ? action : "other";

    /// <summary>Entries newest first become sittings newest first: the same actor, app, purpose and outcome without a long pause.</summary>
    public static IReadOnlyList<AccessVisit> Visits(IReadOnlyList<AccessEntry> newestFirst)
    {
        var sittings = new List<List<AccessEntry>>();
        foreach (var entry in newestFirst)
        {
            var last = sittings.FindLast(sitting => sitting[0] is var first && first.ActorKind == entry.ActorKind && first.ActorId == entry.ActorId && first.App == entry.App
                && first.Purpose == entry.Purpose && first.Refused == entry.Refused);
            if (last is not null && last[^1].At - entry.At < Pause && TokyoDay.Of(last[^1].At) == TokyoDay.Of(entry.At))
                last.Add(entry);
            else
                sittings.Add([entry]);
        }

        return
        [
            .. sittings.Select(sitting => new AccessVisit(
                sitting[^1].At, sitting[0].At, sitting[0].ActorKind, sitting[0].ActorId, sitting[0].Purpose, sitting[0].Refused,
                [.. sitting.GroupBy(entry => Word(entry.Action), StringComparer.Ordinal).Select(group => (group.Key, group.Count())).OrderByDescending(group => group.Item2)], sitting[0].App,
                [.. sitting.Select(entry => entry.Party).OfType<AccessParty>().Distinct()])),
        ];
    }
}
