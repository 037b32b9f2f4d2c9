using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Regime;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.Compliance.Requests;

/// <summary>A step as a page shows it. Public because components of pages are.</summary>
public sealed record ShownRequestStep(RequestAct Act, DateTimeOffset At, long By, string? Text, string? Value);

/// <summary>A request with what stands in it. <see cref="About"/> is null when that cannot be opened any more.</summary>
/// <param name="Missing">Steps that are not there or do not open, though the row counts them.</param>
internal sealed record OpenedRequest(RequestRow Row, RequestAbout? About, IReadOnlyList<ShownRequestStep> Steps, int Missing)
{
    /// <summary>The newest step of that kind.</summary>
    public ShownRequestStep? Last(RequestAct act) => Steps.LastOrDefault(s => s.Act == act);
}

/// <summary>All requests. A row that was altered in the database is not there.</summary>
internal sealed class RequestBook(TasukiDb db, RequestSeals seals, StaffDirectory directory, RecordVault vault)
{
    public async Task<RequestRow?> Find(string? number, CancellationToken cancel)
    {
        var stored = CaseNumbers.Parse(number);
        return stored is not null && await db.Set<RequestRow>().AsNoTracking().SingleOrDefaultAsync(r => r.Number == stored, cancel) is { } row && seals.IsWhole(row) ? row : null;
    }

    /// <summary>The register: every request there is, the newest first; and how many rows were left out because they were altered.</summary>
    public async Task<(IReadOnlyList<RequestRow> Rows, int Altered)> All(CancellationToken cancel)
    {
        var rows = await db.Set<RequestRow>().AsNoTracking().OrderByDescending(r => r.Received).ThenByDescending(r => r.Entered).ToListAsync(cancel);
        var whole = rows.Where(seals.IsWhole).ToList();
        return (whole, rows.Count - whole.Count);
    }

    /// <summary>Opens a request for an officer. Where an account is known, the entry in the person's access log is durable before anything is opened. Null when there is none, or the right is missing.</summary>
    /// <param name="what">A word of ours: what it is opened for.</param>
    public async Task<OpenedRequest?> Open(StaffMember officer, string number, string what, CancellationToken cancel)
    {
        if (!officer.Has(DeskRight.HandleRequests) || await Find(number, cancel) is not { } row)
            return null;
        if (row.ResidentNo is { } resident)
            await vault.LogLegalRequest(officer.Actor, new ResidentNo(resident), what, cancel);
        return await Opened(row, cancel);
    }

    /// <summary>The person's own, by whomever they came: the newest first.</summary>
    public async Task<IReadOnlyList<RequestRow>> Of(ResidentNo person, CancellationToken cancel)
    {
        var no = person.Value;
        var rows = await db.Set<RequestRow>().AsNoTracking().Where(r => r.ResidentNo == no).OrderByDescending(r => r.Received).ThenByDescending(r => r.Entered).ToListAsync(cancel);
        return [.. rows.Where(seals.IsWhole)];
    }

    /// <summary>One of the person's own. Null for somebody else's and for none: the same answer.</summary>
    public async Task<OpenedRequest?> OpenOwn(ResidentNo person, string number, CancellationToken cancel) =>
        await Find(number, cancel) is { } row && row.ResidentNo == person.Value ? await Opened(row, cancel) : null;

    /// <summary>When the file was taken for the first time since it was made ready; null when nobody has.</summary>
    public async Task<DateTimeOffset?> FirstTaken(RequestRow row, CancellationToken cancel) =>
        (await Opened(row, cancel)).Steps.Reverse().TakeWhile(s => s.Act is not RequestAct.Released).LastOrDefault(s => s.Act is RequestAct.Taken)?.At;

    private async Task<OpenedRequest> Opened(RequestRow row, CancellationToken cancel)
    {
        var about = await seals.Open(row, cancel);
        var steps = new List<ShownRequestStep>();
        foreach (var step in await db.Set<RequestStepRow>().AsNoTracking().Where(s => s.RequestNo == row.No).OrderBy(s => s.Step).ToListAsync(cancel))
        {
            if (await seals.Open(step, cancel) is { IsOk: true, Value: var opened })
                steps.Add(new ShownRequestStep(opened.Act, step.At, opened.By, opened.Text, opened.Value));
        }

        return new OpenedRequest(row, about.IsOk ? about.Value : null, steps, row.Steps - steps.Count);
    }

    /// <summary>Names of the officers who did something. One who is no longer here has none.</summary>
    public async Task<IReadOnlyDictionary<long, string>> NamesOf(IEnumerable<long> accounts, CancellationToken cancel)
    {
        var names = new Dictionary<long, string>();
        foreach (var no in accounts.Distinct())
        {
            if (await directory.Find(no, cancel) is { } member)
                names[no] = member.Name;
        }

        return names;
    }
}
