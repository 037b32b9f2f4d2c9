using Microsoft.Extensions.Configuration;

namespace Tasuki.Delivery.Tests;

public sealed class SettingsTests
{
    [Fact]
    public void Without_settings_no_channel_is_offered()
    {
        var options = Read([]).Value;
        Assert.All(Enum.GetValues<ChannelKind>(), kind => Assert.False(options.Offers(kind)));
    }

    [Fact]
    public void A_whole_set_of_settings_offers_every_channel()
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "secret\n");
        var options = Read(
            ("Mail:Host", "mail.example.org"), ("Mail:From", "みどり市 <post@midori.test>"), ("Mail:User", "midori"), ("Mail:PasswordFile", file), ("Push:Contact", "mailto:it@midori.test"),
            ("Sms:Address", "https://sms.example.org/"), ("Sms:SecretFile", file), ("Line:Address", "https://line.example.org/"), ("Line:SecretFile", file), ("Letters", "on")).Value;
        Assert.All(Enum.GetValues<ChannelKind>(), kind => Assert.True(options.Offers(kind)));
        Assert.Equal((587, MailSecurity.StartTls, 4, "secret"), (options.Mail!.Port, options.Mail.Security, options.Mail.Connections, options.Mail.Password));
    }

    [Theory]
    [InlineData("Mail:Host", "mail.example.org")]
    [InlineData("Push:Contact", "it@midori.test")]
    [InlineData("Sms:Address", "http://sms.example.org/")]
    [InlineData("Line:Address", "https://line.example.org/")]
    [InlineData("Letters", "yes")]
    [InlineData("Sandbox", "on")]
    public void A_wrong_setting_is_said_in_a_sentence_that_names_it(string key, string value)
    {
        var error = Read((key, value)).Error;
        Assert.Equal("settings.delivery", error?.Code);
        Assert.Contains(key.Split(':')[0], error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Security", "none")]
    [InlineData("Security", "perhaps")]
    [InlineData("Port", "0")]
    [InlineData("Connections", "17")]
    [InlineData("User", "midori")]
    [InlineData("PasswordFile", "/nowhere/at/all")]
    [InlineData("NeutralFrom", "nobody")]
    public void A_wrong_setting_of_the_mail_server_stops_the_start(string key, string value) =>
        Assert.Equal("settings.delivery", Read(("Mail:Host", "mail.example.org"), ("Mail:From", "post@midori.test"), ("Mail:" + key, value)).Error?.Code);

    private static Kernel.Result<DeliveryOptions> Read(params (string Key, string Value)[] settings) => DeliveryOptions.From(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal)).Build(), production: true);
}
