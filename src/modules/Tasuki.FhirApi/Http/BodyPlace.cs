using Tasuki.Fhir;

namespace Tasuki.FhirApi;

/// <summary>The resource of a Bundle's entry in the Bundle that was sent: what is said of the one is told by its place in the other.</summary>
/// <param name="Entry">From 0.</param>
/// <param name="Start">The byte of the whole at which the resource begins.</param>
internal sealed record BodyPlace(ReadOnlyMemory<byte> Whole, int Entry, int Start)
{
    public Issue Of(Issue issue)
    {
        var (line, column) = issue.Line > 0 ? JsonText.PositionOf(Whole.Span, Start) : default;
        return issue with
        {
            Line = issue.Line > 0 ? issue.Line + (int)line - 1 : 0, Column = issue.Line == 1 ? issue.Column + (int)column - 1 : issue.Column, Expression = issue.Expression is { } path ? Of(path) : null,
        };
    }

    // Of 'Observation.status' what stands behind the type.
    private string Of(string path) => $"Bundle.entry[{Entry}].resource{(path.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? path[dot..] : "")}";
}
