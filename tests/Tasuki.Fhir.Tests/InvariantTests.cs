using System.Text;
using System.Text.Json;
using Tasuki.Fhir.Profiles;
using Tasuki.Fhir.Profiles.Definitions;
using Tasuki.Fhir.Tests.Profiles;
using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir.Tests;

/// <summary>The invariants of R4: that none is forgotten, and that each is told as the FHIRPath of the standard tells it.</summary>
public sealed class InvariantTests
{
    private static readonly ProfileValidator FhirPath = TestPackage.With();

    public static IEnumerable<TheoryDataRow<string, string, string>> Examples => InvariantExamples.All.Select(one => new TheoryDataRow<string, string, string>(one.Key, one.Right, one.Broken));

    [Fact]
    public void Every_invariant_of_severity_error_is_checked_or_stands_here_with_the_reason_why_not()
    {
        var known = Invariants.ByType.Values.SelectMany(rules => rules).Where(rule => rule.Fault is null).Select(rule => rule.Key).Concat(Invariants.OfTheWalk).ToHashSet(StringComparer.Ordinal);
        var standard = StandardInvariants.Of(StandardInvariants.Types);
        Assert.True(standard.Count > 100, $"{standard.Count} invariants");
        // ele-1 stands on every element and is left out of the definitions at hand.
        standard.Add("ele-1");
        Assert.Equal(standard.Order(StringComparer.Ordinal), known.Concat(StandardInvariants.NotChecked.Keys).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void Every_invariant_that_is_checked_has_an_example() =>
        Assert.Empty(Invariants.ByType.Values.SelectMany(rules => rules).Where(rule => rule.Fault is null).Select(rule => rule.Key).Concat(Invariants.OfTheWalk).Except(InvariantExamples.All.Select(one => one.Key), StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_resource_that_breaks_an_invariant_is_told_with_its_key_and_place_by_both_validators_and_one_that_meets_it_by_none(string key, string right, string broken)
    {
        Assert.Empty(Check(right));
        Assert.Empty(Errors(right));
        var issue = Assert.Single(Check(broken));
        Assert.Equal((key, true, true), (issue.Code is "narrative" ? "txt-1" : issue.Code, issue.Refuses, issue.Line == 1 && issue.Column >= 1));
        Assert.StartsWith(issue.Path, issue.Sentence, StringComparison.Ordinal);
        Assert.Contains($"({key})", issue.Sentence, StringComparison.Ordinal);
        if (!StandardInvariants.NotToldByFhirPath.Contains(key, StringComparer.Ordinal))
            Assert.Contains(key, Errors(broken), StringComparer.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void A_file_that_breaks_an_invariant_is_told_and_not_refused(string key, string right, string broken)
    {
        Assert.Empty(ResourceCheck.Check(CanonicalResource.Parse(Encoding.UTF8.GetBytes(right)).Value));
        var issue = Assert.Single(ResourceCheck.Check(CanonicalResource.Parse(Encoding.UTF8.GetBytes(broken)).Value));
        Assert.False(issue.Refuses, key);
    }

    [Theory]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"encounter":{"reference":"Patient/1"}}""", "Observation.encounter")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Medication/1/_history/2"}}""", "Observation.subject")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"performer":[{"display":"a"},{"reference":"http://example.org/fhir/Location/1"}]}""", "Observation.performer[1]")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"type":"Medication","display":"a"}}""", "Observation.subject")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Location","id":"a","name":"b"}],"performer":[{"reference":"#a"}]}""", "Observation.performer[0]")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"performer":[{"reference":"#a"}],"contained":[{"resourceType":"Location","id":"a","name":"b"}]}""", "Observation.performer[0]")]
    [InlineData("""{"resourceType":"MedicationRequest","status":"active","intent":"order","subject":{"reference":"Patient/1"},"medicationReference":{"reference":"Patient/1"}}""", "MedicationRequest.medicationReference")]
    public void A_reference_to_a_type_that_may_not_stand_there_is_told_by_both_validators(string json, string path)
    {
        var issue = Assert.Single(Check(json));
        Assert.Equal(("target", path, true), (issue.Code, issue.Path, issue.Refuses));
        Assert.Contains(FhirPath.Check(json), one => one.Rule is "target" && one.Path == path);
    }

    [Theory]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"urn:uuid:c757873d-ec9a-4326-a141-556f43239520"},"encounter":{"reference":"Encounter?identifier=a|Patient/1"}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"https://example.org/Patient/1"},"focus":[{"reference":"Task/1"}],"encounter":{"identifier":{"value":"a","assigner":{"reference":"Organization/1"}}}}""")]
    [InlineData("""{"resourceType":"Observation","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"a","contact":[{"organization":{"reference":"#b"}}]},{"resourceType":"Organization","id":"b","name":"x"}],"subject":{"reference":"#a"}}""")]
    [InlineData("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"a","active":true}],"subject":{"reference":"#a"}}},{"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"#a"},"contained":[{"resourceType":"Patient","id":"a","active":true}]}}]}""")]
    public void References_that_lead_where_they_may_or_say_nothing_of_it_are_no_fault(string json)
    {
        Assert.Empty(Check(json));
        Assert.DoesNotContain("target", Errors(json), StringComparer.Ordinal);
    }

    [Fact]
    public void What_is_contained_in_one_entry_of_a_bundle_is_not_there_for_another()
    {
        var issues = Check("""{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Patient","id":"a","active":true}]}},{"resource":{"resourceType":"Basic","code":{"text":"x"},"subject":{"reference":"#a"}}}]}""");
        Assert.Equal(["dom-3 Bundle.entry[0].resource.contained[0]", "ref-1 Bundle.entry[1].resource.subject"], issues.Select(one => $"{one.Code} {one.Path}"), StringComparer.Ordinal);
    }

    [Fact]
    public void A_contained_resource_may_refer_to_the_one_that_contains_it_and_need_not_be_referred_to_then() =>
        Assert.Empty(Check("""{"resourceType":"Basic","code":{"text":"x"},"contained":[{"resourceType":"Provenance","target":[{"reference":"#"}],"recorded":"2026-04-01T09:00:00Z","agent":[{"who":{"display":"x"}}]}]}"""));

    [Fact]
    public void A_period_whose_parts_cannot_be_compared_is_no_fault()
    {
        Assert.Empty(Check(Period("2026-05-01", "2026-04-30T20:00:00Z")));
        Assert.Empty(Check(Period("2026-04-01T09:00:00+09:00", "2026-04-01")));
        Assert.Equal("per-1", Assert.Single(Check(Period("2026-05-03", "2026-04-30T20:00:00Z"))).Code);
        Assert.Empty(Check("""{"resourceType":"Basic","code":{"text":"x"},"identifier":[{"value":"a","period":{"start":"2026","_end":{"extension":[{"url":"u","valueCode":"a"}]}}}]}"""));

        static string Period(string start, string end) => $$$"""{"resourceType":"Basic","code":{"text":"x"},"identifier":[{"value":"a","period":{"start":"{{{start}}}","end":"{{{end}}}"}}]}""";
    }

    private static IReadOnlyList<ResourceIssue> Check(string json) => ResourceValidator.Check(Encoding.UTF8.GetBytes(json));

    private static string[] Errors(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. FhirPath.Check(Encoding.UTF8.GetBytes(json), ["http://hl7.org/fhir/StructureDefinition/" + document.RootElement.GetProperty("resourceType").GetString()])
            .Where(one => one.Severity is FindingSeverity.Error).Select(one => one.Rule)];
    }
}
