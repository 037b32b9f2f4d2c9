using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Web;

namespace Tasuki.Compliance.Requests;

/// <summary>The letter of a request as a page shows it, to the officer who prints it and to the person who reads it. Public because components of pages are.</summary>
/// <param name="On">The day of the decision, or of the extension.</param>
/// <param name="Due">Of an extension: until when it is decided now; null while the clock stands.</param>
/// <param name="FirstPart">Of a long extension of a disclosure: until when the first part is decided.</param>
/// <param name="Grounds">Why it was refused in whole or part, each with its place in the law.</param>
/// <param name="Withheld">Categories that are withheld as a whole.</param>
/// <param name="Purposes">Of a disclosure: what the operator uses the data for.</param>
/// <param name="Fee">Of a disclosure under chapter 5: yen by the ordinance as it was when the request came; null where nothing was entered then.</param>
/// <param name="IsPublic">Whether the appeal is that of chapter 5.</param>
public sealed record RequestLetter(
    string Number, string To, string Address, RequestKind Kind, DateOnly Received, RequestDecision Decision, DateOnly On, DateOnly? Due, DateOnly? FirstPart, string? Reason,
    IReadOnlyList<(string Id, string Place)> Grounds, IReadOnlyList<DataCategory> Withheld, IReadOnlyList<string>? Purposes, int? Fee, bool IsPublic)
{
    /// <summary>Whether a word about the fee belongs in it.</summary>
    public bool HasFee => IsPublic && Kind is RequestKind.Disclosure && Decision is not RequestDecision.None;
}

/// <summary>Makes the letter that tells a decision with its reasons, purposes and appeal; before that, that the period was extended.</summary>
internal sealed class RequestLetters(PurposeBook purposes)
{
    /// <summary>Null when there is nothing to tell yet, or what was written is erased.</summary>
    public async Task<RequestLetter?> Of(OpenedRequest opened, Language language, CancellationToken cancel)
    {
        var row = opened.Row;
        var last = opened.Last(row.Decision is RequestDecision.None ? RequestAct.Extended : RequestAct.Decided);
        if (opened.About is not { } about || last is null)
            return null;
        var regime = LegalRegime.For(row.Operator, new OrdinanceSettings());
        var to = about.Representative ?? about.Name;
        if (row.Decision is RequestDecision.None)
        {
            var part = row.Extension is RequestExtension.Long && row.Kind is RequestKind.Disclosure && regime.Requests.Disclosure.FirstPartDays is { } days
                ? Clocks.Decision(row.Received, row.ClockStops, days)?.Day : null;
            return new RequestLetter(
                row.Number, to, about.Address, row.Kind, row.Received, row.Decision, TokyoDay.Of(last.At), row.Due?.Day, part, last.Text, [], [], null, null, regime.HasPublicRequests);
        }

        var named = RequestWords.Grounds(last);
        var grounds = RequestGrounds.For(regime, row.Kind).Where(g => named.Contains(g.Id, StringComparer.Ordinal)).Select(g => (g.Id, RequestWords.Places([g.Clause], language)));
        IReadOnlyList<string>? used = row.Kind is RequestKind.Disclosure && row.Decision is not RequestDecision.Refused
            ? [.. (await purposes.InForce(regime, cancel)).Select(p => $"{PurposesWords.Text(p.Row, language)} {PurposesWords.Basis(p.Row)}".TrimEnd())] : null;
        return new RequestLetter(
            row.Number, to, about.Address, row.Kind, row.Received, row.Decision, row.Decided!.Value, null, null, last.Text, [.. grounds], row.WithheldData, used,
            RequestWords.Fee(opened.Last(RequestAct.Entered)), regime.HasPublicRequests);
    }
}
