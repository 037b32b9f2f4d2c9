using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Probes;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Compliance.Sheets;

/// <summary>Signs check sheets and publishes them by that; keeps every one that was signed.</summary>
internal sealed class SheetBook(Answers answers, EvidenceBook book, LookAtEverything look, Municipality municipality, TimeProvider clock)
{
    public const int LongestWord = 80;

    /// <summary>
    /// Signs the sheet as the evidence stands now. Errors: <c>sheet.open</c> when a row is open or failing and has no plan with a day (its message names the first), <c>sheet.who</c> when role or name is missing.
    /// </summary>
    public async Task<Result<SignedSheet>> Sign(CheckSheet sheet, string role, string name, Actor actor, long? by, CancellationToken cancel)
    {
        if (role.Trim() is not { Length: > 0 and <= LongestWord } signedRole || name.Trim() is not { Length: > 0 and <= LongestWord } signedName)
            return new Error("sheet.who", $"A sheet is signed with role and name, each 1 to {LongestWord} characters.");
        var all = await answers.All(cancel);
        var rows = sheet.Of(all);
        if (Unplanned(sheet, rows) is { } open)
            return new Error("sheet.open", $"{open.Row.Id} is not met and has no plan with a day.");
        var signed = new SignedSheet(sheet.Id, sheet.Editions(all), municipality.OperatorName, signedRole, signedName, [.. rows.Select(r => Line(r, ByThis(sheet, r), clock.GetUtcNow()))]);
        await book.Add(EvidenceKind.Sheet, sheet.Id, signed, actor, by, cancel, holds: signed.Lines.All(l => l.State is AnswerState.Met));
        await look.Again(SelfCheckProbe.Id, actor, by, cancel);
        return signed;
    }

    public Task<Evidence<SignedSheet>?> Newest(CheckSheet sheet, CancellationToken cancel) => book.Newest<SignedSheet>(EvidenceKind.Sheet, sheet.Id, cancel);

    /// <summary>Since when anything is published; null when nothing is.</summary>
    public Task<DateTimeOffset?> PublishedSince(CancellationToken cancel) => book.First(EvidenceKind.Sheet, cancel);

    public Task<IReadOnlyList<Evidence<SignedSheet>>> History(CheckSheet sheet, CancellationToken cancel) => book.History<SignedSheet>(EvidenceKind.Sheet, sheet.Id, 100, cancel);

    /// <summary>The first row that keeps the sheet from being signed: not met, not met by the signature itself, and without a plan.</summary>
    public static AnsweredRow? Unplanned(CheckSheet sheet, IReadOnlyList<AnsweredRow> rows) => rows.FirstOrDefault(r => r.State is not AnswerState.Met && r.Plan is null && !ByThis(sheet, r));

    // The guideline asks that the sheet be gone through and published: the signature is what does it.
    private static bool ByThis(CheckSheet sheet, AnsweredRow row) =>
        sheet == CheckSheet.Provider && row.State is AnswerState.Failing && row.Probes.All(p => p.Holds || p.Probe.Id == SelfCheckProbe.Id);

    private static SignedLine Line(AnsweredRow row, bool byThis, DateTimeOffset now) => new(
        row.Row.Id, row.Row.Text.Ja, row.Row.Text.En, byThis ? AnswerState.Met : row.State, row.Binding, row.Row.ToBeChecked, byThis || row.State is AnswerState.Met ? TokyoDay.Of(byThis ? now : row.At ?? now) : null, row.Plan?.Content.Text,
        row.Plan?.Content.By);
}
