using System.Collections.Frozen;
using Tasuki.Compliance.Requests;
using Tasuki.Kernel;
using Tasuki.Web;

namespace Tasuki.Compliance.OwnRequests;

/// <summary>What a person reads of their own request.</summary>
internal static class MyRequestWords
{
    /// <summary>The codes that are said to the person in other words than to an officer, <c>problem-CODE</c>.</summary>
    public static readonly FrozenSet<string> Problems = FrozenSet.ToFrozenSet(["request.too-many", "request.kind", "request.address", "request.moved"], StringComparer.Ordinal);

    public static string Problem(Error error, Texts<MyRequestTexts> own, Texts<RequestTexts> desk) => Problems.Contains(error.Code) ? own[$"problem-{error.Code}"] : desk[RequestWords.Problem(error)];

    /// <summary>The steps the person sees: no note of the desk, and of what officers wrote only what is written to the person.</summary>
    public static IEnumerable<ShownRequestStep> Shown(RequestKind kind, IEnumerable<ShownRequestStep> steps) => steps.Where(s => s.Act is not RequestAct.Noted).Select(s => s with
    {
        Text = s.By == RequestStep.ThePerson || s.Act is RequestAct.CorrectionAsked or RequestAct.Extended or RequestAct.Decided
            || (s.Act is RequestAct.HandedOver && kind is not RequestKind.Disclosure) ? s.Text : null,
    });
}
