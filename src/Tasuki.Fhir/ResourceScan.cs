using Tasuki.Fhir.Validation;

namespace Tasuki.Fhir;

/// <summary>What <see cref="ResourceCheck"/> and <see cref="RecordFacts"/> say of a resource, from one pass over its bytes.</summary>
public sealed record ResourceScan(IReadOnlyList<ResourceIssue> Issues, RecordFacts Facts)
{
    public static ResourceScan Of(CanonicalResource resource)
    {
        var json = resource.Json.Span;
        var facts = new FactsBuilder();
        var walk = new ResourceWalk(json, facts, isStrict: false);
        // The tables lead past what R4 does not know; the facts of a resource that is not valid are read without them.
        return walk.Run() is { } issues ? new ResourceScan(issues, FactsBuilder.Read(json)) : new ResourceScan([], facts.Build(json));
    }
}
