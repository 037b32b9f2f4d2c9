using Tasuki.Compliance.Scope;
using static Tasuki.Compliance.Regime.Certainty;
using static Tasuki.Compliance.Regime.Clause;
using static Tasuki.Compliance.Regime.RegimeTopic;

namespace Tasuki.Compliance.Regime;

/// <summary>What a rule is about. A regime has at most one rule for each.</summary>
public enum RegimeTopic
{
    Chapter,
    PurposeBasis,
    Holding,
    PurposeChange,
    OtherUse,
    PurposeShown,
    ConsentByLaw,
    ConsentAsked,
    ForeignCountries,
    Safety,
    Published,
    Guidance,
    FileRegister,
    WhoAsks,
    RequestForm,
    DecisionForm,
    RefusalGrounds,
    StopGrounds,
    Appeal,
    Complaints,
    Fee,
    Help,
    RequestsOfPrincipal,
    BreachAddressee,
    NoticeToPersons,
    ProvisionRecords,
    DisclosureClock,
    CorrectionClock,
    StopClock,
    AfterDisclosure,
    PreliminaryReport,
    FinalReport,
    BreachSensitive,
    BreachProperty,
    BreachImproper,
    BreachPersons,
    BreachOrdinance,
}

/// <summary>What of a service a rule shapes.</summary>
public enum RegimeArea
{
    Purposes,
    Texts,
    Forms,
    Clocks,
    Thresholds,
}

/// <summary>One rule, said in our own words: the text <c>rule-ID</c> of <see cref="RegimeTexts"/> with <see cref="Values"/> in its places.</summary>
/// <param name="Id">Two regimes with the same id and values ask the same.</param>
public sealed record LegalRule(RegimeTopic Topic, string Id, IReadOnlyList<int> Values, IReadOnlyList<Clause> Clauses, Certainty Certainty)
{
    public RegimeArea Area => Topic switch
    {
        PurposeBasis or Holding or PurposeChange or OtherUse => RegimeArea.Purposes,
        Chapter or PurposeShown or ConsentByLaw or ConsentAsked or ForeignCountries or Safety or Published or Guidance => RegimeArea.Texts,
        ProvisionRecords or DisclosureClock or CorrectionClock or StopClock or AfterDisclosure or PreliminaryReport or FinalReport => RegimeArea.Clocks,
        BreachSensitive or BreachProperty or BreachImproper or BreachPersons or BreachOrdinance => RegimeArea.Thresholds,
        _ => RegimeArea.Forms,
    };

    public bool AsksTheSameAs(LegalRule? other) => other is not null && Id == other.Id && Values.SequenceEqual(other.Values);

    public object?[] Places => [.. Values.Select(v => (object?)v)];
}

/// <summary>The rules of a regime. A rule of which only background knowledge speaks is <see cref="ToBeChecked"/>.</summary>
internal static class LegalRules
{
    private static readonly int[] None = [];

    public static IEnumerable<LegalRule> Of(LegalRegime regime) =>
        [.. Purposes(regime), .. Texts(regime), .. Forms(regime), .. RequestForms(regime), .. ClocksOf(regime), .. Breach(regime)];

    private static IEnumerable<LegalRule> Purposes(LegalRegime regime) => regime.IsPublic
        ?
        [
            new(PurposeBasis, "basis-duty", None, [Act(61, 1)], Read),
            new(Holding, "holding-needed", None, [Act(61, 2)], Read),
            new(PurposeChange, "change-considerable", None, [Act(61, 3)], Read),
            new(OtherUse, "other-use-5", None, [Act(69), Act(70)], Read),
        ]
        :
        [
            new(PurposeBasis, "basis-stated", None, [Act(17, 1)], Read),
            new(Holding, "holding-erase", None, [Act(22)], Read),
            new(PurposeChange, "change-reasonable", None, [Act(17, 2), Act(21, 3)], Read),
            new(OtherUse, "other-use-4", None, [Act(18), Act(27)], Read),
        ];

