using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Probes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Sheets;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Evidence;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Controls;

/// <summary>Each probe is green while its thing holds and turns red when the thing is broken.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task Staff_without_a_second_factor_unused_accounts_and_a_review_that_is_due_are_red()
    {
        await using var site = await Start(DataStore.Sqlite);
        var administrator = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        Assert.Equal((true, "all"), await Look(site, "staff.second-factor"));
        await Sql(site, "update account set totp_seed = null");
        Assert.Equal((false, "without"), await Look(site, "staff.second-factor"));

        Assert.Equal((true, "none"), await Look(site, "staff.unused"));
        Assert.Equal((false, "never"), await Look(site, "staff.rights-review"));
        await site.Do<ChangeStaff, object>(async c => await c.Sign(administrator, Cancel));
        Assert.Equal((true, "until"), await Look(site, "staff.rights-review"));
        site.Clock.Now += TimeSpan.FromDays(91);
        Assert.Equal((false, "unused"), await Look(site, "staff.unused"));
        site.Clock.Now += TimeSpan.FromDays(150);
        Assert.Equal((false, "due"), await Look(site, "staff.rights-review"));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task An_erasure_that_is_late_and_a_job_that_gave_up_are_red(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        Assert.Equal((true, "done"), await Look(site, "erasure.done"));
        Assert.True((await site.Vault.Close(Actor.Resident(resident), resident, Cancel)).IsOk);
        site.Clock.Now += TimeSpan.FromDays(16);
        Assert.Equal((false, "overdue"), await Look(site, "erasure.done"));

        Assert.Equal((false, "idle"), await Look(site, "jobs.run"));
        await AddJob(site, JobState.Done);
        Assert.Equal((true, "run"), await Look(site, "jobs.run"));
        await AddJob(site, JobState.Failed);
        Assert.Equal((false, "stuck"), await Look(site, "jobs.run"));
    }

    [Fact]
    public async Task A_scope_nobody_decided_and_one_that_is_old_are_red_and_so_is_a_clock_that_went_back()
    {
        await using var site = await Start(DataStore.Sqlite);
        Assert.Equal((false, "undecided"), await Look(site, "scope.decided"));
        await site.Do<ScopeBook, bool>(async b => { await Decide(b); return true; });
        Assert.Equal((true, "decided"), await Look(site, "scope.decided"));
        Assert.Equal((true, "forward"), await Look(site, "clock.forward"));
        site.Clock.Now -= TimeSpan.FromHours(1);
        Assert.Equal((false, "back"), await Look(site, "clock.forward"));
        site.Clock.Now += TimeSpan.FromDays(367);
        Assert.Equal((false, "old"), await Look(site, "scope.decided"));
    }

    [Fact]
    public async Task A_backup_that_is_missing_old_or_was_never_put_back_is_red()
    {
        await using var site = await Start(DataStore.Sqlite);
        var by = Actor.Operator("結城", "試し");
        Assert.Equal((false, "never"), await Look(site, "backup.tried"));
        await site.Do<Comply, bool>(async c => { await c.NoteBackup(by, "b1", Cancel); return true; });
        Assert.Equal((false, "untried"), await Look(site, "backup.tried"));
        await site.Do<Comply, bool>(async c => { await c.NoteDrill(by, "b1", 10, 1, logIsWhole: true, Cancel); return true; });
        Assert.Equal((false, "drill-failed"), await Look(site, "backup.tried"));
        await site.Do<Comply, bool>(async c => { await c.NoteDrill(by, "b1", 10, 0, logIsWhole: true, Cancel); return true; });
        Assert.Equal((true, "kept"), await Look(site, "backup.tried"));
        site.Clock.Now += TimeSpan.FromDays(8);
        Assert.Equal((false, "old"), await Look(site, "backup.tried"));
        site.Clock.Now += TimeSpan.FromDays(200);
        await site.Do<Comply, bool>(async c => { await c.NoteBackup(by, "b2", Cancel); return true; });
        Assert.Equal((false, "drill-old"), await Look(site, "backup.tried"));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_record_that_lies_in_clear_is_red(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await site.NewResident();
        Assert.Equal((true, "sealed"), await Look(site, "records.sealed"));
        var clear = string.Concat(Enumerable.Repeat("{\"resourceType\":\"Observation\"}  ", 4));
        await RecordSql(site, $"update record set body = {(store is DataStore.Sqlite ? $"x'{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(clear))}'" : $"'\\x{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(clear))}'::bytea")} where resident_no = {resident}");
        Assert.Equal((false, "clear"), await Look(site, "records.sealed"));
    }

    [Fact]
    public async Task Keys_that_were_not_changed_for_days_are_red()
    {
        await using var site = await Start(DataStore.Sqlite);
        Assert.Equal((true, "young"), await Look(site, "keys.age"));
        site.Clock.Now += TimeSpan.FromDays(3);
        Assert.Equal((false, "old"), await Look(site, "keys.age"));
        Assert.True((await site.Vault.RotateEpoch(Actor.Job("test", "A test."), now: false, Cancel)).IsOk);
        Assert.Equal((true, "young"), await Look(site, "keys.age"));
    }

    [Fact]
    public async Task An_answer_without_TLS_or_without_its_headers_is_red_until_two_hours_later()
    {
        var clock = new RegimeClock();
        var traffic = new TrafficWatch(clock);
        var secure = Options.Create(new WebOptions { SecureCookies = true });
        Assert.Equal("cookies", (await new TlsProbe(traffic, Options.Create(new WebOptions { SecureCookies = false })).Look(Cancel)).Code);
        traffic.Note(Answer("https", "203.0.113.5", guarded: true));
        traffic.Note(Answer("http", "127.0.0.1", guarded: true));
        Assert.True((await new TlsProbe(traffic, secure).Look(Cancel)).Holds);
        Assert.True((await new HeadersProbe(traffic).Look(Cancel)).Holds);
        traffic.Note(Answer("http", "203.0.113.5", guarded: false));
        Assert.Equal(["1", "3"], (await new TlsProbe(traffic, secure).Look(Cancel)).Values);
        Assert.Equal("missing", (await new HeadersProbe(traffic).Look(Cancel)).Code);
        clock.Now += TimeSpan.FromHours(1);
        Assert.False((await new TlsProbe(traffic, secure).Look(Cancel)).Holds);
        clock.Now += TimeSpan.FromHours(1);
        Assert.True((await new TlsProbe(traffic, secure).Look(Cancel)).Holds);
    }

    [Fact]
    public async Task Every_probe_names_rows_of_the_catalogue_and_has_a_sentence_for_all_it_can_say()
    {
        await using var site = await Start(DataStore.Sqlite);
        var catalogue = site.Services.GetRequiredService<Compliance.Catalogue.RequirementCatalogue>();
        var probes = site.Services.GetServices<ProbeEntry>().ToList();
        Assert.Equal(probes.Count, probes.Select(p => p.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(probes.SelectMany(p => p.Requirements), id => Assert.NotNull(catalogue.Find(id)));
        await using var scope = site.Services.CreateAsyncScope();
        foreach (var probe in probes)
            Assert.NotEmpty(probe.Words(scope.ServiceProvider, $"probe-{probe.Id}", []));
        // What each says now, in both states this test can see, has its sentence.
        var found = await site.Do<LookAtEverything, IReadOnlyList<(ProbeEntry Probe, Finding Finding)>>(l => l.Run(Actor.Job("test", "A test."), null, Cancel));
        foreach (var (probe, finding) in found)
            Assert.NotEmpty(probe.Words(scope.ServiceProvider, $"probe-{probe.Id}-{finding.Code}", finding.Values));
    }

    private static async Task<(bool Holds, string Code)> Look(RegimeSite site, string id)
    {
        await using var scope = site.Services.CreateAsyncScope();
        var found = await site.Services.GetServices<ProbeEntry>().Single(p => p.Id == id).Look(scope.ServiceProvider, Cancel);
        return (found.Holds, found.Code);
    }

    internal static Task Decide(ScopeBook book) => book.Decide(
        new ScopeDecision(
            new ServiceScope(OperatorKind.Municipality, ProviderType.ProvidesOnly, DeliveryForm.PublicBodyToPerson, ServiceFunctions.View, HostingPlace.OwnMachines, Mynaportal: false, Institutions: false),
            [(int)DataCategory.SpecificCheckup], "", null, new OrdinanceSettings()),
        Actor.Job("test", "A test."), null, Cancel);

    private static Task AddJob(RegimeSite site, JobState state) => site.Do<TasukiDb, int>(db =>
    {
        db.Set<Job>().Add(new Job { Kind = "test.job", Key = state.ToString(), Due = site.Clock.Now, State = state });
        return db.SaveChangesAsync(Cancel);
    });

    private static HttpContext Answer(string scheme, string from, bool guarded)
    {
        var context = new DefaultHttpContext();
        context.Request.Scheme = scheme;
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        if (guarded)
            (context.Response.Headers.ContentSecurityPolicy, context.Response.Headers.XContentTypeOptions) = ("default-src 'none'", "nosniff");
        return context;
    }

    private static Task Sql(RegimeSite site, string sql) => site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));

    private static Task RecordSql(RegimeSite site, string sql) => site.Raw(site.Options.Records, sql);
}
