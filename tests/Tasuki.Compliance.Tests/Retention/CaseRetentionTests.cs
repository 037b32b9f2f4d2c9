using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Incidents;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Requests;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;
using static Tasuki.Compliance.Tests.Requests.OwnRequestTests;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>What was closed longer ago than the document rules keep it is erased; what is open never is.</summary>
public sealed class CaseRetentionTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_is_closed_is_erased_when_its_years_are_over_with_evidence_and_what_is_open_stays(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var person = site.As(await site.NewResident());
        using var desk = site.As(officer);
        using var keeper = site.As(admin);
        var (closed, open) = (await File(person, RequestKind.Disclosure), await File(person, RequestKind.Disclosure));
        Assert.True((await site.Do<WorkOnRequest, Result<Done>>(w => w.Withdraw(officer, closed, "取下げ", Cancel))).IsOk);
        await desk.Submit(
            await desk.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("Channel", "Post"), ("By", "Person"), ("Received", "2026-11-02"), ("Name", "灰田 一"), ("Address", "ひびき市"), ("Text", "開示"));
        var noAccount = (await site.Do<RequestBook, (IReadOnlyList<RequestRow> Rows, int)>(b => b.All(Cancel))).Rows.Single(r => r.ResidentNo is null).Number;
        Assert.True((await site.Do<WorkOnRequest, Result<Done>>(w => w.Withdraw(officer, noAccount, "取下げ", Cancel))).IsOk);
        var (over, running) = (await Incident(site, admin), await Incident(site, admin));
        await site.Do<TasukiDb, int>(async db =>
        {
            foreach (var no in await db.Set<IncidentRow>().Select(i => i.No).ToListAsync(Cancel))
                db.Add(new IncidentAffectedRow { IncidentNo = no, Step = 1, Content = [1] });
            return await db.SaveChangesAsync(Cancel);
        });
        Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Classify(
            admin, over, new IncidentClass(IncidentEvent.NoBreach, IncidentCause.Fault, false, new BreachFacts(false, false, false, false, false, null), []), Cancel))).IsOk);
        Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Decide(admin, over, IncidentDecision.NoReport, "停止だけ", Cancel))).IsOk);
        Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Close(admin, over, "復旧", Cancel))).IsOk);

        // Three years from the April after: the day before nothing goes. And nothing goes that nobody switched on.
        await On(site, admin, ClosedRequests.Id, 3);
        await On(site, admin, ClosedIncidents.Id, 5);
        At(site, new DateOnly(2030, 3, 31));
        Assert.Equal((0, 0), await Erase(site));
        At(site, new DateOnly(2030, 4, 1));
        await site.Do<RunRetention, Error?>(r => r.Look(admin.Actor, admin.No, Cancel));
        Assert.Contains("終わった請求 2", (await keeper.Get("/staff/retention")).Text, StringComparison.Ordinal);
        Assert.Equal(3, await site.Do<TasukiDb, int>(db => db.Set<RequestRow>().CountAsync(Cancel)));
        Assert.Equal((2, 0), await Erase(site));
        Assert.Equal(open, Assert.Single((await site.Do<RequestBook, (IReadOnlyList<RequestRow> Rows, int)>(b => b.All(Cancel))).Rows).Number);
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<RequestStepRow>().CountAsync(Cancel)));
        At(site, new DateOnly(2032, 4, 1));
        Assert.Equal((0, 1), await Erase(site));
        Assert.Equal(running, Assert.Single((await site.Do<IncidentBook, (IReadOnlyList<IncidentRow> Real, IReadOnlyList<IncidentRow>, int)>(b => b.All(Cancel))).Real).Number);
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<IncidentStepRow>().CountAsync(Cancel)));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<IncidentAffectedRow>().CountAsync(Cancel)));
        At(site, new DateOnly(2060, 1, 1));
        Assert.Equal((0, 0), await Erase(site));

        var proof = await site.Do<EvidenceBook, IReadOnlyList<Evidence<RetentionRun>>>(b => b.History<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(ClosedRequests.Id), 99, Cancel));
        Assert.Equal(2, proof.Where(p => p.Content.Ended).Sum(p => p.Content.Went));
        Assert.All(proof.Where(p => p.Content.Ended), p => Assert.True(p.Holds && p.Content.IsWhole));
        Assert.True((await desk.Get("/staff/retention")).IsRefused);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Nothing_goes_while_the_rule_is_off_and_what_is_overdue_then_is_not_red(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var person = site.As(await site.NewResident());
        Assert.True((await site.Do<WorkOnRequest, Result<Done>>(async w => await w.Withdraw(officer, await File(person, RequestKind.Disclosure), "取下げ", Cancel))).IsOk);
        At(site, new DateOnly(2040, 4, 1));
        Assert.Equal((0, 0), await Erase(site));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<RequestRow>().CountAsync(Cancel)));
        var kept = (await site.Do<RetentionBook, KeptRule?>(b => b.Find(ClosedRequests.Id, Cancel)))!;
        Assert.Equal((false, 1L, 1L), (kept.On, kept.Look!.Content.Found.Total, kept.Look.Content.Found.Overdue));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_years_are_the_operators_and_one_that_was_altered_is_left_alone(DataStore store)
    {
        await using var site = await Start(store, OperatorKind.Company);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var person = site.As(await site.NewResident());
        var (whole, altered) = (await File(person, RequestKind.Stop), await File(person, RequestKind.Stop));
        foreach (var number in new[] { whole, altered })
            Assert.True((await site.Do<WorkOnRequest, Result<Done>>(w => w.Withdraw(officer, number, "取下げ", Cancel))).IsOk);
        await On(site, admin, ClosedRequests.Id, 1);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE legal_request SET settled = '2020-01-01' WHERE number = {0}", [altered], Cancel));
        At(site, new DateOnly(2027, 11, 1));
        Assert.Equal((0, 0), await Erase(site));
        At(site, new DateOnly(2027, 11, 2));
        Assert.Equal((1, 0), await Erase(site));
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<RequestRow>().CountAsync(Cancel)));
        Assert.Equal("altered", Assert.Single((await site.Do<RetentionBook, KeptRule?>(b => b.Find(ClosedRequests.Id, Cancel)))!.Look!.Content.Found.Held).Code);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Incidents_go_a_few_at_a_time_and_one_that_was_altered_stays(DataStore store)
    {
        await using var site = await Start(store, OperatorKind.Company);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        for (var i = 0; i < 3; i++)
        {
            var one = await Incident(site, admin);
            Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Classify(
                admin, one, new IncidentClass(IncidentEvent.NoBreach, IncidentCause.Fault, false, new BreachFacts(false, false, false, false, false, null), []), Cancel))).IsOk);
            Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Decide(admin, one, IncidentDecision.NoReport, "停止だけ", Cancel))).IsOk);
            Assert.True((await site.Do<WorkOnIncident, Result<Done>>(w => w.Close(admin, one, "復旧", Cancel))).IsOk);
            if (i == 1)
                await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE incident SET closed = '2020-01-01' WHERE number = {0}", [one], Cancel));
        }

        var closed = TokyoDay.Of(site.Clock.Now);
        RetentionAsk Ask(DateOnly day) => new(TokyoDay.StartOf(day).AddHours(12), 5);
        var due = closed.AddYears(5);
        var counted = await site.Do<ClosedIncidents, RetentionCount>(c => c.Count(Ask(due.AddDays(1)), Cancel));
        Assert.Equal((2L, 0L, "altered"), (counted.Total, counted.Overdue, Assert.Single(counted.Held).Code));
        Assert.Equal(2L, (await site.Do<ClosedIncidents, RetentionCount>(c => c.Count(Ask(due.AddDays(CaseEnd.Late)), Cancel))).Overdue);

        var (went, after) = (0L, (long?)0);
        for (var batches = 0; after is { } from; batches++)
        {
            Assert.True(batches < 5);
            var batch = await site.Do<ClosedIncidents, RetentionBatch>(c => c.Erase(Ask(due), from, 1, Cancel));
            (went, after) = (went + batch.Done.Sum(d => d.Number), batch.Next);
        }

        Assert.Equal(2, went);
        Assert.Equal(1, await site.Do<TasukiDb, int>(db => db.Set<IncidentRow>().CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("2026-03-31", OperatorKind.Municipality, "2029-04-01")]
    [InlineData("2026-04-01", OperatorKind.Municipality, "2030-04-01")]
    [InlineData("2026-04-01", OperatorKind.Company, "2029-04-01")]
    [InlineData("2024-02-29", OperatorKind.Company, "2027-02-28")]
    public void A_municipality_counts_from_april_and_a_company_from_the_day(string closed, OperatorKind kind, string end) =>
        Assert.Equal(DateOnly.Parse(end, System.Globalization.CultureInfo.InvariantCulture), CaseEnd.Of(DateOnly.Parse(closed, System.Globalization.CultureInfo.InvariantCulture), 3, kind));

    private static void At(RegimeSite site, DateOnly day) => site.Clock.Now = TokyoDay.StartOf(day).AddHours(12);

    // The daily run, and how many it took away.
    private static async Task<(int Requests, int Incidents)> Erase(RegimeSite site)
    {
        var before = await Rows();
        Assert.True((await site.Do<RunRetention, Result<Done>>(r => r.Run(new JobWork(1, "period 1", null, null, 1), Cancel))).IsOk);
        var after = await Rows();
        return (before.Requests - after.Requests, before.Incidents - after.Incidents);

        Task<(int Requests, int Incidents)> Rows() => site.Do<TasukiDb, (int, int)>(async db => (await db.Set<RequestRow>().CountAsync(Cancel), await db.Set<IncidentRow>().CountAsync(Cancel)));
    }

    private static async Task On(RegimeSite site, StaffMember admin, string rule, int years)
    {
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(admin, rule, years, Cancel))).IsOk);
        await site.Do<RunRetention, Error?>(r => r.Look(admin.Actor, admin.No, Cancel));
        Assert.True((await site.Do<RetentionBook, Result<Done>>(async b => await b.SwitchOn(admin, rule, (await b.Find(rule, Cancel))!.Look!.No, Cancel))).IsOk);
    }

    private static async Task<string> Incident(RegimeSite site, StaffMember admin) =>
        (await site.Do<ReportIncident, Result<string>>(r => r.Report(admin, new NewIncident("停止", "概要", site.Clock.Now.AddHours(-1), false), Cancel))).Value;
}
