using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Purposes;

/// <summary>What an operator may use data for, and what is published of it.</summary>
public sealed class PurposeRegimeTests
{
    private static readonly StatedPurpose Improving = new("サービスの改善のために使います。", "To improve the service.", "サービスを よく します。", BasisKind.None, null, null, null, [DataCategory.Lifelog]);

    private static readonly StatedPurpose Guidance = new(
        "特定保健指導を行うために使います。", "To give specific health guidance.", "健康（けんこう）の 相談（そうだん）を します。", BasisKind.Law, "高齢者の医療の確保に関する法律", "第24条", "保険者が特定保健指導を行うこと。",
        [DataCategory.SpecificCheckup]);

    [Theory]
    [InlineData(OperatorKind.Municipality, "purpose.improvement")]
    [InlineData(OperatorKind.WideAreaUnion, "purpose.improvement")]
    [InlineData(OperatorKind.Company, null)]
    [InlineData(OperatorKind.EntrustedCompany, null)]
    [InlineData(OperatorKind.MunicipalHospital, null)]
    [InlineData(OperatorKind.PrivateMedicalInstitution, null)]
    [InlineData(OperatorKind.HealthInsuranceSociety, null)]
    [InlineData(OperatorKind.NationalHealthInsuranceSociety, null)]
    public void Making_the_service_better_is_no_purpose_of_a_municipality(OperatorKind kind, string? refusal) => Assert.Equal(refusal, Improving.Under(Of(kind)).Error?.Code);

    [Theory]
    [InlineData(BasisKind.None, null, null, null, "purpose.basis")]
    [InlineData(BasisKind.Law, "健康増進法", null, "住民の健康の増進", "purpose.basis")]
    [InlineData(BasisKind.Law, "健康増進法", "第17条", " ", "purpose.basis")]
    [InlineData(BasisKind.Law, "健康づくり推進要綱", "第3条", "健康づくり", "purpose.basis-name")]
    [InlineData(BasisKind.Law, "業務の方法", "第3条", "健康づくり", "purpose.basis-name")]
    [InlineData(BasisKind.Ordinance, "健康増進法", "第17条", "住民の健康の増進", "purpose.basis-name")]
    [InlineData(BasisKind.Law, "健康増進法", "全体", "住民の健康の増進", "purpose.basis-place")]
    [InlineData(BasisKind.Law, "健康増進法（平成14年法律第103号）", "第十七条", "住民の健康の増進", null)]
    [InlineData(BasisKind.Ordinance, "ひびき市健康づくり条例", "第5条", "健康の記録を残すこと", null)]
    public void A_municipal_purpose_waits_for_its_basis(BasisKind basis, string? name, string? place, string? duty, string? refusal)
    {
        var stated = Guidance with { Basis = basis, BasisName = name, BasisPlace = place, Duty = duty };
        Assert.Equal(refusal, stated.Under(Of(OperatorKind.Municipality)).Error?.Code);
        Assert.True(stated.Under(Of(OperatorKind.Company)).IsOk);
    }

    [Fact]
    public void A_purpose_has_three_texts_and_needs_something()
    {
        var regime = Of(OperatorKind.Company);
        Assert.Equal("purpose.text", (Guidance with { Easy = " " }).Under(regime).Error?.Code);
        Assert.Equal("purpose.text", (Guidance with { English = new string('a', 501) }).Under(regime).Error?.Code);
        Assert.Equal("purpose.needs", (Guidance with { Needs = [] }).Under(regime).Error?.Code);
        Assert.Equal("mynumber.found", (Guidance with { Japanese = "マイナンバーは 123456789018 です。" }).Under(regime).Error?.Code);
    }

