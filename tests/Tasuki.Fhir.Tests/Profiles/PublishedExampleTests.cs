using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tasuki.Fhir.Profiles;
using Tasuki.Fhir.Profiles.Packages;
using Tasuki.Testing;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>The examples that publishers send with their packages, held against those packages.</summary>
public sealed class PublishedExampleTests
{
    private const string LabResult = "http://jpfhir.jp/fhir/eCS/StructureDefinition/JP_Observation_LabResult_eCS";
    private static readonly HashSet<string> Definitions = new(StringComparer.Ordinal) { "StructureDefinition", "ValueSet", "CodeSystem", "NamingSystem", "SearchParameter", "CapabilityStatement", "ImplementationGuide" };

    [Theory]
    [InlineData("jp-core.r4-1.1.2.tgz", "jp-core/package-1.1.2-examples", 60)]
    [InlineData("jp-clins.r4-1.5.2-snap.tgz", "jp-clins/ExampleJson", 37)]
    [InlineData("jp-eChekupReport.r4.tgz", "echeckup", 20)]
    [InlineData("hl7.fhir.uv.phr-1.0.0-ballot.tgz", "none of its own", 9)]
    public void An_example_meets_the_profiles_of_its_own_package(string package, string folder, int atLeast)
    {
        var validator = ProfileValidator.Load(Samples.Path(Path.Combine("fhir-packages", package))).Value;
        var examples = Examples(package, folder).ToList();
        Assert.True(examples.Count >= atLeast, $"{examples.Count} examples");
        Assert.Empty(Found(validator, examples));
    }

    [Fact]
    public void With_all_packages_together_every_error_in_an_example_is_explained()
    {
        var validator = ProfileValidator.Load(Samples.Path("fhir-packages")).Value;
        var examples = Corpus.Published().Where(piece => IsExample(piece) && (piece.Name.StartsWith("fhir-packages", StringComparison.Ordinal)
            || piece.Name.StartsWith("jp-c", StringComparison.Ordinal) || piece.Name.StartsWith("echeckup", StringComparison.Ordinal) || piece.Name.StartsWith("ips-ipa", StringComparison.Ordinal))).ToList();
        Assert.True(examples.Count > 140, $"{examples.Count} examples");
        Assert.Equal(ExplainedFindings.Together.Keys.Order(StringComparer.Ordinal), Found(validator, examples), StringComparer.Ordinal);
    }

    [Fact]
    public void The_error_example_lacks_the_local_code_that_the_package_leaves_optional_and_a_profile_that_asks_for_it_catches_it()
    {
        // "Intended error: no local code": the text of JP-CLINS asks for one, but in the profile of its package 1.5.2 the slice localLaboCode is 0..1. An operator who
        // wants the text's rule adds a profile of a few lines; its snapshot is made here.
        const string Stricter = """
            {"id":"Observation.code.coding","path":"Observation.code.coding"},{"id":"Observation.code.coding:localLaboCode","path":"Observation.code.coding","sliceName":"localLaboCode","min":1}
            """;
        var folder = Directory.CreateTempSubdirectory("tasuki-packages-").FullName;
        try
        {
            File.Copy(Samples.Path("fhir-packages/jp-clins.r4-1.5.2-snap.tgz"), Path.Combine(folder, "clins.tgz"));
            File.WriteAllBytes(Path.Combine(folder, "ours.tgz"), TestPackage.Packed(TestPackage.Profile("strict", "Observation", Stricter, LabResult)));
            var validator = ProfileValidator.Load(folder).Value;
            var wrong = File.ReadAllText(Samples.Path("jp-clins/ExampleJson/Observation-ErrorExample-ObsLabo-eGFR.json"));
            Assert.Empty(validator.Errors(wrong));
            var error = Assert.Single(validator.Check(wrong, "strict"), one => one.Severity is FindingSeverity.Error);
            Assert.Equal(("slice-min", "Observation.code.coding", "Observation.code.coding:localLaboCode"), (error.Rule, error.Path, error.Element));
            var mended = JsonNode.Parse(wrong)!;
            mended["code"]!["coding"]!.AsArray().Add(JsonNode.Parse("""{"system":"http://jpfhir.jp/fhir/clins/CodeSystem/JP_CLINS_ObsLabResult_LocalCode_CS","code":"1","display":"eGFR"}"""));
            Assert.Empty(validator.Errors(mended.ToJsonString(), "strict"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("Observation-Example-JP-Obs-Common-eCS-PS-textOnly01.json", "code", "min Observation.code")]
    [InlineData("Condition-Example-JP-Condition-eCS-01.json", "identifier", "slice-min Condition.identifier")]
    [InlineData("Observation-ErrorExample-ObsLabo-eGFR.json", "extension", "resource-needs-extension-of-institutionNumber Observation")]
    [InlineData("Observation-ErrorExample-ObsLabo-eGFR.json", "category", "slice-min Observation.category")]
    [InlineData("Patient-Example-JP-Patient-eCS-MAKINO.json", "identifier", "min Patient.identifier")]
    [InlineData("MedicationRequest-Example-JP-MedReq-TID-01.json", "medicationCodeableConcept", "min MedicationRequest.medication")]
    public void An_example_from_which_something_is_taken_is_caught_for_that(string file, string name, string expected)
    {
        var validator = ProfileValidator.Load(Samples.Path("fhir-packages/jp-clins.r4-1.5.2-snap.tgz")).Value;
        var resource = JsonNode.Parse(File.ReadAllText(Samples.Path("jp-clins/ExampleJson/" + file)))!.AsObject();
        Assert.Empty(validator.Errors(resource.ToJsonString()));
        Assert.True(resource.Remove(name));
        Assert.Contains(expected, validator.Errors(resource.ToJsonString()), StringComparer.Ordinal);
    }

    private static IEnumerable<Corpus.Piece> Examples(string package, string folder) =>
        Corpus.Published().Where(piece => (piece.Name.StartsWith($"fhir-packages/{package}!", StringComparison.Ordinal) || piece.Name.StartsWith(folder + "/", StringComparison.Ordinal)) && IsExample(piece));

    private static string[] Found(ProfileValidator validator, IEnumerable<Corpus.Piece> examples) =>
        [.. examples.SelectMany(piece => TestPackage.Said(validator.Check(piece.Json, []), FindingSeverity.Error).Select(error => $"{piece.Name[(piece.Name.LastIndexOf('/') + 1)..]} {error}")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    // A package's folder "other" holds the log of its build.
    private static bool IsExample(Corpus.Piece piece)
    {
        if (piece.Name.Contains("/other/", StringComparison.Ordinal))
            return false;
        using var document = JsonDocument.Parse(piece.Json);
        return !Definitions.Contains(document.RootElement.GetProperty("resourceType").GetString()!);
    }
}
