using Tasuki.Fhir.Profiles;
using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>Slices by every kind of discriminator; open, closed and ordered; of slices; and extensions, which are slices by url.</summary>
public sealed class SlicingTests
{
    private static string Sliced(string kind, string path, string slices, string rules = "open", bool ordered = false) => $$$"""
        {"id":"Observation.category","path":"Observation.category","slicing":{"discriminator":[{"type":"{{{kind}}}","path":"{{{path}}}"}],"rules":"{{{rules}}}","ordered":{{{(ordered ? "true" : "false")}}}}},{{{slices}}}
        """;

    private static string Slice(string name, int min, string max, string pattern) => $$$"""
        {"id":"Observation.category:{{{name}}}","path":"Observation.category","sliceName":"{{{name}}}","min":{{{min}}},"max":"{{{max}}}","patternCodeableConcept":{{{pattern}}}}
        """;

    private const string A = """{"coding":[{"system":"http://example.org/cs","code":"a"}]}""";
    private const string B = """{"coding":[{"system":"http://example.org/cs","code":"b"}]}""";
    private const string C = """{"coding":[{"system":"http://example.org/cs","code":"c"}]}""";
    private static readonly string Two = Slice("a", 1, "1", A) + "," + Slice("b", 0, "1", B);

    private static string Categories(params string[] list) => Observation($$"""{"category":[{{string.Join(',', list)}}]}""");

    private static string[] Errors(string elements, string resource) => With(Profile("p", "Observation", elements)).Errors(resource, "p");

    [Theory]
    [InlineData("value", "$this")]
    [InlineData("pattern", "$this")]
    [InlineData("value", "coding.code")]
    [InlineData("value", "coding")]
    public void A_slice_is_told_by_the_value_of_its_pattern(string kind, string path)
    {
        var elements = Sliced(kind, path, Two);
        Assert.Empty(Errors(elements, Categories(A, B, C)));
        Assert.Equal(["slice-min Observation.category"], Errors(elements, Categories(B)));
        Assert.Equal(["slice-max Observation.category[0]"], Errors(elements, Categories(B, B, A)));
    }

    [Fact]
    public void A_slice_is_told_by_fixed_values_below_it()
    {
        var elements = """
            {"id":"Observation.component","path":"Observation.component","slicing":{"discriminator":[{"type":"value","path":"code.coding.code"}],"rules":"open"}},
            {"id":"Observation.component:sys","path":"Observation.component","sliceName":"sys","min":1,"max":"1"},
            {"id":"Observation.component:sys.code","path":"Observation.component.code"},
            {"id":"Observation.component:sys.code.coding","path":"Observation.component.code.coding"},
            {"id":"Observation.component:sys.code.coding.code","path":"Observation.component.code.coding.code","min":1,"fixedCode":"8480-6"},
            {"id":"Observation.component:sys.value[x]","path":"Observation.component.value[x]","min":1}
            """;
        const string Code = "\"code\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"8480-6\"}]}";
        Assert.Empty(Errors(elements, Observation($$$"""{"component":[{{{{Code}}},"valueInteger":120}]}""")));
        Assert.Equal(["min Observation.component[0].value"], Errors(elements, Observation($$$"""{"component":[{{{{Code}}}}]}""")));
        Assert.Equal(["slice-min Observation.component"], Errors(elements, Observation("""{"component":[{"code":{"text":"a"}}]}""")));
    }

    [Fact]
    public void A_closed_list_takes_no_others_and_one_open_at_the_end_takes_them_there()
    {
        Assert.Equal(["slice Observation.category[1]"], Errors(Sliced("value", "coding.code", Two, "closed"), Categories(A, C)));
        Assert.Empty(Errors(Sliced("value", "coding.code", Two, "closed"), Categories(A, B)));
        Assert.Equal(["order Observation.category[1]"], Errors(Sliced("value", "coding.code", Two, "openAtEnd"), Categories(C, A)));
        Assert.Empty(Errors(Sliced("value", "coding.code", Two, "openAtEnd"), Categories(A, C)));
    }

    [Fact]
    public void An_ordered_list_keeps_the_order_of_its_slices()
    {
        Assert.Equal(["order Observation.category[1]"], Errors(Sliced("value", "coding.code", Two, ordered: true), Categories(B, A)));
        Assert.Empty(Errors(Sliced("value", "coding.code", Two, ordered: true), Categories(A, B)));
        Assert.Empty(Errors(Sliced("value", "coding.code", Two), Categories(B, A)));
    }

    [Fact]
    public void What_is_no_other_slice_belongs_to_the_default_one()
    {
        var elements = Sliced("value", "coding.code", Slice("a", 0, "1", A) + ",{\"id\":\"Observation.category:@default\",\"path\":\"Observation.category\",\"sliceName\":\"@default\",\"min\":0,\"max\":\"1\"},{\"id\":\"Observation.category:@default.text\",\"path\":\"Observation.category.text\",\"min\":1}");
        Assert.Equal(["min Observation.category[1].text"], Errors(elements, Categories(A, B)));
        Assert.Empty(Errors(elements, Categories(A)));
    }

