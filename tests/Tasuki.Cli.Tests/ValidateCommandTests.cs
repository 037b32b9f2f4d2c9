using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using static Tasuki.Cli.Tests.TasukiProcess;

namespace Tasuki.Cli.Tests;

/// <summary><c>tasuki validate</c> as an engineer runs it.</summary>
public sealed class ValidateCommandTests : IDisposable
{
    private const string Url = "http://example.org/fhir/issued";
    private const string Good = """{"resourceType":"Observation","status":"final","code":{"text":"a"},"issued":"2026-04-01T09:00:00+09:00"}""";
    private const string NotIssued = """{"resourceType":"Observation","status":"final","code":{"text":"a"}}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("tasuki-cli-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_resource_that_meets_the_profile_ends_with_0_and_one_that_does_not_with_1_and_its_place()
    {
        Assert.Equal(0, (await Validate(Good)).Code);
        var ran = await Validate(NotIssued);
        Assert.Equal(1, ran.Code);
        Assert.Contains($"one.json:1:1: error min: Observation.issued is missing; the profile requires it. [{Url}]", ran.Output, StringComparison.Ordinal);
        Assert.Contains("1 resources, 1 with errors.", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Base_R4_comes_first()
    {
        var ran = await Validate("""{"resourceType":"Observation","status":"final","issued":"2026-04-01T09:00:00+09:00"}""");
        Assert.Equal(1, ran.Code);
        Assert.StartsWith("one.json:1:84: error missing: Observation.code ", ran.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invariant_of_R4_is_told_by_the_base_check_with_its_key()
    {
        var ran = await Validate(Good.Replace("\"issued\"", "\"valueString\":\"x\",\"dataAbsentReason\":{\"text\":\"y\"},\"issued\"", StringComparison.Ordinal));
        Assert.Equal(1, ran.Code);
        Assert.StartsWith("one.json:1:1: error obs-6: Observation has both a value and a dataAbsentReason (obs-6).", ran.Output, StringComparison.Ordinal);
        Assert.Equal(2, ran.Output.Split("obs-6:").Length);
    }

    [Fact]
    public async Task Of_NDJSON_each_line_is_a_resource_with_the_number_of_its_line()
    {
        var ran = await Validate($"{Good}\n\n{NotIssued}\n");
        Assert.Equal(1, ran.Code);
        Assert.Contains("one.json:3:1: error min", ran.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("one.json:1:", ran.Output.Replace("warning", "", StringComparison.Ordinal).Replace("one.json:1:1:  dom-6", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("2 resources, 1 with errors.", ran.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_or_is_not_at_hand_ends_with_2()
    {
        var file = Written("one.json", Good);
        Assert.Equal(2, (await Run("validate", file, "--package", Path.Combine(_folder, "gone"))).Code);
        Assert.Equal(2, (await Run("validate", Path.Combine(_folder, "gone.json"), "--package", Package())).Code);
        var ran = await Run("validate", file, "--package", Package(), "--profile", "http://example.org/fhir/gone");
        Assert.Equal(2, ran.Code);
        Assert.Contains("http://example.org/fhir/gone", ran.Errors, StringComparison.Ordinal);
        Assert.Equal(64, (await Run("validate", file)).Code);
    }

    private Task<(int Code, string Output, string Errors)> Validate(string json) => Run("validate", Written("one.json", json), "--package", Package(), "--profile", Url);

    private string Package()
    {
        var path = Path.Combine(_folder, "p.tgz");
        using var zip = new GZipStream(File.Create(path), CompressionLevel.Optimal);
        using var tar = new TarWriter(zip, TarEntryFormat.Pax);
        var definition = $$$"""
            {"resourceType":"StructureDefinition","url":"{{{Url}}}","name":"P","status":"active","kind":"resource","abstract":false,"type":"Observation",
             "baseDefinition":"http://hl7.org/fhir/StructureDefinition/Observation","derivation":"constraint",
             "differential":{"element":[{"id":"Observation.issued","path":"Observation.issued","min":1}]}}
            """;
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "package/p.json") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(definition)) });
        return path;
    }

    private string Written(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
