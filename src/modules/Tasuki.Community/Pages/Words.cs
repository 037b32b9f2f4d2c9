using System.Collections.Frozen;
using Tasuki.Community.Inquiries;
using Tasuki.Kernel;

namespace Tasuki.Community;

/// <summary>Keys of texts for what has a code or comes from a form.</summary>
internal static class Words
{
    /// <summary>The codes that have a text, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(
    [
        "inquiry.subject", "inquiry.text", "inquiry.contact", "inquiry.kind", "inquiry.channel", "inquiry.full", "inquiry.moved", "inquiry.taken", "inquiry.not-yours", "inquiry.settled",
        "inquiry.missing", "inquiry.colleague", "inquiry.due", "mynumber.found",
    ], StringComparer.Ordinal);

    public static string Problem(Error error) => Problems.Contains(error.Code) ? $"problem-{error.Code}" : "problem-other";

    /// <summary>The kind with this name; a question for anything else.</summary>
    public static InquiryKind Kind(string? name) => Enum.TryParse<InquiryKind>(name, out var kind) && Enum.IsDefined(kind) ? kind : InquiryKind.Question;
}
