using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Tasuki.Fhir;

/// <summary>One place where a resource is not valid FHIR R4.</summary>
/// <param name="Path">The element, as in <c>Observation.value.unit</c>: names and positions, never a value.</param>
/// <param name="Sentence">What is wrong with it; carries no value of the resource.</param>
/// <param name="Refuses">The resource cannot be taken over as it stands. False for a slip that loses and changes nothing.</param>
/// <param name="Code">The parser's own code of the fault: what a repair keys on.</param>
/// <param name="Type">The FHIR type that was expected, where the fault is about one.</param>
public sealed record ResourceIssue(string Path, string Sentence, bool Refuses, string Code, string? Type = null);

/// <summary>Is a resource valid FHIR R4: known elements, types, cardinality, formats of primitives, required codes. Not profiles, not invariants.</summary>
public static class ResourceCheck
{
    // A wrong code here changes what the record says; anywhere else it is an unknown word in a field of its own.
    private static readonly HashSet<string> DecidingCodes = new(StringComparer.Ordinal) { "status", "intent", "comparator", "doNotPerform" };

    // Formats whose breach misleads nobody: nothing is computed from these.
    private static readonly HashSet<string> HarmlessFormats = new(StringComparer.Ordinal) { "uri", "url", "canonical", "oid", "uuid", "id", "markdown" };

    private static readonly FhirJsonDeserializer Strict = new(new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    /// <summary>Empty when the resource is valid. Never throws, whatever the resource holds.</summary>
    public static IReadOnlyList<ResourceIssue> Check(CanonicalResource resource)
    {
        var reader = new Utf8JsonReader(resource.Json.Span, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
        try
        {
            return Strict.TryDeserializeResource(ref reader, out _, out var found) ? [] : [.. found.Select(one => Describe(one, resource.Type)).Distinct()];
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            // The parser reports by value, but some shapes (one object where several resources belong) make it throw instead.
            return [new ResourceIssue(resource.Type, "The resource has a shape that R4 does not know.", Refuses: true, Shape)];
        }
    }

    internal const string Shape = "shape";

    private static ResourceIssue Describe(CodedException fault, string type)
    {
        var path = (fault as ExtendedCodedException)?.InstancePath is { Length: > 0 } given ? Names(given.Replace("$this", type, StringComparison.Ordinal)) : type;
        var last = path[(path.LastIndexOf('.') + 1)..];
        var expected = ExpectedType(fault.Message);
        return fault.ErrorCode switch
        {
            "PVAL105" => Refusing("is mandatory and missing"),
            "PVAL127" => Refusing("stands once where several may stand, or the reverse"),
            "PVAL128" => Refusing("is no element of R4"),
            "PVAL131" => Refusing("is written in the wrong letter case"),
            "PVAL101" or "JSON114" => Refusing("has a type that is not allowed here"),
            "PVAL116" => new ResourceIssue(path, $"{path} holds a code that R4 does not know.", DecidingCodes.Contains(last), fault.ErrorCode),
            "PVAL123" => Refusing($"is not written as {expected ?? "its type"} must be"),
            "PVAL124" => new ResourceIssue(path, $"{path} is not written as {expected ?? "its type"} must be.", expected is null || !HarmlessFormats.Contains(expected), fault.ErrorCode, expected),
            "PVAL114" or "PVAL115" => new ResourceIssue(path, $"{path} is not the XHTML that a narrative must be.", Refuses: false, fault.ErrorCode),
            "JSON131" => Refusing("is a plain value where an object belongs"),
            "JSON132" => Refusing("is an object where a plain value belongs"),
            "JSON109" or "JSON120" or "JSON121" or "JSON125" or "PVAL104" or "PVAL129" => Refusing("is empty"),
            "JSON129" => Refusing("has one element twice"),
            "JSON134" or "JSON135" => Refusing("has an underscore, which only extensions of a plain value may have"),
            "PVAL130" or "JSON102" or "JSON103" => Refusing("is no resource of R4"),
            _ => Refusing("is not valid R4"),
        };

        ResourceIssue Refusing(string what) => new(path, $"{path} {what}.", Refuses: true, fault.ErrorCode, expected);
    }

    // An unknown element can be named anything, a person's name too; only what looks like an element's name is told.
    private static string Names(string path) => string.Concat(path.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '[' or ']' or '_' ? c : '?'));

    // The parser's sentence ends in the type it wanted ("... literal for a dateTime."); the rest of it quotes the value and must go no further.
    private static string? ExpectedType(string message)
    {
        const string Marker = "literal for a ";
        var at = message.LastIndexOf(Marker, StringComparison.Ordinal);
        if (at < 0)
            return null;
        var type = message[(at + Marker.Length)..].TakeWhile(char.IsAsciiLetterOrDigit).ToArray();
        return type.Length > 0 ? new string(type) : null;
    }
}
