using Microsoft.EntityFrameworkCore;
using Tasuki.Data;

namespace Tasuki.Compliance.Controls;

/// <summary>A time in which a probe found without a break that its thing does not hold.</summary>
/// <param name="Until">When it was first found to hold again; null while it does not.</param>
public sealed record FailingSpell(string Subject, DateTimeOffset Since, DateTimeOffset? Until);

/// <summary>Reads spells from the evidence. What does not hold is rare, so they are found by it; what holds every hour is passed over.</summary>
internal sealed class Spells(TasukiDb db)
{
    private const int Most = 200;

    /// <summary>Those that were not over before <paramref name="from"/>, oldest first.</summary>
    public async Task<IReadOnlyList<FailingSpell>> Of(DateTimeOffset from, CancellationToken cancel)
    {
        var probes = db.Set<EvidenceRow>().AsNoTracking().Where(e => e.Kind == EvidenceKind.Probe);
        var subjects = await probes.Where(e => !e.Holds && e.At >= from).Select(e => e.Subject).Distinct().ToListAsync(cancel);
        var found = new List<FailingSpell>();
        foreach (var subject in subjects.Order(StringComparer.Ordinal))
        {
            var of = probes.Where(e => e.Subject == subject);
            // A spell may have begun before the time asked about.
            var after = await of.Where(e => e.Holds && e.At < from).OrderByDescending(e => e.No).Select(e => (long?)e.No).FirstOrDefaultAsync(cancel) ?? 0;
            for (var turn = 0; turn < Most; turn++)
            {
                if (await of.Where(e => !e.Holds && e.No > after).OrderBy(e => e.No).Select(e => new Moment(e.No, e.At)).FirstOrDefaultAsync(cancel) is not { } began)
                    break;
                var ended = await of.Where(e => e.Holds && e.No > began.No).OrderBy(e => e.No).Select(e => new Moment(e.No, e.At)).FirstOrDefaultAsync(cancel);
                found.Add(new FailingSpell(subject, began.At, ended?.At));
                if (ended is null)
                    break;
                after = ended.No;
            }
        }

        return [.. found.OrderBy(s => s.Since)];
    }

    private sealed record Moment(long No, DateTimeOffset At);
}
