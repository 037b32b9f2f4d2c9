using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Catalogue;

/// <summary>How hard a document binds. One row can rest on several documents, each with its own level.</summary>
public enum RequirementLevel
{
    /// <summary>The government's basic guideline (基本的指針): to be kept; no penalty, but access to Mynaportal is at stake.</summary>
    Guideline = 1,

    /// <summary>The same guideline where it asks for an effort (努める).</summary>
    GuidelineEffort = 2,

    /// <summary>The industry guideline and its lists: voluntary, for quality.</summary>
    Voluntary = 3,

    /// <summary>The Act on the Protection of Personal Information, chapter 4: private operators.</summary>
    StatutePrivate = 4,

    /// <summary>The same Act, chapter 5: administrative bodies, municipalities among them.</summary>
    StatutePublic = 5,

    /// <summary>Another Act (My Number, medical devices).</summary>
    StatuteOther = 6,

    /// <summary>A condition for using Mynaportal's interfaces.</summary>
    ApiCondition = 7,

    /// <summary>A rule or settled practice of public bodies.</summary>
    PublicSector = 8,

    /// <summary>Asked by no document: makes a vague clause testable.</summary>
    Design = 9,
}

/// <summary>What can answer a row: the running software, a document that is kept and published, or the word of somebody responsible.</summary>
public enum RequirementKind
{
    Software = 1,
    Document = 2,
    Organisation = 3,
}

/// <summary>Who has to keep a row.</summary>
public enum BoundParty
{
    /// <summary>Whoever provides the service to residents in its own name (提供主体).</summary>
    Provider = 1,

    /// <summary>Whoever makes the software.</summary>
    Developer = 2,

    Municipality = 3,

    /// <summary>Whoever works on the provider's order, at every tier.</summary>
    Contractor = 4,

    /// <summary>Each person who works with the records, also after leaving.</summary>
    Staff = 5,
}

/// <summary>Which role at the desk answers a row.</summary>
public enum OwnerRole
{
    Administrator = 1,
    Desk = 2,
    Health = 3,
    Insurance = 4,
    Auditor = 5,
}

/// <summary>What will bring the software capability of a row that this edition of the product does not have yet.</summary>
public enum ComingCapability
{
    /// <summary>Consent to sharing, requests, family proxies, the clinics' portal.</summary>
    Sharing = 1,

    /// <summary>Mynaportal, the transfer to another service, the closure of the service.</summary>
    Exchange = 2,

    Wellness = 3,
    Programmes = 4,

    /// <summary>Running the service: hosting, networks, tenants, packages for operators.</summary>
    Operations = 5,
}

/// <summary>What an edition changed about a row, in plain words.</summary>
public sealed record EditionChange(SourceEdition Edition, Wording Text);

/// <summary>One document a row rests on.</summary>
/// <param name="Clause">Where in the document, as people cite it.</param>
/// <param name="From">The first edition that has the row; null where the first known edition has it.</param>
/// <param name="Until">The last edition that has it; null while it stands.</param>
/// <param name="Operators">Whom alone the document binds here; empty for everybody.</param>
/// <param name="Changes">What later editions changed. An edition that brings or drops the row always says so here.</param>
public sealed record Basis(
    RequirementSource Source, RequirementLevel Level, Wording Clause, SourceEdition? From, SourceEdition? Until,
    IReadOnlyList<OperatorKind> Operators, IReadOnlyList<EditionChange> Changes)
{
    public bool Binds(OperatorKind kind) => Operators.Count == 0 || Operators.Contains(kind);

    /// <summary>Whether the edition (one of <see cref="Source"/>) has the row.</summary>
    public bool IsIn(SourceEdition edition) =>
        edition.Source == Source.Id && edition.Place >= (From?.Place ?? 0) && edition.Place <= (Until?.Place ?? int.MaxValue);
}

/// <summary>Which services a row concerns. A list that is empty, or a question that is null, limits nothing.</summary>
/// <param name="Mynaportal">True: only services that fetch through Mynaportal. False: only those that do not.</param>
/// <param name="Institutions">True: only where medical institutions are connected by contract.</param>
public sealed record AppliesIf(
    IReadOnlyList<OperatorKind> Operators, bool? Mynaportal, HostingPlace? Hosting, bool? Institutions, IReadOnlyList<ProviderType> Providers)
{
    public bool Covers(ServiceScope scope) =>
        (Operators.Count == 0 || Operators.Contains(scope.Operator))
        && (Mynaportal is null || Mynaportal == scope.Mynaportal)
        && (Hosting is null || Hosting == scope.Hosting)
        && (Institutions is null || Institutions == scope.Institutions)
        && (Providers.Count == 0 || Providers.Contains(scope.Provider));
}

/// <summary>How often a row is answered again.</summary>
/// <param name="Ours">No document names an interval: this one is the product's proposal and is shown as that.</param>
public sealed record AnswerInterval(Period Period, bool Ours);

/// <summary>One thing the law, the guideline or a condition asks of the service.</summary>
/// <param name="Sources">
/// The marks of certainty: a reference's id (S0, F21) for what was read there, <c>K0.85</c> for background knowledge with its confidence, <c>D</c> for
/// the product's own suggestion, <c>Open</c> for a question that no document at hand answers.
/// </param>
/// <param name="ComesWith">Null where the software can do it today, or where no software is needed.</param>
/// <param name="ShortList">The half of the short list that has the row: <see cref="RequirementKind.Software"/> to test, <see cref="RequirementKind.Document"/> to publish.</param>
public sealed record Requirement(
    string Id, Wording Text, IReadOnlyList<Basis> Bases, IReadOnlyList<BoundParty> Binds, AppliesIf AppliesIf, IReadOnlyList<RequirementKind> Kinds,
    IReadOnlyList<string> Sources, AnswerInterval Interval, OwnerRole Owner, ComingCapability? ComesWith, RequirementKind? ShortList)
{
    /// <summary>The letters before the dash.</summary>
    public string Group => Id[..Id.IndexOf('-', StringComparison.Ordinal)];

    /// <summary>
    /// Nothing that was read stands behind the row, only background knowledge: shown as "to be checked against the original", never as fact. What the product
    /// suggests on top of it is no evidence either.
    /// </summary>
    public bool ToBeChecked => Sources.Any(CatalogueMarks.IsKnowledge) && Sources.All(mark => mark == CatalogueMarks.Design || CatalogueMarks.IsKnowledge(mark));

    /// <summary>No document at hand answers what the row asks.</summary>
    public bool IsOpenQuestion => Sources.Contains(CatalogueMarks.Open, StringComparer.Ordinal);

    /// <summary>The documents the row rests on for this service: a company is not told of chapter 5, nor a municipality of chapter 4. Empty where the row does not apply.</summary>
    public IReadOnlyList<Basis> BasesFor(ServiceScope scope) => AppliesIf.Covers(scope) ? [.. Bases.Where(b => b.Binds(scope.Operator))] : [];
}
