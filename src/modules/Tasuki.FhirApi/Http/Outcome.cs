using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tasuki.Fhir;

namespace Tasuki.FhirApi;

/// <summary>One issue of an OperationOutcome. The sentence carries no value of a person.</summary>
/// <param name="Severity"><c>error</c>, <c>warning</c> or <c>information</c>.</param>
/// <param name="Code">Of the value set <c>issue-type</c>.</param>
/// <param name="Expression">The element, as FHIRPath.</param>
internal sealed record Issue(string Severity, string Code, string Sentence, string? Expression = null, int Line = 0, int Column = 0);

/// <summary>OperationOutcomes as bytes.</summary>
internal static class Outcome
{
    internal static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static ReadOnlyMemory<byte> Of(params IReadOnlyList<Issue> issues)
    {
        var output = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(output, Writing))
            Write(writer, issues);
        return output.WrittenMemory;
    }

    public static void Write(Utf8JsonWriter writer, IReadOnlyList<Issue> issues)
    {
        writer.WriteStartObject();
        writer.WriteString("resourceType"u8, "OperationOutcome"u8);
        writer.WriteStartArray("issue"u8);
        foreach (var issue in issues)
        {
            writer.WriteStartObject();
            writer.WriteString("severity"u8, issue.Severity);
            writer.WriteString("code"u8, issue.Code);
            writer.WriteString("diagnostics"u8, issue.Line > 0 ? $"Line {issue.Line}, column {issue.Column}: {issue.Sentence}" : issue.Sentence);
            if (issue.Expression is { } expression)
            {
                writer.WriteStartArray("expression"u8);
                writer.WriteStringValue(expression);
                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    public static Issue Of(ResourceIssue issue) =>
        new(issue.Refuses ? "error" : "warning", issue.IsInvariant ? "invariant" : IssueCode(issue.Code), issue.Sentence, issue.Path.Length > 0 ? issue.Path : null, issue.Line, issue.Column);

    // The validator's faults as issue types of FHIR.
    private static string IssueCode(string fault) => fault switch
    {
        "missing" => "required",
        "code" => "code-invalid",
        "format" => "value",
        _ => "structure",
    };
}
