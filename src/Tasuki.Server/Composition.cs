using Tasuki.Community;
using Tasuki.Community.Inquiries;
using Tasuki.Compliance;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Exchange;
using Tasuki.FhirApi;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.MyHealth;
using Tasuki.People;
using Tasuki.Server.Keys;
using Tasuki.Server.Municipalities;
using Tasuki.Vault;
using Tasuki.Web;

namespace Tasuki.Server;

/// <summary>Which parts the house has, for the server and the command line alike. One service provider for each municipality.</summary>
public static class Composition
{
    /// <param name="profiles">Of the packages that were read at start; null where nothing is written through the FHIR interface.</param>
    public static IServiceCollection AddTasuki(this IServiceCollection services, MunicipalityFolder folder, RecordVault vault, ServerSettings settings, WrittenProfiles? profiles = null)
    {
        services.AddSingleton(folder);
        services.AddSingleton(folder.Municipality);
        services.AddSingleton(vault);
        services.AddSingleton<ISeal>(vault.Seal);
        services.AddTasukiData(new DataOptions(folder.Store is StoreKind.Sqlite ? DataStore.Sqlite : DataStore.Postgres, folder.Connections.App));
        // The first name is the one links and tokens are made for; where none is configured the loopback is served under whatever port it got.
        var hosts = settings.Hosts.Count > 0 ? settings.Hosts : folder.Hosts;
        services.AddSingleton(new SmartIssuer(hosts.Count > 0 ? new Uri($"https://{hosts[0]}/") : null));
        services.AddScoped<IJobHandler, RotateKeys>();
        services.AddSingleton(new RecurringJob(RotateKeys.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddScoped<IJobHandler, ContinueKeyChanges>();
        services.AddSingleton(new RecurringJob(ContinueKeyChanges.Name, TimeSpan.FromHours(1), AtStart: true));
        services.AddParts(
            new ExchangeOptions { Spools = folder.Spool, Scanner = settings.Scanner, WaitingDays = folder.VaultOptions(create: false).WaitingDays },
            settings.Delivery with { Site = hosts.Count > 0 ? new Uri($"https://{hosts[0]}/") : null },
            new FhirApiOptions { ExportHours = settings.ExportHours, Searches = settings.Searches, Profiles = profiles ?? new FhirApiOptions().Profiles },
            settings.Inquiries, settings.StaffProvider);
        return services;
    }

    internal static void AddParts(this IServiceCollection services, ExchangeOptions exchange, DeliveryOptions delivery, FhirApiOptions fhir, InquiryOptions inquiries, StaffProviderOptions? staffProvider = null)
    {
        services.AddTasukiWeb();
        services.AddDelivery(delivery);
        services.AddPeople(people => people.StaffProvider = staffProvider);
        services.AddMyHealth();
        services.AddExchange(exchange);
        services.AddCommunity(inquiries);
        services.AddCompliance();
        services.AddFhirApi(fhir);
    }

    public static void MapTasuki(this WebApplication app)
    {
        app.UsePeople();
        app.UseFhirApi();
        app.UseTasukiWeb();
        app.MapTasukiWeb();
        app.MapPeople();
        app.MapExchange();
        app.MapCommunity();
        app.MapCompliance();
        app.MapHealth();
    }
}
