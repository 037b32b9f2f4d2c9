using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Kernel;
using Tasuki.Sandbox.Receivers;

namespace Tasuki.Delivery.Tests;

/// <summary>Web push, SMS and LINE over real HTTP on the loopback, and letters.</summary>
public sealed class HttpChannelTests
{
    private const string Secret = "a secret of the gateway";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_push_carries_the_municipalitys_signature_and_no_payload(DataStore store)
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(store, Options(receiver), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Push, $"{receiver.Address}push/device-1", Cancel);
        await host.AddChannel(hanako, ChannelKind.Push, $"{receiver.Address}push/device-2", Cancel);
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);

        Assert.Equal("/push/device-1 /push/device-2", string.Join(' ', receiver.Received.Select(r => r.Path).Order(StringComparer.Ordinal)));
        var one = receiver.Received.First();
        Assert.Equal(("POST", ""), (one.Method, one.Body));
        Assert.Equal("172800", one.Headers["TTL"]);
        var words = one.Headers["Authorization"].Split([' ', ',', '='], StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("vapid", "t", "k"), (words[0], words[1], words[3]));
        Assert.Equal(await host.Services.GetRequiredService<PushOffer>().PublicKey(Cancel), words[4]);
        var token = words[2].Split('.');
        var point = Base64Url.DecodeFromChars(words[4]);
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = point[1..33], Y = point[33..] } });
        Assert.True(key.VerifyData(Encoding.ASCII.GetBytes($"{token[0]}.{token[1]}"), Base64Url.DecodeFromChars(token[2]), HashAlgorithmName.SHA256));
        var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token[1])).RootElement;
        Assert.Equal(receiver.Address.GetLeftPart(UriPartial.Authority), claims.GetProperty("aud").GetString());
        Assert.Equal("mailto:it@midori.test", claims.GetProperty("sub").GetString());
        Assert.InRange(claims.GetProperty("exp").GetInt64(), host.Clock.GetUtcNow().ToUnixTimeSeconds(), host.Clock.GetUtcNow().AddHours(24).ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_subscription_that_is_gone_stops_at_once_and_one_at_an_unknown_host_is_not_taken()
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(receiver), Cancel);
        var (hanako, channel) = await host.WithChannel(ChannelKind.Push, $"{receiver.Address}push/device", Cancel);
        receiver.Status = 410;
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        Assert.Equal(ChannelState.Failing, (await host.Channel(channel, Cancel)).State);
        Assert.Equal("push-410", Assert.Single(await host.Rows(Cancel)).LastError);
        foreach (var endpoint in new[] { "https://evil.example.org/x", "https://10.0.0.1/x", "http://fcm.googleapis.com/x" })
            Assert.Equal("channel.address", (await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Push, endpoint, default, Cancel))).Error?.Code);
        Assert.True((await host.Do<Channels, Result<long>>(c => c.Add(hanako, ChannelKind.Push, "https://fcm.googleapis.com/fcm/send/x", default, Cancel))).IsOk);
    }

    [Theory]
    [InlineData(ChannelKind.Sms, "090-1234-5678", "/sms", "09012345678")]
    [InlineData(ChannelKind.Line, "U0123456789abcdef", "/line", "U0123456789abcdef")]
    public async Task A_gateway_gets_an_id_an_address_and_a_fixed_text(ChannelKind kind, string entered, string path, string address)
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(receiver), Cancel);
        var (hanako, _) = await host.WithChannel(kind, entered, Cancel);
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);

        var one = Assert.Single(receiver.Received);
        Assert.Equal(path, one.Path);
        Assert.Equal($"Bearer {Secret}", one.Headers["Authorization"]);
        var body = JsonDocument.Parse(one.Body).RootElement;
        Assert.Equal("id text to", string.Join(' ', body.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal)));
        Assert.Equal(address, body.GetProperty("to").GetString());
        Assert.Equal("みどり市からのお知らせが届きました。アプリの受信箱をご覧ください。\nhttps://midori.example.test/inbox", body.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData(429, DeliveryState.Waiting)]
    [InlineData(500, DeliveryState.Waiting)]
    [InlineData(401, DeliveryState.Waiting)]
    [InlineData(400, DeliveryState.Bounced)]
    [InlineData(404, DeliveryState.Bounced)]
    [InlineData(409, DeliveryState.HandedOver)]
    public async Task What_a_gateway_answers_decides_whether_it_is_asked_again(int status, DeliveryState state)
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(receiver), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Sms, "09012345678", Cancel);
        receiver.Status = status;
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        var row = Assert.Single(await host.Rows(Cancel));
        Assert.Equal(state, row.State);
        if (status is 429)
            Assert.Equal(host.Clock.GetUtcNow().AddMinutes(10), row.Due, TimeSpan.FromSeconds(5));
        receiver.Status = null;
        host.Clock.Advance(TimeSpan.FromMinutes(15));
        await host.SendDue(Cancel);
        Assert.Equal(state is DeliveryState.Waiting ? 1 : 0, receiver.Received.Count);
    }

    [Fact]
    public async Task An_answer_that_was_lost_is_not_asked_for_again()
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(DataStore.Sqlite, Options(receiver), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Sms, "09012345678", Cancel);
        receiver.Breaks = true;
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        receiver.Breaks = false;
        host.Clock.Advance(TimeSpan.FromHours(9));
        await host.SendDue(Cancel);
        Assert.Single(receiver.Received);
        Assert.Equal(DeliveryState.Uncertain, Assert.Single(await host.Rows(Cancel)).State);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Letters_are_opened_with_an_entry_for_each_and_printed_once(DataStore store)
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(store, Options(receiver), Cancel);
        var (hanako, _) = await host.WithChannel(ChannelKind.Letter, "123-4567\nみどり市本町1-2-3\n山田 花子 様", Cancel);
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        var logged = new List<ResidentNo>();
        var letter = Assert.Single(await host.Do<Letters, IReadOnlyList<Letter>>(l => l.Open(protectedToo: false, Log, Cancel)));
        Assert.Equal([hanako], logged);
        Assert.Equal(["123-4567", "みどり市本町1-2-3", "山田 花子 様"], letter.Address);
        Assert.DoesNotContain("題", letter.Text, StringComparison.Ordinal);
        Assert.Equal(1, await host.Do<Letters, int>(l => l.MarkPrinted([letter.No], Cancel)));
        Assert.Equal(0, await host.Do<Letters, int>(l => l.MarkPrinted([letter.No], Cancel)));
        Assert.Empty(await host.Do<Letters, IReadOnlyList<Letter>>(l => l.Open(protectedToo: false, Log, Cancel)));

        Task Log(ResidentNo resident)
        {
            logged.Add(resident);
            return Task.CompletedTask;
        }
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task The_desk_sees_numbers_by_channel_and_the_scripts_make_what_the_model_says(DataStore store)
    {
        await using var receiver = await HttpReceiver.Start(Secret, Cancel);
        await using var host = await DeliveryHost.Start(store, Options(receiver), Cancel);
        Assert.Empty(await host.Do<TasukiSchema, IReadOnlyList<string>>(s => s.Differences(Cancel)));
        Assert.Empty(await host.Do<SealedTables, IReadOnlyList<string>>(t => Task.FromResult(t.Missing)));
        await host.Do<TasukiDb, int>(db =>
        {
            Assert.Empty(DataMap.Undeclared(db.Model));
            return Task.FromResult(0);
        });

        var (hanako, _) = await host.WithChannel(ChannelKind.Sms, "09012345678", Cancel);
        var (taro, _) = await host.WithChannel(ChannelKind.Line, "U0123456789", Cancel);
        await host.Send(hanako, "one", Cancel);
        await host.SendDue(Cancel);
        receiver.Status = 503;
        await host.Send(taro, "one", Cancel);
        await host.SendDue(Cancel);
        var numbers = (await host.Do<DeskDeliveries, IReadOnlyList<ChannelNumbers>>(d => d.Of(7, Cancel))).ToDictionary(n => n.Kind);
        Assert.Equal((1, 0, null), (numbers[ChannelKind.Sms].HandedOver, numbers[ChannelKind.Sms].Waiting, numbers[ChannelKind.Sms].LastError));
        Assert.Equal((0, 1, "line-503", host.Clock.GetUtcNow()), (numbers[ChannelKind.Line].HandedOver, numbers[ChannelKind.Line].Waiting, numbers[ChannelKind.Line].LastError, numbers[ChannelKind.Line].TryingSince));
        Assert.DoesNotContain(ChannelKind.Mail, numbers.Keys);
        host.Clock.Advance(TimeSpan.FromDays(8));
        Assert.Equal(0, (await host.Do<DeskDeliveries, IReadOnlyList<ChannelNumbers>>(d => d.Of(7, Cancel))).Single(n => n.Kind is ChannelKind.Sms).HandedOver);
    }

    private static DeliveryOptions Options(HttpReceiver receiver) => new()
    {
        Site = new Uri("https://midori.example.test/"), Sandbox = true, Letters = true, Push = new PushOptions("mailto:it@midori.test", []),
        Sms = new GatewayOptions(new Uri(receiver.Address, "/sms"), Secret), Line = new GatewayOptions(new Uri(receiver.Address, "/line"), Secret),
    };
}
