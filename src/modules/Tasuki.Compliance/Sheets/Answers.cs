using System.Globalization;
using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Guided;
using Tasuki.Compliance.Registers;
using Tasuki.Compliance.Scope;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.Sheets;

/// <summary>How a requirement stands today. The names are published: never rename.</summary>
public enum AnswerState : byte
{
    /// <summary>Everything that has to show it does.</summary>
    Met = 1,

    /// <summary>A probe found that it does not hold, or has not looked for too long.</summary>
    Failing = 2,

    /// <summary>Something that has to show it is not there yet.</summary>
    Open = 3,
}

/// <summary>What a probe says of a requirement now.</summary>
/// <param name="Found">Null when it never looked.</param>
/// <param name="Stale">It has not looked for longer than its word counts (<see cref="Answers.FreshFor"/>).</param>
public sealed record ProbeAnswer(ProbeEntry Probe, Evidence<ProbeContent>? Found, bool Stale)
{
    public bool Holds => Found is { Holds: true } && !Stale;
}

/// <summary>A requirement that applies to this service, with what shows it.</summary>
/// <param name="Bases">The documents it rests on for this operator.</param>
/// <param name="Tests">Names of tests of this version that hold it.</param>
/// <param name="Registers">Lists that answer it, with how many lines each has; one that is empty or has a line whose review is overdue is not among them.</param>
/// <param name="FailingSince">When a probe first found that it does not hold, without a break since.</param>
public sealed record AnsweredRow(
    Requirement Row, IReadOnlyList<Basis> Bases, AnswerState State, IReadOnlyList<ProbeAnswer> Probes, IReadOnlyList<string> Tests,
    IReadOnlyList<Evidence<DocumentContent>> Documents, IReadOnlyList<(Register Register, int Lines)> Registers, Evidence<AttestationContent>? Attestation, Evidence<PlanContent>? Plan, DateTimeOffset? FailingSince)
{
    /// <summary>It has to be kept: law, the guideline's duties, conditions of an interface in use. Voluntary rows and our own suggestions do not bind.</summary>
    public bool Binding => Bases.Any(b => b.Level is not (RequirementLevel.Voluntary or RequirementLevel.Design or RequirementLevel.GuidelineEffort));

    /// <summary>The newest day something was found that shows it.</summary>
    public DateTimeOffset? At =>
        ((DateTimeOffset?[])[.. Probes.Select(p => p.Found?.At), .. Documents.Select(d => (DateTimeOffset?)d.At), Attestation?.At]).Max();
}

