using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Compliance.Purposes;
using Tasuki.Compliance.Retention;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
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
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_only_an_ended_purpose_needed_is_told_and_erased_on_the_day_that_was_told_with_proof(DataStore store)
    {
        await using var world = await UnneededWorld.Start(store);
        await world.State();
        var (taro, hanako) = (await world.New("taro", DataCategory.Medication, DataCategory.Immunization), await world.New("hanako", DataCategory.Immunization));
        Assert.Equal("", await world.RunOn(UnneededWorld.Today, on: false));
        await world.End("vaccines");
        await world.Decide(DataCategory.Immunization);
        // Medication is needed by the other purpose still.
        await world.SwitchOn(30);

        Assert.Equal("tell:2", await world.RunOn(new DateOnly(2026, 11, 3)));
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 11, 3)));
        var told = Assert.Single(await world.Told(taro));
        Assert.Contains("2026年12月3日", told.Body, StringComparison.Ordinal);
        Assert.Contains("予防接種", told.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("薬剤", told.Body, StringComparison.Ordinal);
        Assert.Equal("/take-out", told.Link);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 2)));
        Assert.Equal(2, await world.Records(taro));

        Assert.Equal("erase:2 record:2", await world.RunOn(new DateOnly(2026, 12, 3)));
        Assert.Equal((1, 0), (await world.Records(taro), await world.Records(hanako)));
        Assert.Contains(await world.Told(taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月3日", StringComparison.Ordinal));
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 4)));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));

        var proofs = await world.Site.Do<EvidenceBook, IReadOnlyList<Evidence<RetentionRun>>>(b => b.History<RetentionRun>(EvidenceKind.Act, RetentionBook.Run(UnneededData.Id), 100, Cancel));
        Assert.Equal("tell:2 erase:2 record:2", string.Join(' ', proofs.Where(p => p.Content.Ended).Reverse().SelectMany(p => p.Content.Done).Select(p => $"{p.Code}:{p.Number}")));
        Assert.All(proofs, p => Assert.True(p.Holds));
        Assert.Null(await world.Site.Vault.FindBreakInLog(Cancel));
        var log = await (await world.Own(taro)).AccessLog(100, Cancel);
        Assert.Contains(log, e => e is { Action: "erase-records", ActorKind: ActorKind.Job, Refused: false });
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Who_has_something_open_or_cannot_be_told_keeps_the_records_and_the_days_begin_anew_for_who_was_not_told(DataStore store)
    {
        await using var world = await UnneededWorld.Start(store);
        var desk = await world.Site.NewStaff(StaffRole.Desk, "officer1", "青木 花");
        await world.State();
        var people = new Dictionary<string, ResidentNo>(StringComparer.Ordinal);
        foreach (var name in new[] { "plain", "asks", "altered", "closing", "nobody", "died" })
            people[name] = await world.New(name, DataCategory.Immunization);
        await world.Site.Do<TasukiDb, int>(db => db.Set<Account>().Where(a => a.ResidentNo == people["nobody"].Value).ExecuteDeleteAsync(Cancel));
        await world.Site.Do<TasukiDb, int>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == people["died"].Value).ExecuteUpdateAsync(s => s.SetProperty(r => r.Standing, ResidentStanding.Died), Cancel));
        await world.End("vaccines");
        await world.Decide(DataCategory.Immunization);
        using (var page = world.Site.As(desk))
        {
            await page.Submit(await page.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("By", "Person"), ("Channel", "Counter"), ("Received", "2026-11-02"), ("Resident", people["asks"].ToString()),
                ("Name", "緑山 花子"), ("Address", "ひびき市本町1-1"), ("Text", "すべて"));
        }

        await world.SwitchOn(30);
        Assert.Equal("tell:3 | matter:1 unreachable:2", await world.RunOn(new DateOnly(2026, 11, 3), withHeld: true));
        // Two rows were moved by SQL: one to another day, the key of the other.
        await world.Site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE unneeded_told SET erases = '2026-11-04' WHERE key = (SELECT key FROM unneeded_told ORDER BY key LIMIT 1)", Cancel));
        await world.Site.Vault.Close(Actor.Resident(people["closing"]), people["closing"], Cancel);
        await world.RunOn(new DateOnly(2026, 11, 4));
        Assert.Equal(1, await world.Records(people["plain"]));
        Assert.Equal(1, await world.Records(people["altered"]));

        foreach (var day in new[] { new DateOnly(2026, 12, 3), new(2026, 12, 4) })
            await world.RunOn(day);
        Assert.Equal((0, 0, 1, 1), (await world.Records(people["plain"]), await world.Records(people["altered"]), await world.Records(people["asks"]), await world.Records(people["nobody"])));
        Assert.Equal(1, await world.Records(people["died"]));
    }

    [Fact]
    public async Task What_was_told_keeps_its_day_a_purpose_that_comes_back_stops_it_and_an_old_notice_is_given_anew()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, "taro");
        var taro = world.People[0];
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 11, 3)));
        await world.SwitchOn(90);
        Assert.True((await world.Site.Do<KeepPurposes, Result<Done>>(k => k.Change(world.Officer, "vaccines", 2, UnneededWorld.Vaccines with { Easy = "べつの 文" }, "続けます。", Cancel))).IsOk);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 3)));
        await world.End("vaccines", 3);
        // Another end: what was decided of the last does not count for it.
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 3)));
        await world.Decide(DataCategory.Immunization);
        // Told anew, for the new period.
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 12, 4)));
        Assert.Contains(await world.Told(taro), m => m.Body.Contains("2027年3月4日", StringComparison.Ordinal));
        await world.SwitchOn(30);
        Assert.Equal("", await world.RunOn(new DateOnly(2027, 3, 3)));
        Assert.True((await world.Site.Do<RetentionBook, Result<Done>>(b => b.SwitchOff(world.Officer, UnneededData.Id, Cancel))).IsOk);
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2027, 4, 10));
        await world.SwitchOn(30);
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2027, 4, 10)));
        Assert.Equal("erase:1 record:1", await world.RunOn(new DateOnly(2027, 5, 10)));
    }

    [Fact]
    public async Task Who_closed_the_account_leaves_no_word_of_what_was_told_and_the_rows_name_nobody()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, "taro");
        var taro = world.People[0];
        await world.RunOn(new DateOnly(2026, 11, 3));
        var row = await world.Site.Do<TasukiDb, ToldRow>(db => db.Set<ToldRow>().AsNoTracking().SingleAsync(Cancel));
        var number = BitConverter.GetBytes(taro.Value);
        Assert.Equal(-1, row.Key.AsSpan().IndexOf(number));
        Assert.Equal(-1, row.Key.AsSpan().IndexOf(number.Reverse().ToArray()));
        await world.Site.Do<IEnumerable<IResidentErasure>, bool>(async all => { await all.OfType<EraseTold>().Single().Erase(taro, Cancel); return true; });
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
    }

    [Fact]
    public async Task What_should_have_gone_is_overdue_after_two_days_and_a_word_nobody_followed_is_forgotten_after_a_year()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, "taro");
        // The probes' own resident is nobody to be told.
        await world.Write((await world.Site.Do<ProbeResident, Result<ResidentProfile>>(p => p.Get(Cancel))).Value.No, "nobody", DataCategory.Immunization);
        Assert.Equal("tell:1 | ", await world.RunOn(new DateOnly(2026, 11, 3), withHeld: true));
        Assert.Equal(0, await Overdue(new DateOnly(2026, 12, 5)));
        Assert.Equal(1, await Overdue(new DateOnly(2026, 12, 6)));
        Assert.True((await world.Site.Do<ErasureDecisions, Result<Done>>(d => d.Keep(world.Officer, DataCategory.Immunization, Cancel))).IsOk);
        await world.RunOn(new DateOnly(2028, 1, 7));
        Assert.Equal(1, await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
        await world.RunOn(new DateOnly(2028, 1, 8));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));

        Task<long> Overdue(DateOnly day) => world.Site.Do<UnneededData, long>(async r => (await r.Count(new RetentionAsk(UnneededWorld.Noon(day), 30), Cancel)).Overdue);
    }
}
