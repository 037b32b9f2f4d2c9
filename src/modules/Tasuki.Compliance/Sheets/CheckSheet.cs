using Tasuki.Compliance.Catalogue;

namespace Tasuki.Compliance.Sheets;

/// <summary>One of the check sheets: whose it is and which rows it has.</summary>
/// <param name="Id">In addresses and evidence: never renamed.</param>
/// <param name="SignedAtDesk">Signed by the operator's administrator at the desk; the developer's is signed on the command line, so that one never stands for the other.</param>
public sealed record CheckSheet(string Id, bool SignedAtDesk, Func<Requirement, Basis, bool> Has)
{
    private static readonly RequirementLevel[] OfGuideline = [RequirementLevel.Guideline, RequirementLevel.GuidelineEffort];

    /// <summary>The basic guideline, as whoever provides the service.</summary>
    public static CheckSheet Provider { get; } = new(
        "provider", true, (row, basis) => OfGuideline.Contains(basis.Level) && row.Binds.Any(b => b is BoundParty.Provider or BoundParty.Municipality or BoundParty.Staff));

    /// <summary>The basic guideline, as whoever develops it.</summary>
    public static CheckSheet Developer { get; } = new("developer", false, (row, basis) => OfGuideline.Contains(basis.Level) && row.Binds.Any(b => b is BoundParty.Developer or BoundParty.Contractor));

    /// <summary>The law of this operator, conditions of interfaces, rules of public bodies.</summary>
    public static CheckSheet Law { get; } = new(
        "law", true, (_, basis) => basis.Level is RequirementLevel.StatutePrivate or RequirementLevel.StatutePublic or RequirementLevel.StatuteOther or RequirementLevel.ApiCondition or RequirementLevel.PublicSector);

    /// <summary>The industry guideline: voluntary.</summary>
    public static CheckSheet Industry { get; } = new("industry", true, (row, basis) => basis.Level is RequirementLevel.Voluntary && row.Group is not "MU");

    /// <summary>The list municipalities check themselves with: voluntary.</summary>
    public static CheckSheet Municipal { get; } = new("municipal", true, (row, basis) => basis.Level is RequirementLevel.Voluntary && row.Group is "MU");

    public static IReadOnlyList<CheckSheet> All { get; } = [Provider, Developer, Law, Industry, Municipal];

    public static CheckSheet? Find(string id) => All.FirstOrDefault(s => s.Id == id);

    public IReadOnlyList<AnsweredRow> Of(IReadOnlyList<AnsweredRow> answers) => [.. answers.Where(a => a.Bases.Any(b => Has(a.Row, b)))];

    /// <summary>The editions its rows are taken from.</summary>
    public IReadOnlyList<string> Editions(IReadOnlyList<AnsweredRow> answers) =>
        [.. Of(answers).SelectMany(a => a.Bases.Where(b => Has(a.Row, b))).Select(b => b.Source.Current.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
