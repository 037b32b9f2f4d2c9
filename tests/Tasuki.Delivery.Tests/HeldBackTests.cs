using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;
using Tasuki.Web;

namespace Tasuki.Delivery.Tests;

/// <summary>Of somebody who died nothing leaves the house; where that was a mistake and is taken back in time, nothing is lost.</summary>
public sealed class HeldBackTests
{
    private readonly TestManners _manners = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_waits_of_somebody_who_died_is_held_back_and_goes_out_once_when_the_mark_is_taken_back(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(store, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Mail, "taro@example.test", Cancel);
        _manners.Dead = hanako;
        await host.Send(hanako, "one", Cancel);
        await host.Send(taro, "one", Cancel);
        await host.SendDue(Cancel);
        Assert.Equal(["taro@example.test"], Assert.Single(mail.Received).To);
        Assert.Single(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(hanako, Cancel)));
        var held = await Row(host, hanako);
        Assert.Equal((DeliveryState.Waiting, HeldBack.Code, 0, host.Clock.GetUtcNow() + HeldBack.LookAgain), (held.State, held.LastError, held.Attempts, held.Due));

        for (var hour = 0; hour < 40; hour++)
        {
            host.Clock.Advance(TimeSpan.FromHours(1));
            await host.SendDue(Cancel);
        }

