using Microsoft.EntityFrameworkCore.Metadata;
using Tasuki.Data;
using Tasuki.Vault.Store;

namespace Tasuki.Server;

/// <summary>The text of <c>docs/guide/data-map.md</c>: every column of every table of this version, made from the declarations beside the code.</summary>
public static class DataMapPage
{
    private const string Head = """
        # Where which data lies

        Made from the declarations in the code by `tasuki database map`; a test holds this page against them and the declarations against the tables of both stores.

        - **clear**: readable by whoever holds the database. Only numbers of our own, times, states, amounts, and texts meant for everybody; where it is text or bytes, the reason stands beside it.
        - **token**: a keyed hash. It can be compared with another of its kind and says nothing without the key.
        - **sealed**: encrypted, AES-256-GCM. A resident's data under that resident's own key, with which they die; data of staff and organisations under the municipality's.


        """;

    public static string Markdown() => $"{Head}## The vault: records, keys, access log\n\n{VaultMap.Markdown()}\n## Everything else\n\n{DataMap.Markdown(Model())}";

    /// <summary>The tables of all parts of the house, without a database.</summary>
    public static IReadOnlyModel Model() => OfParts(services => services.GetRequiredService<TasukiDb>().Model);

    /// <summary>Tables with columns under residents' keys that a change of keys would not reach. A test holds it empty.</summary>
    public static IReadOnlyList<string> NotReachedByKeyChanges() => OfParts(services => services.GetRequiredService<SealedTables>().Missing);

    internal static T OfParts<T>(Func<IServiceProvider, T> read)
    {
        var services = new ServiceCollection();
        services.AddTasukiData(new DataOptions(DataStore.Sqlite, ":memory:"));
        services.AddParts(
            new Exchange.ExchangeOptions { Spools = Path.GetTempPath(), Scanner = ServerSettings.NotScanned }, new Delivery.DeliveryOptions(), new FhirApi.FhirApiOptions(), new Community.Inquiries.InquiryOptions());
        using var provider = services.BuildServiceProvider();
        using var scope = provider.CreateScope();
        return read(scope.ServiceProvider);
    }
}
