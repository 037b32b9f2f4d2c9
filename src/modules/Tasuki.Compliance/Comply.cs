using System.Globalization;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Probes;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Sheets;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Compliance;

/// <summary>A requirement as the command line shows it: what it is called, how it stands, and one sentence for each thing that shows it.</summary>
public sealed record ComplyLine(string Id, AnswerState State, bool Binding, string Text, IReadOnlyList<string> Evidence);

/// <summary>The face of the module for the command line: the same evidence and the same answers as the pages.</summary>
public sealed class Comply
{
    private readonly LookAtEverything _look;
    private readonly Answers _answers;
    private readonly SheetBook _sheets;
    private readonly EvidenceBook _book;
    private readonly ProbeSentences _sentences;
    private readonly RetentionReport _retention;

    internal Comply(LookAtEverything look, Answers answers, SheetBook sheets, EvidenceBook book, ProbeSentences sentences, RetentionReport retention) =>
        (_look, _answers, _sheets, _book, _sentences, _retention) = (look, answers, sheets, book, sentences, retention);

    /// <summary>What every rule of retention would do now. Changes nothing.</summary>
    public Task<IReadOnlyList<RetentionLine>> RetentionDryRun(CancellationToken cancel) => _retention.DryRun(cancel);

    /// <summary>Carries out the rules that were switched on at the desk.</summary>
    public Task<IReadOnlyList<RetentionLine>> RunRetention(Actor by, CancellationToken cancel) => _retention.Run(by, cancel);

    /// <summary>Lets every probe look that needs no running server, and keeps what they found.</summary>
    public Task Look(Actor by, CancellationToken cancel) => _look.Run(by, null, cancel);

    /// <summary>Every requirement that applies, as the newest evidence has it; in Japanese.</summary>
    public async Task<IReadOnlyList<ComplyLine>> Report(CancellationToken cancel) =>
        [.. (await _answers.All(cancel)).Select(a => new ComplyLine(a.Row.Id, a.State, a.Binding, a.Row.Text.Ja, [.. _sentences.Evidence(a)]))];

    /// <summary>Signs one of the sheets that are not signed at the desk. Errors as of the desk, and <c>sheet.unknown</c>, <c>sheet.desk</c> for one that is.</summary>
    public async Task<Result<SignedSheet>> Sign(string sheet, string role, string name, Actor by, CancellationToken cancel)
    {
        if (CheckSheet.Find(sheet) is not { } known)
            return new Error("sheet.unknown", $"There is no sheet '{sheet}'. Signed here: {string.Join(' ', CheckSheet.All.Where(s => !s.SignedAtDesk).Select(s => s.Id))}.");
        return known.SignedAtDesk
            ? new Error("sheet.desk", $"The sheet '{sheet}' is the operator's: it is signed at the desk.") : await _sheets.Sign(known, role, name, by, null, cancel);
    }

    /// <summary>A backup was made.</summary>
    public Task NoteBackup(Actor by, string id, CancellationToken cancel) => _book.Add(EvidenceKind.Act, BackupProbe.Made, new ProbeContent("made", [id]), by, null, cancel);

    /// <summary>A backup was put back into a scratch place, counted, its log checked, and thrown away.</summary>
    public Task NoteDrill(Actor by, string id, long rows, int differences, bool logIsWhole, CancellationToken cancel) => _book.Add(
        EvidenceKind.Act, BackupProbe.Tried,
        new ProbeContent("tried", [id, rows.ToString(CultureInfo.InvariantCulture), differences.ToString(CultureInfo.InvariantCulture), logIsWhole ? "whole" : "broken"]), by, null, cancel,
        holds: differences == 0 && logIsWhole);
}
