using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class ClosureTests
{
    private const string Password = "みかんの皮は橙色でまるい";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_closed_account_signs_in_only_to_wait_and_can_be_taken_back(DataStore store)
    {
        await using var site = await TestSite.Start(store, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var phone = site.NewVisitor();
        using var computer = site.NewVisitor();
        await Walk.SignIn(site, phone, "kazuo", Password, account.Codes[0]);
        await Walk.SignIn(site, computer, "kazuo", Password, account.Codes[1]);

        Assert.Equal("closed", (await phone.Get("/test/close", Cancel)).Body);
        Assert.StartsWith("/sign-in", (await phone.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await computer.Get("/home", Cancel)).Path, StringComparison.Ordinal);

        var waiting = await Walk.SignIn(site, phone, "kazuo", Password, account.Codes[2], "/sign-in?return=%2Fhome");
        Assert.Equal("/close-account/waiting", waiting.Path);
        var day = Tasuki.Kernel.TokyoDay.Of(site.Clock.GetUtcNow().AddDays(14));
        Assert.Contains(day.ToString("yyyy年M月d日", CultureInfo.InvariantCulture), waiting.Body, StringComparison.Ordinal);
        foreach (var path in new[] { "/home", "/account", "/inbox", "/fresh-only", "/test/close" })
            Assert.Equal("/close-account/waiting", (await phone.Get(path, Cancel)).Path);

        var page = await phone.Get("/close-account/waiting", Cancel);
        Assert.StartsWith("/sign-in", (await phone.Submit(page, "action=\"/close-account/cancel\"", Walk.Fields(), Cancel)).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await phone.Get("/home", Cancel)).Path, StringComparison.Ordinal);
        await Walk.SignIn(site, phone, "kazuo", Password, account.Codes[3]);
        Assert.Equal("緑山 花子", (await phone.Get("/home", Cancel)).Body);
    }

    [Fact]
    public async Task Taking_a_closure_back_needs_a_factor_proved_just_now()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var account = await SignInTests.NewResident(site, "kazuo", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[0]);
        await visitor.Get("/test/close", Cancel);
        await Walk.SignIn(site, visitor, "kazuo", Password, account.Codes[1]);
        site.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Equal("people.not-fresh", (await visitor.Get("/test/cancel", Cancel)).Body);
        var confirm = await visitor.Get("/sign-in/confirm?return=%2Ftest%2Fcancel", Cancel);
        var after = await visitor.Submit(confirm, "value=\"confirm\"", Walk.Fields(("Password", Password), ("Code", account.Codes[2])), Cancel);
        Assert.Equal("cancelled", after.Body);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task After_the_waiting_period_every_row_of_the_person_is_gone_and_the_others_are_whole(DataStore store)
    {
        var erased = new List<ResidentNo>();
        await using var site = await TestSite.Start(store, Cancel, more: s => s.AddScoped<IResidentErasure>(_ => new Listening(erased)));
        var leaver = await SignInTests.NewResident(site, "leaver", codes: true);
        var stayer = await SignInTests.NewResident(site, "stayer", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "leaver", Password, leaver.Codes[0]);
        await site.Do<Delivery.Inbox>(i => i.Send(leaver.Resident!.Value, "k", "題", "文", null, Cancel));
        await visitor.Get("/test/close", Cancel);

        site.Clock.Advance(TimeSpan.FromDays(13));
        await RunErasure(site);
        Assert.Equal(2, await Count<Account>(site));
        Assert.Empty(erased);

        site.Clock.Advance(TimeSpan.FromDays(1.1));
        await RunErasure(site);

        Assert.Equal([leaver.Resident!.Value], erased.Distinct());
        Assert.Equal(1, await Count<Account>(site));
        Assert.Equal(1, await Count<ResidentRow>(site));
        Assert.Equal(1, await Count<ConsentRow>(site));
        Assert.Equal(0, await Count<SignInSessionRow>(site));
        Assert.Equal(10, await Count<PrintedCode>(site));
        Assert.Empty(await site.Do<Delivery.Inbox, IReadOnlyList<Delivery.InboxMessage>>(i => i.Messages(leaver.Resident!.Value, Cancel)));
        Assert.Equal("/sign-in", (await Walk.Password(visitor, "leaver", Password)).Path);
        await Walk.SignIn(site, visitor, "stayer", Password, stayer.Codes[0]);
        Assert.Equal("緑山 花子", (await visitor.Get("/home", Cancel)).Body);
    }

    [Fact]
    public async Task Rows_go_even_when_the_server_died_right_after_the_key_was_destroyed()
    {
        await using var site = await TestSite.Start(DataStore.Sqlite, Cancel);
        var leaver = await SignInTests.NewResident(site, "leaver", codes: true);
        using var visitor = site.NewVisitor();
        await Walk.SignIn(site, visitor, "leaver", Password, leaver.Codes[0]);
        await visitor.Get("/test/close", Cancel);
        site.Clock.Advance(TimeSpan.FromDays(14.1));

        // As a crash leaves it: the vault erased, the job that drops the rows was never written.
        await site.Services.GetRequiredService<Vault.RecordVault>().EraseDue(Vault.Actor.Job("test", "As a crash leaves it."), Cancel);
        await site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);

        Assert.Equal(0, await Count<Account>(site));
    }

    private static async Task RunErasure(TestSite site)
    {
        await site.Do<TasukiDb>(async db =>
        {
            db.Add(new Job { Kind = EraseClosedAccounts.Name, Key = site.Clock.GetUtcNow().UtcTicks.ToString(CultureInfo.InvariantCulture), Due = site.Clock.GetUtcNow() });
            await db.SaveChangesAsync(Cancel);
        });
        await site.Services.GetRequiredService<JobRunner>().RunDue(Cancel);
    }

    private static Task<int> Count<T>(TestSite site) where T : class => site.Do<TasukiDb, int>(db => db.Set<T>().CountAsync(Cancel));

    private sealed class Listening(List<ResidentNo> erased) : IResidentErasure
    {
        public Task Erase(ResidentNo resident, CancellationToken cancel)
        {
            lock (erased)
                erased.Add(resident);
            return Task.CompletedTask;
        }
    }
}
