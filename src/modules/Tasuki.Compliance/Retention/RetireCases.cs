using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Incidents;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Requests;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Compliance.Retention;

/// <summary>What is kept longer than the document rules say, or will be at some day.</summary>
/// <param name="Until">From that day on they are erased.</param>
internal sealed record RetiringCase<TRow>(TRow Row, DateOnly Until);

/// <summary>
/// Erases requests and incidents that were closed for longer than the operator's document rules keep them (<see cref="OrdinanceSettings.KeepRequestYears"/>): every day, without
/// an account as with one. One that is open is never erased, and one that was altered stays as it is, for whoever looks into it. A municipality counts from the April after the
/// year it was closed in, a company from the day itself; both to be checked against the rules. How many were erased is a piece of evidence.
/// </summary>
internal sealed class RetireCases(TasukiDb db, RequestSeals requests, IncidentSeals incidents, ICurrentScope scope, EvidenceBook evidence, TimeProvider clock) : IJobHandler
{
    public const string Name = "compliance.retire-cases";

    /// <summary>Of the evidence.</summary>
    public const string Subject = "cases.retired";

    public string Kind => Name;

    public async Task<Result<Done>> Run(JobWork work, CancellationToken cancel)
    {
        await Erase(cancel);
        return Done.Yes;
    }

    /// <summary>Every closed request with the day its time is over, the earliest first. A look that changes nothing.</summary>
    public async Task<IReadOnlyList<RetiringCase<RequestRow>>> Requests(CancellationToken cancel)
    {
        var years = (await scope.Ordinance(cancel)).KeepRequestYears;
        var rows = await db.Set<RequestRow>().AsNoTracking()
            .Where(r => (r.State == RequestState.Done || r.State == RequestState.Withdrawn || r.State == RequestState.PassedOn) && r.Settled != null).ToListAsync(cancel);
        return [.. rows.Where(requests.IsWhole).Select(r => new RetiringCase<RequestRow>(r, End(r.Settled!.Value, years, r.Operator))).OrderBy(r => r.Until)];
    }

    /// <summary>The same of incidents, exercises among them.</summary>
    public async Task<IReadOnlyList<RetiringCase<IncidentRow>>> Incidents(CancellationToken cancel)
    {
        var years = (await scope.Ordinance(cancel)).KeepIncidentYears;
        var rows = await db.Set<IncidentRow>().AsNoTracking().Where(i => i.Closed != null).ToListAsync(cancel);
        return [.. rows.Where(incidents.IsWhole).Select(i => new RetiringCase<IncidentRow>(i, End(i.Closed!.Value, years, i.Operator))).OrderBy(i => i.Until)];
    }

    /// <summary>How many requests and incidents were erased. Nothing to do leaves no trace.</summary>
    public async Task<(int Requests, int Incidents)> Erase(CancellationToken cancel)
    {
        var today = clock.Today();
        var (ended, over) = (0, 0);
        foreach (var (row, _) in (await Requests(cancel)).Where(r => today >= r.Until))
            ended += await EraseRequest(row, cancel) ? 1 : 0;
        foreach (var (row, _) in (await Incidents(cancel)).Where(i => today >= i.Until))
            over += await EraseIncident(row, cancel) ? 1 : 0;
        if (ended + over > 0)
        {
            var counts = new ProbeContent("retired", [ended.ToString(CultureInfo.InvariantCulture), over.ToString(CultureInfo.InvariantCulture)]);
            await evidence.Add(EvidenceKind.Act, Subject, counts, Actor.Job(Name, "What the document rules keep no longer."), null, cancel);
        }

        return (ended, over);
    }

    /// <summary>From that day on something closed on a day is not kept any more.</summary>
    public static DateOnly End(DateOnly closed, int years, OperatorKind kind)
    {
        var from = LegalRegime.For(kind, new OrdinanceSettings()).IsPublic ? new DateOnly(closed.Month >= 4 ? closed.Year + 1 : closed.Year, 4, 1) : closed;
        return from.AddYears(years);
    }

    // Only as it was seen: one that was opened again meanwhile stays.
    private async Task<bool> EraseRequest(RequestRow row, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Set<RequestRow>().Where(r => r.No == row.No && r.Mac == row.Mac).ExecuteDeleteAsync(cancel) != 1)
            return false;
        await db.Set<RequestStepRow>().Where(s => s.RequestNo == row.No).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }

    private async Task<bool> EraseIncident(IncidentRow row, CancellationToken cancel)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Set<IncidentRow>().Where(i => i.No == row.No && i.Mac == row.Mac).ExecuteDeleteAsync(cancel) != 1)
            return false;
        await db.Set<IncidentStepRow>().Where(s => s.IncidentNo == row.No).ExecuteDeleteAsync(cancel);
        await db.Set<IncidentAffectedRow>().Where(a => a.IncidentNo == row.No).ExecuteDeleteAsync(cancel);
        await transaction.CommitAsync(cancel);
        return true;
    }
}
