using System.Globalization;
using Microsoft.Extensions.Configuration;
using MimeKit;
using Tasuki.Kernel;

namespace Tasuki.Delivery;

/// <summary>How the connection to the mail server is protected.</summary>
public enum MailSecurity
{
    /// <summary>TLS from the first byte.</summary>
    Tls,

    /// <summary>STARTTLS, and no mail without it.</summary>
    StartTls,

    /// <summary>None: for a mail server on this very machine.</summary>
    None,
}

/// <param name="From">Sender and return path.</param>
/// <param name="NeutralFrom">The sender for protected persons; null: <paramref name="From"/> without its name.</param>
/// <param name="Password">Null: no sign-in at the mail server.</param>
/// <param name="Connections">Side by side, 1 to 16.</param>
/// <param name="Patience">How long the mail server may take for one message.</param>
public sealed record MailOptions(string Host, int Port, MailSecurity Security, MailboxAddress From, MailboxAddress? NeutralFrom, string? User, string? Password, int Connections, TimeSpan Patience);

/// <param name="Contact">Where a push service writes to when something is wrong: <c>mailto:</c> or <c>https:</c>.</param>
/// <param name="Hosts">Push services beside the four known ones.</param>
public sealed record PushOptions(string Contact, IReadOnlyList<string> Hosts);

/// <summary>An SMS or LINE gateway: takes one message in a POST (docs/guide/messages.md).</summary>
public sealed record GatewayOptions(Uri Address, string Secret);

/// <summary>
/// The channels this municipality offers, from the settings under <c>Tasuki:Delivery</c>: <c>Mail</c> (Host, Port, Security, From, NeutralFrom, User, PasswordFile, Connections, Seconds),
/// <c>Push</c> (Contact, Hosts), <c>Sms</c> and <c>Line</c> (Address, SecretFile), <c>Letters</c> (<c>on</c>), <c>Sandbox</c> (<c>on</c>: gateways on this machine, never in
/// production). A channel that is not set is not offered.
/// </summary>
public sealed record DeliveryOptions
{
    public MailOptions? Mail { get; init; }

    public PushOptions? Push { get; init; }

    public GatewayOptions? Sms { get; init; }

    public GatewayOptions? Line { get; init; }

    public bool Letters { get; init; }

    /// <summary>What leaves the house may go to this machine itself, unencrypted.</summary>
    public bool Sandbox { get; init; }

    /// <summary>The address of the service, as links outside name it; null where none is configured: then the message has no link.</summary>
    public Uri? Site { get; init; }

    public bool Offers(ChannelKind kind) => kind switch
    {
        ChannelKind.Mail => Mail is not null,
        ChannelKind.Push => Push is not null,
        ChannelKind.Letter => Letters,
        ChannelKind.Sms => Sms is not null,
        ChannelKind.Line => Line is not null,
        _ => false,
    };

    internal bool HandsOver => Mail is not null || Push is not null || Sms is not null || Line is not null;

    /// <summary>Errors <c>settings.delivery</c>, with a sentence that names the setting.</summary>
    public static Result<DeliveryOptions> From(IConfiguration section, bool production)
    {
        if (Switch(section["Letters"]) is not { } letters || Switch(section["Sandbox"]) is not { } sandbox)
            return Wrong("Letters and Tasuki:Delivery:Sandbox are 'on' or 'off'.");
        if (sandbox && production)
            return Wrong("Sandbox lets messages go to this machine unencrypted; a production server does not start with it.");
        var mail = OfMail(section.GetSection("Mail"));
        if (!mail.IsOk)
            return mail.Error;
        var push = OfPush(section.GetSection("Push"));
        if (!push.IsOk)
            return push.Error;
        var sms = OfGateway(section.GetSection("Sms"), "Sms", sandbox);
        if (!sms.IsOk)
            return sms.Error;
        var line = OfGateway(section.GetSection("Line"), "Line", sandbox);
        return line.IsOk ? new DeliveryOptions { Mail = mail.Value, Push = push.Value, Sms = sms.Value, Line = line.Value, Letters = letters, Sandbox = sandbox } : line.Error;
    }

    private static Result<MailOptions?> OfMail(IConfigurationSection mail)
    {
        if (!mail.Exists())
            return Result.Of<MailOptions?>(null);
        if (mail["Host"] is not { Length: > 0 } host || Sender(mail["From"]) is not { } from)
            return Wrong("Mail needs Host and From (an address, or 'Name <address>').");
        if (!Number(mail["Port"], 587, 1, 65_535, out var port) || !Number(mail["Connections"], 4, 1, 16, out var connections) || !Number(mail["Seconds"], 60, 1, 300, out var seconds))
            return Wrong("Mail: Port is 1 to 65535, Connections 1 to 16, Seconds 1 to 300.");
        MailSecurity? security = mail["Security"]?.ToLowerInvariant() switch { null or "" or "starttls" => MailSecurity.StartTls, "tls" => MailSecurity.Tls, "none" => MailSecurity.None, _ => null };
        if (security is null || (security is MailSecurity.None && host is not ("localhost" or "127.0.0.1" or "::1")))
            return Wrong("Mail:Security is 'starttls', 'tls', or 'none' for a mail server on this very machine.");
        var neutral = Sender(mail["NeutralFrom"]);
        if (mail["NeutralFrom"] is { Length: > 0 } && neutral is null)
            return Wrong("Mail:NeutralFrom is an address.");
        var password = Secret(mail["PasswordFile"]);
        if ((mail["User"] is { Length: > 0 }) != (mail["PasswordFile"] is { Length: > 0 }) || (mail["PasswordFile"] is { Length: > 0 } && password is null))
            return Wrong("Mail:User and Mail:PasswordFile stand together, and the file must hold the password.");
        return new MailOptions(host, port, security.Value, from, neutral, mail["User"], password, connections, TimeSpan.FromSeconds(seconds));
    }

    private static Result<PushOptions?> OfPush(IConfigurationSection push)
    {
        if (!push.Exists())
            return Result.Of<PushOptions?>(null);
        return push["Contact"] is { } contact && (contact.StartsWith("mailto:", StringComparison.Ordinal) || contact.StartsWith("https://", StringComparison.Ordinal))
            ? new PushOptions(contact, (push["Hosts"] ?? "").Split([' ', ';', ','], StringSplitOptions.RemoveEmptyEntries))
            : Wrong("Push:Contact is where push services write to: 'mailto:…' or 'https://…'.");
    }

    private static Result<GatewayOptions?> OfGateway(IConfigurationSection gateway, string name, bool sandbox)
    {
        if (!gateway.Exists())
            return Result.Of<GatewayOptions?>(null);
        if (!Uri.TryCreate(gateway["Address"], UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !(sandbox && address.IsLoopback)))
            return Wrong($"{name}:Address is an https address.");
        return Secret(gateway["SecretFile"]) is { } secret ? new GatewayOptions(address, secret) : Wrong($"{name}:SecretFile names the file with the gateway's secret.");
    }

    private static Error Wrong(string sentence) => new("settings.delivery", $"Tasuki:Delivery:{sentence}");

    private static bool? Switch(string? text) => text switch { null or "" or "off" => false, "on" => true, _ => null };

    private static MailboxAddress? Sender(string? text) => text is { Length: > 0 } && MailboxAddress.TryParse(text, out var address) && address.Address.Contains('@', StringComparison.Ordinal) ? address : null;

    private static string? Secret(string? file) => file is { Length: > 0 } && File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } secret ? secret : null;

    private static bool Number(string? text, int usual, int least, int most, out int number)
    {
        number = usual;
        return text is null or "" || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }
}
