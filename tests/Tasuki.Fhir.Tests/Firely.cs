using System.Text.Json;
using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;
using Hl7.Fhir.Utility;

namespace Tasuki.Fhir.Tests;

/// <summary>The strict parser of the Firely SDK: another house's reading of R4, to compare with.</summary>
internal static class Firely
{
    private static readonly FhirJsonDeserializer Strict = new(new DeserializerSettings().UsingMode(DeserializationMode.Strict));

    /// <summary>The faults as (code, path, message); empty when it takes the resource as valid.</summary>
    public static IReadOnlyList<(string Code, string Path, string Message)> Check(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = CanonicalResource.MaximumDepth });
        try
        {
            return Strict.TryDeserializeResource(ref reader, out _, out var found)
                ? []
                : [.. found.Select(fault => (fault.ErrorCode, (fault as ExtendedCodedException)?.InstancePath ?? "", fault.Message)).Distinct()];
        }
        catch (Exception thrown) when (thrown is not OutOfMemoryException)
        {
            return [("thrown", "", thrown.Message)];
        }
    }

    /// <summary>The fault without its place: the code, and the type that was wanted where one was.</summary>
    public static string Key((string Code, string Path, string Message) fault)
    {
        const string Marker = " for a ";
        var at = fault.Message.LastIndexOf(Marker, StringComparison.Ordinal);
        var type = at < 0 ? "" : new string([.. fault.Message[(at + Marker.Length)..].TakeWhile(char.IsAsciiLetterOrDigit)]);
        return $"firely: {fault.Code} {type}".TrimEnd();
    }
}
