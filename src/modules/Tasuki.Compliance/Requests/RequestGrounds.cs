using Tasuki.Compliance.Regime;
using static Tasuki.Compliance.Regime.Clause;

namespace Tasuki.Compliance.Requests;

/// <summary>A reason for which the law lets a request be refused in whole or part: the text <c>ground-ID</c> of <see cref="RequestTexts"/>. Public because components of pages are.</summary>
public sealed record RequestGround(string Id, Clause Clause, Certainty Certainty = Certainty.Read);

/// <summary>The fixed lists. A reason that is on none is no reason.</summary>
internal static class RequestGrounds
{
    private static readonly RequestGround[] PublicDisclosure =
    [
        new("harm-self", Act(78, 1, 1)), new("other-person", Act(78, 1, 2)), new("corporation", Act(78, 1, 3)), new("deliberation", Act(78, 1, 6)), new("operations", Act(78, 1, 7)),
        new("ordinance", Act(78, 2)), new("existence", Act(81)), new("not-held", Act(82, 2)), new("defect", Act(77, 3), Certainty.ToBeChecked),
    ];

    private static readonly RequestGround[] PublicCorrection =
    [
        new("is-right", Act(92)), new("beyond-purpose", Act(92)), new("not-disclosed", Act(90, 1)), new("late", Act(90, 3)), new("defect", Act(91, 3), Certainty.ToBeChecked),
    ];

    private static readonly RequestGround[] PublicStop =
    [
        new("no-breach", Act(98, 1)), new("hinders-duty", Act(100)), new("not-disclosed", Act(98, 1)), new("late", Act(98, 3)), new("defect", Act(99, 3), Certainty.ToBeChecked),
    ];

    private static readonly RequestGround[] PrivateDisclosure =
        [new("harm", Act(33, 2, 1)), new("hinders-business", Act(33, 2, 2)), new("other-law", Act(33, 2, 3)), new("not-held", Act(33, 3)), new("defect", Act(37, 1), Certainty.ToBeChecked)];

    private static readonly RequestGround[] PrivateCorrection =
        [new("is-right", Act(34, 2)), new("beyond-purpose", Act(34, 2)), new("other-law", Act(34, 2)), new("defect", Act(37, 1), Certainty.ToBeChecked)];

    private static readonly RequestGround[] PrivateStop = [new("no-breach", Act(35)), new("too-costly", Act(35, 2)), new("defect", Act(37, 1), Certainty.ToBeChecked)];

    public static IReadOnlyList<RequestGround> For(LegalRegime regime, RequestKind kind) => (regime.HasPublicRequests, kind) switch
    {
        (true, RequestKind.Disclosure) => PublicDisclosure,
        (true, RequestKind.Correction) => PublicCorrection,
        (true, _) => PublicStop,
        (false, RequestKind.Disclosure) => PrivateDisclosure,
        (false, RequestKind.Correction) => PrivateCorrection,
        _ => PrivateStop,
    };

    public static IEnumerable<RequestGround> All => new[] { PublicDisclosure, PublicCorrection, PublicStop, PrivateDisclosure, PrivateCorrection, PrivateStop }.SelectMany(g => g);

    /// <summary>Ways by which what was granted may reach the person.</summary>
    public static IReadOnlyList<RequestWay> Ways(RequestKind kind) =>
        kind is RequestKind.Disclosure ? [RequestWay.TakeOut, RequestWay.Inspection, RequestWay.Paper, RequestWay.Electronic] : [RequestWay.CarriedOut];
}
