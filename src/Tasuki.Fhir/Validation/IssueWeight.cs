using System.Collections.Frozen;

namespace Tasuki.Fhir.Validation;

/// <summary>Which faults cost the record where it comes as a file, and which are only said. What is written by the interface is refused for each.</summary>
internal static class IssueWeight
{
    // A wrong code here changes what the record says; anywhere else it is an unknown word in a field of its own.
    private static readonly FrozenSet<string> DecidingCodes = new[] { "status", "intent", "comparator", "doNotPerform" }.ToFrozenSet(StringComparer.Ordinal);

    public static bool IsDeciding(string element) => DecidingCodes.Contains(element);

    /// <summary>Formats whose breach misleads nobody: nothing is computed from these.</summary>
    public static bool IsHarmless(Primitive type) =>
        type is Primitive.Uri or Primitive.Url or Primitive.Canonical or Primitive.Oid or Primitive.Uuid or Primitive.Id or Primitive.Markdown;
}
