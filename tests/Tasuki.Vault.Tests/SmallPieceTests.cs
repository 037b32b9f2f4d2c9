using System.Security.Cryptography;
using System.Text;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault.Classes;
using Tasuki.Vault.Keys;
using Tasuki.Vault.RecordStore;
using static Tasuki.Vault.Tests.TestVault;

namespace Tasuki.Vault.Tests;

public sealed class SmallPieceTests
{
    private static readonly MunicipalityId Hibiki = MunicipalityId.Parse("hibiki").Value;

    [Fact]
    public void An_id_names_its_row_to_the_holder_of_the_key_alone()
    {
        using var ids = new RecordIds(RandomNumberGenerator.GetBytes(32));
        using var others = new RecordIds(RandomNumberGenerator.GetBytes(32));
        foreach (var (resident, seq) in new[] { (1L, 1L), (7L, 123_456L), ((1L << 40) - 1, (1L << 40) - 1) })
        {
            var id = ids.Encode(new ResidentNo(resident), seq);
            Assert.Matches("^[a-z2-7]{26}$", id);
            Assert.Equal(seq, ids.SeqOf(new ResidentNo(resident), id));
            Assert.Equal(-1, ids.SeqOf(new ResidentNo(resident - 1), id));
            Assert.Equal(-1, others.SeqOf(new ResidentNo(resident), id));
        }

        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
            Assert.Equal(-1, ids.SeqOf(new ResidentNo(1), new string([.. Enumerable.Range(0, 26).Select(_ => "abcdefghijklmnopqrstuvwxyz234567"[random.Next(32)])])));
    }

    [Fact]
    public void One_record_has_one_spelling_of_its_id()
    {
        using var ids = new RecordIds(RandomNumberGenerator.GetBytes(32));
        var id = ids.Encode(new ResidentNo(5), 9);
        var spellings = "abcdefghijklmnopqrstuvwxyz234567".Count(last => ids.SeqOf(new ResidentNo(5), id[..25] + last) == 9);
        Assert.Equal(1, spellings);
    }

    [Theory]
    [InlineData(1, 32)]
    [InlineData(32, 32)]
    [InlineData(33, 64)]
    [InlineData(2048, 2048)]
    [InlineData(2049, 2176)]
    public void A_size_is_padded(int size, int padded) => Assert.Equal(padded, BodyFormat.PaddedSize(size));

    [Fact]
    public void Padding_never_shrinks_and_stays_near_five_percent()
    {
        for (var size = 1; size < 200_000; size += 37)
        {
            var padded = BodyFormat.PaddedSize(size);
            Assert.True(padded >= size && padded % 32 == 0 && padded <= Math.Max(size + 32, (size * 1.05) + 64));
        }
    }

    [Fact]
    public void Tables_of_residents_can_be_spread_over_machines()
    {
        var scripts = string.Join('\n', [.. Store.Schema.Records, .. Store.Schema.Keys]);
        Assert.DoesNotMatch("(?i)trigger|sequence|serial|as identity|now\\(|random|foreign|references", scripts);
        var tables = scripts.Split("create table ").Skip(1).Where(table => table.Contains("resident_no bigint", StringComparison.Ordinal)).ToList();
        Assert.Equal(11, tables.Count);
        Assert.All(tables, table => Assert.Matches("resident_no bigint not null primary key|primary key \\([^)]*resident_no", table));
        // What is about no resident is a table every machine has whole.
        Assert.DoesNotMatch("create unique index \\w+ on (?!shared_record )", scripts);
    }

    [Fact]
    public void Bodies_of_nearly_the_same_size_look_the_same()
    {
        var keys = new ResidentKeys([(1, RandomNumberGenerator.GetBytes(64))]);
        var sizes = Enumerable.Range(100, 300).Select(size => BodyFormat.Seal(keys, RandomNumberGenerator.GetBytes(size), new Binding(Hibiki, "t")).Length).ToHashSet();
        Assert.InRange(sizes.Count, 9, 11);
        Assert.All(sizes, size => Assert.Equal(0, (size - 3 - Aead.Overhead) % 32));
    }

    [Fact]
    public void A_permutation_is_one_to_one_and_different_at_every_key()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var places = new int[64];
        for (var i = 0; i < 2_000; i++)
        {
            var permutation = Permutation.Of(RandomNumberGenerator.GetBytes(32), "class", 64);
            var numbers = Enumerable.Range(0, 64).Select(permutation.Apply).ToArray();
            Assert.Equal(64, numbers.Distinct().Count());
            Assert.All(Enumerable.Range(0, 64), n => Assert.Equal(n, permutation.Undo(permutation.Apply(n))));
            const ulong Mask = 0x8000_0000_0000_0105;
            Assert.Equal(Mask, permutation.UndoMask(permutation.ApplyMask(Mask)));
            Assert.True(seen.Add(string.Join(',', numbers)));
            places[permutation.Apply(5)]++;
        }

