using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MimeKit;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Bench.Desk;

/// <summary>The delivery floor of one municipality over a vault that is there, as a server would have it.</summary>
internal sealed class DeskPlace : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private DeskPlace(ServiceProvider services) => _services = services;

    public static async Task<DeskPlace> Open(RecordVault vault, DataOptions data, int mailPort, int connections, CancellationToken cancel)
    {
        var services = new ServiceCollection();
        services.AddLogging(log => log.ClearProviders());
        services.AddSingleton(vault);
        services.AddSingleton(new Municipality(MunicipalityId.Parse("hibiki").Value, "ひびき市", "ひびき市", IsDemo: true));
        services.AddTasukiData(data);
        services.AddDelivery(new DeliveryOptions
        {
            Site = new Uri("https://hibiki.example.test/"),
            Mail = new MailOptions("127.0.0.1", mailPort, MailSecurity.None, new MailboxAddress("ひびき市", "post@hibiki.test"), null, null, null, connections, TimeSpan.FromSeconds(60)),
        });
        var place = new DeskPlace(services.BuildServiceProvider());
        await place.Do<TasukiSchema, int>(s => s.Migrate(cancel));
        return place;
    }

    /// <summary>Gives each an e-mail address that counts as checked, without quiet hours.</summary>
    public async Task GiveAddresses(IReadOnlyList<ResidentNo> residents, CancellationToken cancel)
    {
        var (seal, codes) = (_services.GetRequiredService<ISeal>(), _services.GetRequiredService<CheckCodes>());
        foreach (var group in residents.Chunk(1_000))
        {
            var rows = await Task.WhenAll(group.Select(async resident =>
            {
                var no = Inbox.RandomNo();
                var address = await seal.Seal(resident, Channels.Place(no), System.Text.Encoding.ASCII.GetBytes(AddressOf(resident)), cancel);
                var row = new ChannelRow
                {
                    No = no, ResidentNo = resident.Value, Kind = ChannelKind.Mail, State = ChannelState.InUse, Language = (byte)ReadingLanguage.Japanese, Address = address.Value,
                    Created = TimeProvider.System.GetUtcNow(), QuietFrom = 0, QuietUntil = 0, Mac = [],
                };
                row.Mac = codes.MacOf(row);
                return row;
            }));
            await Do<TasukiDb, int>(db =>
            {
                db.AddRange(rows);
                return db.SaveChangesAsync(cancel);
            });
        }
    }

    public static string AddressOf(ResidentNo resident) => string.Create(CultureInfo.InvariantCulture, $"r{resident.Value}@example.test");

    public Task Notify(IEnumerable<ResidentNo> residents, string key, CancellationToken cancel) => Do<Messages, int>(async messages =>
    {
        await messages.SendMany(residents.Select(r => new NewMessage(r, key, "健診のご案内", "今年度の健診のお申し込みが始まりました。受付は月末までです。", "/campaigns/1")), cancel);
        return 0;
    });

    public Task<int> SendDue(CancellationToken cancel) => _services.GetRequiredService<DeliverySender>().SendDue(cancel);

    public async Task<Dictionary<DeliveryState, int>> States(CancellationToken cancel) => await Do<TasukiDb, Dictionary<DeliveryState, int>>(db =>
        db.Set<DeliveryRow>().GroupBy(d => d.State).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, cancel));

    /// <summary>The leases of a process that died run out now and not in ten minutes.</summary>
    public Task EndLeases(CancellationToken cancel)
    {
        var past = TimeProvider.System.GetUtcNow().AddMinutes(-1);
        return Do<TasukiDb, int>(db => db.Set<DeliveryRow>().Where(d => d.State == DeliveryState.Waiting || d.State == DeliveryState.HandingOver).ExecuteUpdateAsync(s => s.SetProperty(d => d.Due, past), cancel));
    }

    /// <summary>The addresses whose hand-over ended in this state.</summary>
    public Task<List<long>> ResidentsIn(DeliveryState state, CancellationToken cancel) =>
        Do<TasukiDb, List<long>>(db => db.Set<DeliveryRow>().Where(d => d.State == state).Select(d => d.ResidentNo).ToListAsync(cancel));

    public async Task<TOut> Do<TService, TOut>(Func<TService, Task<TOut>> act) where TService : notnull
    {
        await using var scope = _services.CreateAsyncScope();
        return await act(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
