using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Tasuki.Web;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Purposes;

/// <summary>What a municipality may use for something else than it was taken for, or give away (Act art. 69).</summary>
public sealed class OtherUseTests
{
    private static readonly StatedPurpose Guidance = new(
        "特定保健指導を行うために使います。", "To give specific health guidance.", "健康（けんこう）の 相談（そうだん）を します。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "保険者が特定保健指導を行うこと。",
        [DataCategory.SpecificCheckup]);

    private static readonly StatedPurpose Statistics = Guidance with
    {
        Japanese = "地域の健康の統計を作るために使います。", English = "To make statistics of the town's health.", Easy = "まちの けんこうの 数（かず）を 調（しら）べます。", BasisName = "健康増進法", BasisPlace = "第16条", Duty = "生活習慣病の発生の状況を把握すること。",
    };

    private static readonly OtherUse Ground = new(OtherUseGround.Special, "統計だけに使い、だれの値かは残しません。", Harms: false);

    public static TheoryData<OperatorKind, bool> Operators => new(Enum.GetValues<OperatorKind>().Select(k => (k, k is OperatorKind.Municipality or OperatorKind.WideAreaUnion)));

    [Theory, MemberData(nameof(Operators))]
    public async Task Once_data_is_held_a_purpose_that_is_added_waits_for_its_ground(OperatorKind kind, bool asked)
    {
        await using var site = await Start(DataStore.Sqlite, kind);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        Assert.Null(await State("guidance", Guidance));
        await site.NewResident();

        Assert.Equal(asked ? "purpose.ground" : null, await State("statistics", Statistics));
        // Stated as another use it needs all of it, whoever runs the service.
        Assert.Equal("purpose.ground", await State("a1", Statistics with { Other = Ground with { Why = " " } }));
        Assert.Equal("purpose.ground", await State("a2", Statistics with { Other = Ground with { Ground = (OtherUseGround)9 } }));
        foreach (var ground in Enum.GetValues<OtherUseGround>())
            Assert.NotNull(await State("a3", Statistics with { Other = Ground with { Ground = ground, Harms = true } }));
        foreach (var ground in Enum.GetValues<OtherUseGround>().Where(g => g is not OtherUseGround.None))
            Assert.Null(await State($"b{(int)ground}", Statistics with { Other = Ground with { Ground = ground } }));

        async Task<string?> State(string code, StatedPurpose stated) => (await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, code, stated, Cancel))).Error?.Code;
    }

    // A note stands on pages that read for themselves while it does.
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_stands_beside_a_form_is_read_apart_from_what_its_page_reads(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "guidance", Guidance, Cancel))).IsOk);
        await using var page = site.Services.CreateAsyncScope();
        await using var reading = page.ServiceProvider.GetRequiredService<TasukiDb>().Database.SqlQueryRaw<int>("select 1 as \"Value\" union all select 2").AsAsyncEnumerable().GetAsyncEnumerator(Cancel);
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal([Guidance.Japanese], await page.ServiceProvider.GetRequiredService<IStatedPurposes>().InForce(Cancel), StringComparer.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_page_asks_and_what_it_took_is_published_and_stays_with_every_later_text(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        using var desk = site.As(officer);
        Assert.DoesNotContain("name=\"Ground\"", (await desk.Get("/staff/purposes/new")).Text, StringComparison.Ordinal);
        await site.NewResident();

        var page = await desk.Get("/staff/purposes/new");
        Assert.Contains("もう情報を預かっています", page.Text, StringComparison.Ordinal);
        Assert.Contains("法第69条のどの理由によるか", (await Send()).Text, StringComparison.Ordinal);
        Assert.Contains("不当に害するおそれのある利用や提供は、できません", (await Send(("Ground", "Special"), ("GroundWhy", Ground.Why!), ("Harms", "yes"))).Text, StringComparison.Ordinal);
        Assert.Contains("不当に害するおそれのある利用や提供は、できません", (await Send(("Ground", "Special"), ("GroundWhy", Ground.Why!))).Text, StringComparison.Ordinal);
        Assert.StartsWith("/staff/purposes?done=state", (await Send(("Ground", "Special"), ("GroundWhy", Ground.Why!), ("Harms", "no"))).Path, StringComparison.Ordinal);

        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "statistics", 1, Statistics with { Easy = "べつの 文" }, "同じ事務の中です。", Cancel))).IsOk);
        using var visitor = site.Visitor();
        var published = (await visitor.Get("/purposes")).Text;
        Assert.Contains("同第4号", published, StringComparison.Ordinal);
        Assert.Contains(Ground.Why!, published, StringComparison.Ordinal);

        // A ground that SQL took away, or put there, publishes nothing.
        await site.Do<TasukiDb, int>(db => Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(db.Database, "UPDATE purpose_version SET ground = 0, ground_why = NULL", Cancel));
        Assert.DoesNotContain(Statistics.Japanese!, (await visitor.Get("/purposes")).Text, StringComparison.Ordinal);

        Task<Answer> Send(params (string Name, string Value)[] fields) => desk.Submit(page, "name=\"What\"",
        [
            ("What", "state"), ("NewCode", "statistics"), ("Ja", Statistics.Japanese!), ("En", Statistics.English!), ("Easy", Statistics.Easy!), ("Basis", "Law"), ("BasisName", Statistics.BasisName!), ("BasisPlace", Statistics.BasisPlace!),
            ("Duty", Statistics.Duty!), ("Needs", "SpecificCheckup"), .. fields,
        ]);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Whatever_is_stated_nobody_in_the_office_opens_records_by_it(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        var person = await site.NewResident();
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "statistics", Statistics with { Other = Ground }, Cancel))).IsOk);
        string[] purposes =
        [
            "statistics", Purpose.OwnUse, Purpose.Import, Purpose.Export, Purpose.Closure, Purpose.Care, Purpose.CareEntry, Purpose.AppUse, Purpose.AppEntry, Purpose.AccountRecovery, Purpose.LegalRequest, Purpose.Operation,
        ];
        foreach (var purpose in purposes)
        {
            Assert.False((await site.Vault.Open(officer.Actor, person, purpose, Cancel)).IsOk, purpose);
            // A job without a reason, an app nobody connected and a clinic nobody shares with are not let in either.
            foreach (var other in new[] { Actor.Job("statistics", " "), Actor.Application("1"), Actor.Clinician("1"), Actor.Operator("operator", "") })
                Assert.False((await site.Vault.Open(other, person, purpose, Cancel)).IsOk, $"{other.Kind} {purpose}");
        }
    }
}
