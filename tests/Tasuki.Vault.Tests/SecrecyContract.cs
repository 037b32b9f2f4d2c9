using System.Text;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Kernel.Seals;
using Tasuki.Testing.Marks;
using Tasuki.Vault.Store;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SqliteSecrecyTests() : SecrecyContract(StoreKind.Sqlite);

public sealed class PostgresSecrecyTests() : SecrecyContract(StoreKind.Postgres);

/// <summary>What somebody sees who holds the database and no key.</summary>
public abstract class SecrecyContract(StoreKind store)
{
    [Fact]
    public async Task Marks_planted_in_every_text_stand_nowhere_in_the_store()
    {
        await using var test = await Start(store);
        var marks = new MarkSet();
        string Mark() => marks.New($"mark {marks.All.Count}");

        var resident = await test.Resident();
        var session = await test.Own(resident, Purpose.Import);
        var json = $$"""
            {"resourceType":"Observation","identifier":[{"system":"{{Mark()}}","value":"{{Mark()}}"}],"code":{"coding":[{"system":"{{Mark()}}","code":"{{Mark()}}","display":"{{Mark()}}"}]},
            "subject":{"reference":"Patient/{{Mark()}}"},"valueString":"{{Mark()}}","note":[{"text":"{{Mark()}}"}]}
            """;
        var record = new NewRecord(Make.Resource(json), new Vault.RecordOrigin(SourceKind.Device, Mark(), 1, Mark(), Make.Received), LocalUrl: Mark());
        await session.Write([record], Cancel);
        await session.Write([record with { Resource = Make.Resource(json.Replace("valueString", "valueText", StringComparison.Ordinal)) }], Cancel);
        await session.Search(new RecordQuery { Identifier = Mark() }, Cancel);
        await session.Read(Mark(), Cancel);
        await session.KeepFile(Mark(), Mark(), new MemoryStream(Encoding.UTF8.GetBytes(Mark() + new string('x', 300_000))), Cancel);
        await session.WriteSamples([new SampleDay(Mark(), Mark(), new DateOnly(2025, 1, 1), [new Sample(0, 1, Mark())])], Cancel);
        await test.Vault.Grant(Actor.Resident(resident), new NewGrant(resident, ActorKind.Clinician, Mark(), Purpose.Care, AccessClasses.All, null, null, test.Clock.Now.AddDays(1)), Cancel);
        await test.Vault.Open(Actor.Operator(Mark(), Mark()), resident, Mark(), Cancel);
        await (await test.Vault.Open(Actor.Operator(Mark(), Mark()), resident, Purpose.Operation, Cancel)).Value.Count(Cancel);
        foreach (var kind in Enum.GetValues<LookupKind>())
            await test.Vault.AddLookup(resident, kind, Encoding.UTF8.GetBytes(Mark()), Cancel);

        // A control: a value of ours that may stand in clear is found, so the store was looked at.
        marks.Keep(Purpose.AccountRecovery, $"{MarkSearch.Control}a purpose");
        var search = new MarkSearch(marks.All);
        foreach (var value in await Values(test))
            search.Value("a value", value);
        if (store is StoreKind.Sqlite)
            search.Folder(test.DataFolder);
        Assert.True(search.Bytes > 250_000);
        Assert.Contains("a value", search.PlacesOf("a purpose"), StringComparer.Ordinal);
        Assert.True(search.Report().Length == 0, search.Report());
    }

    [Fact]
    public async Task No_token_and_no_body_is_shared_by_two_residents_with_the_same_records()
    {
        await using var test = await Start(store);
        for (var i = 0; i < 2; i++)
        {
            var session = await test.Own(await test.Resident(), Purpose.Import);
            await session.Write([.. Enumerable.Range(0, 30).Select(n => Make.Record(Make.Observation($"a{n}", code: $"c{n}")))], Cancel);
        }

        foreach (var column in new[] { "code", "tokens", "body" })
            Assert.Equal(0, await test.Number($"select count(*) from record a join record b on a.resident_no < b.resident_no and a.{column} = b.{column}"));
        Assert.Equal(60, await test.Number("select count(distinct code) from record"));
    }

    [Fact]
    public async Task Every_column_is_declared_and_clear_text_and_bytes_have_a_reason()
    {
        await using var test = await Start(store);
        foreach (var (name, database) in new[] { (VaultColumns.Records, test.Vault.Parts.Records), (VaultColumns.Keys, test.Vault.Parts.Keys), (VaultColumns.Log, test.Vault.Parts.LogStore) })
        {
            var declared = VaultColumns.All.Where(t => t.Database == name).SelectMany(t => t.Columns.Select(c => $"{t.Name}.{c.Name}")).Order(StringComparer.Ordinal);
            var real = (await database.Columns(Cancel)).Select(c => $"{c.Table}.{c.Column}").Order(StringComparer.Ordinal);
            Assert.Equal(string.Join('\n', declared), string.Join('\n', real));
        }

        foreach (var column in VaultColumns.All.SelectMany(t => t.Columns).Where(c => c is { Protection: ColumnProtection.Clear, Type: ColumnType.Text or ColumnType.Bytes }))
            Assert.False(string.IsNullOrWhiteSpace(column.Reason), column.Name);
    }

