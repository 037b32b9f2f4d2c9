using System.Net.Sockets;
using System.Text;

namespace Tasuki.Browser.Tests;

/// <summary>What was acknowledged survives kill -9, and what was not leaves nothing readable behind.</summary>
public sealed class KillTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string Report => Path.Combine(AppContext.BaseDirectory, "Fixtures", "checkup-report.json");

    [Fact]
    public async Task Records_that_were_said_to_be_stored_are_there_after_the_server_was_killed()
    {
        await using var server = await KilledServer.Begin(Cancel);
        await using var visit = await chromium.Visit(server.Address);
        var page = visit.Page;
        var codes = await Resident.SignUp(page);
        await Resident.Drop(page, Report);
        await Resident.Store(page);
        await server.Kill();
        await server.Start(Cancel);

        // The session outlives the server too; a new sign-in works with the next code of the list.
        await page.GotoAsync("/checkups");
        Assert.Contains("162.3", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await page.Context.ClearCookiesAsync();
        await Resident.SignIn(page, codes[0]);
        await page.GotoAsync("/files");
        Assert.Contains("checkup-report.json", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_that_a_kill_cut_off_leaves_nothing_readable_and_is_swept()
    {
        const string Mark = "PLANTEDMARK16CHR";
        await using var server = await KilledServer.Begin(Cancel);
        await using var visit = await chromium.Visit(server.Address);
        var page = visit.Page;
        await Resident.SignUp(page);
        await page.GotoAsync("/bring-in");
        var token = await page.Locator("form[data-tk-drop] input[name=__RequestVerificationToken]").InputValueAsync();
        var cookies = string.Join("; ", (await page.Context.CookiesAsync()).Select(c => $"{c.Name}={c.Value}"));
        await using (var sent = await HalfAnUpload(server, token, cookies, Mark))
        {
            await Until(() => Spools(server).Any(f => new FileInfo(f) is { Exists: true, Length: > 0 }));
            await server.Kill();
        }

        foreach (var file in Directory.EnumerateFiles(server.DataFolder, "*", SearchOption.AllDirectories))
        {
            var bytes = await File.ReadAllBytesAsync(file, Cancel);
            Assert.True(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Mark)) < 0, file);
        }

        await server.Start(Cancel);
        await Until(() => !Spools(server).Any());
        await page.GotoAsync("/bring-in");
        Assert.DoesNotContain("half.json", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Spools(KilledServer server)
    {
        var folder = Path.Combine(server.DataFolder, "test", "spool");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];
    }

    // Raw bytes on a socket: a browser would not stop in the middle.
    private static async Task<NetworkStream> HalfAnUpload(KilledServer server, string token, string cookies, string mark)
    {
        var address = new Uri(server.Address);
        var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, Cancel);
        var stream = client.GetStream();
        var body = $"--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n{token}\r\n--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"half.json\"\r\n"
            + "Content-Type: application/json\r\n\r\n{\"resourceType\":\"Bundle\",\"entry\":[" + string.Concat(Enumerable.Repeat($"\"{mark}\",", 40_000));
        await stream.WriteAsync(Encoding.UTF8.GetBytes(
            $"POST /bring-in/upload HTTP/1.1\r\nHost: {address.Authority}\r\nCookie: {cookies}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: {body.Length + 5_000_000}\r\n\r\n{body}"), Cancel);
        return stream;
    }

    // A real process writes real files: there is nothing to wait on but the files themselves.
    private static async Task Until(Func<bool> met)
    {
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(5);)
        {
            if (met())
                return;
            await patience.WaitForNextTickAsync(Cancel);
        }

        Assert.Fail("It did not happen within five minutes.");
    }
}
