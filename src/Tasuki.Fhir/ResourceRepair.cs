using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tasuki.Fhir;

/// <summary>What was mended at one place. The code names the rule (<c>repaired.list</c>); the sentence carries no value of the resource.</summary>
public sealed record Mended(string Code, string Path, string Sentence);

/// <summary>
/// Turns slips that are common in the wild, and whose meaning is plain, into valid R4. Each rule mends one kind of slip and says so; where the meaning is not
/// plain nothing is guessed and the resource stays as it is.
/// </summary>
public static class ResourceRepair
{
    // One slip can hide another behind it (a list that is no list, of objects that are empty).
    private const int Rounds = 6;

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = CanonicalResource.MaximumDepth };
    private static readonly JsonSerializerOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The resource as far as it could be mended, what was mended, and what is still wrong with it.</summary>
    public static (CanonicalResource Resource, IReadOnlyList<Mended> Mended, IReadOnlyList<ResourceIssue> Left) Mend(
        CanonicalResource resource, IReadOnlyList<ResourceIssue> issues)
    {
        var mended = new List<Mended>();
        for (var round = 0; round < Rounds && issues.Count > 0; round++)
        {
            var before = mended.Count;
            var json = JsonNode.Parse(resource.Json.Span, documentOptions: Reading)!.AsObject();
            // From the back, so that a removed item does not move the place of one before it.
            foreach (var issue in issues.Reverse())
            {
                if (RepairRules.Apply(json, issue) is { } done)
                    mended.Add(done);
            }

            if (mended.Count == before)
                break;
            var next = CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString(Writing)));
            if (!next.IsOk)
                break;
            resource = next.Value.WithOriginalId(resource.OriginalId);
            issues = ResourceCheck.Check(resource);
        }

        return (resource, mended, issues);
    }
}
