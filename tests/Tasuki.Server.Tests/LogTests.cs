using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Vault;

namespace Tasuki.Server.Tests;

/// <summary>Logs and traces carry ids and route templates, whatever level the settings ask for.</summary>
public sealed class LogTests
{
    private const string Client = "203.0.113.77";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_a_person_sends_stands_in_a_log_line_or_a_trace_even_when_everything_is_asked_for()
    {
        await using var town = await TestMunicipality.New(StoreKind.Sqlite, "quiet");
        var lines = new Lines();
        var marks = new List<string>();
        string Mark(string form = "Zq{0:00}MarkOfPerson")
        {
            marks.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, marks.Count));
            return marks[^1];
        }

        var tags = new ConcurrentBag<string>();
        using var traces = new ActivityListener
        {
            // The test's own client is none of the server's.
            ShouldListenTo = source => !source.Name.Contains("System.Net", StringComparison.Ordinal), Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = one => tags.Add(string.Join(' ', [one.DisplayName, one.TraceStateString, one.StatusDescription, .. one.TagObjects.Select(t => $"{t.Key}={t.Value}"),
                .. one.Baggage.Select(b => $"{b.Key}={b.Value}"), .. one.Events.SelectMany(e => e.Tags.Select(t => $"{t.Key}={t.Value}"))])),
        };
        ActivitySource.AddActivityListener(traces);

        var built = await town.Build(
            builder =>
            {
                builder.Logging.AddProvider(lines).SetMinimumLevel(LogLevel.Trace);
                builder.Logging.AddFilter<Lines>(null, LogLevel.Trace);
            },
            "--environment=Test", "--Tasuki:Proxies=127.0.0.1", "--Logging:LogLevel:Default=Trace", "--Logging:LogLevel:Microsoft.AspNetCore=Trace",
            "--Logging:LogLevel:Microsoft.EntityFrameworkCore.Database.Command=Trace", "--Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics=Trace");
        Assert.True(built.IsOk, built.Error?.ToString());
        await using var app = built.Value;
        app.MapPost("/test/throws/{what}", IResult (string what, HttpContext context) =>
            throw new InvalidOperationException($"{what} {context.Request.QueryString} {context.Connection.RemoteIpAddress}", new FormatException(what))).AllowAnonymous();
        app.MapGet("/test/own", (ILoggerFactory loggers) => loggers.CreateLogger("Tasuki.Control").LogControl()).AllowAnonymous();
        await app.StartAsync(Cancel);
        var port = new Uri(app.Urls.First()).Port;

        using var walker = new Walker(new Uri($"http://localhost:{port}"), port);
        walker.Headers["X-Forwarded-For"] = Client;
        walker.Headers["User-Agent"] = Mark();
        walker.Headers["X-Name"] = Mark();
        walker.Headers["Referer"] = $"http://localhost/?{Mark()}";
        walker.Headers["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        walker.Headers["tracestate"] = $"k={Mark()}";
        walker.Headers["baggage"] = $"k={Mark()}";
        var (name, password) = (Mark("zq{0:00}mark-of-name"), Mark("正しい馬の電池{0:00}ホチキス印"));
        var (page, secret) = await walker.SignUp(Mark("麒麟鳳凰霊亀応竜{0:00}"), Mark("ザクマークメイ{0:00}"), name, password, town.Clock.GetUtcNow());
        marks.Add(secret);
        Assert.Equal(200, page.Status);
        Assert.Equal(200, (await walker.Get("/")).Status);
        var upload = await walker.Upload(await walker.Get("/bring-in"), "/bring-in/upload", $"{Mark()}.json", Encoding.UTF8.GetBytes(
            $$$"""{"resourceType":"Observation","status":"final","code":{"text":"{{{Mark()}}}"},"valueString":"{{{Mark()}}}","effectiveDateTime":"2025-04-01"}"""));
        Assert.StartsWith("/bring-in/", upload.Path, StringComparison.Ordinal);
        await walker.Upload(await walker.Get("/bring-in"), "/bring-in/upload", $"{Mark()}.zip", Encoding.UTF8.GetBytes($"PK{Mark()}"));
        await walker.Get($"/timeline?q={Mark()}&code={Mark()}");
        await walker.Get($"/{Mark()}/{Mark()}?{Mark()}");
        await walker.Get($"/bring-in/{Mark()}");
        Assert.Equal(500, (await walker.Send(HttpMethod.Post, $"/test/throws/{Mark()}?{Mark()}", new StringContent(Mark()))).Status);
        using var script = new Walker(new Uri($"http://localhost:{port}"), port);
        Assert.Equal(500, (await script.Send(HttpMethod.Post, $"/test/throws/{Mark()}?{Mark()}", null)).Status);
        script.Accept = "application/json";
        Assert.Equal(500, (await script.Send(HttpMethod.Post, $"/test/throws/{Mark()}?{Mark()}", null)).Status);
        script.Accept = "text/html";
        await script.Submit(await script.Get("/sign-in"), "name=\"Name\"", ("Name", Mark()), ("Password", Mark()));
        await script.Send(HttpMethod.Post, "/sign-in", new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", Mark())]));
        Assert.Equal((int)HttpStatusCode.MisdirectedRequest, (await script.Send(HttpMethod.Get, $"/?{Mark()}", null, host: $"{Mark("zq{0:00}mark-of-host")}.example")).Status);
        await script.Get("/test/own");
        await app.StopAsync(Cancel);

        // A control: what is ours is written, faults are said with their type and place, and traces were listened to.
        var log = lines.All;
        Assert.Contains(log, l => l.Contains("own words, without a person", StringComparison.Ordinal));
        Assert.Contains(log, l => l.Contains("/test/throws/{what}", StringComparison.Ordinal) && l.Contains("System.FormatException", StringComparison.Ordinal));
        Assert.NotEmpty(tags);
        foreach (var line in log.Concat(tags))
        {
            foreach (var mark in marks)
            {
                Assert.DoesNotContain(mark, line, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(Uri.EscapeDataString(mark), line, StringComparison.OrdinalIgnoreCase);
            }

            Assert.DoesNotContain(Client, line, StringComparison.Ordinal);
            Assert.DoesNotContain("?", line.Split('\n')[0], StringComparison.Ordinal);
        }
    }
}

internal static partial class ControlMessages
{
    [LoggerMessage(Level = LogLevel.Information, Message = "These are our own words, without a person.")]
    public static partial void LogControl(this ILogger logger);
}