    [Fact]
    public void A_slice_is_told_by_whether_an_element_is_there()
    {
        var elements = Sliced("exists", "text", """
            {"id":"Observation.category:said","path":"Observation.category","sliceName":"said","min":0,"max":"1"},{"id":"Observation.category:said.text","path":"Observation.category.text","min":1},
            {"id":"Observation.category:mute","path":"Observation.category","sliceName":"mute","min":1,"max":"1"},{"id":"Observation.category:mute.text","path":"Observation.category.text","max":"0"}
            """);
        Assert.Empty(Errors(elements, Categories(A, """{"text":"a"}""")));
        Assert.Equal(["slice-min Observation.category"], Errors(elements, Categories("""{"text":"a"}""")));
        Assert.Equal(["slice-max Observation.category[0]"], Errors(elements, Categories("""{"text":"a"}""", A, """{"text":"b"}""")));
    }

    [Fact]
    public void A_slice_is_told_by_the_type_of_a_choice()
    {
        var elements = """
            {"id":"Observation.value[x]","path":"Observation.value[x]","slicing":{"discriminator":[{"type":"type","path":"$this"}],"rules":"closed"}},
            {"id":"Observation.value[x]:valueQuantity","path":"Observation.value[x]","sliceName":"valueQuantity","min":0,"max":"1","type":[{"code":"Quantity"}]},
            {"id":"Observation.value[x]:valueQuantity.code","path":"Observation.value[x].code","min":1}
            """;
        Assert.Empty(Errors(elements, Observation("""{"valueQuantity":{"value":1,"system":"http://unitsofmeasure.org","code":"kg"}}""")));
        Assert.Equal(["min Observation.valueQuantity.code"], Errors(elements, Observation("""{"valueQuantity":{"value":1}}""")));
        Assert.Equal(["slice Observation.valueString"], Errors(elements, Observation("""{"valueString":"a"}""")));
    }

    [Fact]
    public void A_slice_is_told_by_the_type_and_by_the_profile_of_what_is_referred_to()
    {
        string Elements(string kind, string target) => $$$"""
            {"id":"Observation.performer","path":"Observation.performer","slicing":{"discriminator":[{"type":"{{{kind}}}","path":"resolve()"}],"rules":"open"}},
            {"id":"Observation.performer:one","path":"Observation.performer","sliceName":"one","min":1,"max":"1","type":[{"code":"Reference","targetProfile":["{{{target}}}"]}]}
            """;
        const string Contained = """{"contained":[{"resourceType":"Practitioner","id":"a","gender":"female"},{"resourceType":"Practitioner","id":"b"}],"performer":[{"reference":"#PLACE"}]}""";
        var named = Profile("named", "Practitioner", """{"id":"Practitioner.gender","path":"Practitioner.gender","min":1}""");

        var byType = With(Profile("p", "Observation", Elements("type", "http://hl7.org/fhir/StructureDefinition/Practitioner")));
        Assert.Empty(byType.Errors(Observation("""{"performer":[{"reference":"Practitioner/1"},{"reference":"Organization/1"}]}"""), "p"));
        Assert.Equal(["slice-min Observation.performer"], byType.Errors(Observation("""{"performer":[{"reference":"Organization/1"}]}"""), "p"));

        var byProfile = With(named, Profile("p", "Observation", Elements("profile", Url("named"))));
        Assert.DoesNotContain("slice-min Observation.performer", byProfile.Errors(Observation(Contained.Replace("PLACE", "a", StringComparison.Ordinal)), "p"), StringComparer.Ordinal);
        Assert.Contains("slice-min Observation.performer", byProfile.Errors(Observation(Contained.Replace("PLACE", "b", StringComparison.Ordinal)), "p"), StringComparer.Ordinal);
    }

    [Fact]
    public void The_entries_of_a_bundle_are_sliced_by_the_profiles_of_their_resources()
    {
        var packages = With(Profile("named", "Patient", """{"id":"Patient.name","path":"Patient.name","min":1}"""), Profile("p", "Bundle", """
            {"id":"Bundle.entry","path":"Bundle.entry","slicing":{"discriminator":[{"type":"profile","path":"resource"}],"rules":"open"}},
            {"id":"Bundle.entry:patient","path":"Bundle.entry","sliceName":"patient","min":1,"max":"1"},
            {"id":"Bundle.entry:patient.resource","path":"Bundle.entry.resource","min":1,"type":[{"code":"Patient","profile":["http://example.org/fhir/named"]}]}
            """));
        const string Bundle = """{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Patient"NAME}}]}""";
        Assert.Empty(packages.Errors(Bundle.Replace("NAME", ",\"name\":[{\"text\":\"a\"}]", StringComparison.Ordinal), "p"));
        Assert.Equal(["slice-min Bundle.entry"], packages.Errors(Bundle.Replace("NAME", "", StringComparison.Ordinal), "p"));
    }

