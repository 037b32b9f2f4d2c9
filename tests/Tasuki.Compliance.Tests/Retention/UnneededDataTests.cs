using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Retention;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>A purpose ends, and what it alone needed goes: told first, erased on the day that was told, proved; or kept, and why.</summary>
public sealed class UnneededDataTests
{
    private static readonly DateOnly Ended = new(2026, 11, 2);

    private static readonly StatedPurpose Guidance = new(
        "特定保健指導を行うために使います。", "To give specific health guidance.", "健康（けんこう）の 相談（そうだん）を します。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "保険者が特定保健指導を行うこと。",
        [DataCategory.SpecificCheckup, DataCategory.Medication]);

    private static readonly StatedPurpose Vaccines = Guidance with { Needs = [DataCategory.Medication, DataCategory.Immunization] };

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_only_an_ended_purpose_needed_is_told_and_erased_on_the_day_that_was_told_with_proof(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var (taro, hanako) = (await New(site, "taro", DataCategory.Medication, DataCategory.Immunization), await New(site, "hanako", DataCategory.Immunization));
        Assert.Equal("", await RunOn(site, Ended, on: false));
        await End(site, officer, "vaccines");
        // Medication is needed by the other purpose still.
        await SwitchOn(site, officer, 30);

        Assert.Equal("tell:2", await RunOn(site, new DateOnly(2026, 11, 3)));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 11, 3)));
        var told = Assert.Single(await Told(site, taro));
        Assert.Contains("2026年12月3日", told.Body, StringComparison.Ordinal);
        Assert.Contains("予防接種", told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("薬剤", told.Body, StringComparison.Ordinal);
        Assert.Equal("/take-out", told.Link);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 2)));
        Assert.Equal(2, await Records(site, taro));

        Assert.Equal("erase:2 record:2", await RunOn(site, new DateOnly(2026, 12, 3)));
        Assert.Equal((1, 0), (await Records(site, taro), await Records(site, hanako)));
        Assert.Contains(await Told(site, taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月3日", StringComparison.Ordinal));
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));

        var proofs = await site.Do<EvidenceBook, IReadOnlyList<Evidence<RetentionRun>>>(b => b.History<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(UnneededData.Id), 100, Cancel));
        Assert.Equal("tell:2 erase:2 record:2", string.Join(' ', proofs.Where(p => p.Content.Ended).Reverse().SelectMany(p => p.Content.Done).Select(p => $"{p.Code}:{p.Number}")));
        Assert.All(proofs, p => Assert.True(p.Holds));
        Assert.Null(await site.Vault.FindBreakInLog(Cancel));
        var log = await (await Own(site, taro)).AccessLog(100, Cancel);
        Assert.Contains(log, e => e is { Action: "erase-records", ActorKind: ActorKind.Job, Refused: false });
    }

    [Fact]
    public async Task A_category_counts_as_ended_only_when_every_purpose_is_whole_one_is_in_force_and_none_needs_it()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        Task<string> Look() => site.Do<EndedNeeds, string>(async n => string.Join(' ', (await n.Look(Cancel)).Select(e => $"{e.Key}:{e.Value:yyyy-MM-dd}")));
        Assert.Equal("", await Look());
        await State(site, officer);
        Assert.Equal("", await Look());
        // Narrowed counts as an end, and so does the day of the narrowing.
        site.Clock.Now = Noon(new DateOnly(2026, 11, 5));
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "guidance", 1, Guidance with { Needs = [DataCategory.Medication] }, "一部をやめます。", Cancel))).IsOk);
        Assert.Equal("SpecificCheckup:2026-11-05", await Look());
        site.Clock.Now = Noon(new DateOnly(2026, 11, 6));
        await End(site, officer, "vaccines");
        Assert.Equal("Immunization:2026-11-06 SpecificCheckup:2026-11-05", await Look());
        // Needed again, by whichever purpose.
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "guidance", 2, Guidance with { Needs = [DataCategory.Medication, DataCategory.SpecificCheckup] }, "もどします。", Cancel))).IsOk);
        Assert.Equal("Immunization:2026-11-06", await Look());
        // Where one was altered, nobody knows what it needed.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE purpose_version SET duty = 'x' WHERE code = 'guidance' AND version = 1", Cancel));
        Assert.Equal("", await Look());
    }

    [Fact]
    public async Task A_purpose_the_law_in_force_refuses_needs_its_categories_all_the_same()
    {
        await using var site = await Start(DataStore.Sqlite, OperatorKind.Company);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "diary", Guidance with { Basis = BasisKind.None, BasisName = null, BasisPlace = null, Duty = null, Needs = [DataCategory.Lifelog] }, Cancel))).IsOk);
        await End(site, officer, "vaccines");
        site.Scope.Operator = OperatorKind.Municipality;
        Assert.Equal([DataCategory.Immunization], await site.Do<EndedNeeds, IEnumerable<DataCategory>>(async n => (await n.Look(Cancel)).Keys));
        Assert.False((await site.Do<PurposeBook, KeptPurpose?>(async b => await b.Find("diary", await site.Do<CurrentRegime, LegalRegime>(r => r.Get(Cancel)), Cancel)))!.IsInForce);
    }

    [Fact]
    public async Task Nothing_ends_while_no_purpose_is_in_force()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        await New(site, "taro", DataCategory.Medication);
        await End(site, officer, "vaccines");
        await End(site, officer, "guidance");
        await SwitchOn(site, officer, 30);
        Assert.Equal("", await RunOn(site, new DateOnly(2027, 11, 3)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_has_something_open_or_cannot_be_told_keeps_the_records_and_the_days_begin_anew_for_who_was_not_told(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        var desk = await site.NewStaff(StaffRole.Desk, "officer1", "青木 花");
        await State(site, officer);
        var people = new Dictionary<string, ResidentNo>(StringComparer.Ordinal);
        foreach (var name in new[] { "plain", "asks", "altered", "closing", "nobody" })
            people[name] = await New(site, name, DataCategory.Immunization);
        await site.Do<TasukiDb, int>(db => db.Set<Account>().Where(a => a.ResidentNo == people["nobody"].Value).ExecuteDeleteAsync(Cancel));
        await End(site, officer, "vaccines");
        using (var page = site.As(desk))
        {
            await page.Submit(await page.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("By", "Person"), ("Channel", "Counter"), ("Received", "2026-11-02"), ("Resident", people["asks"].ToString()),
                ("Name", "緑山 花子"), ("Address", "ひびき市本町1-1"), ("Text", "すべて"));
        }

        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:3 | matter:1 unreachable:1", await RunOn(site, new DateOnly(2026, 11, 3), withHeld: true));
        // Two rows were moved by SQL: one to another day, the key of the other.
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE unneeded_told SET erases = '2026-11-04' WHERE key = (SELECT key FROM unneeded_told ORDER BY key LIMIT 1)", Cancel));
        await site.Vault.Close(Actor.Resident(people["closing"]), people["closing"], Cancel);
        Assert.StartsWith("", await RunOn(site, new DateOnly(2026, 11, 4)), StringComparison.Ordinal);
        Assert.Equal(1, await Records(site, people["plain"]));
        Assert.Equal(1, await Records(site, people["altered"]));

        foreach (var day in new[] { new DateOnly(2026, 12, 3), new(2026, 12, 4) })
            await RunOn(site, day);
        Assert.Equal((0, 0, 1, 1), (await Records(site, people["plain"]), await Records(site, people["altered"]), await Records(site, people["asks"]), await Records(site, people["nobody"])));
    }

    [Fact]
    public async Task What_was_told_keeps_its_day_a_purpose_that_comes_back_stops_it_and_an_old_notice_is_given_anew()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 11, 3)));
        await SwitchOn(site, officer, 90);
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "vaccines", 2, Vaccines with { Easy = "べつの 文" }, "続けます。", Cancel))).IsOk);
        Assert.Equal("", await RunOn(site, new DateOnly(2026, 12, 3)));
        await End(site, officer, "vaccines", 3);
        // Another end: told anew, for the new period.
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2026, 12, 4)));
        Assert.Contains(await Told(site, taro), m => m.Body.Contains("2027年3月4日", StringComparison.Ordinal));
        await SwitchOn(site, officer, 30);
        Assert.Equal("", await RunOn(site, new DateOnly(2027, 3, 3)));
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SwitchOff(officer, UnneededData.Id, Cancel))).IsOk);
        site.Clock.Now = Noon(new DateOnly(2027, 4, 10));
        await SwitchOn(site, officer, 30);
        Assert.Equal("tell:1", await RunOn(site, new DateOnly(2027, 4, 10)));
        Assert.Equal("erase:1 record:1", await RunOn(site, new DateOnly(2027, 5, 10)));
    }

    [Fact]
    public async Task A_run_that_dies_between_word_and_mark_tells_nobody_twice()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var people = new List<ResidentNo>();
        for (var i = 0; i < 5; i++)
            people.Add(await New(site, $"kazuo{i}", DataCategory.Immunization));
        await End(site, officer, "vaccines");
        await SwitchOn(site, officer, 30);
        site.Clock.Now = Noon(new DateOnly(2026, 11, 3));
        await site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 2, Cancel));
        await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().ExecuteDeleteAsync(Cancel));
        Assert.Equal("tell:5", await RunOn(site, new DateOnly(2026, 11, 3)));
        site.Clock.Now = Noon(new DateOnly(2026, 12, 3));
        await site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(site.Clock.Now, 30), 0, 2, Cancel));
        Assert.Equal("erase:3 record:3", await RunOn(site, new DateOnly(2026, 12, 3)));
        foreach (var resident in people)
            Assert.Equal(2, (await Told(site, resident)).Count);
    }

    [Fact]
    public async Task Who_closed_the_account_leaves_no_word_of_what_was_told_and_the_rows_name_nobody()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await State(site, officer);
        var taro = await New(site, "taro", DataCategory.Immunization);
        await End(site, officer, "vaccines");
        await SwitchOn(site, officer, 30);
        await RunOn(site, new DateOnly(2026, 11, 3));
        var row = await site.Do<TasukiDb, ToldRow>(db => db.Set<ToldRow>().AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(-1, row.Key.AsSpan().IndexOf(Encoding.ASCII.GetBytes(taro.ToString())));
        await site.Do<IEnumerable<IResidentErasure>, bool>(async all => { await all.OfType<EraseTold>().Single().Erase(taro, Cancel); return true; });
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
    }

    private static DateTimeOffset Noon(DateOnly day) => TokyoDay.StartOf(day).AddHours(12);

    private static async Task State(RegimeSite site, StaffMember officer)
    {
        foreach (var (code, stated) in new[] { ("guidance", Guidance), ("vaccines", Vaccines) })
            Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, code, stated, Cancel))).IsOk);
    }

    private static async Task End(RegimeSite site, StaffMember officer, string code, int seen = 1) =>
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.End(officer, code, seen, "事業の終了", Cancel))).IsOk);

    private static async Task<ResidentNo> New(RegimeSite site, string name, params DataCategory[] categories)
    {
        var resident = await site.NewResident(name);
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        Assert.True((await session.Write([.. categories.Select((c, i) => new NewRecord(
            CanonicalResource.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"Observation","identifier":[{"system":"urn:test","value":"{{name}}{{i}}"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueInteger":5}""")).Value,
            new RecordOrigin(SourceKind.MedicalInstitution, "みどり内科", null, null, site.Clock.Now), c))], Cancel)).IsOk);
        return resident;
    }

    private static async Task<Session> Own(RegimeSite site, ResidentNo resident) => (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;

    // Those this test wrote.
    private static async Task<int> Records(RegimeSite site, ResidentNo resident) =>
        (await (await Own(site, resident)).Search(new RecordQuery(), Cancel)).Value.Records.Count(r => r.Type == "Observation");

    private static async Task SwitchOn(RegimeSite site, StaffMember officer, int days)
    {
        Assert.True((await site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(officer, UnneededData.Id, days, Cancel))).IsOk);
        await site.Do<RetentionBook, bool>(async b =>
        {
            await site.Do<RunRetention, bool>(async r => { await r.LookAt((await b.Find(UnneededData.Id, Cancel))!, officer.Actor, officer.No, Cancel); return true; });
            return (await b.SwitchOn(officer, UnneededData.Id, (await b.Find(UnneededData.Id, Cancel))!.Look!.No, Cancel)).IsOk ? true : throw new InvalidOperationException("not switched on");
        });
    }

    /// <summary>Runs the rule on that day; the dry run right before says the same.</summary>
    private static async Task<string> RunOn(RegimeSite site, DateOnly day, bool withHeld = false, bool on = true)
    {
        if (Noon(day) > site.Clock.Now)
            site.Clock.Now = Noon(day);
        await using var scope = site.Services.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<RetentionBook>().Find(UnneededData.Id, Cancel))!;
        var dry = await kept.Rule.Count(scope.ServiceProvider, new RetentionAsk(site.Clock.Now, kept.Period), Cancel);
        if (!on)
            return KeptNumbers.Text(dry.Due);
        var run = (await scope.ServiceProvider.GetRequiredService<RunRetention>().Run(kept, Actor.Job("test", "A test."), null, Cancel)).Value;
        Assert.Equal(KeptNumbers.Text(dry.Due.OrderBy(p => p.Code, StringComparer.Ordinal)), KeptNumbers.Text(run.Done));
        Assert.True(run.IsWhole);
        return KeptNumbers.Text(run.Done) + (withHeld ? $" | {KeptNumbers.Text(dry.Held)}" : "");
    }

    private static Task<IReadOnlyList<InboxMessage>> Told(RegimeSite site, ResidentNo resident) => site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel));
}
