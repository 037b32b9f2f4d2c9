using Tasuki.Compliance.Scope;

namespace Tasuki.Compliance.Regime;

/// <summary>The chapters of the Act whose duties an operator has.</summary>
[Flags]
public enum Chapters
{
    None = 0,

    /// <summary>Duties of private operators.</summary>
    Four = 1,

    /// <summary>Duties of administrative organs, municipalities among them.</summary>
    Five = 2,
}

/// <summary>Until when a kind of request is decided.</summary>
/// <param name="Days">Null: without delay, no number of days.</param>
/// <param name="FirstPartDays">Of very large sets, the days until a reasonable part is decided; null where there is no such rule.</param>
public sealed record RequestClock(int? Days, int ExtensionDays, int? FirstPartDays)
{
    public static readonly RequestClock WithoutDelay = new(null, 0, null);
}

/// <param name="AfterDisclosureDays">Within how many days of a disclosure correction or stop may be asked; null: no such limit.</param>
public sealed record RequestRules(RequestClock Disclosure, RequestClock Correction, RequestClock Stop, int? AfterDisclosureDays);

/// <param name="NeedsDuty">A purpose serves a duty laid down by law or ordinance (art. 61(1)).</param>
public sealed record PurposeRules(bool NeedsDuty);

/// <summary>
/// Which rules of the Act an operator is under. It is computed from the scope and the ordinance alone, so the same answers always give the same rules. The text of the
/// statute it was written from is that of <see cref="Snapshot"/>; an amendment asks for a look at every rule.
/// </summary>
public sealed class LegalRegime
{
    public static readonly DateOnly Snapshot = new(2025, 9, 24);

    private readonly Dictionary<RegimeTopic, LegalRule> _rules;

    private LegalRegime(OperatorKind kind, Chapters chapters, PurposeRules purposes, RequestRules requests, BreachRules breach, OrdinanceSettings ordinance)
    {
        (Operator, Chapters, Purposes, Requests, Breach, Ordinance) = (kind, chapters, purposes, requests, breach, ordinance);
        _rules = LegalRules.Of(this).ToDictionary(r => r.Topic);
    }

    public OperatorKind Operator { get; }

    public Chapters Chapters { get; }

    public PurposeRules Purposes { get; }

    public RequestRules Requests { get; }

    public BreachRules Breach { get; }

    public OrdinanceSettings Ordinance { get; }

    /// <summary>One rule for each topic that there is one for, in the order of the topics.</summary>
    public IEnumerable<LegalRule> Rules => _rules.Values.OrderBy(r => r.Topic);

    /// <summary>A city office, its own 国保 included, or a union of such.</summary>
    public bool IsPublic => Chapters is Chapters.Five;

    /// <summary>Requests under art. 76 to 108: those of chapter 5, which a municipal hospital keeps (art. 58(2)).</summary>
    public bool HasPublicRequests => Chapters.HasFlag(Chapters.Five);

    public LegalRule? Rule(RegimeTopic topic) => _rules.GetValueOrDefault(topic);

    public static LegalRegime For(ServiceScope scope, OrdinanceSettings ordinance) => For(scope.Operator, ordinance);

    /// <summary>Settings that the law leaves no ordinance are a bug of whoever stored them, and throw.</summary>
    public static LegalRegime For(OperatorKind kind, OrdinanceSettings ordinance)
    {
        if (ordinance.Check().Error is { } wrong)
            throw new ArgumentException(wrong.Message, nameof(ordinance));
        var chapters = kind switch
        {
            OperatorKind.Municipality or OperatorKind.WideAreaUnion => Chapters.Five,
            OperatorKind.MunicipalHospital => Chapters.Four | Chapters.Five,
            OperatorKind.Company or OperatorKind.PrivateMedicalInstitution or OperatorKind.HealthInsuranceSociety or OperatorKind.NationalHealthInsuranceSociety
                or OperatorKind.EntrustedCompany => Chapters.Four,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of operator."),
        };
        var requests = chapters.HasFlag(Chapters.Five)
            ? new RequestRules(
                new RequestClock(ordinance.DisclosureDays, ordinance.DisclosureExtensionDays, 60), new RequestClock(ordinance.CorrectionDays, ordinance.CorrectionExtensionDays, null),
                new RequestClock(ordinance.StopDays, ordinance.StopExtensionDays, null), ordinance.AfterDisclosureDays)
            : new RequestRules(RequestClock.WithoutDelay, RequestClock.WithoutDelay, RequestClock.WithoutDelay, null);
        var isPublic = chapters is Chapters.Five;
        var breach = new BreachRules(
            isPublic ? 100 : 1000, isPublic, kind is OperatorKind.EntrustedCompany, 30, 60, chapters is Chapters.Four ? Certainty.Read : Certainty.ToBeChecked);
        return new LegalRegime(kind, chapters, new PurposeRules(isPublic), requests, breach, ordinance);
    }
}