    private static IEnumerable<LegalRule> Texts(LegalRegime regime)
    {
        yield return regime switch
        {
            { IsPublic: true } => new(Chapter, "chapter-5", None, [Act(2, 11, 2), Act(16, 2, 2), Acts(60, 129)], Read),
            { Operator: OperatorKind.MunicipalHospital } => new(Chapter, "chapter-58", None, [Act(58, 2, 1), Acts(17, 31), Act(75), Acts(76, 108)], Read),
            _ => new(Chapter, "chapter-4", None, [Acts(17, 40)], Read),
        };
        if (regime.IsPublic)
        {
            yield return new(PurposeShown, "shown-before", None, [Act(62)], Read);
            yield return new(ConsentByLaw, "consent-none", None, [], Read);
            yield return new(ForeignCountries, "foreign-5", None, [Act(71)], Read);
            yield return new(Safety, "safety-5", None, [Act(66), Act(67)], Read);
        }
        else
        {
            yield return new(PurposeShown, "shown-published", None, [Act(21, 1), Act(21, 2)], Read);
            yield return new(ConsentByLaw, "consent-law", None, [Act(20, 2)], Read);
            yield return new(ForeignCountries, "foreign-4", None, [Act(28)], Read);
            yield return regime.Operator is OperatorKind.EntrustedCompany
                ? new(Safety, "safety-entrusted", None, [Acts(23, 25), Act(66, 2), Act(67)], Read)
                : new(Safety, "safety-4", None, [Acts(23, 25)], Read);
        }

        yield return new(ConsentAsked, "consent-asked", None, [], ToBeChecked);
        if (!regime.HasPublicRequests)
            yield return new(Published, "published", None, [Act(32)], Read);
        switch (regime.Operator)
        {
            case OperatorKind.MunicipalHospital or OperatorKind.PrivateMedicalInstitution:
                yield return new(Guidance, "guidance-medical", None, [], ToBeChecked);
                break;
            case OperatorKind.HealthInsuranceSociety:
                yield return new(Guidance, "guidance-society", None, [], Read);
                break;
            case OperatorKind.NationalHealthInsuranceSociety:
                yield return new(Guidance, "guidance-national", None, [], Read);
                break;
        }
    }

    private static IEnumerable<LegalRule> Forms(LegalRegime regime)
    {
        if (regime.HasPublicRequests)
            yield return new(FileRegister, "register", [regime.Ordinance.RegisterPersons], [Act(75)], ToBeChecked);
        yield return regime.IsPublic ? new(Complaints, "complaints-5", None, [Act(128)], Read) : new(Complaints, "complaints-4", None, [Act(40)], Read);
        if (regime.Operator is OperatorKind.EntrustedCompany)
            yield return new(RequestsOfPrincipal, "requests-principal", None, [], ToBeChecked);
        yield return (regime.IsPublic, regime.Breach.TellsPrincipal) switch
        {
            (true, _) => new(BreachAddressee, "breach-commission", None, [Act(68, 1)], Read),
            (_, true) => new(BreachAddressee, "breach-principal", None, [Act(26, 1)], Read),
            _ => new(BreachAddressee, "breach-commission", None, [Act(26, 1)], Read),
        };
        yield return new(NoticeToPersons, "notice-persons", None, [regime.IsPublic ? Act(68, 2) : Act(26, 2)], Read);
    }

