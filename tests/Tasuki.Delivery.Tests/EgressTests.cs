using System.Net;
using Tasuki.Kernel.Http;
using Tasuki.Sandbox.Receivers;

namespace Tasuki.Delivery.Tests;

/// <summary>The one door out: what it refuses, and what it says about whether anything was sent.</summary>
public sealed class EgressTests
{
    private static readonly EgressPurpose Anywhere = new("test", null, 1_000, TimeSpan.FromMinutes(1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http://example.org/")]
    [InlineData("ftp://example.org/")]
    [InlineData("https://name:password@example.org/")]
    [InlineData("http://127.0.0.1:1/")]
    public async Task Only_https_leaves_and_no_password_in_an_address(string address) => Assert.Equal("egress.scheme", await Ask(address, Anywhere));

    [Theory]
    [InlineData("https://127.0.0.1:1/")]
    [InlineData("https://localhost:1/")]
    [InlineData("https://[::1]:1/")]
    [InlineData("https://[::ffff:10.0.0.1]:1/")]
    [InlineData("https://10.1.2.3:1/")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    public async Task A_name_that_leads_inside_is_refused_when_the_socket_connects(string address) => Assert.Equal("egress.address", await Ask(address, Anywhere));

    [Fact]
    public async Task With_a_list_of_hosts_no_other_is_asked()
    {
        var listed = Anywhere with { Hosts = ["push.example.org", "*.push.example.net"] };
        Assert.All(["https://other.example.org/", "https://push.example.net/", "https://evilpush.example.org/", "https://x.push.example.net.evil.test/"], address => Assert.Equal("egress.host", new Egress(TimeProvider.System).Refuse(listed, new Uri(address))?.Code));
        Assert.All(["https://push.example.org/a", "https://one.push.example.net/b"], address => Assert.Null(new Egress(TimeProvider.System).Refuse(listed, new Uri(address))));
        await Task.CompletedTask;
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("100.64.0.1")]
    [InlineData("127.8.8.8")]
    [InlineData("169.254.169.254")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("198.19.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::ffff:192.168.0.1")]
    [InlineData("fe80::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("ff02::1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:a00:1::1")]
    public void Addresses_inside_are_closed(string address) => Assert.False(Egress.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("1.1.1.1")]
    [InlineData("172.32.0.1")]
    [InlineData("100.128.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2404:6800:4004::1")]
    public void Addresses_of_the_internet_are_open(string address) => Assert.True(Egress.IsPublic(IPAddress.Parse(address)));

    [Fact]
    public async Task A_redirect_is_not_followed_and_a_long_answer_not_read()
    {
        await using var receiver = await HttpReceiver.Start("s", Cancel);
        receiver.Status = 302;
        Assert.Equal("egress.redirect", await Ask(receiver.Address.ToString(), Anywhere, loopback: true));
        receiver.Status = 200;
        Assert.Null(await Ask(receiver.Address.ToString(), Anywhere, loopback: true));
        await using var mail = MailReceiver.Start();
        // A server that says nothing, and one that is not there.
        mail.Mood = MailMood.Silent;
        Assert.Equal("egress.too-long", await Ask($"http://127.0.0.1:{mail.Port}/", Anywhere with { Longest = TimeSpan.FromSeconds(2) }, loopback: true));
        mail.Mood = MailMood.Closed;
        Assert.Equal("egress.broken", await Ask($"http://127.0.0.1:{mail.Port}/", Anywhere, loopback: true));
        await mail.GoDown();
        Assert.Equal("egress.unreachable", await Ask($"http://127.0.0.1:{mail.Port}/", Anywhere, loopback: true));
    }

    [Fact]
    public async Task An_answer_longer_than_the_purpose_allows_is_an_error()
    {
        await using var receiver = await HttpReceiver.Start("s", Cancel);
        receiver.Answer = new string('x', 1_001);
        Assert.Equal("egress.too-large", await Ask(receiver.Address + "push/a", Anywhere, loopback: true));
    }

    private static async Task<string?> Ask(string address, EgressPurpose purpose, bool loopback = false)
    {
        using var egress = new Egress(TimeProvider.System, loopback);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        return (await egress.Send(purpose, request, Cancel)).Error?.Code;
    }
}
