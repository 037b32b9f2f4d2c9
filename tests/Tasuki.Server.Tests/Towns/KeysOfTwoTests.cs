using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.Towns;

/// <summary>
/// Whatever a key of one municipality made is nothing at the other: tried for every purpose the ring has and every purpose the code names, with the same resident numbers,
/// places and values at both. What travels over HTTP is tried there too (<see cref="Issuers.TwoIssuersTests"/>).
/// </summary>
public sealed class KeysOfTwoTests
{
    private static readonly SealPlace Place = new("two_towns", "value", "1");
    private static readonly ResidentNo Resident = new(1);

    /// <summary>How what a ring key made at one is presented at the other; true when it is taken. Those without: <see cref="Stores_and_ring_of_two_municipalities_open_nothing_together"/>.</summary>
    private static readonly Dictionary<string, Func<Town, Town, Task<bool>>?> Presented = new(StringComparer.Ordinal)
    {
        ["cookie"] = (from, at) => Wrapped("cookie", from, at),
        ["signing"] = (from, at) => Wrapped("signing", from, at),
        ["field"] = (from, at) => Task.FromResult(at.Vault.Seal.OpenForMunicipality(Place, from.Vault.Seal.SealForMunicipality(Place, [1, 2, 3])).IsOk),
        ["secrets"] = (from, at) => Task.FromResult(Purposes.OfSecrets().Any(purpose => from.Vault.Seal.SecretMac(purpose, [1]).SequenceEqual(at.Vault.Seal.SecretMac(purpose, [1])))),
        ["id"] = async (from, at) =>
        {
            var id = await TwoTowns.Say(from.Vault, Resident, "an id", Cancel);
            return (await at.Vault.Read(Actor.Resident(Resident), Resident, Purpose.OwnUse, id, Cancel)).IsOk;
        },
        ["page"] = async (from, at) =>
        {
            var first = (await from.Vault.Search(Actor.Resident(Resident), Resident, Purpose.OwnUse, new RecordQuery { Limit = 1 }, Cancel)).Value.Next;
            Assert.NotNull(first);
            return (await at.Vault.Search(Actor.Resident(Resident), Resident, Purpose.OwnUse, new RecordQuery { Limit = 1, After = first }, Cancel)).IsOk;
        },
        ["lookup-1"] = Lookup, ["lookup-2"] = Lookup, ["lookup-3"] = Lookup, ["lookup-4"] = Lookup, ["lookup-5"] = Lookup,
        ["epoch"] = null, ["mac"] = null, ["log"] = null, ["seal"] = null,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_ring_key_made_is_taken_at_home_and_nowhere_else_for_every_purpose_there_is()
    {
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "password", "printed-code", "recovery-code", "recovery-locator" }, Purposes.OfSecrets().ToHashSet(StringComparer.Ordinal));
        await using var towns = await TwoTowns.Start(StoreKind.Sqlite);
        foreach (var town in towns.Both)
        {
            // The key of seals is made with the first seal, some seconds after the start.
            Assert.True((await town.Vault.RenewKey(Actor.Operator("test", "two towns"), "seal", Cancel)).IsOk);
            await TwoTowns.Say(town.Vault, Resident, "one", Cancel);
            await TwoTowns.Say(town.Vault, Resident, "two", Cancel);
        }

        Assert.Equal(Presented.Keys.Order(StringComparer.Ordinal), towns.Both.SelectMany(t => t.Vault.RingKeys).Select(k => k.Purpose).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        Assert.Equal(Presented.Keys.Count(k => k.StartsWith("lookup-", StringComparison.Ordinal)), Enum.GetValues<LookupKind>().Length);
        foreach (var (purpose, taken) in Presented.Where(p => p.Value is not null))
        {
            Assert.True(await taken!(towns.One, towns.One), $"{purpose} is not taken where it belongs.");
            Assert.False(await taken(towns.One, towns.Other), $"{purpose} is taken at the other.");
            Assert.False(await taken(towns.Other, towns.One), $"{purpose} of the other is taken.");
        }

        var personal = (await towns.One.Vault.Seal.Seal(Resident, Place, new byte[] { 1 }, Cancel)).Value;
        Assert.True((await towns.One.Vault.Seal.Open(Resident, Place, personal, Cancel)).IsOk);
        Assert.Equal("seal.broken", (await towns.Other.Vault.Seal.Open(Resident, Place, personal, Cancel)).Error?.Code);
    }