    [Fact]
    public async Task What_is_held_and_needed_for_no_purpose_is_red_and_named_to_the_officer()
    {
        await using var site = await Start(DataStore.Sqlite);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(officer);
        Assert.Equal((false, "none"), await Look());
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, "guidance", Guidance, Cancel))).IsOk);
        await Hold(DataCategory.SpecificCheckup, DataCategory.Immunization);
        Assert.Equal((false, "uncovered"), await Look());
        Assert.Contains("<p>予防接種</p>", (await desk.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        await Hold(DataCategory.SpecificCheckup);
        Assert.Equal((true, "covered"), await Look());
        Assert.DoesNotContain("どの利用目的にも必要とされていない", (await desk.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.End(officer, "guidance", 1, "事業の終了", Cancel))).IsOk);
        Assert.Equal((false, "none"), await Look());

        Task<(bool, string)> Look() => site.Do<PurposeCover, (bool, string)>(async c => await new PurposeCoverProbe(c).Look(Cancel) is var f ? (f.Holds, f.Code) : default);

        async Task Hold(params DataCategory[] held) => await site.Do<ScopeBook, bool>(async b =>
        {
            await b.Decide((await b.Now(Cancel)).Decision with { Information = [.. held.Select(c => (int)c)] }, officer.Actor, officer.No, Cancel);
            return true;
        });
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_page_refuses_it_with_a_sentence_that_says_why_and_takes_it_with_its_basis(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"));
        var refused = await Send(desk, await desk.Get("/staff/purposes/new"), Improving, ("What", "state"), ("NewCode", "improve"));
        Assert.Contains("サービスを良くすることは、それだけでは法令や条例で定められた事務ではない", refused.Text, StringComparison.Ordinal);
        Assert.Contains("サービスの改善のために使います。", refused.Text, StringComparison.Ordinal);
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<PurposeRow>().CountAsync(Cancel)));

        var taken = await Send(desk, refused, Guidance, ("What", "state"), ("NewCode", "guidance"));
        Assert.StartsWith("/staff/purposes?done=state", taken.Path, StringComparison.Ordinal);
        using var visitor = site.Visitor();
        var published = (await visitor.Get("/purposes")).Text;
        foreach (var said in new[] { "特定保健指導を行うために使います。", "高齢者の医療の確保に関する法律 第24条", "保険者が特定保健指導を行うこと。", "特定健診" })
            Assert.Contains(said, published, StringComparison.Ordinal);
        using var reader = site.Visitor("en");
        Assert.Contains("To give specific health guidance.", (await reader.Get("/purposes")).Text, StringComparison.Ordinal);
        Assert.Contains("この符号の利用目的はもうあります", (await Send(desk, await desk.Get("/staff/purposes/new"), Guidance, ("What", "state"), ("NewCode", "guidance"))).Text, StringComparison.Ordinal);
        foreach (var wrong in new[] { "new", "A", "a", "1a", "sp ace" })
            Assert.Contains("符号は英小文字で始まる", (await Send(desk, await desk.Get("/staff/purposes/new"), Guidance, ("What", "state"), ("NewCode", wrong))).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task From_company_to_municipality_and_back_the_purpose_without_a_basis_goes_and_comes_and_nothing_else(DataStore store)
    {
        await using var site = await Start(store, OperatorKind.Company);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await Stated(site, officer, "improve", Improving);
        await Stated(site, officer, "guidance", Guidance);
        using var visitor = site.Visitor();
        using var desk = site.As(officer);
        foreach (var (kind, shown) in new[] { (OperatorKind.Company, true), (OperatorKind.Municipality, false), (OperatorKind.Company, true) })
        {
            site.Scope.Operator = kind;
            var published = (await visitor.Get("/purposes")).Text;
            Assert.Equal(shown, published.Contains("サービスの改善のために使います。", StringComparison.Ordinal));
            Assert.Contains("特定保健指導を行うために使います。", published, StringComparison.Ordinal);
            Assert.Equal(!shown, (await desk.Get("/staff/purposes")).Text.Contains("今の運営主体では認められません", StringComparison.Ordinal));
        }

        Assert.Equal(2, await site.Do<TasukiDb, int>(db => db.Set<PurposeRow>().CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("ja", "特定保健指導を行うために使います。")]
    [InlineData("en", "To give specific health guidance.")]
    [InlineData("easy", "相談（そうだん）を します。")]
    public async Task Who_signs_up_reads_the_purposes_in_force_above_the_form(string language, string text)
    {
        await using var site = await Start(DataStore.Sqlite, OperatorKind.Company);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await Stated(site, officer, "guidance", Guidance);
        await Stated(site, officer, "improve", Improving);
        using var visitor = site.Visitor(language);
        var shown = (await visitor.Get("/sign-up")).Text;
        Assert.InRange(shown.IndexOf(text, StringComparison.Ordinal), 1, shown.IndexOf("value=\"sign-up\"", StringComparison.Ordinal));
        Assert.InRange(shown.IndexOf("href=\"/purposes\"", StringComparison.Ordinal), 1, shown.IndexOf("value=\"sign-up\"", StringComparison.Ordinal));

        // What is not allowed under the law of the operator is no purpose, here as at /purposes.
        var improving = language switch { "en" => Improving.English!, "easy" => "サービスを よく します。", _ => Improving.Japanese! };
        Assert.Contains(improving, shown, StringComparison.Ordinal);
        site.Scope.Operator = OperatorKind.Municipality;
        Assert.DoesNotContain(improving, (await visitor.Get("/sign-up")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_change_is_a_new_version_with_its_relation_and_the_old_one_stays_readable(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        using var desk = site.As(officer);
        await Stated(site, officer, "guidance", Guidance);
        var changed = Guidance with { Japanese = "特定健診と特定保健指導を行うために使います。" };
        site.Clock.Now = site.Clock.Now.AddDays(40);

        var page = await desk.Get("/staff/purposes/guidance");
        Assert.Contains("前の文との関連、または終える理由を", (await Send(desk, page, changed, ("What", "change"))).Text, StringComparison.Ordinal);
        Assert.Contains("何も変わっていません", (await Send(desk, page, Guidance, ("What", "change"), ("Relation", "なし"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("/staff/purposes?done=change", (await Send(desk, page, changed, ("What", "change"), ("Relation", "同じ条文の事務で、前の目的を含みます。"))).Path, StringComparison.Ordinal);
        Assert.Contains("その間にほかの職員が変えました", (await Send(desk, page, changed with { Easy = "別" }, ("What", "change"), ("Relation", "別"))).Text, StringComparison.Ordinal);

        using var visitor = site.Visitor();
        var published = (await visitor.Get("/purposes")).Text;
        foreach (var said in new[] { "特定健診と特定保健指導を行うために使います。", "特定保健指導を行うために使います。", "同じ条文の事務で、前の目的を含みます。", "2026年11月2日からの文", "2026年12月12日" })
            Assert.Contains(said, published, StringComparison.Ordinal);

        Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.End(officer, "guidance", 2, "事業の終了", Cancel))).IsOk);
        Assert.Equal("purpose.ended", (await site.Do<KeepPurposes, Result<Done>>(k => k.End(officer, "guidance", 3, "再び", Cancel))).Error?.Code);
        Assert.Contains("公表している利用目的はありません", (await visitor.Get("/purposes")).Text, StringComparison.Ordinal);
        Assert.Contains("事業の終了", (await desk.Get("/staff/purposes/guidance")).Text, StringComparison.Ordinal);
        Assert.Equal(3, await site.Do<TasukiDb, int>(db => db.Set<PurposeRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Of_two_changes_at_once_one_is_made(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        await Stated(site, officer, "guidance", Guidance);
        var done = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() =>
            site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, "guidance", 1, Guidance with { Easy = $"文 {i}" }, "関連", Cancel)))));
        Assert.Single(done, d => d.IsOk);
        Assert.All(done.Where(d => !d.IsOk), d => Assert.Equal("purpose.moved", d.Error!.Code));
        Assert.Equal(2, await site.Do<TasukiDb, int>(db => db.Set<PurposeRow>().CountAsync(Cancel)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_purpose_that_was_altered_by_SQL_is_not_published_and_the_desk_is_told(DataStore store)
    {
        await using var site = await Start(store);
        var officer = await site.NewStaff(StaffRole.Administrator, "admin", "青木 守");
        string[] changes =
        [
            "UPDATE purpose_version SET japanese = 'x' WHERE code = {0}", "UPDATE purpose_version SET basis_name = '別の法' WHERE code = {0}", "UPDATE purpose_version SET categories = 4095 WHERE code = {0}",
            "UPDATE purpose_version SET state = 2 WHERE code = {0}", "DELETE FROM purpose_version WHERE code = {0} AND version = 1",
        ];
        for (var i = 0; i < changes.Length; i++)
        {
            await Stated(site, officer, $"purpose-{i}", Guidance);
            Assert.True((await site.Do<KeepPurposes, Result<Done>>(k => k.Change(officer, $"purpose-{i}", 1, Guidance with { Easy = "べつの 文" }, "関連", Cancel))).IsOk);
            var sql = changes[i];
            await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync(sql, [$"purpose-{i}"], Cancel));
        }

        await Stated(site, officer, "whole", Guidance);
        using var desk = site.As(officer);
        var page = (await desk.Get("/staff/purposes")).Text;
        Assert.Contains("書き換えられた疑いのある利用目的が5件", page, StringComparison.Ordinal);
        Assert.Contains("whole", page, StringComparison.Ordinal);
        Assert.DoesNotContain("purpose-0", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_keep_compliance_sees_neither_the_list_nor_the_law()
    {
        await using var site = await Start(DataStore.Sqlite);
        var clerk = await site.NewStaff(StaffRole.Desk, "desk", "白川 梓");
        using var desk = site.As(clerk);
        using var person = site.As(await site.NewResident());
        using var visitor = site.Visitor();
        foreach (var who in new[] { desk, person, visitor })
        {
            foreach (var path in new[] { "/staff/purposes", "/staff/purposes/new", "/staff/purposes/guidance", "/staff/regime" })
                Assert.True((await who.Get(path)).IsRefused);
        }

        Assert.Equal("purpose.right", (await site.Do<KeepPurposes, Result<Done>>(k => k.State(clerk, "guidance", Guidance, Cancel))).Error?.Code);
    }

    [Fact]
    public async Task The_law_is_shown_and_what_would_change_with_the_operator()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "青木 守"));
        var page = (await desk.Get("/staff/regime")).Text;
        Assert.Contains("運営主体は「市区町村（自ら営む国民健康保険を含む）」です", page, StringComparison.Ordinal);
        Assert.Contains("法第61条第1項", page, StringComparison.Ordinal);
        Assert.Contains("原典の確認が必要", page, StringComparison.Ordinal);
        var compared = (await desk.Get("/staff/regime?with=Company")).Text;
        Assert.Contains("1000人を超える本人の漏えいなどは報告します。", compared, StringComparison.Ordinal);
        Assert.Contains("内容は同じで、条文だけが変わります", compared, StringComparison.Ordinal);
        Assert.Contains("変わるものはありません", (await desk.Get("/staff/regime?with=WideAreaUnion")).Text, StringComparison.Ordinal);
    }

    private static LegalRegime Of(OperatorKind kind) => LegalRegime.For(kind, new OrdinanceSettings());

    private static async Task Stated(RegimeSite site, StaffMember officer, string code, StatedPurpose stated) =>
        Assert.Null((await site.Do<KeepPurposes, Result<Done>>(k => k.State(officer, code, stated, Cancel))).Error);

    private static Task<Answer> Send(Browser desk, Answer page, StatedPurpose stated, params (string Name, string Value)[] fields) => desk.Submit(
        page, "name=\"What\"",
        [
            ("Ja", stated.Japanese ?? ""), ("En", stated.English ?? ""), ("Easy", stated.Easy ?? ""), ("Basis", stated.Basis.ToString()), ("BasisName", stated.BasisName ?? ""),
            ("BasisPlace", stated.BasisPlace ?? ""), ("Duty", stated.Duty ?? ""), .. stated.Needs.Select(n => ("Needs", n.ToString())), .. fields,
        ]);
}
