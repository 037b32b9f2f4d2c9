using System.Globalization;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.People;

/// <summary>What a list did, or would do.</summary>
/// <param name="Problems">Lines that were refused, with stable codes; never anything of a person.</param>
public sealed record EligibleCounts(int New, int Changed, int Same, int Doubled, int Refused, IReadOnlyList<string> Problems);

/// <summary>The list of eligible residents, taken over at the command line: the same steps as the desk's page.</summary>
public sealed class EligibleImport
{
    private readonly TakeList _lists;

    internal EligibleImport(TakeList lists) => _lists = lists;

    /// <summary>All of it or nothing. Errors <c>list.*</c> as the page has them.</summary>
    /// <param name="look">True to say what would happen and do nothing.</param>
    public async Task<Result<EligibleCounts>> Import(Actor actor, byte[] bytes, bool look, CancellationToken cancel)
    {
        var brought = await _lists.Bring(0, bytes, cancel);
        if (!brought.IsOk)
            return brought.Error;
        var plan = await _lists.Plan(brought.Value, cancel);
        if (look || !plan.IsOk)
            await _lists.Discard(brought.Value, cancel);
        else
            plan = await _lists.Take(actor, brought.Value, (plan.Value.Count(LineFate.New), plan.Value.Count(LineFate.Changed), plan.Value.Count(LineFate.Refused)), cancel);
        return plan.Map(p => new EligibleCounts(
            p.Count(LineFate.New), p.Count(LineFate.Changed), p.Count(LineFate.Same), p.Count(LineFate.Doubled), p.Count(LineFate.Refused),
            [.. p.Lines.Where(l => l.Fate is LineFate.Refused).Select(l => string.Create(CultureInfo.InvariantCulture, $"line {l.Line.Line}: {string.Join(", ", l.Notes)}"))]));
    }
}