    [Fact]
    public void A_reference_is_resolved_by_the_full_url_of_an_entry_and_from_where_it_stands()
    {
        var packages = With(Profile("p", "Observation", """{"id":"Observation.subject","path":"Observation.subject","type":[{"code":"Reference","targetProfile":["http://hl7.org/fhir/StructureDefinition/Group"]}]}"""));
        string Bundle(string full, string reference) => $$$$"""
            {"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"{{{{full}}}}","resource":{"resourceType":"Patient","id":"1"}},
             {"fullUrl":"https://a.example/Observation/2","resource":{"resourceType":"Observation","meta":{"profile":["http://example.org/fhir/p"]},"status":"final","code":{"text":"a"},"subject":{"reference":"{{{{reference}}}}"}}}]}
            """;
        Assert.Equal(["target Bundle.entry[1].resource.subject"], packages.Errors(Bundle("urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000001")));
        Assert.Empty(packages.Errors(Bundle("urn:uuid:00000000-0000-4000-8000-000000000001", "urn:uuid:00000000-0000-4000-8000-000000000002")));
    }

    [Fact]
    public void A_slice_of_a_slice_is_counted_inside_it()
    {
        var elements = Sliced("value", "coding.system", """
            {"id":"Observation.category:x","path":"Observation.category","sliceName":"x","min":0,"max":"*","slicing":{"discriminator":[{"type":"value","path":"coding.code"}],"rules":"open"},"patternCodeableConcept":{"coding":[{"system":"http://example.org/cs"}]}},
            {"id":"Observation.category:x/a","path":"Observation.category","sliceName":"x/a","min":1,"max":"1","patternCodeableConcept":{"coding":[{"system":"http://example.org/cs","code":"a"}]}}
            """);
        Assert.Empty(Errors(elements, Categories(A, B)));
        Assert.Equal(["slice-min Observation.category"], Errors(elements, Categories(B, C)));
    }

    [Fact]
    public void An_extension_is_a_slice_by_its_url_and_meets_its_definition()
    {
        var packages = With(
            Profile("e", "Extension", """{"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/fhir/e"},{"id":"Extension.value[x]","path":"Extension.value[x]","min":1,"type":[{"code":"string"}]}"""),
            Profile("p", "Observation", """
                {"id":"Observation.extension","path":"Observation.extension","slicing":{"discriminator":[{"type":"value","path":"url"}],"rules":"open"}},
                {"id":"Observation.extension:e","path":"Observation.extension","sliceName":"e","min":1,"max":"1","type":[{"code":"Extension","profile":["http://example.org/fhir/e"]}]}
                """));
        Assert.Empty(packages.Errors(Observation("""{"extension":[{"url":"http://example.org/fhir/e","valueString":"a"}]}"""), "p"));
        Assert.Equal(["slice-min Observation.extension"], packages.Errors(Observation(), "p"));
        Assert.Equal(["type Observation.extension[0].valueCode"], packages.Errors(Observation("""{"extension":[{"url":"http://example.org/fhir/e","valueCode":"a"}]}"""), "p"));
        // Its definition holds where no profile asks for it too.
        Assert.Equal(["type Observation.code.extension[0].valueCode"], packages.Errors(Observation("""{"code":{"text":"a","extension":[{"url":"http://example.org/fhir/e","valueCode":"a"}]}}""")));
    }

    [Fact]
    public void An_unknown_extension_is_said_and_an_unknown_modifier_is_an_error()
    {
        var packages = With(Profile("p", "Observation", ""));
        var findings = packages.Check(Observation("""{"extension":[{"url":"http://example.org/x","valueString":"a"},{"url":"http://example.org/x","valueString":"b"}]}"""), "p");
        Assert.Equal(["extension Observation.extension[0]"], Said(findings, FindingSeverity.Information));
        Assert.Equal(["extension Observation.modifierExtension[0]"], packages.Errors(Observation("""{"modifierExtension":[{"url":"http://example.org/x","valueString":"a"}]}"""), "p"));
    }

    [Fact]
    public void Slices_that_nothing_tells_apart_are_said_and_not_counted()
    {
        var findings = With(Profile("p", "Observation", Sliced("value", "text", """{"id":"Observation.category:a","path":"Observation.category","sliceName":"a","min":1,"max":"1"}"""))).Check(Categories(A), "p");
        Assert.Equal(["slice Observation"], Said(findings, FindingSeverity.Information));
        Assert.Empty(Said(findings, FindingSeverity.Error));
    }

    [Fact]
    public void Positions_tell_slices_apart()
    {
        var elements = Sliced("position", "$this", """{"id":"Observation.category:first","path":"Observation.category","sliceName":"first","min":1,"max":"1"},{"id":"Observation.category:first.text","path":"Observation.category.text","min":1}""");
        Assert.Equal(["min Observation.category[0].text"], Errors(elements, Categories(A, """{"text":"a"}""")));
        Assert.Empty(Errors(elements, Categories("""{"text":"a"}""", A)));
    }
}
