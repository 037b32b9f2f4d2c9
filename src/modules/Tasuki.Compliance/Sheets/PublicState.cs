using Tasuki.Compliance.Controls;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>Why a binding row did not hold: told when it is over, or after ninety days (security page, 20).</summary>
/// <param name="Check">The probe, whose name in words is the detail; what it counted and where stays inside.</param>
/// <param name="Until">Null while it still does not hold.</param>
public sealed record ToldSpell(IReadOnlyList<string> Rows, ProbeEntry Check, DateOnly Since, DateOnly? Until);

/// <summary>What everybody may see: the newest signed sheet of each kind, and what turned red since.</summary>
/// <param name="MendedSince">Binding rows that do not hold at the moment, with the day they were first found so.</param>
/// <param name="Told">Newest first, of the last year.</param>
public sealed record PublicSheets(IReadOnlyList<Evidence<SignedSheet>> Signed, IReadOnlyDictionary<string, DateTimeOffset> MendedSince, IReadOnlyList<ToldSpell> Told);

/// <summary>Reads <see cref="PublicSheets"/>, at most once a minute: the page is open to everybody.</summary>
internal sealed class PublicState(TimeProvider clock, IEnumerable<ProbeEntry> probes)
{
    /// <summary>What is being mended for longer is told in detail all the same.</summary>
    public const int DaysInside = 90;

    private const int DaysTold = 365;

    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);

    private Reading? _newest;

    public async Task<PublicSheets> Read(SheetBook sheets, Answers answers, Spells spells, CancellationToken cancel)
    {
        if (_newest is { } kept && clock.GetUtcNow() - kept.Read < Kept)
            return kept.Sheets;
        var signed = new List<Evidence<SignedSheet>>();
        foreach (var sheet in CheckSheet.All)
        {
            if (await sheets.Newest(sheet, cancel) is { } one)
                signed.Add(one);
        }

        var all = await answers.All(cancel);
        var red = all.Where(a => a is { Binding: true, State: AnswerState.Failing, FailingSince: not null }).ToDictionary(a => a.Row.Id, a => a.FailingSince!.Value, StringComparer.Ordinal);
        var read = new PublicSheets(signed, red, await Told(signed, await sheets.PublishedSince(cancel), all, spells, cancel));
        _newest = new Reading(read, clock.GetUtcNow());
        return read;
    }

    // Of what turned red after something was published: before, nobody was told that the row holds.
    private async Task<IReadOnlyList<ToldSpell>> Told(List<Evidence<SignedSheet>> signed, DateTimeOffset? published, IReadOnlyList<AnsweredRow> all, Spells spells, CancellationToken cancel)
    {
        if (published is null)
            return [];
        var today = clock.Today();
        var binding = all.Where(a => a.Binding).Select(a => a.Row.Id).ToHashSet(StringComparer.Ordinal);
        binding.IntersectWith(signed.SelectMany(s => s.Content.Lines).Select(l => l.Id));
        var told = new List<ToldSpell>();
        foreach (var spell in await spells.Of(clock.GetUtcNow().AddDays(-DaysTold), cancel))
        {
            var (since, until) = (TokyoDay.Of(spell.Since), spell.Until is { } end ? TokyoDay.Of(end) : (DateOnly?)null);
            if (spell.Since < published || (until is null && since.AddDays(DaysInside) > today) || probes.FirstOrDefault(p => p.Id == spell.Subject) is not { } probe)
                continue;
            if (probe.Requirements.Where(binding.Contains).ToList() is [_, ..] rows)
                told.Add(new ToldSpell(rows, probe, since, until));
        }

        return [.. told.OrderByDescending(t => t.Since)];
    }

    private sealed record Reading(PublicSheets Sheets, DateTimeOffset Read);
}