        // Every place is about equally likely for a class: 2,000 draws, 31 expected for each of 64.
        Assert.All(places, count => Assert.InRange(count, 8, 65));
        Assert.Equal(-1, Permutation.Of(new byte[32], "class", 64).Undo(64));
    }

    [Theory]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "F32.1", true)]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "f329", true)]
    [InlineData("urn:oid:1.2.392.200119.4.101.2", "B20", true)]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "I10", false)]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "Y10", false)]
    [InlineData("http://hl7.org/fhir/sid/icd-10", "Y07.1", true)]
    [InlineData("http://www.whocc.no/atc", "N06AB03", true)]
    [InlineData("http://www.whocc.no/atc", "C09AA01", false)]
    [InlineData("http://loinc.org", "75622-1", false)]
    [InlineData("http://loinc.org", "7918-6", true)]
    [InlineData("urn:other", "F32", false)]
    public void The_code_lists_say_what_is_sensitive(string system, string code, bool sensitive) =>
        Assert.Equal(sensitive, SensitiveCodes.Any([new Coding(system, code)]));

    [Theory]
    [InlineData("Immunization", null, null, SourceKind.Mynaportal, DataCategory.Immunization)]
    [InlineData("MedicationRequest", null, null, SourceKind.MedicalInstitution, DataCategory.Medication)]
    [InlineData("Observation", "urn:oid:1.2.392.200119.6.1005", "9A755000000000001", SourceKind.Mynaportal, DataCategory.SpecificCheckup)]
    [InlineData("Observation", "http://loinc.org", "55423-8", SourceKind.Device, DataCategory.Lifelog)]
    [InlineData("Observation", "http://loinc.org", "8480-6", SourceKind.Person, DataCategory.Lifelog)]
    [InlineData("Observation", "http://loinc.org", "8480-6", SourceKind.MedicalInstitution, DataCategory.Chart)]
    [InlineData("Condition", null, null, SourceKind.MedicalInstitution, DataCategory.Chart)]
    [InlineData("Patient", null, null, SourceKind.Person, DataCategory.Other)]
    [InlineData("ExplanationOfBenefit", null, null, SourceKind.Insurer, DataCategory.MedicalExpense)]
    [InlineData("Claim", null, null, SourceKind.Insurer, DataCategory.ClaimTreatment)]
    public void A_record_nobody_classed_is_classed_by_type_and_codes(string type, string? system, string? code, SourceKind source, DataCategory expected) =>
        Assert.Equal(expected, CategoryRules.Of(type, code is null ? [] : [new Coding(system, code)], source));

    [Fact]
    public async Task A_tag_of_our_own_decides_is_not_stored_and_is_given_again_on_the_way_out()
    {
        await using var test = await Start(StoreKind.Sqlite);
        var session = await test.Own(await test.Resident(), Purpose.Import);
        var tagged = Make.Record(
            """
            {"resourceType":"Observation","meta":{"profile":["p"],"tag":[{"system":"urn:x","code":"y"},{"system":"urn:x-tasuki:category","code":"MunicipalScreening"},{"system":"urn:x-tasuki:source","code":"Municipality"}]},"status":"final","value":1.50}
            """, DataCategory.Chart);
        var id = (await session.Write([tagged], Cancel)).Value[0].Id;
        var read = (await session.Read(id, Cancel)).Value;
        Assert.Equal(new AccessClass(DataCategory.MunicipalScreening, Sensitive: false), read.Class);
        Assert.Equal(SourceKind.Municipality, read.Origin.Kind);
        Assert.Equal("""{"resourceType":"Observation","meta":{"profile":["p"],"tag":[{"system":"urn:x","code":"y"}]},"status":"final","value":1.50}""", read.Resource.Text());

        var output = new System.Buffers.ArrayBufferWriter<byte>();
        read.Resource.WriteWithIdentity(output, read.Id, read.Version, read.Updated, RecordTags.Of(read));
        var other = await test.Own(await test.Resident(), Purpose.Import);
        var again = Make.Record(Encoding.UTF8.GetString(output.WrittenSpan));
        var back = (await other.Read((await other.Write([again], Cancel)).Value[0].Id, Cancel)).Value;
        Assert.Equal(read.Class, back.Class);
        Assert.Equal(read.Resource.Text(), back.Resource.Text());

        var bare = Make.Record("""{"resourceType":"Observation","meta":{"tag":[{"system":"urn:x-tasuki:category","code":"Lifelog"}]},"status":"final"}""");
        Assert.Equal("""{"resourceType":"Observation","status":"final"}""", (await session.Read((await session.Write([bare], Cancel)).Value[0].Id, Cancel)).Value.Resource.Text());
    }

    [Fact]
    public async Task A_wrong_setting_stops_the_start_with_a_sentence()
    {
        await using var test = await Start(StoreKind.Sqlite);
        await test.Resident();
        var options = test.Options;
        var empty = Directory.CreateTempSubdirectory("tasuki-empty-").FullName;
        foreach (var (wrong, code) in new[]
        {
            (options with { Ring = test.DataFolder }, "vault.ring"), (options with { Ring = Path.Combine(test.DataFolder, "deeper", "ring") }, "vault.ring"),
            (options with { WaitingDays = 31 }, "vault.waiting"), (options with { Keys = options.Records }, "vault.files"),
            (options with { Municipality = MunicipalityId.Parse("other").Value }, "ring.municipality"), (options with { Ring = empty, Create = false }, "ring.missing"),
            (options with { Records = Path.Combine(empty, "d", "none.db"), Create = false }, "vault.store"), (options with { Ring = Path.Combine(empty, "ring") }, "vault.keys"),
        })
        {
            Assert.Equal(code, (await RecordVault.Start(wrong, test.Clock, Cancel)).Error?.Code);
        }

        Directory.Delete(empty, recursive: true);
    }

    [Fact]
    public void A_ring_that_was_altered_swapped_or_left_open_to_others_does_not_open()
    {
        var clock = new TestClock();
        var (one, two) = (Directory.CreateTempSubdirectory("ring").FullName, Directory.CreateTempSubdirectory("ring").FullName);
        Assert.True(KeyRing.Open(one, Hibiki, clock, create: true).IsOk);
        Assert.True(KeyRing.Open(two, Hibiki, clock, create: true).IsOk);
        Assert.True(KeyRing.Open(one, Hibiki, clock, create: false).IsOk);
        var ring = Path.Combine(one, "ring.json");
        var good = File.ReadAllText(ring);

        File.WriteAllText(ring, good.Replace("\"purpose\": \"mac\"", "\"purpose\": \"field2\"", StringComparison.Ordinal));
        Assert.Equal("ring.key", KeyRing.Open(one, Hibiki, clock, create: true).Error?.Code);
        File.WriteAllText(ring, good[..(good.Length / 2)]);
        Assert.Equal("ring.format", KeyRing.Open(one, Hibiki, clock, create: true).Error?.Code);
        File.WriteAllText(ring, File.ReadAllText(Path.Combine(two, "ring.json")));
        Assert.Equal("ring.key", KeyRing.Open(one, Hibiki, clock, create: true).Error?.Code);
        File.WriteAllText(ring, good);
        Assert.True(KeyRing.Open(one, Hibiki, clock, create: false).IsOk);

        var root = Path.Combine(one, "root.key");
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root));
            File.SetUnixFileMode(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            Assert.Equal("ring.mode", KeyRing.Open(one, Hibiki, clock, create: false).Error?.Code);
        }

        File.Delete(ring);
        Assert.Equal("ring.missing", KeyRing.Open(one, Hibiki, clock, create: true).Error?.Code);
        File.WriteAllText(ring, good);
        File.Delete(root);
        Assert.Equal("ring.root", KeyRing.Open(one, Hibiki, clock, create: true).Error?.Code);
        Directory.Delete(one, recursive: true);
        Directory.Delete(two, recursive: true);
    }

    [Fact]
    public void An_entry_of_the_erasure_list_that_a_crash_cut_off_does_not_spoil_the_next()
    {
        var folder = Directory.CreateTempSubdirectory("ring").FullName;
        var ring = KeyRing.Open(folder, Hibiki, new TestClock(), create: true).Value;
        var list = new ErasureList(ring, Hibiki, new TestClock());
        list.Add(new ResidentNo(1));
        File.AppendAllText(ring.ErasurePath, "ABCDEF");
        list.Add(new ResidentNo(2));
        var read = new ErasureList(ring, Hibiki, new TestClock());
        Assert.True(read.Contains(new ResidentNo(1)) && read.Contains(new ResidentNo(2)) && !read.Contains(new ResidentNo(3)));
        Directory.Delete(folder, recursive: true);
    }
}
