using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
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

/// <summary>A municipality with two purposes, <c>guidance</c> and <c>vaccines</c>, of which vaccinations need the second alone, and an administrator.</summary>
internal sealed class UnneededWorld : IAsyncDisposable
{
    /// <summary>The day on which <see cref="End"/> ends a purpose, unless a test moved on.</summary>
    public static readonly DateOnly Today = new(2026, 11, 2);

    public static readonly StatedPurpose Guidance = new(
        "特定保健指導を行うために使います。", "To give specific health guidance.", "健康（けんこう）の 相談（そうだん）を します。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "保険者が特定保健指導を行うこと。",
        [DataCategory.SpecificCheckup, DataCategory.Medication]);

    public static readonly StatedPurpose Vaccines = Guidance with { Needs = [DataCategory.Medication, DataCategory.Immunization] };

    private UnneededWorld(RegimeSite site, StaffMember officer) => (Site, Officer) = (site, officer);

    public RegimeSite Site { get; }

    public StaffMember Officer { get; }

    /// <summary>Those <see cref="Ended"/> was asked for.</summary>
    public IReadOnlyList<ResidentNo> People { get; private set; } = [];

    /// <summary>With nothing stated yet.</summary>
    public static async Task<UnneededWorld> Start(DataStore store, OperatorKind kind = OperatorKind.Municipality)
    {
        var site = await RegimeSite.Start(store, kind);
        return new UnneededWorld(site, await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"));
    }

    /// <summary>Each of these has a vaccination; today the purpose ended, two officers decided that vaccinations go, and the rule is on with 30 days.</summary>
    public static async Task<UnneededWorld> Ended(DataStore store, params string[] people)
    {
        var world = await Start(store);
        await world.State();
        var all = new List<ResidentNo>();
        foreach (var name in people)
            all.Add(await world.New(name, DataCategory.Immunization));
        world.People = all;
        await world.End("vaccines");
        await world.Decide(DataCategory.Immunization);
        await world.SwitchOn(30);
        return world;
    }

    public static DateTimeOffset Noon(DateOnly day) => TokyoDay.StartOf(day).AddHours(12);

    /// <summary>States both purposes.</summary>
    public async Task State()
    {
        foreach (var (code, stated) in new[] { ("guidance", Guidance), ("vaccines", Vaccines) })
            Assert.True((await Site.Do<KeepPurposes, Result<Done>>(k => k.State(Officer, code, stated, Cancel))).IsOk);
    }

    public async Task End(string code, int seen = 1) =>
        Assert.True((await Site.Do<KeepPurposes, Result<Done>>(k => k.End(Officer, code, seen, "事業の終了", Cancel))).IsOk);

    /// <summary>Two officers decide that the category goes.</summary>
    public async Task Decide(DataCategory category)
    {
        Assert.True((await Site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(Officer, category, Cancel))).IsOk);
        var second = await Site.NewStaff(StaffRole.Administrator, $"second{await Site.Do<EvidenceBook, long>(b => b.Last(EvidenceKind.Act, Cancel))}", "赤木 久");
        Assert.True((await Site.Do<ErasureDecisions, Result<Done>>(async d => await d.Confirm(second, category, (await d.All(Cancel)).Single(x => x.Need.Category == category).No, Cancel))).IsOk);
    }

    public async Task<ResidentNo> New(string name, params DataCategory[] categories)
    {
        var resident = await Site.NewResident(name);
        await Write(resident, name, categories);
        return resident;
    }

    public async Task Write(ResidentNo resident, string name, params DataCategory[] categories)
    {
        var session = (await Site.Vault.Open(Actor.Resident(resident), resident, Purpose.Import, Cancel)).Value;
        Assert.True((await session.Write([.. categories.Select((c, i) => new NewRecord(
            CanonicalResource.Parse(Encoding.UTF8.GetBytes($$"""{"resourceType":"Observation","identifier":[{"system":"urn:test","value":"{{name}}{{i}}"}],"status":"final","code":{"coding":[{"system":"http://loinc.org","code":"8867-4"}]},"valueInteger":5}""")).Value,
            new RecordOrigin(SourceKind.MedicalInstitution, "みどり内科", null, null, Site.Clock.Now), c))], Cancel)).IsOk);
    }

    public async Task<Session> Own(ResidentNo resident) => (await Site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;

    /// <summary>How many of those that <see cref="Write"/> wrote are left.</summary>
    public async Task<int> Records(ResidentNo resident) =>
        (await (await Own(resident)).Search(new RecordQuery(), Cancel)).Value.Records.Count(r => r.Type == "Observation");

    public async Task SwitchOn(int days)
    {
        Assert.True((await Site.Do<RetentionBook, Result<Done>>(b => b.SetPeriod(Officer, UnneededData.Id, days, Cancel))).IsOk);
        await Site.Do<RetentionBook, bool>(async b =>
        {
            await Site.Do<RunRetention, bool>(async r => { await r.LookAt((await b.Find(UnneededData.Id, Cancel))!, Officer.Actor, Officer.No, Cancel); return true; });
            return (await b.SwitchOn(Officer, UnneededData.Id, (await b.Find(UnneededData.Id, Cancel))!.Look!.No, Cancel)).IsOk ? true : throw new InvalidOperationException("not switched on");
        });
    }

    /// <summary>Runs the rule on that day; the dry run right before says the same.</summary>
    public async Task<string> RunOn(DateOnly day, bool withHeld = false, bool on = true)
    {
        if (Noon(day) > Site.Clock.Now)
            Site.Clock.Now = Noon(day);
        await using var scope = Site.Services.CreateAsyncScope();
        var kept = (await scope.ServiceProvider.GetRequiredService<RetentionBook>().Find(UnneededData.Id, Cancel))!;
        var dry = await kept.Rule.Count(scope.ServiceProvider, new RetentionAsk(Site.Clock.Now, kept.Period), Cancel);
        if (!on)
            return KeptNumbers.Text(dry.Due);
        var run = (await scope.ServiceProvider.GetRequiredService<RunRetention>().Run(kept, Actor.Job("test", "A test."), null, Cancel)).Value;
        Assert.Equal(KeptNumbers.Text(dry.Due.OrderBy(p => p.Code, StringComparer.Ordinal)), KeptNumbers.Text(run.Done));
        Assert.True(run.IsWhole);
        return KeptNumbers.Text(run.Done) + (withHeld ? $" | {KeptNumbers.Text(dry.Held)}" : "");
    }

    public Task<IReadOnlyList<InboxMessage>> Told(ResidentNo resident) => Site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel));

    public Task<int> Sql(string sql) => Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, Cancel));

    public ValueTask DisposeAsync() => Site.DisposeAsync();
}