    private static IEnumerable<LegalRule> RequestForms(LegalRegime regime)
    {
        if (!regime.HasPublicRequests)
        {
            return
            [
                new(WhoAsks, "who-4", None, [Act(33, 1), Act(37, 3)], Read),
                new(RequestForm, "form-4", None, [Act(37, 1)], Read),
                new(DecisionForm, "decision-4", None, [Act(33, 3), Act(34, 3), Act(35, 7), Act(36)], Read),
                new(RefusalGrounds, "refusal-4", None, [Act(33, 2)], Read),
                new(StopGrounds, "stop-grounds-4", None, [Act(35)], Read),
                new(Appeal, "appeal-4", None, [Act(39), Act(40)], Read),
                new(Fee, "fee-4", None, [Act(38)], Read),
            ];
        }

        return
        [
            new(WhoAsks, "who-5", None, [Act(76)], Read),
            new(RequestForm, "form-5", None, [Act(77), Act(91), Act(99)], Read),
            new(DecisionForm, "decision-5", None, [Act(82), Act(93), Act(101)], Read),
            new(RefusalGrounds, "refusal-5", None, [Act(78, 1), Act(79), Act(81)], Read),
            regime.IsPublic ? new(StopGrounds, "stop-grounds-5", None, [Act(98, 1)], Read) : new(StopGrounds, "stop-grounds-58", None, [Act(98, 1), Act(125, 3)], Read),
            new(Appeal, "appeal-5", None, [Acts(104, 107)], ToBeChecked),
            new(Fee, "fee-5", None, [Act(89, 2)], Read),
            new(Help, "help-5", None, [Act(127)], Read),
        ];
    }

    private static IEnumerable<LegalRule> ClocksOf(LegalRegime regime)
    {
        // The three years are read for the side that receives alone; chapter 5 lays down none, the service keeps its records all the same.
        yield return regime.IsPublic ? new(ProvisionRecords, "records-own", [3], [], ToBeChecked) : new(ProvisionRecords, "records-law", [3], [Act(29), Act(30), Rule(25)], ToBeChecked);
        var rules = regime.Requests;
        if (rules.Disclosure.Days is { } disclosure)
            yield return new(DisclosureClock, "clock-disclosure", [disclosure, rules.Disclosure.ExtensionDays, rules.Disclosure.FirstPartDays ?? 0], [Act(83), Act(84)], Read);
        else
            yield return new(DisclosureClock, "clock-disclosure-4", None, [Act(33, 2), Act(33, 3)], Read);
        if (rules.Correction.Days is { } correction)
            yield return new(CorrectionClock, "clock-correction", [correction, rules.Correction.ExtensionDays], [Act(94), Act(95)], Read);
        else
            yield return new(CorrectionClock, "clock-correction-4", None, [Act(34, 2), Act(34, 3)], Read);
        if (rules.Stop.Days is { } stop)
            yield return new(StopClock, "clock-stop", [stop, rules.Stop.ExtensionDays], [Act(102), Act(103)], Read);
        else
            yield return new(StopClock, "clock-stop-4", None, [Act(35, 2), Act(35, 6), Act(35, 7)], Read);
        if (rules.AfterDisclosureDays is { } after)
            yield return new(AfterDisclosure, "after-disclosure", [after], [Act(90, 3), Act(98, 3)], Read);
        var (article, rule) = regime.IsPublic ? (68, 44) : (26, 8);
        yield return new(PreliminaryReport, "report-preliminary", [Regime.Clocks.PreliminaryEarly, Regime.Clocks.PreliminaryLate], [Act(article, 1), Rule(rule, 1)], regime.Breach.Certainty);
        yield return new(FinalReport, "report-final", [regime.Breach.FinalDays, regime.Breach.FinalDaysImproper], [Act(article, 1), Rule(rule, 2)], regime.Breach.Certainty);
    }

    private static IEnumerable<LegalRule> Breach(LegalRegime regime)
    {
        var rule = regime.IsPublic ? 43 : 7;
        var certainty = regime.Breach.Certainty;
        yield return new(BreachSensitive, "breach-sensitive", None, [Rule(rule, 0, 1)], certainty);
        yield return new(BreachProperty, "breach-property", None, [Rule(rule, 0, 2)], certainty);
        yield return new(BreachImproper, "breach-improper", None, [Rule(rule, 0, 3)], certainty);
        yield return new(BreachPersons, "breach-persons", [regime.Breach.MorePersonsThan], [Rule(rule, 0, 4)], certainty);
        if (regime.Breach.Ordinance)
            yield return new(BreachOrdinance, "breach-ordinance", None, [Rule(rule, 0, 5)], ToBeChecked);
    }
}
