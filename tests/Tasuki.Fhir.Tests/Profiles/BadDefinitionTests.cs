using Tasuki.Fhir.Profiles;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>Definitions that are wrong themselves: a clear error, and never a crash or an endless run.</summary>
public sealed class BadDefinitionTests
{
    [Fact]
    public void A_profile_whose_base_is_missing_is_named_with_package_file_and_base()
    {
        var error = With(Profile("p", "Observation", "", Url("gone"))).Find(Url("p")).Error!;
        Assert.Equal("profile.base-missing", error.Code);
        foreach (var part in new[] { "one.tgz", "package/0.json", Url("p"), Url("gone") })
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Profiles_that_rest_on_each_other_are_refused()
    {
        var packages = With(Profile("p", "Observation", "", Url("q")), Profile("q", "Observation", "", Url("p")));
        Assert.Equal("profile.cycle", packages.Find(Url("p")).Error!.Code);
        Assert.Equal(["profile Observation"], packages.Errors(Observation(), "p"));
    }

    [Fact]
    public void An_element_whose_type_profile_leads_back_to_itself_ends()
    {
        var packages = With(Profile("e", "Extension", """{"id":"Extension.extension","path":"Extension.extension","type":[{"code":"Extension","profile":["http://example.org/fhir/e"]}]},{"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/fhir/e"}"""));
        Assert.Empty(packages.Errors(Observation("""{"extension":[{"url":"http://example.org/fhir/e","extension":[{"url":"http://example.org/fhir/e","valueString":"a"}]}]}""")));
        Assert.Equal(["ext-1 Observation.extension[0].extension[0]"], packages.Errors(Observation("""{"extension":[{"url":"http://example.org/fhir/e","extension":[{"url":"http://example.org/fhir/e"}]}]}""")));
    }

    [Fact]
    public void An_extension_and_a_resource_that_may_hold_themselves_are_right()
    {
        var packages = With(
            Profile("e", "Extension", """{"id":"Extension.extension","path":"Extension.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},{"id":"Extension.extension:e","path":"Extension.extension","sliceName":"e","max":"1","type":[{"code":"Extension","profile":["http://example.org/fhir/e"]}]},{"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/fhir/e"}"""),
            Profile("o", "Observation", """{"id":"Observation.contained","path":"Observation.contained","type":[{"code":"Observation","profile":["http://example.org/fhir/o"]}]},{"id":"Observation.note","path":"Observation.note","min":1}"""));
        Assert.True(packages.Find(Url("e")).IsOk);
        Assert.True(packages.Find(Url("o")).IsOk);
        const string Contained = """{"note":[{"text":"a"}],"contained":[{"resourceType":"Observation","id":"a","status":"final","code":{"text":"a"}NOTE}],"derivedFrom":[{"reference":"#a"}]}""";
        Assert.Empty(packages.Errors(Observation(Contained.Replace("NOTE", ""","note":[{"text":"a"}]""", StringComparison.Ordinal)), "o"));
        Assert.Contains("min Observation.contained[0].note", packages.Errors(Observation(Contained.Replace("NOTE", "", StringComparison.Ordinal)), "o"), StringComparer.Ordinal);
    }

    [Fact]
    public void Value_sets_that_draw_on_each_other_are_said_to_be_unknown()
    {
        const string Set = """{"resourceType":"ValueSet","url":"http://example.org/fhir/a","compose":{"include":[{"valueSet":["http://example.org/fhir/b"]}]}}""";
        var packages = With(Set, Set.Replace("fhir/a", "fhir/c", StringComparison.Ordinal).Replace("fhir/b", "fhir/a", StringComparison.Ordinal).Replace("fhir/c", "fhir/b", StringComparison.Ordinal),
            Profile("p", "Observation", """{"id":"Observation.code","path":"Observation.code","binding":{"strength":"required","valueSet":"http://example.org/fhir/a"}}"""));
        var findings = packages.Check(Observation(), "p");
        Assert.Equal(["binding Observation.code"], Said(findings, FindingSeverity.Information));
        Assert.Empty(Said(findings, FindingSeverity.Error));
    }

    [Theory]
    [InlineData("status.single().foo(")]
    [InlineData("code.coding.code.single() + 1 > 'a'.bar()")]
    [InlineData("(1 | 2).single() = 1")]
    [InlineData("(code | status).toInteger().single()")]
    public void An_invariant_that_cannot_be_evaluated_is_said_and_breaks_nothing(string expression)
    {
        var packages = With(Profile("p", "Observation", $$"""
            {"id":"Observation","path":"Observation","constraint":[{"key":"x-1","severity":"error","human":"x","expression":"{{expression}}"}]}
            """));
        var findings = packages.Check(Observation(), "p");
        Assert.Equal(["x-1 Observation"], Said(findings, FindingSeverity.Information));
        Assert.Empty(Said(findings, FindingSeverity.Error));
    }

    [Fact]
    public void An_invariant_of_brackets_and_one_whose_pattern_never_ends_are_given_up()
    {
        var deep = new string('(', 5000) + "true" + new string(')', 5000);
        var packages = With(Profile("p", "Observation", $$"""
            {"id":"Observation","path":"Observation","constraint":[{"key":"x-1","severity":"error","human":"x","expression":"{{deep}}"},{"key":"x-2","severity":"error","human":"x","expression":"note.text.matches('^(a+)+$')"}]}
            """));
        var findings = packages.Check(Observation($$"""{"note":[{"text":"{{new string('a', 60)}}!"}]}"""), "p");
        Assert.Equal(["x-1 Observation", "x-2 Observation"], Said(findings, FindingSeverity.Information));
    }

    [Theory]
    [InlineData("""{"resourceType":"StructureDefinition","url":"http://example.org/fhir/p","snapshot":{"element":"no list"}}""")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"http://example.org/fhir/p"}""")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"http://example.org/fhir/p","baseDefinition":7}""")]
    [InlineData("""{"resourceType":"StructureDefinition","url":"http://example.org/fhir/p","type":"Observation","snapshot":{"element":[{"path":"Observation"},{"path":"Nothing.of.this"},7,{"path":"Observation.code","min":"a","type":[{"code":5}],"slicing":[]}]}}""")]
    public void A_definition_of_no_sense_is_an_error_or_says_nothing(string definition)
    {
        var packages = With(definition);
        _ = packages.Find(Url("p"));
        _ = packages.Check(Observation(), "p");
        Assert.NotNull(packages);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"resourceType\":\"Nothing\"}")]
    [InlineData("{\"resourceType\":\"Observation\",\"code\":[[[]]],\"status\":{},\"_value\":[null],\"contained\":[1,{}]}")]
    public void A_resource_of_no_sense_is_told_and_never_thrown(string json) => Assert.NotEmpty(With(Profile("p", "Observation", "")).Check(json, "p"));
}
