using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Tasuki.Testing.Marks;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Marks;

public sealed class SqliteKillTests() : KillContract(StoreKind.Sqlite);

public sealed class PostgresKillTests() : KillContract(StoreKind.Postgres);

/// <summary>A server that was killed in the middle of its work has left nothing readable, and the next start sweeps what it left.</summary>
public abstract partial class KillContract(StoreKind store)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_kill_during_upload_import_and_export_leaves_nothing_readable_on_any_disk()
    {
        var marks = new MarkSet();
        await using var town = await TestMunicipality.New(store, "killed");
        var folder = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(town.Described.Data)!, "..", "around")).FullName;
        var postgres = await PostgresCopies.Begin(town.Described);
        var bundle = Large(marks);

        Walker visitor;
        await using (var first = await MarkedServer.Start(town, Path.Combine(folder, "upload")))
        {
            visitor = await new MarkedVisits(marks, first).Resident(marks.Kana("family kana"), marks.Kana("given kana"));
            using var half = await Raw(first, visitor, await visitor.Get("/bring-in"), "/bring-in/upload", Form(marks.New("name of half a file"), bundle), bundle.Length);
            await Until(() => Task.FromResult(Spools(town).Any(f => new FileInfo(f) is { Exists: true, Length: > 1 << 20 })));
            await first.Kill();
            await Nothing(marks, town, folder, postgres, "upload");
        }

        // Where the machine is busy an import may have ended before the kill: another file is cut then.
        var cut = false;
        for (var turn = 0; turn < 10 && !cut; turn++)
        {
            await using var second = await MarkedServer.Start(town, Path.Combine(folder, "import"));
            await Until(() => Task.FromResult(!Spools(town).Any()));
            visitor = Again(visitor, second);
            bundle = Large(marks);
            var preview = await visitor.Upload(await visitor.Get("/bring-in"), "/bring-in/upload", $"{marks.New("name of a whole file")}.json", Encoding.UTF8.GetBytes(bundle));
            await using var open = await StoredMarks.Open(store, town.Described.Connections.App);
            var before = await StoredMarks.Number(open, "select count(*) from import_job where state > 3");
            using var storing = await Raw(second, visitor, preview, $"{preview.Path}/store", token => (null, $"__RequestVerificationToken={Uri.EscapeDataString(token)}&mine=true"), 0);
            await Until(async () => await StoredMarks.Number(open, "select count(*) from import_job where state >= 3") > before);
            await second.Kill();
            cut = await StoredMarks.Number(open, "select count(*) from import_job where state = 3") == 1;
            await Nothing(marks, town, folder, postgres, "import");
        }

        Assert.True(cut, "No import was cut in ten tries.");

        await using (var third = await MarkedServer.Start(town, Path.Combine(folder, "export")))
        {
            // Somebody else: who signed up before the other kills may have been fresh too long ago on a slow machine, and would be asked for a factor first.
            visitor.Dispose();
            visitor = await new MarkedVisits(marks, third).Resident(marks.Kana("family kana of another"), marks.Kana("given kana of another"));
            var preview = await visitor.Upload(await visitor.Get("/bring-in"), "/bring-in/upload", $"{marks.New("name of a last file")}.json", Encoding.UTF8.GetBytes(bundle));
            Assert.EndsWith("/done", (await visitor.Submit(preview, "/store", ("mine", "true"))).Path, StringComparison.Ordinal);
            using var taking = await Raw(third, visitor, await visitor.Get("/take-out"), "/take-out/zip", token => (null, $"__RequestVerificationToken={Uri.EscapeDataString(token)}"), 0);
            var answer = new byte[4096];
            await taking.GetStream().ReadExactlyAsync(answer, Cancel);
            Assert.Contains("application/zip", Encoding.Latin1.GetString(answer), StringComparison.Ordinal);
            await third.Kill();
            await Nothing(marks, town, folder, postgres, "export");
        }
    }

    private static async Task Nothing(MarkSet marks, TestMunicipality town, string folder, PostgresCopies? postgres, string when)
    {
        var search = new MarkSearch(marks.All);
        search.Folder(Path.GetDirectoryName(town.Described.Data)!);
        search.Folder(folder);
        if (postgres is not null)
            await postgres.Files(search, afterCheckpoint: false);
        Assert.True(search.Bytes > 1 << 20);
        Assert.True(search.Report().Length == 0, $"{when}: {search.Report()}");
    }

    /// <summary>Some megabytes that pack badly, so that every step takes long enough to be cut in two, with a mark every few hundred bytes.</summary>
    private static string Large(MarkSet marks)
    {
        var resources = new MarkedResources(marks);
        var text = marks.New("text of a large file");
        var many = Enumerable.Range(0, 2_000).Select(i => (JsonNode)new JsonObject
        {
            ["resource"] = new JsonObject
            {
                ["resourceType"] = "Observation", ["id"] = $"o{i}", ["status"] = "final", ["code"] = new JsonObject { ["text"] = text }, ["effectiveDateTime"] = "2025-04-01",
                ["valueString"] = $"{text} {Convert.ToBase64String(RandomNumberGenerator.GetBytes(1500))} {text}",
            },
        });
        var bundle = JsonNode.Parse(resources.Bundle([resources.Resource("Condition", 0), resources.Resource("DocumentReference", 0)]))!;
        foreach (var one in many)
            bundle["entry"]!.AsArray().Add(one);
        return bundle.ToJsonString();
    }

    private static Func<string, (string? Type, string Body)> Form(string name, string text) => token => ("multipart/form-data; boundary=b",
        $"--b\r\nContent-Disposition: form-data; name=\"__RequestVerificationToken\"\r\n\r\n{token}\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}.json\"\r\n\r\n{text}");

    /// <summary>A request on a bare socket, which waits for no answer. With <paramref name="missing"/> it promises so many bytes more than it sends.</summary>
    private static async Task<TcpClient> Raw(MarkedServer server, Walker visitor, Answer page, string path, Func<string, (string? Type, string Body)> form, int missing)
    {
        var token = Token().Match(page.Body).Groups["token"].Value;
        Assert.True(token.Length > 0, page.Body);
        var (type, body) = form(token);
        var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port, Cancel);
        var cookies = string.Join("; ", visitor.Cookies.Select(c => $"{c.Key}={c.Value}"));
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: localhost:{server.Port}\r\nCookie: {cookies}\r\nContent-Type: {type ?? "application/x-www-form-urlencoded"}\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body) + missing}\r\n\r\n{body}"), Cancel);
        return client;
    }

    private static Walker Again(Walker before, MarkedServer server)
    {
        var visitor = server.Visitor();
        foreach (var (name, value) in before.Cookies)
            visitor.Cookies[name] = value;
        before.Dispose();
        return visitor;
    }

    private static IEnumerable<string> Spools(TestMunicipality town) =>
        Directory.Exists(town.Described.Spool) ? Directory.EnumerateFiles(town.Described.Spool, "*", SearchOption.AllDirectories) : [];

    // A real process does real work: there is nothing to wait on but what it leaves.
    private static async Task Until(Func<Task<bool>> met)
    {
        using var patience = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var began = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(5);)
        {
            if (await met())
                return;
            await patience.WaitForNextTickAsync(Cancel);
        }

        Assert.Fail("It did not happen within five minutes.");
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();
}
