using static Tasuki.Fhir.Tests.Profiles.TestPackage;

namespace Tasuki.Fhir.Tests.Profiles;

/// <summary>Where an extension may stand, and whether among the modifiers.</summary>
public sealed class ExtensionPlaceTests
{
    private const string Body = """{"id":"Extension.url","path":"Extension.url","fixedUri":"http://example.org/fhir/e"}""";
    private const string Used = """{"url":"http://example.org/fhir/e","valueString":"a"}""";

    [Theory]
    [InlineData("element", "Patient", true, false)]
    [InlineData("element", "Patient.name", false, true)]
    [InlineData("element", "HumanName", false, true)]
    [InlineData("element", "DomainResource", true, false)]
    [InlineData("element", "Element", true, true)]
    [InlineData("element", "Observation", false, false)]
    [InlineData("extension", "http://example.org/fhir/other", false, false)]
    [InlineData("fhirpath", "Patient.name.where(use = 'official')", true, true)]
    public void An_extension_stands_where_its_context_says(string kind, string expression, bool onPatient, bool onName)
    {
        var packages = With(Profile("e", "Extension", Body, context: $$"""[{"type":"{{kind}}","expression":"{{expression}}"}]"""), Profile("p", "Patient", ""));
        Assert.Equal(onPatient, packages.Errors($$"""{"resourceType":"Patient","extension":[{{Used}}]}""", "p").Length == 0);
        Assert.Equal(onName ? [] : ["context Patient.name[0].extension[0]"], packages.Errors($$"""{"resourceType":"Patient","name":[{"text":"a","extension":[{{Used}}]}]}""", "p"));
    }

    [Theory]
    [InlineData("Observation.component", """{"component":[{"code":{"text":"a"},"extension":[E]}]}""", true)]
    [InlineData("BackboneElement", """{"component":[{"code":{"text":"a"},"extension":[E]}]}""", true)]
    [InlineData("Observation.value[x]", """{"valueQuantity":{"value":1,"extension":[E]}}""", true)]
    [InlineData("Quantity", """{"valueQuantity":{"value":1,"extension":[E]}}""", true)]
    [InlineData("Quantity.value", """{"valueQuantity":{"value":1,"_value":{"extension":[E]}}}""", true)]
    [InlineData("decimal", """{"valueQuantity":{"value":1,"_value":{"extension":[E]}}}""", true)]
    [InlineData("string", """{"valueQuantity":{"value":1,"_value":{"extension":[E]}}}""", false)]
    [InlineData("Observation.component", """{"extension":[E]}""", false)]
    public void A_context_may_name_a_path_or_a_type(string expression, string changes, bool isRight)
    {
        var packages = With(Profile("e", "Extension", Body, context: $$"""[{"type":"element","expression":"{{expression}}"}]"""), Profile("p", "Observation", ""));
        Assert.Equal(isRight ? 0 : 1, packages.Errors(Observation(changes.Replace("E", Used, StringComparison.Ordinal)), "p").Count(one => one.StartsWith("context ", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_modifier_stands_among_the_modifiers_and_nothing_else_does()
    {
        var plain = With(Profile("e", "Extension", Body), Profile("p", "Observation", ""));
        Assert.Empty(plain.Errors(Observation($$"""{"extension":[{{Used}}]}"""), "p"));
        Assert.Equal(["modifier Observation.modifierExtension[0]"], plain.Errors(Observation($$"""{"modifierExtension":[{{Used}}]}"""), "p"));
        var modifier = With(Profile("e", "Extension", """{"id":"Extension","path":"Extension","isModifier":true,"isModifierReason":"x"},""" + Body), Profile("p", "Observation", ""));
        Assert.Empty(modifier.Errors(Observation($$"""{"modifierExtension":[{{Used}}]}"""), "p"));
        Assert.Equal(["modifier Observation.extension[0]"], modifier.Errors(Observation($$"""{"extension":[{{Used}}]}"""), "p"));
    }
}
