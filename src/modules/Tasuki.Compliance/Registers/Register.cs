using System.Globalization;
using Tasuki.Kernel;

namespace Tasuki.Compliance.Registers;

/// <summary>A line of a register, as it stands. Every change is a new piece of evidence; the old ones stay in the chain.</summary>
/// <param name="Fields">In the order of <see cref="Register.Fields"/>.</param>
/// <param name="ReviewBy">From that day on the line is to be looked at again. For a certificate the day it expires.</param>
/// <param name="Ended">It is no longer in use; the line stays in the history.</param>
public sealed record RegisterLine(IReadOnlyList<string> Fields, DateOnly ReviewBy, bool Ended);

/// <summary>One of the lists the guideline wants kept: which fields a line has, and which requirements the list answers.</summary>
/// <param name="Id">In addresses and evidence: never renamed.</param>
/// <param name="Fields">Names of the fields; the first names the line.</param>
/// <param name="Requirements">Answered while there is a line, and none is due for review.</param>
/// <param name="DaysAhead">So many days before the review day a line is said to be due.</param>
public sealed record Register(string Id, IReadOnlyList<string> Fields, IReadOnlyList<string> Requirements, int DaysAhead)
{
    public const int LongestField = 300;

    /// <summary>Information assets (guideline 2.1(2)①): by class, with location, owner and how they are to be handled.</summary>
    public static Register Assets { get; } = new("assets", ["asset", "asset-class", "place", "owner", "handling"], ["OS-04", "OS-05"], 30);

    /// <summary>Risks by asset: threat, measure, owner.</summary>
    public static Register Risks { get; } = new("risks", ["risk", "asset", "measure", "owner"], ["OS-06"], 30);

    /// <summary>Whoever works on the operator's order, at every tier: terms, checks, proof of deletion at the end.</summary>
    public static Register Parties { get; } = new("parties", ["party", "work", "terms", "checked", "exit-proof"], ["OS-10", "OS-14", "AC-09", "MU-17"], 60);

    /// <summary>Third-party certificates with number, scope and expiry.</summary>
    public static Register Certificates { get; } = new("certificates", ["certificate", "holder", "number", "cert-scope"], ["CT-01", "CT-02", "CT-03"], 90);

    /// <summary>Every country data is stored or handled in, with its regime.</summary>
    public static Register Countries { get; } = new("countries", ["country", "what-there", "regime", "measure"], ["EX-01", "EX-02"], 30);

    public static IReadOnlyList<Register> All { get; } = [Assets, Risks, Parties, Certificates, Countries];

    public static Register? Find(string id) => All.FirstOrDefault(r => r.Id == id);

    /// <summary>Error <c>register.line</c>: a field is empty or too long, or the day has passed.</summary>
    public Result<RegisterLine> Line(IReadOnlyList<string?> typed, DateOnly? review, DateOnly today)
    {
        if (typed.Count != Fields.Count || typed.Any(t => t?.Trim() is not { Length: > 0 and <= LongestField }))
            return new Error("register.line", string.Create(CultureInfo.InvariantCulture, $"A line of '{Id}' has {Fields.Count} fields of 1 to {LongestField} characters."));
        return review is { } day && day > today
            ? new RegisterLine([.. typed.Select(t => t!.Trim())], day, Ended: false) : new Error("register.line", "The day of review lies after today.");
    }

    public bool IsDue(RegisterLine line, DateOnly today) => !line.Ended && line.ReviewBy.AddDays(-DaysAhead) <= today;
}
