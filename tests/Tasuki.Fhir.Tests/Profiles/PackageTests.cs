using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Tasuki.Fhir.Profiles;
using Tasuki.Fhir.Profiles.Packages;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>What an operator may have put into the package folder, and what is said of it.</summary>
public sealed class PackageTests
{
    private const string MinStatus = """{"id":"Observation.issued","path":"Observation.issued","min":1}""";
    private const string MinIssued = """{"id":"Observation.method","path":"Observation.method","min":1}""";

    [Fact]
    public void A_file_that_is_no_package_is_named()
    {
        var error = Loaded(PackageLimits.Default, ("good.tgz", Packed(Profile("p", "Observation", MinStatus))), ("torn.tgz", "no package"u8.ToArray())).Error!;
        Assert.Equal("package.broken", error.Code);
        Assert.Contains("torn.tgz", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_was_cut_off_is_refused()
    {
        var whole = Packed(Profile("p", "Observation", MinStatus));
        Assert.Equal("package.broken", Loaded(PackageLimits.Default, ("cut.tgz", whole[..(whole.Length / 2)])).Error!.Code);
    }

    [Fact]
    public void A_definition_that_is_not_JSON_is_named_with_its_package()
    {
        var error = Loaded(PackageLimits.Default, ("bad.tgz", Packed([("package/StructureDefinition-x.json", "{\n\"resourceType\":")]))).Error!;
        Assert.Equal("package.broken", error.Code);
        Assert.Contains("bad.tgz", error.Message, StringComparison.Ordinal);
        Assert.Contains("package/StructureDefinition-x.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("package/../../etc/x.json")]
    [InlineData("/package/x.json")]
    [InlineData("package\\x.json")]
    public void An_entry_that_leads_out_of_the_package_is_refused(string name) =>
        Assert.Equal("package.path", Loaded(PackageLimits.Default, ("trick.tgz", Packed([(name, "{}")]))).Error!.Code);

    [Fact]
    public void A_link_in_a_package_is_not_followed()
    {
        using var packed = new MemoryStream();
        using (var zip = new GZipStream(packed, CompressionLevel.Optimal))
        using (var tar = new TarWriter(zip, TarEntryFormat.Pax))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "package/x.json") { LinkName = "/etc/passwd" });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/p.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(Profile("p", "Observation", MinStatus))) });
        }

        Assert.True(Loaded(PackageLimits.Default, ("link.tgz", packed.ToArray())).IsOk);
    }

    [Fact]
    public void A_package_that_unpacks_to_more_than_is_allowed_is_refused_before_it_is_unpacked()
    {
        var bomb = Packed([("package/other/huge.txt", new string('0', 4 << 20))]);
        Assert.True(bomb.Length < 64 << 10);
        Assert.Equal("package.size", Loaded(new PackageLimits { UnpackedBytes = 1 << 20 }, ("bomb.tgz", bomb)).Error!.Code);
    }

    [Fact]
    public void Limits_of_files_and_sizes_hold()
    {
        var two = Packed(Profile("p", "Observation", MinStatus), Profile("q", "Observation", MinStatus));
        Assert.Equal("package.size", Loaded(new PackageLimits { Files = 2 }, ("two.tgz", two)).Error!.Code);
        Assert.Equal("package.size", Loaded(new PackageLimits { FileBytes = 100 }, ("two.tgz", two)).Error!.Code);
        Assert.Equal("package.size", Loaded(new PackageLimits { PackedBytes = 100 }, ("two.tgz", two)).Error!.Code);
        Assert.Equal("package.size", Loaded(new PackageLimits { KeptBytes = 100 }, ("two.tgz", two)).Error!.Code);
        Assert.Equal("package.size", Loaded(new PackageLimits { Packages = 1 }, ("one.tgz", two), ("two.tgz", two)).Error!.Code);
    }

    [Fact]
    public void A_folder_without_packages_and_one_that_is_not_there_are_said()
    {
        Assert.Equal("package.missing", Loaded(PackageLimits.Default).Error!.Code);
        Assert.Equal("package.missing", ProfileValidator.Load(Path.Combine(Path.GetTempPath(), "tasuki-no-such-folder")).Error!.Code);
    }

    [Fact]
    public void Of_several_versions_the_named_one_counts_and_else_the_newest()
    {
        var packages = Loaded(PackageLimits.Default, ("a.tgz", Packed(Profile("p", "Observation", MinStatus, version: "1.9.0"))), ("b.tgz", Packed(Profile("p", "Observation", MinIssued, version: "1.10.0")))).Value;
        Assert.Equal(["min Observation.method"], packages.Errors(Observation(), "p"));
        Assert.Equal(["min Observation.issued"], packages.Errors(Observation(), "p|1.9.0"));
        Assert.Equal(["min Observation.method"], packages.Errors(Observation(), "p|1"));
        Assert.Equal("profile.version", packages.Find(Url("p|2.0.0")).Error!.Code);
        Assert.Equal("profile.unknown", packages.Find(Url("q")).Error!.Code);
    }

    [Fact]
    public void A_profile_of_one_package_rests_on_that_of_another()
    {
        var packages = Loaded(PackageLimits.Default, ("a.tgz", Packed(Profile("p", "Observation", MinStatus, Url("base")))), ("b.tgz", Packed(Profile("base", "Observation", MinIssued)))).Value;
        Assert.Equal(["min Observation.issued", "min Observation.method"], packages.Errors(Observation(), "p").Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Examples_in_a_package_are_no_definitions() =>
        Assert.Equal("profile.unknown", Loaded(PackageLimits.Default, ("a.tgz", Packed([("package/example/p.json", Profile("p", "Observation", MinStatus)), ("package/q.json", Profile("q", "Observation", MinStatus)), ("package/package.json", "{}")]))).Value.Find(Url("p")).Error!.Code);

    [Fact]
    public void A_package_whose_names_begin_with_a_dot_is_read_and_one_without_a_definition_is_said()
    {
        Assert.True(Loaded(PackageLimits.Default, ("a.tgz", Packed([("./package/p.json", Profile("p", "Observation", MinStatus))]))).Value.Find(Url("p")).IsOk);
        Assert.Equal("package.empty", Loaded(PackageLimits.Default, ("a.tgz", Packed([("package/package.json", "{}")]))).Error!.Code);
    }
}
