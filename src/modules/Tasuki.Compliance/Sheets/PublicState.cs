using Tasuki.Compliance.Controls;

namespace Tasuki.Compliance.Sheets;

/// <summary>What everybody may see: the newest signed sheet of each kind, and what turned red since.</summary>
/// <param name="MendedSince">Binding rows that do not hold at the moment, with the day they were first found so.</param>
public sealed record PublicSheets(IReadOnlyList<Evidence<SignedSheet>> Signed, IReadOnlyDictionary<string, DateTimeOffset> MendedSince);

/// <summary>Reads <see cref="PublicSheets"/>, at most once a minute: the page is open to everybody.</summary>
internal sealed class PublicState(TimeProvider clock)
{
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private Reading? _newest;

    public async Task<PublicSheets> Read(SheetBook sheets, Answers answers, CancellationToken cancel)
    {
        if (_newest is { } kept && clock.GetUtcNow() - kept.Read < Kept)
            return kept.Sheets;
        var signed = new List<Evidence<SignedSheet>>();
        foreach (var sheet in CheckSheet.All)
        {
            if (await sheets.Newest(sheet, cancel) is { } one)
                signed.Add(one);
        }

        var red = (await answers.All(cancel)).Where(a => a is { Binding: true, State: AnswerState.Failing, FailingSince: not null }).ToDictionary(a => a.Row.Id, a => a.FailingSince!.Value, StringComparer.Ordinal);
        var read = new PublicSheets(signed, red);
        _newest = new Reading(read, clock.GetUtcNow());
        return read;
    }

    private sealed record Reading(PublicSheets Sheets, DateTimeOffset Read);
}
