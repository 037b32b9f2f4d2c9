using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>Checks the JSON of one R4 resource of any type, as it came and in one pass; see <see cref="ResourceCheck"/> for what is checked. Every rule refuses: what is written by the interface is R4.</summary>
public static class ResourceValidator
{
    /// <summary>
    /// Empty (one shared list) when the bytes are a valid resource. Never throws, whatever the bytes are. At most a thousand faults are told.
    /// </summary>
    public static IReadOnlyList<ResourceIssue> Check(ReadOnlySpan<byte> json)
    {
        if (JsonText.FirstFault(json) is not var (what, offset))
            return CheckText(json, isStrict: true);
        var (line, column) = IssuePath.Place(json, offset);
        return [new ResourceIssue("Resource", $"{what}.", Refuses: true, FaultCode.Text) { Line = line, Column = column }];
    }

    /// <param name="isStrict">See <see cref="ResourceCheck"/>.</param>
    /// <param name="json">Bytes that <see cref="JsonText.Fault"/> has passed.</param>
    internal static IReadOnlyList<ResourceIssue> CheckText(ReadOnlySpan<byte> json, bool isStrict)
    {
        var walk = new ResourceWalk(json, facts: null, isStrict);
        return walk.Run() ?? (IReadOnlyList<ResourceIssue>)[];
    }
}
