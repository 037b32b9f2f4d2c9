using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Guided;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>Reads <see cref="PublicSheets"/> from the evidence. Pages go through <see cref="PublicState"/>, which asks for it once a minute.</summary>
internal sealed class ReadPublicSheets(SheetBook sheets, Answers answers, Spells spells, GuidedBook documents, IEnumerable<ProbeEntry> probes, TimeProvider clock)
{
    /// <summary>What is being mended for longer is told in detail all the same.</summary>
    public const int DaysInside = 90;

    private const int DaysTold = 365;

    public async Task<PublicSheets> Read(CancellationToken cancel)
    {
        var signed = new List<Evidence<SignedSheet>>();
        var earlier = new Dictionary<string, IReadOnlyList<EarlierSheet>>(StringComparer.Ordinal);
        foreach (var sheet in CheckSheet.All)
        {
            var history = await sheets.History(sheet, cancel);
            signed.AddRange(history.Take(1));
            earlier[sheet.Id] = [.. history.Skip(1).Select(Earlier)];
        }

        var all = await answers.All(cancel);
        var red = all.Where(a => a is { Binding: true, State: AnswerState.Failing, FailingSince: not null }).ToDictionary(a => a.Row.Id, a => a.FailingSince!.Value, StringComparer.Ordinal);
        var written = await documents.All(cancel);
        return new PublicSheets(
            signed, red, await Told(signed, await sheets.PublishedSince(cancel), all, cancel), earlier,
            written.Where(d => GuidedDocument.Find(d.Key) is { Published: true }).ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal));
    }

    private static EarlierSheet Earlier(Evidence<SignedSheet> sheet)
    {
        var lines = sheet.Content.Lines;
        return new EarlierSheet(TokyoDay.Of(sheet.At), lines.Count, Count(AnswerState.Met), Count(AnswerState.Open), Count(AnswerState.Failing));

        int Count(AnswerState state) => lines.Count(l => l.State == state);
    }

    // Of what turned red after something was published: before, nobody was told that the row holds.
    private async Task<IReadOnlyList<ToldSpell>> Told(List<Evidence<SignedSheet>> signed, DateTimeOffset? published, IReadOnlyList<AnsweredRow> all, CancellationToken cancel)
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
}
