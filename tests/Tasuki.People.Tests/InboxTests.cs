using Microsoft.EntityFrameworkCore;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Xunit;

namespace Tasuki.People.Tests;

public sealed class InboxTests
{
    private static readonly ResidentNo Hanako = new(7);
    private static readonly ResidentNo Taro = new(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_same_key_is_delivered_once_to_a_person_even_by_two_senders_at_once(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => host.Do<Inbox>(i => i.Send(Hanako, "welcome", "ようこそ", "本文", "/records", Cancel))));
        await host.Do<Inbox>(i => i.Send(Taro, "welcome", "ようこそ", "本文", null, Cancel));

        var message = Assert.Single(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(Hanako, Cancel)));
        Assert.Equal(("ようこそ", "本文", "/records", false), (message.Subject, message.Body, message.Link, message.Read));
        Assert.Single(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(Taro, Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Reading_a_message_counts_for_its_owner_alone(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);
        await host.Do<Inbox>(i => i.Send(Hanako, "a", "題", "文", null, Cancel));
        var no = (await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(Hanako, Cancel)))[0].No;

        await host.Do<Inbox>(i => i.MarkRead(Taro, no, Cancel));
        Assert.Equal(1, await host.Do<Inbox, int>(i => i.Unread(Hanako, Cancel)));
        await host.Do<Inbox>(i => i.MarkRead(Hanako, no, Cancel));
        Assert.Equal(0, await host.Do<Inbox, int>(i => i.Unread(Hanako, Cancel)));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_message_moved_to_another_person_by_SQL_does_not_open(DataStore store)
    {
        await using var host = await DataHost.Start(store, TimeProvider.System, Cancel);
        await host.Do<Inbox>(i => i.Send(Hanako, "a", "題", "文", null, Cancel));

        await host.Do<TasukiDb>(db => db.Database.ExecuteSqlAsync($"UPDATE inbox_message SET resident_no = 8", Cancel));

        Assert.Empty(await host.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(Taro, Cancel)));
    }
}