    [Fact]
    public async Task Seals_open_only_in_their_place_and_lookups_find_only_their_kind()
    {
        await using var test = await Start(store);
        var (resident, other) = (await test.Resident(), await test.Resident());
        var place = new SealPlace("inbox", "body", "7");
        var seal = test.Vault.Seal;
        var sealedValue = (await seal.Seal(resident, place, "本文"u8.ToArray(), Cancel)).Value;
        Assert.Equal("本文"u8.ToArray(), (await seal.Open(resident, place, sealedValue, Cancel)).Value);
        foreach (var wrong in new[] { place with { Table = "x" }, place with { Column = "x" }, place with { Row = "8" } })
            Assert.Equal("seal.broken", (await seal.Open(resident, wrong, sealedValue, Cancel)).Error?.Code);
        Assert.Equal("seal.broken", (await seal.Open(other, place, sealedValue, Cancel)).Error?.Code);
        Assert.Equal("seal.gone", (await seal.Seal(new ResidentNo(88_888), place, default, Cancel)).Error?.Code);

        var municipal = seal.SealForMunicipality(place, "組織"u8);
        Assert.Equal("組織"u8.ToArray(), seal.OpenForMunicipality(place, municipal).Value);
        Assert.Equal("seal.broken", seal.OpenForMunicipality(place with { Row = "8" }, municipal).Error?.Code);
        municipal[^1] ^= 1;
        Assert.Equal("seal.broken", seal.OpenForMunicipality(place, municipal).Error?.Code);

        await test.Vault.AddLookup(resident, LookupKind.Phone, "0312345678"u8.ToArray(), Cancel);
        await test.Vault.AddLookup(other, LookupKind.Phone, "0312345678"u8.ToArray(), Cancel);
        Assert.Equal([resident, other], await test.Vault.Find(LookupKind.Phone, "0312345678"u8.ToArray(), Cancel));
        Assert.Empty(await test.Vault.Find(LookupKind.SignInAddress, "0312345678"u8.ToArray(), Cancel));
        await test.Vault.RemoveLookup(resident, LookupKind.Phone, "0312345678"u8.ToArray(), Cancel);
        await test.Reopen();
        Assert.Equal([other], await test.Vault.Find(LookupKind.Phone, "0312345678"u8.ToArray(), Cancel));

        var wrapped = test.Vault.ProtectRing("cookie", "key material"u8);
        Assert.Equal("key material"u8.ToArray(), test.Vault.UnprotectRing("cookie", wrapped).Value);
        Assert.Equal("seal.broken", test.Vault.UnprotectRing("signing", wrapped).Error?.Code);
    }

    [Fact]
    public async Task Enrolling_many_gives_each_a_number_and_a_key()
    {
        await using var test = await Start(store);
        var first = await test.Resident();
        var many = (await test.Vault.EnrolMany(Actor.Job("demo", "population"), 250, Cancel)).Value;
        Assert.Equal(250, many.ToHashSet().Count);
        Assert.DoesNotContain(first, many);
        Assert.All(await Task.WhenAll(many.Select(r => test.Vault.Open(Actor.Resident(r), r, Purpose.OwnUse, Cancel))), opened => Assert.True(opened.IsOk));
        Assert.Equal("gate.refused", (await test.Vault.Enrol(Actor.Clinician("c"), Cancel)).Error?.Code);
    }

    private static async Task<List<byte[]>> Values(TestVault test)
    {
        var values = new List<byte[]>();
        foreach (var (name, database) in new[] { (VaultColumns.Records, test.Vault.Parts.Records), (VaultColumns.Keys, test.Vault.Parts.Keys), (VaultColumns.Log, test.Vault.Parts.LogStore) })
        {
            await using var work = await database.Read(Cancel);
            foreach (var table in VaultColumns.All.Where(t => t.Database == name))
            {
                values.AddRange((await work.Query($"select {table.Names} from {table.Name}", row => Enumerable.Range(0, row.FieldCount).Select(row.GetValue).ToList(), Cancel))
                    .SelectMany(row => row).Select(value => value switch
                    {
                        byte[] bytes => bytes,
                        string text => Encoding.UTF8.GetBytes(text),
                        _ => [],
                    }));
            }
        }

        return values;
    }
}