/// <summary>
/// Answers every requirement that applies, from evidence alone: software by probes that look now and by tests of this version, documents by a version whose review is not
/// due, organisation by the word of a role that still counts, given after the row got its wording. Where a probe exists nobody's word makes a row green.
/// </summary>
internal sealed class Answers(RequirementCatalogue catalogue, IEnumerable<ProbeEntry> probes, ShownByTests tests, EvidenceBook book, RegisterBook registers, GuidedBook guided, ScopeBook scopes, Texts<GuidedTexts> names, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(6);

    /// <summary>A probe's word counts so long: for six hours where it looks every hour, else for its period and six hours.</summary>
    public static TimeSpan FreshFor(ProbeEntry probe) => Fresh + (probe.Every ?? TimeSpan.Zero);

    public async Task<IReadOnlyList<AnsweredRow>> All(CancellationToken cancel)
    {
        var scope = (await scopes.Now(cancel)).Decision.Scope;
        var found = await book.Newest<ProbeContent>(EvidenceKind.Probe, cancel);
        var documents = await book.Newest<DocumentContent>(EvidenceKind.Document, cancel);
        var attestations = await book.Newest<AttestationContent>(EvidenceKind.Attestation, cancel);
        var plans = await book.Newest<PlanContent>(EvidenceKind.Plan, cancel);
        var (now, today) = (clock.GetUtcNow(), clock.Today());
        var kept = new List<(Register Register, int Lines)>();
        foreach (var register in Register.All)
        {
            if (await registers.Lines(register, cancel) is [_, ..] lines && lines.All(l => today < l.Content.ReviewBy))
                kept.Add((register, lines.Count));
        }

        var written = (await guided.All(cancel)).Values.Where(v => today < v.Content.ReviewBy).Select(AsDocument).OfType<Evidence<DocumentContent>>().ToList();
        var editions = catalogue.Sources.Select(s => s.Current).ToList();

        var answered = new List<AnsweredRow>();
        foreach (var row in catalogue.In(editions))
        {
            if (row.BasesFor(scope) is not [_, ..] bases)
                continue;
            var looked = probes.Where(p => p.Requirements.Contains(row.Id, StringComparer.Ordinal)).Select(p => Of(p, found.GetValueOrDefault(p.Id), now)).ToList();
            var held = tests.Of(row.Id);
            var wording = NewWording.Since(bases) ?? DateOnly.MinValue;
            var papers = documents.Values.Where(d => d.Holds && d.Content.Approved >= wording && d.Content.Requirements.Contains(row.Id, StringComparer.Ordinal) && today < d.Content.ReviewBy).OrderBy(d => d.Subject, StringComparer.Ordinal).ToList();
            papers.AddRange(written.Where(d => d.Content.Approved >= wording && d.Content.Requirements.Contains(row.Id, StringComparer.Ordinal)));
            var word = attestations.GetValueOrDefault(row.Id) is { } said && today < said.Content.Until && TokyoDay.Of(said.At) >= wording ? said : null;
            var lists = kept.Where(k => k.Register.Requirements.Contains(row.Id, StringComparer.Ordinal)).ToList();
            var state = StateOf(row, looked, held, papers.Count + lists.Count > 0, word);
            answered.Add(new AnsweredRow(
                row, bases, state, looked, held, papers, lists, word, state is AnswerState.Met ? null : plans.GetValueOrDefault(row.Id),
                state is AnswerState.Failing ? await Since(looked, cancel) : null));
        }

        return answered;
    }

    public async Task<AnsweredRow?> Of(string id, CancellationToken cancel) => (await All(cancel)).FirstOrDefault(r => r.Row.Id == id);

    internal static AnswerState StateOf(
        Requirement row, IReadOnlyList<ProbeAnswer> probes, IReadOnlyList<string> tests, bool written, Evidence<AttestationContent>? attestation)
    {
        if (probes.Any(p => !p.Holds))
            return AnswerState.Failing;
        var shown = row.Kinds.All(kind => kind switch
        {
            RequirementKind.Software => row.ComesWith is null && (probes.Count > 0 || tests.Count > 0),
            // A document that is kept in the system itself, as the scope decision is, is looked at by a probe.
            RequirementKind.Document => written || (probes.Count > 0 && !row.Kinds.Contains(RequirementKind.Software)),
            _ => attestation is not null,
        });
        return shown && !row.IsOpenQuestion ? AnswerState.Met : AnswerState.Open;
    }

    private Evidence<DocumentContent>? AsDocument(Evidence<GuidedVersion> version)
    {
        if (GuidedDocument.Find(version.Subject) is not { } document)
            return null;
        var day = TokyoDay.Of(version.At);
        return new Evidence<DocumentContent>(
            version.No, version.At, version.Subject, version.By, version.Holds,
            new DocumentContent(names["guided-" + document.Id], day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), $"/staff/compliance/guided/{document.Id}", day, version.Content.ReviewBy, document.Requirements), version.Hash);
    }

    private static ProbeAnswer Of(ProbeEntry probe, Evidence<ProbeContent>? found, DateTimeOffset now) => new(probe, found, found is not null && now - found.At > FreshFor(probe));

    // Of several that fail the one that failed first; one that never looked, or not for long, fails since it should have looked.
    private async Task<DateTimeOffset?> Since(IReadOnlyList<ProbeAnswer> probes, CancellationToken cancel)
    {
        DateTimeOffset? first = null;
        foreach (var probe in probes.Where(p => !p.Holds))
        {
            var since = await book.FailingSince(EvidenceKind.Probe, probe.Probe.Id, cancel) ?? probe.Found?.At + FreshFor(probe.Probe);
            first = first is null || since < first ? since : first;
        }

        return first;
    }
}
