using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MimeKit;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Delivery.Tests;

/// <summary>E-mail over real SMTP on the loopback.</summary>
public sealed class MailTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_mail_says_that_something_has_arrived_and_nothing_of_it(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        string[] marks = ["MARKSUBJECT0001x", "MARKBODY0000002x", "MARKCLINIC00003x", "MARKLINK0000004x"];

        await host.Do<Messages, int>(async m =>
        {
            await m.Send(hanako, "result", $"特定健診の結果 {marks[0]}", $"HbA1c 9.9 % {marks[1]} {marks[2]}クリニック", $"/records/{marks[3]}", Cancel);
            return 0;
        });
        await host.SendDue(Cancel);

        var one = Assert.Single(mail.Received);
        Assert.Equal(["hanako@example.test"], one.To);
        var read = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(one.Text)), Cancel);
        Assert.Equal("みどり市からのお知らせが届きました", read.Subject);
        Assert.Contains("https://midori.example.test/inbox", read.TextBody, StringComparison.Ordinal);
        var everything = $"{one.Text}{read.Subject}{read.TextBody}";
        Assert.All([.. marks, "健診", "HbA1c", "9.9", "クリニック", "結果", "Tasuki"], mark => Assert.DoesNotContain(mark, everything, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(DeliveryState.HandedOver, Assert.Single(await host.Rows(Cancel)).State);
        var inbox = Assert.Single(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(hanako, Cancel)));
        Assert.Contains(marks[1], inbox.Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_address_gets_nothing_but_its_code_until_the_code_was_entered(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var hanako = await host.Enrol(Cancel);
        var no = (await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Mail, "hanako@example.test", ReadingLanguage.English, Cancel))).Value;
        await host.Send(hanako, "before", Cancel);
        await host.SendDue(Cancel);

        var read = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(Assert.Single(mail.Received).Text)), Cancel);
        Assert.Equal("みどり市: code for your address", read.Subject);
        var code = System.Text.RegularExpressions.Regex.Match(read.TextBody!, "[0-9]{8}", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1)).Value;
        Assert.Equal("channel.code", (await host.Do<Channels, Result<Done>>(c => c.Check(hanako, no, "00000000", Cancel))).Error?.Code);
        Assert.Equal("channel.code", (await host.Do<Channels, Result<Done>>(async c => await c.Check(await host.Enrol(Cancel), no, code, Cancel))).Error?.Code);
        Assert.True((await host.Do<Channels, Result<Done>>(c => c.Check(hanako, no, code, Cancel))).IsOk);

        await host.Send(hanako, "after", Cancel);
        await host.SendDue(Cancel);
        Assert.Equal(2, mail.Received.Count);
    }

    [Fact]
    public async Task A_code_ends_after_five_tries_and_after_thirty_minutes()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(mail), Cancel);
        var hanako = await host.Enrol(Cancel);
        var codes = host.Services.GetRequiredService<CheckCodes>();
        var first = (await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Mail, "a@example.test", default, Cancel))).Value;
        var right = codes.Of(await host.Channel(first, Cancel));
        for (var i = 0; i < CheckCodes.Tries; i++)
            Assert.False((await host.Do<Channels, Result<Done>>(c => c.Check(hanako, first, "x", Cancel))).IsOk);
        Assert.False((await host.Do<Channels, Result<Done>>(c => c.Check(hanako, first, right, Cancel))).IsOk);

        var second = (await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Mail, "b@example.test", default, Cancel))).Value;
        right = codes.Of(await host.Channel(second, Cancel));
        host.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.False((await host.Do<Channels, Result<Done>>(c => c.Check(hanako, second, right, Cancel))).IsOk);
        await host.SendDue(Cancel);
        Assert.Empty(mail.Received);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_server_that_is_down_is_asked_again_and_gets_each_message_once(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        await mail.GoDown();
        await host.Send(hanako, "one", Cancel);
        await host.Send(hanako, "two", Cancel);
        await host.SendDue(Cancel);
        Assert.All(await host.Rows(Cancel), row => Assert.Equal((DeliveryState.Waiting, "mail-down"), (row.State, row.LastError)));

        mail.GoUp();
        await host.SendDue(Cancel);
        Assert.Empty(mail.Received);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await host.SendDue(Cancel);
        await host.SendDue(Cancel);
        Assert.Equal(2, mail.Received.Count);
        Assert.All(await host.Rows(Cancel), row => Assert.Equal(DeliveryState.HandedOver, row.State));
    }

    [Theory]
    [InlineData(MailMood.Closed)]
    [InlineData(MailMood.Silent)]
    [InlineData(MailMood.Later)]
    [InlineData(MailMood.BreaksBeforeMessage)]
    public async Task What_was_certainly_not_taken_on_is_tried_again(MailMood mood)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Patient(mail, mood), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        await host.Send(hanako, "one", Cancel);
        mail.Mood = mood;
        await host.SendDue(Cancel);
        var row = Assert.Single(await host.Rows(Cancel));
        Assert.Equal((DeliveryState.Waiting, 1), (row.State, row.Attempts));
        Assert.NotNull(row.LastError);

        mail.Mood = MailMood.Well;
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        await host.SendDue(Cancel);
        Assert.Single(mail.Received);
    }

    [Theory]
    [InlineData(MailMood.BreaksAfterMessage)]
    [InlineData(MailMood.SilentAfterMessage)]
    public async Task What_may_have_been_taken_on_is_never_sent_again(MailMood mood)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Patient(mail, mood), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        await host.Send(hanako, "one", Cancel);
        mail.Mood = mood;
        await host.SendDue(Cancel);
        mail.Mood = MailMood.Well;
        host.Clock.Advance(TimeSpan.FromHours(12));
        await host.SendDue(Cancel);

        Assert.Single(mail.Received);
        Assert.Equal(DeliveryState.Uncertain, Assert.Single(await host.Rows(Cancel)).State);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Three_refusals_for_good_stop_a_channel_and_its_owner_reads_it_in_the_inbox(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var (hanako, channel) = await host.WithChannel(ChannelKind.Mail, "gone@example.test", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Mail, "taro@example.test", Cancel);
        mail.TreatRecipient("gone@example.test", MailMood.Unknown);
        for (var i = 0; i < 4; i++)
        {
            await host.Send(hanako, $"m{i}", Cancel);
            await host.Send(taro, $"m{i}", Cancel);
            await host.SendDue(Cancel);
        }

        Assert.Equal(4, mail.Received.Count);
        Assert.All(mail.Received, m => Assert.Equal(["taro@example.test"], m.To));
        Assert.Equal(ChannelState.Failing, (await host.Channel(channel, Cancel)).State);
        var rows = (await host.Rows(Cancel)).Where(r => r.ChannelNo == channel).ToList();
        Assert.Equal(3, rows.Count);
        Assert.All(rows, r => Assert.Equal((DeliveryState.Bounced, "smtp-550"), (r.State, r.LastError)));
        Assert.Contains(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(hanako, Cancel)), m => m.Link is "/account/channels");
        // The row says so by itself, and not only because somebody wrote it there.
        await host.Do<TasukiDb, int>(db => db.Set<ChannelRow>().Where(c => c.No == channel).ExecuteUpdateAsync(s => s.SetProperty(c => c.State, ChannelState.InUse), Cancel));
        await host.Send(hanako, "forged", Cancel);
        Assert.Equal(3, (await host.Rows(Cancel)).Count(r => r.ChannelNo == channel));
    }

    [Fact]
    public async Task After_two_days_of_trying_it_is_given_up()
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(mail), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        await host.Send(hanako, "one", Cancel);
        mail.Mood = MailMood.Later;
        for (var hour = 0; hour < 60; hour++)
        {
            await host.SendDue(Cancel);
            host.Clock.Advance(TimeSpan.FromHours(1));
        }

        var row = Assert.Single(await host.Rows(Cancel));
        Assert.Equal((DeliveryState.GivenUp, "smtp-451"), (row.State, row.LastError));
        Assert.InRange(row.Attempts, 8, 40);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Quiet_hours_hold_back_what_is_not_urgent_and_nothing_else(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        host.Clock.Set(Tokyo(22, 30));
        await host.Send(hanako, "evening", Cancel);
        await host.SendDue(Cancel);
        Assert.Empty(mail.Received);
        await host.Send(hanako, "recovery", Cancel, urgent: true);
        await host.SendDue(Cancel);
        Assert.Single(mail.Received);
        host.Clock.Set(Tokyo(31, 59));
        await host.SendDue(Cancel);
        Assert.Single(mail.Received);
        host.Clock.Set(Tokyo(32, 0));
        await host.SendDue(Cancel);
        Assert.Equal(2, mail.Received.Count);

        // Her own hours, and one that comes late to its turn.
        await host.Do<Channels, Result<Done>>(c => c.KeepQuiet(hanako, new QuietHours(13 * 60, 14 * 60), Cancel));
        host.Clock.Set(Tokyo(36, 59));
        await host.Send(hanako, "noon", Cancel);
        host.Clock.Set(Tokyo(37, 30));
        await host.SendDue(Cancel);
        Assert.Equal(2, mail.Received.Count);
        host.Clock.Set(Tokyo(38, 0));
        await host.SendDue(Cancel);
        Assert.Equal(3, mail.Received.Count);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_person_who_was_erased_is_told_nothing_any_more(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Mail, "taro@example.test", Cancel);
        await host.Send(hanako, "one", Cancel);
        await host.Send(taro, "one", Cancel);
        Assert.True((await host.Vault.Close(Actor.Resident(hanako), hanako, Cancel)).IsOk);
        Assert.Contains(hanako, await host.Vault.EraseDue(Actor.Job("test", "a test"), Cancel));

        // The key is gone, the rows are not yet: a crash between the two.
        await host.SendDue(Cancel);
        await host.Send(hanako, "two", Cancel);
        await host.SendDue(Cancel);
        Assert.Equal(["taro@example.test"], Assert.Single(mail.Received).To);
        await host.Do<Channels, int>(async c =>
        {
            await c.Erase(hanako, Cancel);
            return 0;
        });
        Assert.DoesNotContain(await host.Rows(Cancel), r => r.ResidentNo == hanako.Value);
    }

    [Fact]
    public async Task A_protected_person_is_told_without_the_sender()
    {
        await using var mail = MailReceiver.Start();
        var manners = new TestManners();
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(mail), Cancel, s => s.AddSingleton<IOutsideManners>(manners));
        var (hanako, _) = await host.WithChannel(ChannelKind.Mail, "hanako@example.test", Cancel);
        manners.Protected = hanako;
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);

        var one = Assert.Single(mail.Received);
        var read = await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(one.Text)), Cancel);
        Assert.Equal("お知らせが届きました", read.Subject);
        Assert.Equal("post@neutral.test", read.From.ToString());
        Assert.Equal("post@neutral.test", one.From);
        Assert.All(["みどり", "midori", "健康", "https://"], word => Assert.DoesNotContain(word, one.Text + read.Subject + read.TextBody, StringComparison.OrdinalIgnoreCase));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_same_key_is_sent_once_by_five_at_once_and_to_many_again(DataStore store)
    {
        await using var mail = MailReceiver.Start();
        await using var host = await DeliveryHost.Start(store, Options(mail), Cancel);
        var people = new List<ResidentNo>();
        for (var i = 0; i < 6; i++)
            people.Add((await host.WithChannel(ChannelKind.Mail, $"p{i}@example.test", Cancel)).Resident);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Send(people[0], "same", Cancel)));
        for (var i = 0; i < 2; i++)
        {
            await host.Do<Messages, int>(async m =>
            {
                await m.SendMany(people.Select(p => new NewMessage(p, "same", "題", "文", null)), Cancel);
                return 0;
            });
        }

        // Two servers at once.
        await Task.WhenAll(host.SendDue(Cancel), host.SendDue(Cancel));
        Assert.Equal(6, mail.Received.Select(m => m.To[0]).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(6, mail.Received.Count);
        Assert.Equal(6, mail.Received.Select(m => m.Header("Message-Id")).Distinct(StringComparer.Ordinal).Count());
    }

    internal static DeliveryOptions Options(MailReceiver mail) => new()
    {
        Site = new Uri("https://midori.example.test/"),
        Mail = new MailOptions("127.0.0.1", mail.Port, MailSecurity.None, new MailboxAddress("みどり市", "post@midori.test"), new MailboxAddress("", "post@neutral.test"), null, null, 3, TimeSpan.FromSeconds(20)),
    };

    // Where the server falls silent the test waits for the end of the patience; elsewhere and before, it must not end first on a busy machine.
    private static DeliveryOptions Patient(MailReceiver mail, MailMood mood) => Options(mail) with
    {
        Mail = Options(mail).Mail! with { Patience = TimeSpan.FromSeconds(mood is MailMood.Silent or MailMood.SilentAfterMessage ? 10 : 20) },
    };

    private static DateTimeOffset Tokyo(int hour, int minute) => new DateTimeOffset(2026, 6, 1, 0, 0, 0, TokyoDay.Offset).AddHours(hour).AddMinutes(minute);
}
