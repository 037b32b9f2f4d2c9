using System.Globalization;
using System.Text.Json;
using Tasuki.Fhir.Profiles;
using Tasuki.Fhir.Tests.Profiles;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Tests;

/// <summary>
/// Invariants and targets of references against the validator of profiles, which evaluates the standard's FHIRPath: over published resources, made-up ones and changed
/// ones (fixed seed). TASUKI_DIFFERENTIAL gives the number of changes of each: 1 in the suite.
/// </summary>
public sealed class InvariantDifferentialTests
{
    private const int Seed = 20260408;
    private const int Largest = 15_000;

    private static readonly HashSet<string> Known =
        [.. Invariants.ByType.Values.SelectMany(rules => rules).Where(rule => rule.Fault is null).Select(rule => rule.Key).Concat(Invariants.OfTheWalk).Except(StandardInvariants.NotToldByFhirPath, StringComparer.Ordinal), "target"];

    [Fact]
    public void FhirPath_and_the_validator_tell_the_same_invariants()
    {
        var fhirPath = TestPackage.With();
        var changes = int.Parse(Environment.GetEnvironmentVariable("TASUKI_DIFFERENTIAL") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(Seed);
        var (compared, broken) = (0, 0);
        var unlike = new List<string>();
        foreach (var piece in Corpus.Published().Concat(Corpus.MadeUp(40, 1)).Where(piece => piece.Json.Length < Largest && IsOfHeldType(piece.Json)))
        {
            Compare(piece.Name, piece.Json);
            for (var i = 0; i < changes; i++)
            {
                if (Mutation.Of(piece.Json, random) is var (kind, json))
                    Compare($"{piece.Name}, {kind}", json);
                var (what, bent) = RuleMutation.Of(piece.Json, random);
                Compare($"{piece.Name}, {what}", bent);
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{compared} resources compared, {broken} of them break an invariant");
        Assert.True(unlike.Count == 0, string.Join('\n', unlike));
        Assert.True(compared > 500 && broken > 20, $"{compared} compared, {broken} broken");

        void Compare(string name, byte[] json)
        {
            var issues = ResourceValidator.Check(json);
            // What is not of R4's shape is no matter for FHIRPath.
            if (issues.Any(issue => !issue.IsInvariant && issue.Code is not ("target" or FaultCode.Narrative)))
                return;
            var ours = issues.Select(issue => issue.Code is FaultCode.Narrative ? "txt-1" : issue.Code).Where(Known.Contains).ToHashSet(StringComparer.Ordinal);
            var theirs = fhirPath.Check(json, ["http://hl7.org/fhir/StructureDefinition/" + TypeOf(json)])
                .Where(finding => finding.Severity is FindingSeverity.Error && Known.Contains(finding.Rule)).Select(finding => finding.Rule).ToHashSet(StringComparer.Ordinal);
            // In a Bundle a reference can lead to another entry by its fullUrl alone, which the base check does not follow.
            if (TypeOf(json) is "Bundle")
                theirs.Remove("target");
            compared++;
            broken += ours.Count > 0 ? 1 : 0;
            if (!ours.SetEquals(theirs))
                unlike.Add($"{name}: ours [{string.Join(' ', ours)}] FHIRPath [{string.Join(' ', theirs)}]");
        }
    }

    private static bool IsOfHeldType(byte[] json) => StandardInvariants.Types.Contains(TypeOf(json), StringComparer.Ordinal);

    private static string TypeOf(byte[] json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("resourceType", out var type) && type.ValueKind is JsonValueKind.String ? type.GetString()! : "";
    }
}
