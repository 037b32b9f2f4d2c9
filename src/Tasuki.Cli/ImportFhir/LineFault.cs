using Tasuki.Fhir;
using Tasuki.Kernel.Text;

namespace Tasuki.Cli.ImportFhir;

/// <summary>Why a line is not taken over whatever it is about: what looks like a My Number stands in it, or it is not valid base R4.</summary>
internal static class LineFault
{
    /// <summary>The first fault, with its column from 1; null for none. No value of the line is in the sentence.</summary>
    public static (int Column, string Sentence)? Of(ReadOnlySpan<byte> line)
    {
        if (MyNumberScan.Find(line) is { } at)
            return (at + 1, "What looks like an individual number (My Number) is not taken over.");
        foreach (var issue in ResourceValidator.Check(line))
        {
            if (issue.Refuses)
                return (Math.Max(1, issue.Column), $"{issue.Path}: {issue.Sentence}");
        }

        return null;
    }
}
