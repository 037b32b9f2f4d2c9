using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tasuki.Exchange.Importing;
using Tasuki.Kernel;
using Tasuki.Testing;
using Xunit;

namespace Tasuki.Exchange.Tests.Importing;

public sealed class ScannerTests
{
    // In two halves, so that this file itself is no test virus.
    private static readonly string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";

    [Theory]
    [InlineData("stream: OK", null)]
    [InlineData("stream: Some.Thing.UNOFFICIAL FOUND", "scan.found")]
    [InlineData("INSTREAM size limit exceeded. ERROR", "scan.size")]
    [InlineData("stream: ok", "scan.refused")]
    [InlineData("stream: OK ", "scan.refused")]
    [InlineData("UNKNOWN COMMAND", "scan.refused")]
    [InlineData("", "scan.refused")]
    public void Anything_but_the_exact_ok_is_a_refusal(string answer, string? code) => Assert.Equal(code, ClamdScanner.Judge(answer).Error?.Code);

    [Fact]
    public async Task A_scanner_that_does_not_answer_refuses()
    {
        // Taken and not listened at: nobody else can answer there.
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var scanner = new ClamdScanner("127.0.0.1", ((IPEndPoint)taken.LocalEndPoint!).Port, TimeProvider.System);
        Assert.Equal("scan.unreachable", (await scanner.Scan(new MemoryStream([1]), TestContext.Current.CancellationToken)).Error?.Code);
    }

    [Theory]
    [InlineData(true, "stream: OK", "stream: Eicar FOUND", "caught")]
    [InlineData(true, "stream: OK", "stream: OK", "missed")]
    [InlineData(true, "UNKNOWN COMMAND", "stream: Eicar FOUND", "refused")]
    [InlineData(false, "", "", "off")]
    public async Task The_probe_is_green_only_when_the_harmless_file_passes_and_the_known_one_is_caught(bool scans, string harmless, string known, string code)
    {
        var found = await new ScannerProbe(new Scripted(scans, harmless, known)).Look(TestContext.Current.CancellationToken);
        Assert.Equal((code is "caught", code), (found.Holds, found.Code));
        var texts = File.ReadAllText(Path.Combine(Tree.Root, "src", "modules", "Tasuki.Exchange", "Texts", "ExchangeTexts.resx"));
        Assert.Contains($"\"probe-files.scanned-{code}\"", texts, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clamd_lets_a_clean_file_pass_and_finds_the_test_virus_also_inside_a_zip_and_refuses_what_is_too_long()
    {
        await using var clamd = await Clamd.StartOrSkip();
        var cancel = TestContext.Current.CancellationToken;
        var scanner = new ClamdScanner("127.0.0.1", clamd.Port, TimeProvider.System);

        Assert.True((await scanner.Scan(new MemoryStream(new byte[300_000]), cancel)).IsOk);
        Assert.Equal("scan.found", (await scanner.Scan(new MemoryStream(Encoding.ASCII.GetBytes(Eicar)), cancel)).Error?.Code);
        Assert.Equal("scan.found", (await scanner.Scan(Zip(Eicar), cancel)).Error?.Code);
        Assert.False((await scanner.Scan(new MemoryStream(new byte[6 << 20]), cancel)).IsOk);
    }

    private static MemoryStream Zip(string text)
    {
        var stream = new MemoryStream();
        using (var archive = new System.IO.Compression.ZipArchive(stream, System.IO.Compression.ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry("a.txt").Open();
            entry.Write(Encoding.ASCII.GetBytes(text));
        }

        stream.Position = 0;
        return stream;
    }

    /// <summary>A clamd with one hand-written signature: the real database cannot be downloaded here and is not needed.</summary>
    private sealed class Clamd(Process process, TempFolder folder, int port) : IAsyncDisposable
    {
        private const string Program = "/usr/sbin/clamd";

        public int Port => port;

        public static async Task<Clamd> StartOrSkip()
        {
            if (!File.Exists(Program))
                Assert.Skip("ClamAV (clamd) not here (./test installs it)");
            var folder = new TempFolder();
            var port = FreePort.Next();
            await File.WriteAllTextAsync(Path.Combine(folder.Path, "test.ndb"), $"Tasuki.Test.EICAR:0:0:{Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Eicar))}\n");
            var settings = Path.Combine(folder.Path, "clamd.conf");
            await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture,
                $"DatabaseDirectory {folder.Path}\nOfficialDatabaseOnly no\nTCPSocket {port}\nTCPAddr 127.0.0.1\nStreamMaxLength 5M\nForeground yes\nTemporaryDirectory {folder.Path}\nUser {Environment.UserName}\n"));
            var process = Process.Start(new ProcessStartInfo(Program, ["-c", settings]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            var clamd = new Clamd(process, folder, port);
            await clamd.UntilItListens();
            return clamd;
        }

        public async ValueTask DisposeAsync()
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            folder.Dispose();
        }

        private async Task UntilItListens()
        {
            for (var attempt = 0; attempt < 2_400; attempt++)
            {
                try
                {
                    using var probe = new TcpClient();
                    await probe.ConnectAsync(IPAddress.Loopback, port);
                    return;
                }
                catch (SocketException) when (!process.HasExited)
                {
                    // A real process starts in real time.
                    await Task.Delay(50);
                }
            }

            throw new InvalidOperationException("clamd did not listen within two minutes.");
        }
    }

    private sealed class Scripted(bool scans, string harmless, string known) : IScanner
    {
        public bool Scans => scans;

        public async Task<Result<Done>> Scan(Stream content, CancellationToken cancel)
        {
            using var reader = new StreamReader(content, Encoding.ASCII);
            return ClamdScanner.Judge(await reader.ReadToEndAsync(cancel) == Eicar ? known : harmless);
        }
    }
}
