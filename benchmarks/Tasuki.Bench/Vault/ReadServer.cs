using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tasuki.Kernel;
using Tasuki.Vault;

namespace Tasuki.Bench.Vault;

/// <summary>
/// A bare Kestrel on loopback that answers with one record: <c>/floor</c> the stored bytes through Npgsql, <c>/plain</c> the same with Npgsql as it comes, <c>/raw</c> decrypted without gate and log,
/// <c>/quiet</c> through the gate without the log, <c>/gate</c> through the gate, logged.
/// </summary>
internal sealed class ReadServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReadServer(WebApplication app, int port)
    {
        _app = app;
        Port = port;
    }

    public int Port { get; }

    public static async Task<ReadServer> Start(City city, Gate quiet, RawRead raw, CancellationToken cancel)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => Answer(context, city.Vault, quiet, raw));
        await app.StartAsync(cancel);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new ReadServer(app, new Uri(address).Port);
    }

    public static IEnumerable<string> Paths(string way, IReadOnlyList<Person> people, RawRead raw, int count, Random random)
    {
        var bySeq = way is "floor" or "plain" or "raw";
        for (var i = 0; i < count; i++)
        {
            var person = people[random.Next(people.Count)];
            var id = person.Ids[random.Next(person.Ids.Count)];
            yield return string.Create(CultureInfo.InvariantCulture, $"/{way}/{person.Resident.Value}/{(bySeq ? raw.SeqOf(person, id) : id)}");
        }
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static async Task Answer(HttpContext context, RecordVault logged, Gate quiet, RawRead raw)
    {
        var parts = context.Request.Path.Value!.Split('/');
        var resident = long.Parse(parts[2], CultureInfo.InvariantCulture);
        var cancel = context.RequestAborted;
        switch (parts[1])
        {
            case "floor" or "plain":
                await Send(context, await raw.Stored(resident, long.Parse(parts[3], CultureInfo.InvariantCulture), asItComes: parts[1] is "plain", cancel));
                break;
            case "raw":
                await Send(context, await raw.Opened(resident, long.Parse(parts[3], CultureInfo.InvariantCulture), cancel));
                break;
            default:
                var person = new ResidentNo(resident);
                var me = Actor.Resident(person);
                await Send(context, (parts[1] is "gate"
                    ? await logged.Read(me, person, Purpose.OwnUse, parts[3], cancel) : await quiet.Read(me, person, Purpose.OwnUse, parts[3], cancel)).Value);
                break;
        }
    }

    private static async Task Send(HttpContext context, StoredRecord? record)
    {
        if (record is null)
        {
            await Send(context, (byte[]?)null);
            return;
        }

        var body = new ArrayBufferWriter<byte>(2048);
        record.WriteJson(body);
        context.Response.ContentLength = body.WrittenCount;
        await context.Response.Body.WriteAsync(body.WrittenMemory);
    }

    private static async Task Send(HttpContext context, byte[]? body)
    {
        context.Response.StatusCode = body is null ? 404 : 200;
        context.Response.ContentLength = body?.Length ?? 0;
        if (body is not null)
            await context.Response.Body.WriteAsync(body);
    }
}