    [Fact]
    public async Task A_state_of_a_form_or_cookie_opens_at_home_alone_even_with_the_others_cookie_keys()
    {
        // One place makes protectors, so the purposes given to it are all there are beside the framework's own two: the cookie's and the form token's.
        Assert.Equal(["ProtectedState.cs"], Purposes.FilesWith("CreateProtector("), StringComparer.Ordinal);
        var purposes = Purposes.OfStates();
        Assert.Superset(new HashSet<string>(StringComparer.Ordinal) { "second-step", "sign-up", "passkey-creation", "passkey-assertion", "counter" }, purposes.ToHashSet(StringComparer.Ordinal));
        await using var towns = await TwoTowns.Start(StoreKind.Sqlite);
        var (own, other) = (towns.One.Services.GetRequiredService<IDataProtectionProvider>(), towns.Other.Services.GetRequiredService<IDataProtectionProvider>());
        await using var stolen = WithKeysOf(towns.One, nameOf: towns.Other);
        await using var same = WithKeysOf(towns.One, nameOf: towns.One);
        foreach (var purpose in purposes)
        {
            var made = own.CreateProtector("Tasuki.People", purpose).Protect("state");
            Assert.Equal("state", own.CreateProtector("Tasuki.People", purpose).Unprotect(made));
            Assert.Equal("state", same.GetRequiredService<IDataProtectionProvider>().CreateProtector("Tasuki.People", purpose).Unprotect(made));
            Assert.Throws<CryptographicException>(() => other.CreateProtector("Tasuki.People", purpose).Unprotect(made));
            Assert.Throws<CryptographicException>(() => stolen.GetRequiredService<IDataProtectionProvider>().CreateProtector("Tasuki.People", purpose).Unprotect(made));
        }
    }

    [Fact]
    public async Task Stores_and_ring_of_two_municipalities_open_nothing_together()
    {
        await using var towns = await TwoTowns.Start(StoreKind.Sqlite);
        foreach (var town in towns.Both)
            await TwoTowns.Say(town.Vault, Resident, "one", Cancel);
        await towns.CloseVaults();
        var (own, other) = (towns.One.Test.Described.VaultOptions(create: false), towns.Other.Test.Described.VaultOptions(create: false));
        var folder = TestMunicipality.NewFolder();
        try
        {
            own = own with { Records = Copy(own.Records, folder, "own"), Keys = Copy(own.Keys, folder, "own"), Log = Copy(own.Log, folder, "own"), DataFolder = null };
            other = other with { Records = Copy(other.Records, folder, "other"), Keys = Copy(other.Keys, folder, "other"), Log = Copy(other.Log, folder, "other"), DataFolder = null };
            (string What, VaultOptions Options)[] mixed =
            [
                ("another's ring", own with { Ring = other.Ring }), ("another's name", own with { Municipality = other.Municipality }),
                ("another's name and ring", own with { Municipality = other.Municipality, Ring = other.Ring }),
                ("another's keys", own with { Keys = other.Keys }), ("another's records", own with { Records = other.Records }), ("another's log", own with { Log = other.Log }),
            ];
            Assert.Equal([], await Fits(own));
            var held = new List<string>();
            foreach (var (what, options) in mixed)
            {
                if (await Fits(options) is [])
                    held.Add(what);
            }

            Assert.Empty(held);
        }
        finally
        {
            SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What speaks against these stores, this ring and this name being of one municipality; empty when nothing does.</summary>
    private static async Task<List<string>> Fits(VaultOptions options)
    {
        var started = await RecordVault.Start(options, TimeProvider.System, Cancel);
        if (!started.IsOk)
            return [started.Error.Code];
        await using var vault = started.Value;
        var against = new List<string>();
        if (await vault.FindBreakInLog(Cancel) is not null)
            against.Add("log");
        try
        {
            var opened = await vault.Open(Actor.Resident(Resident), Resident, Purpose.OwnUse, Cancel);
            if (!opened.IsOk)
                against.Add(opened.Error.Code);
            else if ((await opened.Value.Search(new RecordQuery(), Cancel)) is not { IsOk: true, Value.Records.Count: 1 })
                against.Add("records");
        }
        catch (CryptographicException)
        {
            against.Add("keys");
        }

        return against;
    }

    private static string Copy(string database, string folder, string whose)
    {
        var path = Path.Combine(folder, $"{whose}-{Path.GetFileName(database)}");
        using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "vacuum into $path";
        command.Parameters.AddWithValue("$path", path);
        command.ExecuteNonQuery();
        return path;
    }

    private static ServiceProvider WithKeysOf(Town town, Town nameOf)
    {
        var services = new ServiceCollection();
        services.AddDataProtection();
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = town.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository);
        services.Configure<DataProtectionOptions>(o => o.ApplicationDiscriminator = nameOf.Services.GetRequiredService<IOptions<DataProtectionOptions>>().Value.ApplicationDiscriminator);
        return services.BuildServiceProvider();
    }

    private static Task<bool> Wrapped(string purpose, Town from, Town at) => Task.FromResult(at.Vault.UnprotectRing(purpose, from.Vault.ProtectRing(purpose, "key"u8)).IsOk);

    private static Task<bool> Lookup(Town from, Town at) => Task.FromResult(Enum.GetValues<LookupKind>().Any(kind =>
        from.Vault.Seal.LookupToken(kind, Encoding.UTF8.GetBytes("same")).SequenceEqual(at.Vault.Seal.LookupToken(kind, Encoding.UTF8.GetBytes("same")))));
}
