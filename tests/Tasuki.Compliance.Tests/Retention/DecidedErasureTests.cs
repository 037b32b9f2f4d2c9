using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>Two officers decide that what no purpose needs is erased; one alone stops it.</summary>
public sealed class DecidedErasureTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Nothing_is_told_or_erased_before_a_second_officer_confirms_and_one_alone_stops_it(DataStore store)
    {
        await using var world = await UnneededWorld.Start(store);
        var second = await world.Site.NewStaff(StaffRole.Administrator, "second", "赤木 久");
        var twin = await world.Site.NewStaff(StaffRole.Administrator, "twin", "青木 守");
        await world.State();
        var taro = await world.New("taro", DataCategory.Immunization);
        using var one = world.Site.As(world.Officer);
        Assert.DoesNotContain("どの利用目的にも要らなくなった記録の種類", (await one.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        await world.End("vaccines");
        Assert.Contains("どの利用目的にも要らなくなった記録の種類", (await one.Get("/staff/purposes")).Text, StringComparison.Ordinal);
        await world.SwitchOn(30);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 11, 3)));

        Task<string?> Word(StaffMember who, long asked) => world.Site.Do<ErasureDecisions, string?>(async d => (await d.Confirm(who, DataCategory.Immunization, asked, Cancel)).Error?.Code);
        Task<long> Seen() => world.Site.Do<ErasureDecisions, long>(async d => Assert.Single(await d.All(Cancel)).No);
        Assert.Equal("erasure.moved", await Word(second, 0));
        var page = await one.Submit(await one.Get("/staff/purposes/ended"), "value=\"ask\"", ("Erasure", "ask"));
        Assert.Contains("2人目の確認待ち", page.Text, StringComparison.Ordinal);
        Assert.Contains("別の職員が確認します", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("value=\"confirm\"", page.Body, StringComparison.Ordinal);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 11, 4)));
        // Nor by who asked, nor under a second account of the same name, nor of another asking than the one seen.
        var asked = await Seen();
        Assert.Equal("erasure.same-person", await Word(world.Officer, asked));
        Assert.Equal("erasure.same-person", await Word(twin, asked));
        // Nor under an invented name: who invited somebody saw the code.
        var invited = await world.Site.NewInvited(world.Officer, StaffRole.Administrator, "invited", "黒木 空");
        Assert.Equal("erasure.same-person", await Word(invited, asked));
        using (var puppet = world.Site.As(invited))
        {
            page = await puppet.Get("/staff/purposes/ended");
            Assert.DoesNotContain("value=\"confirm\"", page.Body, StringComparison.Ordinal);
            Assert.Contains("別の管理者か監査の職員が「職員のアカウント」で", page.Text, StringComparison.Ordinal);
        }

        Assert.Equal("erasure.moved", await Word(second, asked - 1));
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 11, 5)));
        Assert.Empty(await world.Told(taro));

        using var other = world.Site.As(second);
        page = await other.Submit(await other.Get("/staff/purposes/ended"), "value=\"confirm\"", ("Erasure", "confirm"));
        Assert.Contains("消すことに決まりました", page.Text, StringComparison.Ordinal);
        Assert.Contains("赤木 久、2026年11月5日", page.Text, StringComparison.Ordinal);
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 11, 6)));

        page = await one.Submit(await one.Get("/staff/purposes/ended"), "value=\"keep\"", ("Erasure", "keep"));
        Assert.Contains("消さないことにしました", page.Text, StringComparison.Ordinal);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 6)));
        Assert.Equal(1, await world.Records(taro));
        // Decided again later, it is told again.
        await world.Decide(DataCategory.Immunization);
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 12, 7)));
        Assert.Equal(1, await world.Records(taro));
    }

    [Fact]
    public async Task Deciding_takes_the_right_and_a_factor_proved_just_now_and_a_confirmation_that_was_altered_is_none()
    {
        await using var world = await UnneededWorld.Start(DataStore.Sqlite);
        var clerk = await world.Site.NewStaff(StaffRole.Desk, "clerk", "白川 直");
        await world.State();
        await world.End("vaccines");
        Assert.Equal(
            ["purpose.right", "purpose.right", "purpose.right"],
            await world.Site.Do<ErasureDecisions, string?[]>(async d =>
            [
                (await d.Ask(clerk, DataCategory.Immunization, Cancel)).Error?.Code, (await d.Confirm(clerk, DataCategory.Immunization, 0, Cancel)).Error?.Code,
                (await d.Keep(clerk, DataCategory.Immunization, Cancel)).Error?.Code,
            ]));
        using var stale = world.Site.AsStale(world.Officer);
        await stale.Submit(await stale.Get("/staff/purposes/ended"), "value=\"ask\"", ("Erasure", "ask"));
        Assert.Null(await world.Site.Do<ErasureDecisions, ErasureStep?>(async d => Assert.Single(await d.All(Cancel)).Step));
        Assert.Equal("erasure.moved", await world.Site.Do<ErasureDecisions, string?>(async d => (await d.Keep(world.Officer, DataCategory.Immunization, Cancel)).Error?.Code));
        Assert.Equal("erasure.moved", await world.Site.Do<ErasureDecisions, string?>(async d => (await d.Ask(world.Officer, DataCategory.Medication, Cancel)).Error?.Code));

        await world.Decide(DataCategory.Immunization);
        Assert.Equal([DataCategory.Immunization], await world.Site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
        // What was taken back stays taken back where the piece that says so was altered.
        Assert.True((await world.Site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(world.Officer, DataCategory.Immunization, Cancel))).IsOk);
        await world.Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE evidence SET holds = 0 WHERE no = (SELECT MAX(no) FROM evidence WHERE subject = 'unneeded.Immunization')", Cancel));
        Assert.Empty(await world.Site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
    }

    [Fact]
    public async Task A_confirmation_counts_right_after_what_it_confirms_and_nowhere_else()
    {
        await using var world = await UnneededWorld.Start(DataStore.Sqlite);
        var second = await world.Site.NewStaff(StaffRole.Administrator, "second", "赤木 久");
        await world.State();
        await world.End("vaccines");
        Assert.True((await world.Site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(world.Officer, DataCategory.Immunization, Cancel))).IsOk);
        var asked = await world.Site.Do<ErasureDecisions, ErasureDecision>(async d => Assert.Single(await d.All(Cancel)));
        Assert.True((await world.Site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(world.Officer, DataCategory.Immunization, Cancel))).IsOk);
        // The second world.Officer's confirmation was on its way in the same moment; and of what was asked anew meanwhile it says nothing.
        Task Late() => world.Site.Do<EvidenceBook, bool>(async b =>
        {
            await b.Add(EvidenceKind.Act, ErasureDecisions.Subject(DataCategory.Immunization), new ErasureWord(ErasureStep.Confirmed, asked.Need.Ends, asked.No), second.Actor, second.No, Cancel);
            return true;
        });
        await Late();
        Assert.Empty(await world.Site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
        Assert.True((await world.Site.Do<ErasureDecisions, Result<Done>>(d => d.Ask(world.Officer, DataCategory.Immunization, Cancel))).IsOk);
        await Late();
        Assert.Empty(await world.Site.Do<ErasureDecisions, IEnumerable<DataCategory>>(async d => (await d.Decided(Cancel)).Keys));
    }
}
