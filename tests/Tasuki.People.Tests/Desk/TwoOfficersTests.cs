using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;
using static Tasuki.People.Tests.Newcomers;

namespace Tasuki.People.Tests;

/// <summary>Who counts as a second officer: an account somebody invited counts as one person with them until a colleague of neither vouched for it.</summary>
public sealed class TwoOfficersTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_was_invited_counts_as_one_with_who_invited_them_and_with_whoever_stands_behind_those(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"));
        var child = await Joined(site, first, StaffRole.Administrator, "森 育子", "mori");
        var sibling = await Joined(site, first, StaffRole.Desk, "谷 保", "tani");
        var grandchild = await Joined(site, child, StaffRole.Desk, "岡 二", "okaji");
        var other = await Joined(site, second, StaffRole.Desk, "林 診", "hayashi");
        foreach (var (one, another) in new[] { (first, child), (first, sibling), (first, grandchild), (child, sibling), (child, grandchild), (sibling, grandchild), (second, other), (child, child) })
            Assert.True(await AreOne(site, one, another), $"{one.Name} {another.Name}");
        foreach (var (one, another) in new[] { (first, second), (first, other), (child, second), (grandchild, other), (sibling, second) })
            Assert.False(await AreOne(site, one, another), $"{one.Name} {another.Name}");
        // Nobody in particular, and who is not known, may be anybody.
        Assert.True(await site.Do<TwoOfficers, bool>(t => t.MayBeOne(null, second.No, Cancel)));
        Assert.True(await site.Do<TwoOfficers, bool>(t => t.MayBeOne(4711, second.No, Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Whom_an_independent_colleague_vouched_for_stands_for_themself_and_so_do_those_behind_whom_they_stand(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"));
        var child = await Joined(site, first, StaffRole.Administrator, "森 育子", "mori");
        var sibling = await Joined(site, first, StaffRole.Desk, "谷 保", "tani");
        var grandchild = await Joined(site, child, StaffRole.Desk, "岡 二", "okaji");
        Assert.Null(await Vouch(site, second, child));
        Assert.False(await AreOne(site, first, child));
        Assert.False(await AreOne(site, child, sibling));
        Assert.True(await AreOne(site, child, grandchild));
        Assert.False(await AreOne(site, first, grandchild));
        Assert.True(await AreOne(site, first, sibling));
        // Who was vouched for may vouch in turn, and an auditor may.
        Assert.Null(await Vouch(site, child, sibling));
        Assert.False(await AreOne(site, first, sibling));
        var auditor = await Houses.Member(site, StaffRole.Auditor, "監 査子", "audit1");
        Assert.Null(await Vouch(site, auditor, grandchild));
        Assert.False(await AreOne(site, child, grandchild));
        var row = await site.Do<TasukiDb, StaffOriginRow>(db => db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == grandchild.No, Cancel));
        Assert.Equal((child.No, auditor.No), (row.InvitedBy, row.VouchedBy));
        Assert.InRange(row.Vouched!.Value, row.Invited, site.Clock.GetUtcNow());
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Nobody_vouches_for_what_may_be_themself_nor_before_somebody_joined_nor_twice(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"));
        var twin = await Root(site, "管理 花", "admin3");
        var child = await Joined(site, first, StaffRole.Administrator, "森 育子", "mori");
        var puppet = await Joined(site, first, StaffRole.Auditor, "谷 保", "tani");
        var deeper = await Joined(site, puppet, StaffRole.Auditor, "岡 二", "okaji");
        var (waiting, code) = await Invite(site, first, StaffRole.Desk, "林 診", "hayashi");
        var desk = await Houses.Member(site, StaffRole.Desk, "青木 守", "officer1");
        // Themself, who invited them, a namesake of that one, and whoever else that one invited.
        foreach (var colleague in new[] { child, first, twin, puppet, deeper })
            Assert.Equal("staff.same-person", await Vouch(site, colleague, child));
        foreach (var colleague in new[] { desk, await Houses.Member(site, StaffRole.Health, "保健 二", "nurse1") })
            Assert.Equal("staff.right", await Vouch(site, colleague, child));
        Assert.True(await AreOne(site, first, child));
        // While the code is about, who made it can still use it.
        Assert.Equal("staff.not-joined", await Vouch(site, second, waiting));
        Assert.Null(await Join(site, await Show(site, code), TimeCodes.NewSecret()));
        Assert.Null(await Vouch(site, second, waiting));
        Assert.Equal("staff.vouched", await Vouch(site, second, waiting));
        Assert.Equal("staff.vouched", await Vouch(site, first, second));
        Assert.Equal("staff.missing", (await site.Do<VouchForStaff, Result<Done>>(v => v.Vouch(second, 4711, Cancel))).Error?.Code);
        // It is an act at the desk.
        using var auditor = await Visitor(site, StaffRole.Auditor, "監 査子", "audit1");
        Assert.Contains($"staff {waiting.No} vouched", (await auditor.Get("/staff/acts", Cancel)).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_new_code_takes_the_vouching_away_and_only_who_made_it_stands_behind_the_account(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second, third) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"), await Root(site, "岡 二", "admin3"));
        var (person, old) = await Invite(site, first, StaffRole.Desk, "森 育子", "mori");
        var shown = await Show(site, old);
        // No act of ours lets anybody vouch for who has not joined; a row that says so all the same counts no longer either.
        await Forge(site, person.No, row => (row.VouchedBy, row.Vouched) = (third.No, site.Clock.GetUtcNow()));
        Assert.False(await AreOne(site, first, person));
        var again = await InviteAgain(site, second, person);
        var row = await site.Do<TasukiDb, StaffOriginRow>(db => db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == person.No, Cancel));
        Assert.Equal((second.No, (long?)null, (DateTimeOffset?)null), (row.InvitedBy, row.VouchedBy, row.Vouched));
        Assert.True(await AreOne(site, second, person));
        Assert.False(await AreOne(site, first, person));
        // The form of the old code, opened before, joins nobody: else who made the old one could act as the account after all.
        Assert.Equal("staff.invitation", await Join(site, shown, TimeCodes.NewSecret()));
        Assert.Equal("staff.not-joined", await Vouch(site, first, person));
        Assert.Null(await Join(site, await Show(site, again), TimeCodes.NewSecret()));
        Assert.Equal("staff.same-person", await Vouch(site, second, person));
        Assert.Null(await Vouch(site, first, person));
        // Who has joined gets no code: the row stays.
        Assert.Equal("staff.joined", (await site.Do<InviteStaff, Result<InvitedStaff>>(i => i.InviteAgain(first, person, Cancel))).Error?.Code);
        Assert.False(await AreOne(site, second, person));
        // Role and last day let nobody act as the person, and leave it.
        Assert.True((await site.Do<ChangeStaff, Result<Done>>(c => c.SetRole(second, person.No, StaffRole.Health, null, Cancel))).IsOk);
        Assert.False(await AreOne(site, second, person));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_origin_that_was_altered_or_taken_away_makes_the_account_possibly_anybodys(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second, third) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"), await Root(site, "岡 二", "admin3"));
        var person = await Joined(site, first, StaffRole.Administrator, "森 育子", "mori");
        var below = await Joined(site, person, StaffRole.Desk, "谷 保", "tani");
        var other = await Joined(site, second, StaffRole.Desk, "林 診", "hayashi");
        var whole = await site.Do<TasukiDb, StaffOriginRow>(db => db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == person.No, Cancel));
        async Task Altered(Func<TasukiDb, Task> how)
        {
            await site.Do(how);
            foreach (var anybody in new[] { first, second, third, below, other })
                Assert.True(await AreOne(site, person, anybody), anybody.Name);
            // Neither who stands on it, nor does a word of a colleague mend it.
            Assert.True(await AreOne(site, below, second));
            Assert.Equal("staff.same-person", await Vouch(site, third, person));
            await site.Do<TasukiDb>(async db =>
            {
                await db.Set<StaffOriginRow>().Where(o => o.AccountNo == person.No).ExecuteDeleteAsync(Cancel);
                db.Add(new StaffOriginRow { AccountNo = whole.AccountNo, InvitedBy = whole.InvitedBy, Invited = whole.Invited, Mac = whole.Mac });
                await db.SaveChangesAsync(Cancel);
            });
            Assert.False(await AreOne(site, person, second));
        }

        await Altered(db => Rows(db).ExecuteUpdateAsync(s => s.SetProperty(o => o.InvitedBy, second.No), Cancel));
        await Altered(db => Rows(db).ExecuteUpdateAsync(s => s.SetProperty(o => o.Vouched, whole.Invited), Cancel));
        await Altered(db => Rows(db).ExecuteUpdateAsync(s => s.SetProperty(o => o.VouchedBy, second.No).SetProperty(o => o.Vouched, whole.Invited), Cancel));
        await Altered(db => Rows(db).ExecuteUpdateAsync(s => s.SetProperty(o => o.Invited, whole.Invited.AddDays(-1)), Cancel));
        await Altered(async db =>
        {
            var foreign = await db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == other.No, Cancel);
            await Rows(db).ExecuteUpdateAsync(s => s.SetProperty(o => o.InvitedBy, foreign.InvitedBy).SetProperty(o => o.Mac, foreign.Mac), Cancel);
        });
        await Altered(db => Rows(db).ExecuteDeleteAsync(Cancel));
        // Who stands behind it and is not there any more might be anybody, too.
        await site.Do<TasukiDb>(db => db.Set<StaffRow>().Where(s => s.AccountNo == first.No).ExecuteUpdateAsync(s => s.SetProperty(r => r.Role, StaffRole.Desk), Cancel));
        Assert.True(await AreOne(site, person, second));

        IQueryable<StaffOriginRow> Rows(TasukiDb db) => db.Set<StaffOriginRow>().Where(o => o.AccountNo == person.No);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Accounts_of_before_and_of_the_operator_stand_for_themselves_and_circles_come_to_an_end(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second, third) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"), await Root(site, "岡 二", "admin3"));
        Assert.Equal(0, await site.Do<TasukiDb, int>(db => db.Set<StaffOriginRow>().CountAsync(Cancel)));
        // As names lay sealed before origins were kept.
        var older = await site.Do<AccountSeals, Result<byte[]>>(s => s.Seal(null, "staff", "names", first.No, new { first.Name, first.Organisation }, Cancel));
        await site.Do<TasukiDb>(db => db.Set<StaffRow>().Where(s => s.AccountNo == first.No).ExecuteUpdateAsync(s => s.SetProperty(r => r.Names, older.Value), Cancel));
        Assert.False(await AreOne(site, first, second));
        // No act of ours makes a circle.
        foreach (var (account, by) in new[] { (first, second), (second, first) })
            await site.Do<IServiceProvider, int>(services => { services.GetRequiredService<StaffOrigins>().Add(account.No, by.No); return services.GetRequiredService<TasukiDb>().SaveChangesAsync(Cancel); });
        Assert.True(await AreOne(site, first, second));
        Assert.False(await AreOne(site, first, third));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task No_administrator_is_their_own_second_officer_anywhere(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var (first, second) = (await Root(site, "管理 花", "admin1"), await Root(site, "結城 守", "admin2"));
        var desk = await Joined(site, first, StaffRole.Desk, "森 育子", "mori");
        var puppet = await Joined(site, first, StaffRole.Desk, "谷 保", "tani");
        // An organisation: the approval, the letter, and the lifting of a suspension.
        var house = await Houses.Entered(site, desk);
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(puppet, house, Cancel)));
        // Nor where a colleague changed it meanwhile, nor of what a colleague entered and one of the two changed.
        var nurse = await Houses.Member(site, StaffRole.Health, "保健 二", "nurse1");
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(nurse, house, Houses.Clinic with { Address = "みどり市南町9" }, Cancel))).IsOk);
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(puppet, house, Cancel)));
        var pharmacy = Houses.Clinic with { Name = "北の薬局", Kind = "Pharmacy", InstitutionCode = "" };
        var changed = await Houses.Entered(site, nurse, pharmacy);
        Assert.True((await site.Do<EnterOrganisation, Result<Done>>(e => e.Change(desk, changed, pharmacy with { Address = "みどり市南町9" }, Cancel))).IsOk);
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Approve(puppet, changed, Cancel)));
        // An app.
        var content = new AppContent("歩数ノート", "合同会社みかん", "dev@app.test", "歩数を見るため", "https://app.test/privacy", ["https://app.test/back"], "https://app.test/launch", null, "openid patient/*.rs", "みどり市本町5-6");
        var app = (await site.Do<RegisterApp, Result<long>>(r => r.Register(AppKind.Public, content, null, Cancel))).Value;
        var (one, another) = (await AccountOf(site, desk), await AccountOf(site, puppet));
        Assert.True((await site.Do<DecideApp, Result<Done>>(d => d.Check(one, app, Cancel))).IsOk);
        Assert.Equal("app.same-person", (await site.Do<DecideApp, Result<Done>>(d => d.Approve(another, app, Cancel))).Error?.Code);
        // A lost account.
        var resident = await SignInTests.NewResident(site, "kazuo");
        var session = (await site.Do<Vault.RecordVault, Result<Vault.Session>>(v => v.Open(Vault.Actor.Resident(resident.Resident!.Value), resident.Resident.Value, Vault.Purpose.OwnUse, Cancel))).Value;
        await using (var file = new MemoryStream("健診の結果"u8.ToArray()))
            Assert.True((await session.KeepFile("健診.txt", "text/plain", file, Cancel)).IsOk);
        var code = (await site.Do<CounterDesk, Result<(string Code, DateTimeOffset Ends)>>(c => c.HandOver(one, resident.Resident!.Value, Cancel))).Value.Code;
        using var person = site.NewVisitor();
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, code));
        Assert.Equal("counter.same-person", (await site.Do<CounterDesk, Result<Done>>(c => c.Confirm(another, resident.Resident!.Value, Cancel))).Error?.Code);
        // A protected person's address.
        var list = System.Text.Encoding.UTF8.GetBytes(DeskWorld.Headings + "\n1001,走野　一,ﾊｼﾉ ﾊｼﾞﾒ,S25.4.1,男,123-4567,みどり市本町1-2-3,,あり\n");
        Assert.True((await site.Do<EligibleImport, Result<EligibleCounts>>(l => l.Import(Vault.Actor.Operator("結城", "試し"), list, false, Cancel))).IsOk);
        var entry = (await site.Do<EnrolmentDesk, IReadOnlyList<FoundEntry>>(e => e.Find(desk, "ハシノハジメ", new DateOnly(1950, 4, 1), Cancel))).Single().Row.No;
        Assert.True((await site.Do<EnrolmentDesk, Result<Done>>(e => e.AskForAddress(desk, entry, "郵便の返戻の確認", Cancel))).IsOk);
        Assert.Equal("desk.same-officer", (await site.Do<EnrolmentDesk, Result<Done>>(e => e.AllowAddress(puppet, entry, Cancel))).Error?.Code);

        // Once an independent colleague knows one of the two, they are two everywhere.
        Assert.Null(await Vouch(site, second, puppet));
        Assert.Null(await Houses.Decide(site, d => d.Approve(puppet, house, Cancel)));
        Assert.True((await site.Do<DecideApp, Result<Done>>(d => d.Approve(another, app, Cancel))).IsOk);
        Assert.True((await site.Do<CounterDesk, Result<Done>>(c => c.Confirm(another, resident.Resident!.Value, Cancel))).IsOk);
        Assert.True((await site.Do<EnrolmentDesk, Result<Done>>(e => e.AllowAddress(puppet, entry, Cancel))).IsOk);
        Assert.Null(await Houses.Confirm(site, await Houses.Letter(site, puppet, house)));
        var third = await Joined(site, first, StaffRole.Desk, "林 診", "hayashi");
        Assert.Null(await Houses.Decide(site, d => d.Suspend(desk, house, "確認のため", Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.AskLift(desk, house, Cancel)));
        Assert.Equal("organisation.same-person", await Houses.Decide(site, d => d.Lift(third, house, Cancel)));
        Assert.Null(await Houses.Decide(site, d => d.Lift(puppet, house, Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_page_says_who_invited_and_who_vouched_and_has_a_button_for_who_may(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var first = await Root(site, "管理 花", "admin1");
        using var inviter = await Visitor(site, StaffRole.Administrator, "結城 守", "admin2");
        using var auditor = await Visitor(site, StaffRole.Auditor, "監 査子", "audit1");
        var (person, invited) = await Invite(site, first, StaffRole.Desk, "森 育子", "mori");
        var path = $"/staff/people/{person.No}";
        var list = await auditor.Get("/staff/people", Cancel);
        Assert.Matches("<tr>\\s*<td[^>]*><a href=\"[^\"]+\">森 育子</a></td>(\\s*<td[^>]*>[^<]*</td>){2}\\s*<td><span class=\"tk-badge tk-badge--warning\">まだ</span></td>", list.Body);
        Assert.Contains("運用者が作成、または以前から", list.Body, StringComparison.Ordinal);
        // Who audits invites and changes nobody, also by a form of somebody else's.
        Assert.DoesNotContain("value=\"invite\"", list.Body, StringComparison.Ordinal);
        var seen = await auditor.Get(path, Cancel);
        Assert.DoesNotContain("end-now", seen.Body, StringComparison.Ordinal);
        Assert.Contains("まだ参加していません", seen.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Known\"", seen.Body, StringComparison.Ordinal);
        await auditor.Submit(seen, "value=\"vouch\"", Walk.Fields(("_handler", "change"), ("What", "end-now")), Cancel);
        Assert.Null((await site.Do<TasukiDb, StaffRow>(db => db.Set<StaffRow>().AsNoTracking().SingleAsync(s => s.AccountNo == person.No, Cancel))).Ends);

        Assert.Null(await Join(site, await Show(site, invited), TimeCodes.NewSecret()));
        var own = await Joined(site, await MemberOf(site, "結城 守"), StaffRole.Administrator, "岡 二", "okaji");
        var refused = await inviter.Get($"/staff/people/{own.No}", Cancel);
        Assert.Contains("運用者がサーバーで管理者をもう1人作ります", refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"Known\"", refused.Body, StringComparison.Ordinal);
        refused = await inviter.Submit(refused, "value=\"vouch\"", Walk.Fields(("Known", "true")), Cancel);
        Assert.Contains("運用者がサーバーで管理者をもう1人作ります", refused.Body, StringComparison.Ordinal);
        Assert.Null((await Origin(site, own)).Vouched);

        seen = await auditor.Get(path, Cancel);
        Assert.Contains("name=\"Known\"", seen.Body, StringComparison.Ordinal);
        Assert.Matches("<dt>招いた人</dt><dd>管理 花（[^<]+）</dd>", seen.Body);
        // Without the word nothing is said.
        await auditor.Submit(seen, "value=\"vouch\"", Walk.Fields(), Cancel);
        Assert.Null((await Origin(site, person)).Vouched);
        var done = await auditor.Submit(seen, "value=\"vouch\"", Walk.Fields(("Known", "true")), Cancel);
        Assert.Matches("<dt>本人の確認</dt><dd>監 査子（[^<]+）</dd>", Regex.Replace(done.Body, ">\\s+", ">", RegexOptions.None, TimeSpan.FromSeconds(1)));
        Assert.DoesNotContain("name=\"Known\"", done.Body, StringComparison.Ordinal);
        Assert.NotNull((await Origin(site, person)).Vouched);
        // A factor proved just now: not five minutes later.
        site.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.StartsWith("/sign-in/confirm", (await auditor.Get(path, Cancel)).Path, StringComparison.Ordinal);
        var late = await Joined(site, first, StaffRole.Desk, "林 診", "hayashi");
        await auditor.Submit(seen with { Path = $"/staff/people/{late.No}" }, "value=\"vouch\"", Walk.Fields(("Known", "true")), Cancel);
        Assert.Null((await Origin(site, late)).Vouched);
    }

    private static Task<StaffMember> Root(TestSite site, string name, string signIn) => Houses.Member(site, StaffRole.Administrator, name, signIn);

    private static async Task<StaffMember> MemberOf(TestSite site, string name) =>
        (await site.Do<StaffDirectory, IReadOnlyList<StaffMember>>(d => d.Everybody(Cancel))).Single(m => string.Equals(m.Name, name, StringComparison.Ordinal));

    private static Task<StaffOriginRow> Origin(TestSite site, StaffMember member) =>
        site.Do<TasukiDb, StaffOriginRow>(db => db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == member.No, Cancel));

    private static async Task<Visitor> Visitor(TestSite site, StaffRole role, string name, string signIn)
    {
        var made = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(role, name, "みどり市", signIn, DeskWorld.Password, Cancel))).Value;
        var visitor = site.NewVisitor();
        Assert.Equal("/staff", (await Walk.SignIn(site, visitor, signIn, DeskWorld.Password, TimeCodes.CodeAt(made.TotpSecret!, site.Clock.GetUtcNow()))).Path);
        return visitor;
    }

    private static async Task Forge(TestSite site, long account, Action<StaffOriginRow> change)
    {
        var row = await site.Do<TasukiDb, StaffOriginRow>(db => db.Set<StaffOriginRow>().AsNoTracking().SingleAsync(o => o.AccountNo == account, Cancel));
        change(row);
        row.Mac = await site.Do<AccountSeals, byte[]>(s => Task.FromResult(s.MacOf(row)));
        await site.Do<TasukiDb>(db => db.Set<StaffOriginRow>().Where(o => o.AccountNo == account).ExecuteUpdateAsync(
            s => s.SetProperty(o => o.VouchedBy, row.VouchedBy).SetProperty(o => o.Vouched, row.Vouched).SetProperty(o => o.Mac, row.Mac), Cancel));
    }
}