        Assert.Single(mail.Received);
        _manners.Dead = null;
        host.Clock.Advance(HeldBack.LookAgain);
        await host.SendDue(Cancel);
        host.Clock.Advance(TimeSpan.FromDays(1));
        await host.SendDue(Cancel);
        Assert.Equal(["taro@example.test", "hanako@example.test"], mail.Received.Select(m => m.To[0]), StringComparer.Ordinal);
        Assert.Equal((DeliveryState.HandedOver, (string?)null), (await Row(host, hanako)) is var sent ? (sent.State, sent.LastError) : default);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task After_two_days_it_is_given_up_and_is_no_failure_of_the_channel(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(store, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        _manners.Dead = hanako;
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        Assert.Equal((0, 0, null, null), await Numbers());
        host.Clock.Advance(Backoff.GiveUpAfter - TimeSpan.FromSeconds(1));
        await host.SendDue(Cancel);
        Assert.Equal(DeliveryState.Waiting, (await Row(host, hanako)).State);
        Assert.Equal((0, 0, null, null), await Numbers());

        host.Clock.Advance(TimeSpan.FromSeconds(16));
        await host.SendDue(Cancel);
        Assert.Equal((DeliveryState.GivenUp, HeldBack.Code), (await Row(host, hanako)) is var row ? (row.State, row.LastError) : default);
        Assert.Equal((0, 0, null, null), await Numbers());
        _manners.Dead = null;
        host.Clock.Advance(TimeSpan.FromHours(5));
        await host.SendDue(Cancel);
        Assert.Empty(mail.Received);

        async Task<(int, int, DateTimeOffset?, string?)> Numbers() =>
            (await host.Do<DeskDeliveries, IReadOnlyList<ChannelNumbers>>(d => d.Of(7, Cancel))).Single(n => n.Kind is ChannelKind.Mail) is var n ? (n.Waiting, n.GivenUp, n.TryingSince, n.LastError) : default;
    }

    [Fact]
    public async Task Taken_back_in_the_last_minute_and_in_the_night_it_goes_out_in_the_morning()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(DataStore.Sqlite, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        _manners.Dead = hanako;
        var night = new DateTimeOffset(2026, 6, 2, 2, 0, 0, TokyoDay.Offset);
        host.Clock.Set(night);
        await host.Send(hanako, "one", Cancel);
        for (var at = night; at < night + Backoff.GiveUpAfter; at += TimeSpan.FromMinutes(30))
        {
            host.Clock.Set(at);
            await host.SendDue(Cancel);
        }

        host.Clock.Set(night + Backoff.GiveUpAfter - TimeSpan.FromMinutes(1));
        _manners.Dead = null;
        host.Clock.Set(night + Backoff.GiveUpAfter + TimeSpan.FromSeconds(15));
        await host.SendDue(Cancel);
        Assert.Empty(mail.Received);
        host.Clock.Set(night + Backoff.GiveUpAfter + TimeSpan.FromHours(6));
        await host.SendDue(Cancel);
        Assert.Single(mail.Received);
    }

    [Fact]
    public async Task The_code_of_a_check_ends_by_its_own_time()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(DataStore.Sqlite, mail);
        var hanako = await host.Enrol(Cancel);
        _manners.Dead = hanako;
        await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Mail, "hanako@example.test", ReadingLanguage.English, Cancel));
        await host.SendDue(Cancel);
        Assert.Equal(DeliveryState.Waiting, (await Row(host, hanako)).State);
        _manners.Dead = null;
        host.Clock.Advance(HeldBack.LookAgain);
        await host.SendDue(Cancel);
        Assert.Equal(DeliveryState.GivenUp, (await Row(host, hanako)).State);
        Assert.Empty(mail.Received);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Letters_of_somebody_who_died_hide_nobody_elses_and_wait_for_no_printer(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(store, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町1-2-3\n山田 花子 様", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町9\n山田 太郎 様", Cancel);
        _manners.Dead = hanako;
        await Many(host, hanako);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.Send(taro, "one", Cancel);

        var letter = Assert.Single(await Open(host));
        Assert.Equal(taro, letter.Resident);
        Assert.Equal(1, await Waiting(host));
        Assert.Equal(1, await host.Do<Letters, int>(l => l.MarkPrinted([letter.No], Cancel)));
        Assert.Empty(await Open(host));
        Assert.Equal(0, await Waiting(host));
        var numbers = (await host.Do<DeskDeliveries, IReadOnlyList<ChannelNumbers>>(d => d.Of(7, Cancel))).Single(n => n.Kind is ChannelKind.Letter);
        Assert.Equal((0, 1, null), (numbers.Waiting, numbers.HandedOver, numbers.TryingSince));

        // Taken back they are printed as any others, each once.
        _manners.Dead = null;
        Assert.Equal(Much, await Waiting(host));
        var first = await Open(host);
        Assert.Equal(Letters.AtOnce, await host.Do<Letters, int>(l => l.MarkPrinted([.. first.Select(l => l.No)], Cancel)));
        Assert.Equal(Letters.AtOnce, (await Open(host)).Count(l => first.All(f => f.No != l.No)));

        // The rest is given up, and was not a second before.
        _manners.Dead = hanako;
        host.Clock.Advance(Backoff.GiveUpAfter - TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.Empty(await Open(host));
        Assert.Equal(Much - Letters.AtOnce, (await host.Rows(Cancel)).Count(r => r is { State: DeliveryState.Waiting, LastError: HeldBack.Code }));
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(await Open(host));
        Assert.Equal(Much - Letters.AtOnce, (await host.Rows(Cancel)).Count(r => r is { State: DeliveryState.GivenUp, LastError: HeldBack.Code }));
        _manners.Dead = null;
        Assert.Equal(0, await Waiting(host));
        Assert.Empty(await Open(host));
    }

    [Fact]
    public async Task Letters_of_a_protected_person_hide_nobody_elses_from_an_officer_who_may_not_open_them()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(DataStore.Sqlite, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町1-2-3\n山田 花子 様", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町9\n山田 太郎 様", Cancel);
        _manners.Protected = hanako;
        await Many(host, hanako);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await host.Send(taro, "one", Cancel);
        Assert.Equal(taro, Assert.Single(await Open(host)).Resident);
        Assert.Equal(Much + 1, await Waiting(host));
    }

    [Fact]
    public async Task The_code_in_a_letter_waits_for_its_own_time_and_a_letter_nobody_comes_back_to_is_swept_away()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await Start(DataStore.Sqlite, mail);
        var (hanako, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町1-2-3\n山田 花子 様", Cancel);
        await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Letter, "123-4567\nみどり市本町9\n山田 花子 様", ReadingLanguage.Japanese, Cancel));
        _manners.Dead = hanako;
        Assert.Empty(await Open(host));
        host.Clock.Advance(TimeSpan.FromDays(29));
        Assert.Empty(await Open(host));
        _manners.Dead = null;
        Assert.Matches("[0-9]{8}", Assert.Single(await Open(host)).Text);

        await host.Send(hanako, "one", Cancel);
        _manners.Dead = hanako;
        Assert.Empty(await Open(host));
        host.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, await Waiting(host));
        var now = host.Clock.GetUtcNow();
        Assert.Equal((2, 0), await host.Do<TasukiDb, (int, int)>(async db => (await SweepDeliveries.Over(db, now).CountAsync(Cancel), await SweepDeliveries.Over(db, now.AddDays(-40)).CountAsync(Cancel))));
    }

    // More than are looked at together.
    private const int Much = (Letters.AtOnce * 2) + 5;

    private static async Task Many(DeliveryHost host, ResidentNo resident)
    {
        await host.Do<Messages, int>(async m =>
        {
            await m.SendMany(Enumerable.Range(0, Much).Select(i => new NewMessage(resident, $"m{i}", "題", "文", null)), Cancel);
            return 0;
        });
    }

    private Task<DeliveryHost> Start(DataStore store, MailReceiver mail) =>
        DeliveryHost.Start(store, MailTests.Options(mail) with { Letters = true }, Cancel, s => s.AddSingleton<IOutsideManners>(_manners));

    private static Task<IReadOnlyList<Letter>> Open(DeliveryHost host) => host.Do<Letters, IReadOnlyList<Letter>>(l => l.Open(protectedToo: false, _ => Task.CompletedTask, Cancel));

    private static Task<int> Waiting(DeliveryHost host) => host.Do<Letters, int>(l => l.Waiting(Cancel));

    private static async Task<DeliveryRow> Row(DeliveryHost host, ResidentNo resident) => (await host.Rows(Cancel)).Single(r => r.ResidentNo == resident.Value);
}
