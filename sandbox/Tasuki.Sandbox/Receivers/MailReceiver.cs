using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tasuki.Sandbox.Receivers;

/// <summary>How the mail server behaves from now on.</summary>
public enum MailMood
{
    Well,

    /// <summary>Takes a connection and says nothing.</summary>
    Silent,

    /// <summary>Closes every connection at once.</summary>
    Closed,

    /// <summary>451 to every recipient.</summary>
    Later,

    /// <summary>550 to every recipient.</summary>
    Unknown,

    /// <summary>554 after the message.</summary>
    Unwanted,

    /// <summary>Closes where the message would begin.</summary>
    BreaksBeforeMessage,

    /// <summary>Takes the message and closes without having said so.</summary>
    BreaksAfterMessage,

    /// <summary>Takes the message and keeps its answer to itself.</summary>
    SilentAfterMessage,
}

/// <summary>A message as it came over the line, in bytes as Latin-1.</summary>
public sealed record ReceivedMail(string From, IReadOnlyList<string> To, string Text)
{
    /// <summary>The first header of that name, or null.</summary>
    public string? Header(string name) => Text.Split("\r\n\r\n", 2)[0].Replace("\r\n ", " ", StringComparison.Ordinal).Replace("\r\n\t", " ", StringComparison.Ordinal).Split("\r\n")
        .FirstOrDefault(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}

/// <summary>A mail server on the loopback that keeps what it gets (SMTP as in RFC 5321, with PIPELINING). For tests, benches and a look at what would be sent.</summary>
public sealed class MailReceiver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedMail> _received = new();
    private readonly ConcurrentDictionary<Socket, byte> _open = new();
    private readonly ConcurrentDictionary<string, MailMood> _moods = new(StringComparer.OrdinalIgnoreCase);
    private TcpListener _listener;
    private Task _accepting;
    private int _connections;

    private MailReceiver(int port)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = Accept(_listener);
    }

    public int Port { get; }

    public MailMood Mood { get; set; }

    /// <summary>In the order of their arrival; a message counts from the moment its last byte is here.</summary>
    public IReadOnlyCollection<ReceivedMail> Received => _received;

    /// <summary>How many connections were ever taken.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Told of every message when it is here, before it is acknowledged.</summary>
    public Action<ReceivedMail>? Arrived { get; set; }

    public static MailReceiver Start(int port = 0) => new(port);

    /// <summary>For one recipient, whatever the general mood is.</summary>
    public void TreatRecipient(string address, MailMood mood) => _moods[address] = mood;

    /// <summary>Nobody listens any more, and what was connected is cut off, until <see cref="GoUp"/>.</summary>
    public async Task GoDown()
    {
        _listener.Stop();
        CutOff();
        await _accepting;
    }

    public void GoUp()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _accepting = Accept(_listener);
    }

    /// <summary>Ends every open connection.</summary>
    public void CutOff()
    {
        foreach (var socket in _open.Keys)
            socket.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await GoDown();
        _stop.Dispose();
    }

    private async Task Accept(TcpListener listener)
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception over) when (over is SocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }

            Interlocked.Increment(ref _connections);
            _open[socket] = 0;
            _ = Task.Run(() => Serve(socket));
        }
    }

    private async Task Serve(Socket socket)
    {
        try
        {
            socket.NoDelay = true;
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            if (Mood is MailMood.Closed)
                return;
            if (Mood is MailMood.Silent)
                await Task.Delay(Timeout.Infinite, _stop.Token);
            await new SmtpTalk(this, stream).Go(_stop.Token);
        }
        catch (Exception over) when (over is IOException or OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The other side, or the test, ended the connection.
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }

    private MailMood MoodFor(string address) => _moods.TryGetValue(address, out var mood) ? mood : Mood;

    private void Keep(ReceivedMail mail)
    {
        _received.Enqueue(mail);
        Arrived?.Invoke(mail);
    }

    /// <summary>One connection's talk.</summary>
    private sealed class SmtpTalk(MailReceiver server, NetworkStream stream)
    {
        private readonly byte[] _buffer = new byte[16_384];
        private int _start;
        private int _end;
        private string _from = "";
        private List<string> _to = [];

        public async Task Go(CancellationToken cancel)
        {
            await Say("220 sandbox ESMTP", cancel);
            while (await Line(cancel) is { } line)
            {
                var command = line.Length >= 4 ? line[..4].ToUpperInvariant() : line;
                switch (command)
                {
                    case "EHLO":
                        await Say("250-sandbox\r\n250-PIPELINING\r\n250 8BITMIME", cancel);
                        break;
                    case "MAIL":
                        (_from, _to) = (Between(line), []);
                        await Say("250 2.1.0 ok", cancel);
                        break;
                    case "RCPT":
                        await Say(Recipient(Between(line)), cancel);
                        break;
                    case "DATA" when _to.Count == 0:
                        await Say("554 5.5.1 no recipient", cancel);
                        break;
                    case "DATA" when server.MoodFor(_to[0]) is MailMood.BreaksBeforeMessage:
                        return;
                    case "DATA":
                        await Say("354 go on", cancel);
                        if (!await Message(cancel))
                            return;
                        break;
                    case "QUIT":
                        await Say("221 bye", cancel);
                        return;
                    default:
                        await Say(command is "RSET" or "NOOP" or "HELO" ? "250 ok" : "502 5.5.1 not here", cancel);
                        break;
                }
            }
        }

        private string Recipient(string address)
        {
            switch (server.MoodFor(address))
            {
                case MailMood.Later:
                    return "451 4.3.0 later";
                case MailMood.Unknown:
                    return "550 5.1.1 no such mailbox";
                default:
                    _to.Add(address);
                    return "250 2.1.5 ok";
            }
        }

        /// <summary>False when the connection ends here.</summary>
        private async Task<bool> Message(CancellationToken cancel)
        {
            var mood = server.MoodFor(_to[0]);
            var text = new StringBuilder();
            while (await Line(cancel) is { } line)
            {
                if (line is ".")
                {
                    if (mood is MailMood.Unwanted)
                    {
                        await Say("554 5.7.1 not wanted", cancel);
                        return true;
                    }

                    server.Keep(new ReceivedMail(_from, _to, text.ToString()));
                    if (mood is MailMood.BreaksAfterMessage)
                        return false;
                    if (mood is MailMood.SilentAfterMessage)
                        await Task.Delay(Timeout.Infinite, cancel);
                    await Say("250 2.0.0 taken", cancel);
                    return true;
                }

                text.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            }

            return false;
        }

        private async Task<string?> Line(CancellationToken cancel)
        {
            var line = new StringBuilder();
            while (true)
            {
                var at = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
                if (at >= 0)
                {
                    line.Append(Encoding.Latin1.GetString(_buffer, _start, at));
                    _start += at + 1;
                    return line.ToString().TrimEnd('\r');
                }

                line.Append(Encoding.Latin1.GetString(_buffer, _start, _end - _start));
                _start = 0;
                _end = await stream.ReadAsync(_buffer, cancel);
                if (_end == 0)
                    return null;
            }
        }

        private async Task Say(string line, CancellationToken cancel) => await stream.WriteAsync(Encoding.ASCII.GetBytes(line + "\r\n"), cancel);

        private static string Between(string line) => line.IndexOf('<', StringComparison.Ordinal) is >= 0 and var from && line.IndexOf('>', from) is > 0 and var to ? line[(from + 1)..to] : "";
    }
}
