using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Tasuki.Kernel;

namespace Tasuki.Exchange.Importing;

/// <summary>Looks into a received file before anything reads it.</summary>
public interface IScanner
{
    /// <summary>False when files are not scanned at all; the upload page says so.</summary>
    bool Scans { get; }

    /// <summary>Errors: <c>scan.found</c>, <c>scan.size</c>, <c>scan.refused</c> (any answer but the exact OK), <c>scan.unreachable</c>.</summary>
    Task<Result<Done>> Scan(Stream content, CancellationToken cancel);
}

internal sealed class NoScanner : IScanner
{
    public bool Scans => false;

    public Task<Result<Done>> Scan(Stream content, CancellationToken cancel) => Task.FromResult<Result<Done>>(Done.Yes);
}

/// <summary>
/// clamd over TCP, command INSTREAM (clamd(8)): <c>zINSTREAM\0</c>, chunks of four bytes of length (big-endian) and bytes, a length of 0, one answer ending in
/// <c>\0</c>. The file goes from the opened spool into the socket and nowhere else.
/// </summary>
internal sealed class ClamdScanner(string host, int port, TimeProvider clock) : IScanner
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public bool Scans => true;

    public async Task<Result<Done>> Scan(Stream content, CancellationToken cancel)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancel);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, port, either.Token);
            await using var wire = client.GetStream();
            var answer = await SendAndListen(wire, content, either.Token);
            return Judge(answer);
        }
        catch (Exception unreachable) when (unreachable is SocketException or IOException || (unreachable is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new Error("scan.unreachable", "The virus scanner does not answer, so the file is not taken.");
        }
    }

    internal static Result<Done> Judge(string answer)
    {
        if (answer == "stream: OK")
            return Done.Yes;
        if (answer.EndsWith(" FOUND", StringComparison.Ordinal))
            return new Error("scan.found", "The virus scanner found something harmful in the file.");
        return answer.StartsWith("INSTREAM size limit exceeded", StringComparison.Ordinal)
            ? new Error("scan.size", "The file is larger than the virus scanner takes.")
            : new Error("scan.refused", "The virus scanner could not look into the file.");
    }

    private static async Task<string> SendAndListen(NetworkStream wire, Stream content, CancellationToken cancel)
    {
        var buffer = new byte[4 + (64 << 10)];
        try
        {
            await wire.WriteAsync("zINSTREAM\0"u8.ToArray(), cancel);
            int read;
            while ((read = await content.ReadAsync(buffer.AsMemory(4), cancel)) > 0)
            {
                BinaryPrimitives.WriteInt32BigEndian(buffer, read);
                await wire.WriteAsync(buffer.AsMemory(0, 4 + read), cancel);
            }

            await wire.WriteAsync(new byte[4], cancel);
        }
        catch (IOException) when (wire.DataAvailable)
        {
            // It answers and hangs up before the end when the stream is too large for it: the answer is what counts.
        }

        return await Answer(wire, cancel);
    }

    private static async Task<string> Answer(NetworkStream wire, CancellationToken cancel)
    {
        var answer = new byte[512];
        var length = 0;
        while (length < answer.Length)
        {
            var read = await wire.ReadAsync(answer.AsMemory(length), cancel);
            if (read == 0)
                break;
            length += read;
            if (answer.AsSpan(0, length).Contains((byte)0))
                return Encoding.ASCII.GetString(answer, 0, answer.AsSpan(0, length).IndexOf((byte)0));
        }

        return "";
    }
}
