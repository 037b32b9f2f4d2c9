using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tasuki.Bench.Load;

/// <summary>
/// Asks a server on loopback as fast as it answers, over a number of connections that stay open, for a number of seconds. Bare sockets, in a process of its own:
/// a client that costs as much as the server would hide what is measured.
/// </summary>
internal static class LoadClient
{
    /// <summary>
    /// Arguments: port, connections, seconds, and an access token where one is needed. The paths to ask for come on standard input, one a line; one with a body behind it
    /// (a blank, then base64) is a POST. The first second is this process's own start and not counted. Prints all answers, failures, median and 99th percentile in microseconds, and
    /// the rate a second, of what is counted.
    /// </summary>
    public static async Task<int> Run(string[] arguments, CancellationToken cancel)
    {
        var (port, connections, seconds) = (Number(arguments[0]), Number(arguments[1]), Number(arguments[2]));
        var requests = new List<byte[]>();
        var token = arguments.Length > 3 ? $"Authorization: Bearer {arguments[3]}\r\n" : "";
        while (await Console.In.ReadLineAsync(cancel) is { Length: > 0 } line)
        {
            var words = line.Split(' ');
            var body = words.Length > 1 ? Convert.FromBase64String(words[1]) : [];
            var head = words.Length == 1 ? "GET" : "POST";
            var about = words.Length == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"Content-Type: application/fhir+json\r\nContent-Length: {body.Length}\r\n");
            requests.Add([.. Encoding.ASCII.GetBytes($"{head} {words[0]} HTTP/1.1\r\nHost: localhost:{port}\r\n{token}{about}\r\n"), .. body]);
        }

        var watch = Stopwatch.StartNew();
        var (from, until) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(seconds + 1));
        var results = await Task.WhenAll(Enumerable.Range(0, connections).Select(c => Task.Run(() => Ask(port, requests, c * 7919, watch, from, until, cancel), cancel)));
        var times = results.SelectMany(r => r.Times).Order().ToArray();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{results.Sum(r => r.Answers)} {results.Sum(r => r.Failures)} {Micros(times[times.Length / 2])} {Micros(times[times.Length * 99 / 100])} {times.Length / (watch.Elapsed - from).TotalSeconds:F3}"));
        return 0;
    }

    private static async Task<(List<long> Times, int Answers, int Failures)> Ask(
        int port, List<byte[]> requests, int start, Stopwatch watch, TimeSpan from, TimeSpan until, CancellationToken cancel)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancel);
        var buffer = new byte[512 * 1024];
        var times = new List<long>(64 * 1024);
        var (answers, failures) = (0, 0);
        // At least once, however long the machine took to get here: no answer at all is no measure.
        for (var next = start; next == start || watch.Elapsed < until; next++)
        {
            var begin = Stopwatch.GetTimestamp();
            await socket.SendAsync(requests[next % requests.Count], SocketFlags.None, cancel);
            if (!await Answered(socket, buffer, cancel))
                failures++;
            answers++;
            if (watch.Elapsed >= from)
                times.Add(Stopwatch.GetTimestamp() - begin);
        }

        return (times, answers, failures);
    }

    // One answer with a Content-Length. True for success.
    private static async Task<bool> Answered(Socket socket, byte[] buffer, CancellationToken cancel)
    {
        var have = 0;
        while (true)
        {
            have += await socket.ReceiveAsync(buffer.AsMemory(have), SocketFlags.None, cancel);
            var head = buffer.AsSpan(0, have).IndexOf("\r\n\r\n"u8);
            if (head < 0)
                continue;
            var total = head + 4 + Length(buffer.AsSpan(0, head));
            while (have < total)
                have += await socket.ReceiveAsync(buffer.AsMemory(have), SocketFlags.None, cancel);
            return buffer.AsSpan(0, have).StartsWith("HTTP/1.1 20"u8);
        }
    }

    private static int Length(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        return at >= 0 && System.Buffers.Text.Utf8Parser.TryParse(head[(at + 16)..], out int length, out _) ? length : throw new InvalidDataException("An answer without Content-Length.");
    }

    private static long Micros(long ticks) => ticks * 1_000_000 / Stopwatch.Frequency;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
