using System.Net.Sockets;
using System.Text;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;

namespace Tasuki.Delivery;

/// <summary>E-mail over SMTP.</summary>
internal sealed class MailCarrier(MailOptions options, TimeProvider clock) : ICarrier
{
    public ChannelKind Kind => ChannelKind.Mail;

    public int Lines => options.Connections;

    public ILine Open() => new MailLine(options, clock);
}

/// <summary>One SMTP connection, kept from mail to mail and opened anew after it broke.</summary>
internal sealed class MailLine(MailOptions options, TimeProvider clock) : ILine
{
    private static readonly FormatOptions Format = new() { NewLineFormat = NewLineFormat.Dos, International = false };

    private SmtpClient? _client;
    private EndOfData _watch = new();

    public async Task<Outcome> HandOver(OutsideMessage message, CancellationToken cancel)
    {
        if (!MailboxAddress.TryParse(message.Address, out var to))
            return new Outcome(OutcomeKind.Bounced, "mail-address");
        using var time = new CancellationTokenSource(options.Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancel);
        try
        {
            if (await Connect(either.Token) is { } unreachable)
                return unreachable;
            _watch.Begin();
            using var mail = Mail(message, to);
            await _client!.SendAsync(Format, mail, mail.From.Mailboxes.First(), [to], either.Token);
            return Outcome.HandedOver;
        }
        catch (SmtpCommandException refused)
        {
            return Refused(refused);
        }
        catch (Exception broken) when (broken is SmtpProtocolException or IOException or SocketException or ServiceNotConnectedException or OperationCanceledException)
        {
            // The stop of this server comes here too: what is under way is settled as far as is known.
            Drop();
            var error = broken is OperationCanceledException && !cancel.IsCancellationRequested ? "mail-slow" : "mail-broken";
            return new Outcome(_watch.Ended ? OutcomeKind.Uncertain : OutcomeKind.Unreachable, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_client is { IsConnected: true })
        {
            using var time = new CancellationTokenSource(TimeSpan.FromSeconds(2), clock);
            try
            {
                await _client.DisconnectAsync(quit: true, time.Token);
            }
            catch (Exception late) when (late is IOException or OperationCanceledException or SmtpProtocolException or SmtpCommandException)
            {
                // The farewell alone was lost.
            }
        }

        Drop();
    }

    private async Task<Outcome?> Connect(CancellationToken cancel)
    {
        if (_client is { IsConnected: true })
            return null;
        Drop();
        _watch = new EndOfData();
        _client = new SmtpClient(_watch);
        try
        {
            await _client.ConnectAsync(options.Host, options.Port, options.Security switch
            {
                MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
                MailSecurity.StartTls => SecureSocketOptions.StartTls,
                _ => SecureSocketOptions.None,
            }, cancel);
            // With DATA alone there is one byte sequence after which the message may have been taken on.
            _client.Capabilities &= ~(SmtpCapabilities.Chunking | SmtpCapabilities.BinaryMime);
            if (options.Password is { } password)
                await _client.AuthenticateAsync(Encoding.UTF8, options.User!, password, cancel);
            return null;
        }
        catch (Exception broken) when (broken is SmtpCommandException or SmtpProtocolException or IOException or SocketException or NotSupportedException or AuthenticationException or SslHandshakeException
            or OperationCanceledException)
        {
            Drop();
            return new Outcome(OutcomeKind.Unreachable, broken switch
            {
                AuthenticationException => "mail-sign-in",
                SslHandshakeException or NotSupportedException => "mail-tls",
                OperationCanceledException => "mail-slow",
                _ => "mail-down",
            });
        }
    }

    private Outcome Refused(SmtpCommandException refused)
    {
        var status = (int)refused.StatusCode;
        var error = $"smtp-{status}";
        // The server closes, or does not take our sender or our client: it is not the person's address that is wrong.
        if (status is 421 or 530 or 535 || refused.ErrorCode is SmtpErrorCode.SenderNotAccepted)
        {
            Drop();
            return new Outcome(OutcomeKind.Unreachable, error);
        }

        return new Outcome(status >= 500 ? OutcomeKind.Bounced : OutcomeKind.Again, error);
    }

    private MimeMessage Mail(OutsideMessage message, MailboxAddress to)
    {
        var from = message.Neutral ? options.NeutralFrom ?? new MailboxAddress("", options.From.Address) : options.From;
        var mail = new MimeMessage { Subject = message.Subject, Date = clock.GetUtcNow(), MessageId = $"{message.Id}@{from.Domain}", Body = new TextPart(TextFormat.Plain) { Text = message.Text } };
        mail.From.Add(from);
        mail.To.Add(to);
        // RFC 3834: no answer of an absent person comes back.
        mail.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        return mail;
    }

    private void Drop()
    {
        _client?.Dispose();
        _client = null;
    }

    /// <summary>Sees what goes over the line, and remembers only whether the end of a message did.</summary>
    private sealed class EndOfData : IProtocolLogger
    {
        private static readonly byte[] End = "\r\n.\r\n"u8.ToArray();

        private readonly byte[] _tail = new byte[5];
        private bool _inData;

        public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

        public bool Ended { get; private set; }

        public void Begin()
        {
            (_inData, Ended) = (false, false);
            Array.Clear(_tail);
        }

        public void LogConnect(Uri uri)
        {
        }

        public void LogServer(byte[] buffer, int offset, int count)
        {
        }

        public void LogClient(byte[] buffer, int offset, int count)
        {
            var sent = buffer.AsSpan(offset, count);
            // Commands may come several in one write; DATA is the last of them, for its answer is waited for.
            if (!_inData && sent.EndsWith("DATA\r\n"u8))
            {
                _inData = true;
                return;
            }

            if (!_inData)
                return;
            if (count >= 5)
            {
                sent[^5..].CopyTo(_tail);
            }
            else
            {
                _tail.AsSpan(count).CopyTo(_tail);
                sent.CopyTo(_tail.AsSpan(5 - count));
            }

            Ended |= _tail.AsSpan().SequenceEqual(End);
        }

        public void Dispose()
        {
        }
    }
}
