using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What counts as a use of an account, and what follows on which day when there is none.</summary>
public sealed class UseTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_sign_in_is_a_use_and_takes_back_what_was_begun_and_a_wrong_password_is_none(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.Password(visitor, "kazuo", "ちがうことばをいれてみました");
        Assert.Null(await Row(site, account.AccountNo));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        var row = (await Row(site, account.AccountNo))!;
        Assert.Equal(TokyoDay.Of(site.Clock.GetUtcNow()), row.LastUsed);

        Assert.True(await site.Do<UseDays, bool>(u => u.Change(row, r => (r.FirstTold, r.SecondTold, r.Closes) = (r.LastUsed, r.LastUsed, r.LastUsed.AddDays(30)), Cancel)));
        site.Clock.Advance(TimeSpan.FromDays(2));
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[1]);
        var again = (await Row(site, account.AccountNo))!;
        Assert.Equal((TokyoDay.Of(site.Clock.GetUtcNow()), null, null, null), (again.LastUsed, again.FirstTold, again.SecondTold, again.Closes));
        Assert.False(await site.Do<UseDays, bool>(u => u.Change(row, r => r.Closes = r.LastUsed, Cancel)));
    }

    [Fact]
    public async Task Staff_are_not_counted_here()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var made = (await site.Do<AccountFactory, Result<CreatedAccount>>(f => f.CreateStaff(StaffRole.Desk, "青木 守", "みどり市", "officer1", Password, Cancel))).Value;
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "officer1", Password, TimeCodes.CodeAt(made.TotpSecret!, site.Clock.GetUtcNow()));
        await site.Do<UseDays>(u => u.BeginCounting(Cancel));
        Assert.Null(await Row(site, made.AccountNo));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Access_for_an_app_the_person_connected_is_a_use(DataStore store)
    {
        await using var world = await SmartWorld.Start(store);
        var app = await world.Register();
        using var visitor = await world.SignIn();
        var tokens = await world.Connect(visitor, app, "launch/patient offline_access patient/*.rs", ("kept", "Month"));
        world.Site.Clock.Advance(TimeSpan.FromDays(5));
        Assert.Equal(200, (await world.Refresh(app, tokens.Refresh)).Status);
        Assert.Equal(TokyoDay.Of(world.Site.Clock.GetUtcNow()), (await Row(world.Site, world.Resident.AccountNo))!.LastUsed);
    }

    [Theory]
    // Nothing before the ninetieth day, then one notice after the other, then the end.
    [InlineData("2029-08-03", null, null, "None")]
    [InlineData("2029-08-04", null, null, "TellFirst 2029-11-02")]
    [InlineData("2029-10-02", "2029-11-02", null, "None")]
    [InlineData("2029-10-03", "2029-11-02", null, "TellSecond 2029-11-02")]
    [InlineData("2029-11-01", "2029-11-02", "2029-10-03", "None")]
    [InlineData("2029-11-02", "2029-11-02", "2029-10-03", "Close 2029-11-02")]
    // Late notices move the day: nobody has less than ninety and thirty days.
    [InlineData("2035-01-01", null, null, "TellFirst 2035-04-01")]
    [InlineData("2029-10-30", "2029-11-02", null, "TellSecond 2029-11-29")]
    // Where everything stood still the notices begin anew.
    [InlineData("2029-11-03", "2029-11-02", null, "TellFirst 2030-02-01")]
    [InlineData("2029-12-02", "2029-11-02", "2029-10-03", "Close 2029-11-02")]
    [InlineData("2029-12-03", "2029-11-02", "2029-10-03", "TellFirst 2030-03-03")]
    // The period was lengthened.
    [InlineData("2028-01-01", "2028-02-01", "2027-12-31", "Forget")]
    public void What_is_due_follows_from_the_day_and_from_what_was_told(string today, string? closes, string? second, string due)
    {
        var row = new UseRow { AccountNo = 1, LastUsed = new DateOnly(2026, 11, 2), Mac = [], Closes = Day(closes), FirstTold = Day(closes), SecondTold = Day(second) };
        var step = UnusedPlan.Of(row, Day(today)!.Value, 3);
        Assert.Equal(due, step.Act is UnusedAct.None or UnusedAct.Forget ? step.Act.ToString() : $"{step.Act} {step.Closes:yyyy-MM-dd}");
    }

    [Fact]
    public void From_any_day_on_nobody_is_closed_who_was_not_told_ninety_and_thirty_days_before()
    {
        var random = new Random(20261129);
        for (var walk = 0; walk < 500; walk++)
        {
            var row = new UseRow { AccountNo = 1, LastUsed = new DateOnly(2024, 2, 29).AddDays(random.Next(0, 3)), Mac = [] };
            var (today, first, second) = (row.LastUsed, default(DateOnly), default(DateOnly));
            while (true)
            {
                // Servers that run daily, and some that stand still for weeks.
                today = today.AddDays(random.Next(0, 4) == 0 ? random.Next(1, 120) : 1);
                var step = UnusedPlan.Of(row, today, 1);
                if (step.Act is UnusedAct.Close)
                    break;
                if (step.Act is UnusedAct.TellFirst)
                    (first, row.FirstTold, row.SecondTold, row.Closes) = (today, today, null, step.Closes);
                if (step.Act is UnusedAct.TellSecond)
                    (second, row.SecondTold, row.Closes) = (today, today, step.Closes);
            }

            Assert.True(today >= first.AddDays(90), $"{first} {today}");
            Assert.True(today >= second.AddDays(30), $"{second} {today}");
            Assert.True(today >= row.LastUsed.AddYears(1));
        }
    }

    private static DateOnly? Day(string? text) => text is null ? null : DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static Task<UseRow?> Row(TestSite site, long account) => site.Do<TasukiDb, UseRow?>(db => db.Set<UseRow>().AsNoTracking().SingleOrDefaultAsync(u => u.AccountNo == account, Cancel));
}
