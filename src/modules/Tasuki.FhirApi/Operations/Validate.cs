using System.Text.Json;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Operations;

/// <summary><c>[type]/$validate</c>: what base R4 says of a resource. Nothing is stored. The resource comes as it is, or in Parameters under the name <c>resource</c>.</summary>
internal static class Validate
{
    public static Answer Answer(string type, Interaction request)
    {
        var body = request.Body;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("resourceType"u8, out var kind) && kind.ValueEquals("Parameters"u8)
                && root.TryGetProperty("parameter"u8, out var parameters) && parameters.ValueKind is JsonValueKind.Array)
            {
                var inner = parameters.EnumerateArray().FirstOrDefault(one => one.TryGetProperty("name"u8, out var name) && name.ValueEquals("resource"u8));
                if (inner.ValueKind is not JsonValueKind.Object || !inner.TryGetProperty("resource"u8, out var resource))
                    return Failures.Answer(new Error("resource.structure", "The Parameters hold no parameter 'resource'."));
                body = System.Text.Encoding.UTF8.GetBytes(resource.GetRawText());
            }
        }
        catch (JsonException)
        {
            // The validator says where.
        }

        var issues = ResourceValidator.Check(body.Span).Select(Outcome.Of).ToList();
        if (issues.Count == 0 && CanonicalResource.Parse(body) is { IsOk: true } parsed && !string.Equals(parsed.Value.Type, type, StringComparison.Ordinal))
            issues.Add(new Issue("error", "invalid", $"The address says {type}; the resource is of another type."));
        if (issues.Count == 0)
            issues.Add(new Issue("information", "informational", "Valid by base FHIR R4."));
        return new Answer(200, Outcome.Of(issues));
    }
}
