using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Unneeded;
using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Retention;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Retention;

/// <summary>A run that tells and erases is cut off anywhere, and goes on: nobody is told twice, and nothing goes of which nobody was told.</summary>
public sealed class CutOffErasureTests
{
    [Fact]
    public async Task A_run_that_dies_between_word_and_mark_tells_nobody_twice()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, [.. Enumerable.Range(0, 5).Select(i => $"kazuo{i}")]);
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 11, 3));
        await world.Site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(world.Site.Clock.Now, 30), 0, 2, Cancel));
        await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().ExecuteDeleteAsync(Cancel));
        Assert.Equal("tell:5", await world.RunOn(new DateOnly(2026, 11, 3)));
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 12, 3));
        await world.Site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(world.Site.Clock.Now, 30), 0, 2, Cancel));
        Assert.Equal("erase:3 record:3", await world.RunOn(new DateOnly(2026, 12, 3)));
        foreach (var resident in world.People)
            Assert.Equal(2, (await world.Told(resident)).Count);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_run_that_dies_between_erasure_and_word_sends_it_later_and_takes_nothing_that_came_after_unannounced(DataStore store)
    {
        await using var world = await UnneededWorld.Ended(store, "taro", "hanako");
        var (taro, hanako) = (world.People[0], world.People[1]);
        Assert.Equal("tell:2", await world.RunOn(new DateOnly(2026, 11, 3)));

        // The word cannot be written: the run ends in the middle of taro.
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 12, 3));
        await world.Sql("ALTER TABLE inbox_message RENAME TO inbox_away");
        await Assert.ThrowsAnyAsync<Exception>(() => world.Site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(world.Site.Clock.Now, 30), 0, 200, Cancel)));
        await world.Sql("ALTER TABLE inbox_away RENAME TO inbox_message");
        Assert.Equal((0, 1), (await world.Records(taro), await world.Records(hanako)));
        var row = await world.Site.Do<TasukiDb, UnderwayRow>(db => db.Set<UnderwayRow>().AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(taro.Value, row.ResidentNo);
        Assert.Equal(-1, row.What.AsSpan().IndexOf("2026"u8));

        // The next day it goes on: taro reads the day on which it was done, and hanako's turn comes.
        Assert.Equal("erase:1 record:1", await world.RunOn(new DateOnly(2026, 12, 4)));
        Assert.Contains(await world.Told(taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月3日", StringComparison.Ordinal));
        Assert.Contains(await world.Told(hanako), m => m.Subject.Contains("消しました", StringComparison.Ordinal) && m.Body.Contains("2026年12月4日", StringComparison.Ordinal));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<UnderwayRow>().CountAsync(Cancel)));
        Assert.Equal(0, await world.Site.Do<TasukiDb, int>(db => db.Set<ToldRow>().CountAsync(Cancel)));
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 5)));
        Assert.Equal(2, (await world.Told(taro)).Count);
    }

    [Fact]
    public async Task Records_brought_in_after_a_run_died_are_told_anew_and_not_called_erased()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, "taro");
        var taro = world.People[0];
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 11, 3)));
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 12, 3));
        await world.Sql("ALTER TABLE inbox_message RENAME TO inbox_away");
        await Assert.ThrowsAnyAsync<Exception>(() => world.Site.Do<UnneededData, RetentionBatch>(r => r.Erase(new RetentionAsk(world.Site.Clock.Now, 30), 0, 200, Cancel)));
        await world.Sql("ALTER TABLE inbox_away RENAME TO inbox_message");
        await world.Write(taro, "taro-again", DataCategory.Immunization);
        Assert.Equal("tell:1", await world.RunOn(new DateOnly(2026, 12, 4)));
        Assert.Equal(1, await world.Records(taro));
        Assert.DoesNotContain(await world.Told(taro), m => m.Subject.Contains("消しました", StringComparison.Ordinal));
        Assert.Contains(await world.Told(taro), m => m.Body.Contains("2027年1月3日", StringComparison.Ordinal));
        Assert.Equal("erase:1 record:1", await world.RunOn(new DateOnly(2027, 1, 3)));
    }

    [Fact]
    public async Task A_run_that_goes_on_days_later_tells_the_whole_period()
    {
        await using var world = await UnneededWorld.Ended(DataStore.Sqlite, "taro");
        var taro = world.People[0];
        var begun = new RetentionAsk(UnneededWorld.Noon(new DateOnly(2026, 11, 3)), 30);
        world.Site.Clock.Now = UnneededWorld.Noon(new DateOnly(2026, 11, 20));
        await world.Site.Do<UnneededData, RetentionBatch>(r => r.Erase(begun, 0, 200, Cancel));
        Assert.Contains("2026年12月20日", Assert.Single(await world.Told(taro)).Body, StringComparison.Ordinal);
        Assert.Equal("", await world.RunOn(new DateOnly(2026, 12, 19)));
        Assert.Equal("erase:1 record:1", await world.RunOn(new DateOnly(2026, 12, 20)));
    }
}
