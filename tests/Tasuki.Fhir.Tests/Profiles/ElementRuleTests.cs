using Tasuki.Fhir.Profiles;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>What a profile may say of one element: how often, which type, which value, which invariant. Profiles are published without snapshots.</summary>
public sealed class ElementRuleTests
{
    private const string Quantity = """{"valueQuantity":{"value":65.5,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}""";

    [Theory]
    [InlineData("""{"id":"Observation.issued","path":"Observation.issued","min":1}""", "{}", "min Observation.issued")]
    [InlineData("""{"id":"Observation.issued","path":"Observation.issued","min":1}""", """{"issued":"2026-04-01T09:00:00+09:00"}""", "")]
    [InlineData("""{"id":"Observation.note","path":"Observation.note","max":"0"}""", """{"note":[{"text":"a"}]}""", "max Observation.note[0]")]
    [InlineData("""{"id":"Observation.note","path":"Observation.note","max":"1"}""", """{"note":[{"text":"a"},{"text":"b"}]}""", "max Observation.note[0]")]
    [InlineData("""{"id":"Observation.note","path":"Observation.note","max":"1"}""", """{"note":[{"text":"a"}]}""", "")]
    [InlineData("""{"id":"Observation.component","path":"Observation.component"},{"id":"Observation.component.value[x]","path":"Observation.component.value[x]","min":1}""", """{"component":[{"code":{"text":"a"},"valueString":"a"},{"code":{"text":"b"}}]}""", "min Observation.component[1].value")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","min":1}""", "{}", "min Observation.value")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","min":1}""", """{"_valueString":{"extension":[{"url":"http://hl7.org/fhir/StructureDefinition/data-absent-reason","valueCode":"unknown"}]}}""", "")]
    public void Cardinality(string element, string changes, string expected) => Expect(element, changes, expected);

    [Theory]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}]}""", """{"valueString":"a"}""", "type Observation.valueString")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"},{"code":"string"}]}""", """{"valueString":"a"}""", "")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}]},{"id":"Observation.value[x].code","path":"Observation.value[x].code","min":1}""", """{"valueQuantity":{"value":1}}""", "min Observation.valueQuantity.code")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}""", "{}", "target Observation.subject")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group","http://hl7.org/fhir/StructureDefinition/Patient"]}]}""", "{}", "")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}""", """{"subject":{"reference":"https://a.example/fhir/Patient/1/_history/2"}}""", "target Observation.subject")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}""", """{"subject":{"type":"Patient","identifier":{"value":"a"}}}""", "target Observation.subject")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}""", """{"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}]}""", "target Observation.subject")]
    [InlineData("""{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}""", """{"subject":{"display":"a"}}""", "")]
    public void Types_and_targets(string element, string changes, string expected) => Expect(element, changes, expected);

    [Theory]
    [InlineData("""{"id":"Observation.status","path":"Observation.status","fixedCode":"amended"}""", "{}", "fixed Observation.status")]
    [InlineData("""{"id":"Observation.status","path":"Observation.status","fixedCode":"final"}""", "{}", "")]
    [InlineData("""{"id":"Observation.code","path":"Observation.code","fixedCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}}""", """{"code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}],"text":"a"}}""", "fixed Observation.code")]
    [InlineData("""{"id":"Observation.code","path":"Observation.code","patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}}""", """{"code":{"coding":[{"code":"x"},{"system":"http://loinc.org","code":"29463-7","display":"a"}],"text":"a"}}""", "")]
    [InlineData("""{"id":"Observation.code","path":"Observation.code","patternCodeableConcept":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]}}""", """{"code":{"coding":[{"system":"http://loinc.org","code":"8302-2"}]}}""", "pattern Observation.code")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity"}],"patternQuantity":{"value":65.50}}""", Quantity, "")]
    [InlineData("""{"id":"Observation.code.text","path":"Observation.code.text","maxLength":3}""", """{"code":{"text":"abcd"}}""", "maxLength Observation.code.text")]
    [InlineData("""{"id":"Observation.code.text","path":"Observation.code.text","maxLength":2}""", """{"code":{"text":"𠮷野"}}""", "")]
    [InlineData("""{"id":"Observation.effective[x]","path":"Observation.effective[x]","type":[{"code":"dateTime"}],"minValueDateTime":"2020-01-01"}""", """{"effectiveDateTime":"2019"}""", "minValue Observation.effectiveDateTime")]
    [InlineData("""{"id":"Observation.effective[x]","path":"Observation.effective[x]","type":[{"code":"dateTime"}],"minValueDateTime":"2020-01-01"}""", """{"effectiveDateTime":"2019-06-01T00:00:00Z"}""", "minValue Observation.effectiveDateTime")]
    [InlineData("""{"id":"Observation.effective[x]","path":"Observation.effective[x]","type":[{"code":"dateTime"}],"minValueDateTime":"2020-06-01"}""", """{"effectiveDateTime":"2020"}""", "")]
    [InlineData("""{"id":"Observation.effective[x]","path":"Observation.effective[x]","type":[{"code":"dateTime"}],"maxValueDateTime":"2020-12-31T00:00:00Z"}""", """{"effectiveDateTime":"2021-06-01"}""", "maxValue Observation.effectiveDateTime")]
    [InlineData("""{"id":"Observation.effective[x]","path":"Observation.effective[x]","type":[{"code":"dateTime"}],"maxValueDateTime":"2020-12-31T00:00:00+00:00"}""", """{"effectiveDateTime":"2020-12-31T08:00:00+09:00"}""", "")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"integer"}],"maxValueInteger":10}""", """{"valueInteger":11}""", "maxValue Observation.valueInteger")]
    [InlineData("""{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"integer"}],"minValueInteger":10}""", """{"valueInteger":9}""", "minValue Observation.valueInteger")]
    public void Values(string element, string changes, string expected) => Expect(element, changes, expected);

    [Theory]
    [InlineData("status = 'amended'", "error", "{}", "x-1 Observation")]
    [InlineData("status = 'final'", "error", "{}", "")]
    [InlineData("value.exists() implies note.exists()", "error", Quantity, "x-1 Observation")]
    [InlineData("subject.resolve().exists()", "error", """{"subject":{"reference":"#p"},"contained":[{"resourceType":"Patient","id":"p"}]}""", "")]
    [InlineData("code.coding.where(system = %resource.code.coding.system).exists() and %loinc = 'http://loinc.org'", "error", "{}", "")]
    [InlineData("status = 'amended'", "warning", "{}", "")]
    public void Invariants(string expression, string severity, string changes, string expected)
    {
        var element = $$"""{"id":"Observation","path":"Observation","constraint":[{"key":"x-1","severity":"{{severity}}","human":"a rule","expression":"{{expression}}"}]}""";
        Expect(element, changes, expected);
        if (severity is "warning")
            Assert.Contains("x-1 Observation", Said(With(Profile("p", "Observation", element)).Check(Observation(changes), "p"), FindingSeverity.Warning), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("""{"valueQuantity":{"value":1},"dataAbsentReason":{"text":"a"}}""", "obs-6 Observation")]
    [InlineData("""{"referenceRange":[{"type":{"text":"a"}}]}""", "obs-3 Observation.referenceRange[0]")]
    [InlineData("""{"component":[{"code":{"text":"a"},"referenceRange":[{"type":{"text":"a"}}]}]}""", "obs-3 Observation.component[0].referenceRange[0]")]
    [InlineData("""{"effectivePeriod":{"start":"2026-04-02","end":"2026-04-01"}}""", "per-1 Observation.effectivePeriod")]
    [InlineData("""{"valueQuantity":{"value":1,"code":"kg"}}""", "qty-3 Observation.valueQuantity")]
    [InlineData("""{"extension":[{"url":"http://example.org/x"}]}""", "ext-1 Observation.extension[0]")]
    [InlineData("""{"_status":{"extension":[{"url":"http://example.org/x"}]}}""", "ext-1 Observation.status.extension[0]")]
    [InlineData("""{"contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"valueQuantity":{"value":1},"dataAbsentReason":{"text":"a"}}],"hasMember":[{"reference":"#o"}]}""", "obs-6 Observation.contained[0]")]
    [InlineData("""{"performer":[{"reference":"#gone"}]}""", "ref-1 Observation.performer[0]")]
    [InlineData("""{"hasMember":[{"reference":"#"}]}""", "ref-1 Observation.hasMember[0]")]
    [InlineData("""{"contained":[{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a"},"hasMember":[{"reference":"#"}]}]}""", "")]
    public void The_invariants_of_the_standard_hold_in_every_part(string changes, string expected) => Expect("", changes, expected);

    [Fact]
    public void A_profile_of_another_type_and_one_that_is_not_at_hand_are_errors()
    {
        var packages = With(Profile("p", "Patient", ""));
        Assert.Equal(["type Observation"], packages.Errors(Observation(), "p"));
        Assert.Equal(["profile Observation"], packages.Errors(Observation(), "q"));
    }

    [Fact]
    public void Declared_profiles_count_when_none_is_named_and_an_unknown_one_is_said()
    {
        var packages = With(Profile("p", "Observation", """{"id":"Observation.issued","path":"Observation.issued","min":1}"""));
        var findings = packages.Check(Observation("""{"meta":{"profile":["http://example.org/fhir/p","http://example.org/fhir/gone"]}}"""));
        Assert.Equal(["min Observation.issued"], Said(findings, FindingSeverity.Error));
        Assert.Equal(["declared Observation.meta.profile[1]"], Said(findings, FindingSeverity.Information));
        Assert.Empty(packages.Errors(Observation()));
    }

    [Fact]
    public void A_finding_names_place_profile_and_element_and_no_value()
    {
        var packages = With(Profile("p", "Observation", """{"id":"Observation.code.text","path":"Observation.code.text","fixedString":"b"}"""));
        var finding = Assert.Single(packages.Check("{\"resourceType\":\"Observation\",\"status\":\"final\",\n  \"code\":{\"text\":\"Taro Yamada\"}}", "p"), one => one.Severity is FindingSeverity.Error);
        Assert.Equal((2, 18, "value", "fixed", "Observation.code.text", "Observation.code.text", Url("p")), (finding.Line, finding.Column, finding.Code, finding.Rule, finding.Path, finding.Element, finding.Profile));
        Assert.DoesNotContain("Taro", finding.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_threads_at_once_get_the_answers_of_one()
    {
        string[] resources = [Observation(), Observation(Quantity), Observation("""{"issued":"2026-04-01T09:00:00+09:00"}"""), Observation("""{"effectivePeriod":{"start":"2026-04-02","end":"2026-04-01"}}""")];
        const string Element = """{"id":"Observation.issued","path":"Observation.issued","min":1}""";
        var alone = resources.Select(resource => string.Join(';', With(Profile("p", "Observation", Element)).Errors(resource, "p"))).ToArray();
        var packages = With(Profile("p", "Observation", Element));
        var together = new string[400];
        Parallel.For(0, together.Length, i => together[i] = string.Join(';', packages.Errors(resources[i % resources.Length], "p")));
        Assert.Equal(Enumerable.Range(0, together.Length).Select(i => alone[i % alone.Length]), together, StringComparer.Ordinal);
        Assert.Equal(3, alone.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void A_profile_on_a_data_type_holds_where_an_element_uses_it()
    {
        var packages = With(
            Profile("kg", "Quantity", """{"id":"Quantity.unit","path":"Quantity.unit","min":1}"""),
            Profile("p", "Observation", """{"id":"Observation.value[x]","path":"Observation.value[x]","type":[{"code":"Quantity","profile":["http://example.org/fhir/kg"]}]}"""));
        Assert.Equal(["min Observation.valueQuantity.unit"], packages.Errors(Observation("""{"valueQuantity":{"value":1}}"""), "p"));
        Assert.Empty(packages.Errors(Observation(Quantity), "p"));
    }

    private static void Expect(string element, string changes, string expected)
    {
        // What the base check refuses beside it is the same invariant at the same place.
        Assert.All(ResourceValidator.Check(System.Text.Encoding.UTF8.GetBytes(Observation(changes))).Where(issue => issue.Refuses), issue => Assert.Equal(expected, $"{issue.Code} {issue.Path}"));
        Assert.Equal(expected.Length > 0 ? [expected] : [], With(Profile("p", "Observation", element)).Errors(Observation(changes), "p"));
    }
}
