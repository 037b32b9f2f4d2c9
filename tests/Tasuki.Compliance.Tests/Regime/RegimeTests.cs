using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Xunit;
using static Tasuki.Compliance.Regime.RegimeTopic;

namespace Tasuki.Compliance.Tests.Regime;

/// <summary>Which rules an operator is under, and what exactly changes with the operator.</summary>
public sealed class RegimeTests
{
    public static TheoryData<OperatorKind> Operators => [.. Enum.GetValues<OperatorKind>()];

    [Theory]
    [InlineData(OperatorKind.Municipality, Chapters.Five, true, true, 100, "chapter-5")]
    [InlineData(OperatorKind.WideAreaUnion, Chapters.Five, true, true, 100, "chapter-5")]
    [InlineData(OperatorKind.Company, Chapters.Four, false, false, 1000, "chapter-4")]
    [InlineData(OperatorKind.MunicipalHospital, Chapters.Four | Chapters.Five, false, true, 1000, "chapter-58")]
    [InlineData(OperatorKind.PrivateMedicalInstitution, Chapters.Four, false, false, 1000, "chapter-4")]
    [InlineData(OperatorKind.HealthInsuranceSociety, Chapters.Four, false, false, 1000, "chapter-4")]
    [InlineData(OperatorKind.NationalHealthInsuranceSociety, Chapters.Four, false, false, 1000, "chapter-4")]
    [InlineData(OperatorKind.EntrustedCompany, Chapters.Four, false, false, 1000, "chapter-4")]
    public void An_operator_is_under(OperatorKind kind, Chapters chapters, bool needsDuty, bool publicRequests, int persons, string chapter)
    {
        var regime = Of(kind);
        Assert.Equal((chapters, needsDuty, publicRequests, persons), (regime.Chapters, regime.Purposes.NeedsDuty, regime.HasPublicRequests, regime.Breach.MorePersonsThan));
        Assert.Equal(chapter, regime.Rule(Chapter)?.Id);
        Assert.Equal(publicRequests ? 30 : null, regime.Requests.Disclosure.Days);
        Assert.Equal(publicRequests ? 90 : null, regime.Requests.AfterDisclosureDays);
        Assert.Equal(publicRequests, regime.Rule(FileRegister) is not null);
        Assert.Equal(!publicRequests, regime.Rule(Published) is not null);
    }

    /// <summary>Of every topic: what the municipality's rule is, and what the company's. Null: none.</summary>
    [Theory]
    [InlineData(Chapter, "chapter-5", "chapter-4")]
    [InlineData(PurposeBasis, "basis-duty", "basis-stated")]
    [InlineData(Holding, "holding-needed", "holding-erase")]
    [InlineData(PurposeChange, "change-considerable", "change-reasonable")]
    [InlineData(OtherUse, "other-use-5", "other-use-4")]
    [InlineData(PurposeShown, "shown-before", "shown-published")]
    [InlineData(ConsentByLaw, "consent-none", "consent-law")]
    [InlineData(ForeignCountries, "foreign-5", "foreign-4")]
    [InlineData(Safety, "safety-5", "safety-4")]
    [InlineData(Published, null, "published")]
    [InlineData(FileRegister, "register 1000", null)]
    [InlineData(WhoAsks, "who-5", "who-4")]
    [InlineData(RequestForm, "form-5", "form-4")]
    [InlineData(DecisionForm, "decision-5", "decision-4")]
    [InlineData(RefusalGrounds, "refusal-5", "refusal-4")]
    [InlineData(StopGrounds, "stop-grounds-5", "stop-grounds-4")]
    [InlineData(Appeal, "appeal-5", "appeal-4")]
    [InlineData(Complaints, "complaints-5", "complaints-4")]
    [InlineData(Fee, "fee-5", "fee-4")]
    [InlineData(Help, "help-5", null)]
    [InlineData(ProvisionRecords, "records-own 3", "records-law 3")]
    [InlineData(DisclosureClock, "clock-disclosure 30 30 60", "clock-disclosure-4")]
    [InlineData(CorrectionClock, "clock-correction 30 30", "clock-correction-4")]
    [InlineData(StopClock, "clock-stop 30 30", "clock-stop-4")]
    [InlineData(AfterDisclosure, "after-disclosure 90", null)]
    [InlineData(BreachPersons, "breach-persons 100", "breach-persons 1000")]
    [InlineData(BreachOrdinance, "breach-ordinance", null)]
    // The same is asked, at another place of the law.
    [InlineData(BreachAddressee, "breach-commission", "breach-commission")]
    [InlineData(NoticeToPersons, "notice-persons", "notice-persons")]
    [InlineData(PreliminaryReport, "report-preliminary 3 5", "report-preliminary 3 5")]
    [InlineData(FinalReport, "report-final 30 60", "report-final 30 60")]
    [InlineData(BreachSensitive, "breach-sensitive", "breach-sensitive")]
    [InlineData(BreachProperty, "breach-property", "breach-property")]
    [InlineData(BreachImproper, "breach-improper", "breach-improper")]
    public void From_municipality_to_company_and_back_changes(RegimeTopic topic, string? municipality, string? company)
    {
        var there = Assert.Single(RegimeDifferences.Between(Of(OperatorKind.Municipality), Of(OperatorKind.Company)), d => d.Topic == topic);
        var back = Assert.Single(RegimeDifferences.Between(Of(OperatorKind.Company), Of(OperatorKind.Municipality)), d => d.Topic == topic);
        Assert.Equal((municipality, company), (Said(there.From), Said(there.To)));
        Assert.Equal((company, municipality), (Said(back.From), Said(back.To)));
        Assert.Equal(municipality == company, there.IsPlaceOnly);
        Assert.Equal(there.Area, back.Area);
    }

    [Fact]
    public void From_municipality_to_company_nothing_else_changes()
    {
        var municipality = Of(OperatorKind.Municipality);
        var company = Of(OperatorKind.Company);
        var changed = RegimeDifferences.Between(municipality, company).Select(d => d.Topic).ToHashSet();
        var tested = typeof(RegimeTests).GetMethod(nameof(From_municipality_to_company_and_back_changes))!.GetCustomAttributesData()
            .Where(a => a.AttributeType == typeof(InlineDataAttribute))
            .Select(a => (RegimeTopic)(int)((IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)a.ConstructorArguments[0].Value!)[0].Value!).ToHashSet();
        Assert.True(tested.SetEquals(changed), string.Join(' ', tested.Except(changed).Concat(changed.Except(tested))));
        foreach (var topic in Enum.GetValues<RegimeTopic>().Except(changed))
            Assert.Equal(Said(municipality.Rule(topic)), Said(company.Rule(topic)));
        // There and back is where it began.
        Assert.Empty(RegimeDifferences.Between(municipality, Of(OperatorKind.Municipality)));
    }

    [Theory]
    [InlineData(OperatorKind.Municipality, OperatorKind.WideAreaUnion, "")]
    [InlineData(OperatorKind.Company, OperatorKind.PrivateMedicalInstitution, "Guidance")]
    [InlineData(OperatorKind.Company, OperatorKind.HealthInsuranceSociety, "Guidance")]
    [InlineData(OperatorKind.HealthInsuranceSociety, OperatorKind.NationalHealthInsuranceSociety, "Guidance")]
    [InlineData(OperatorKind.Company, OperatorKind.EntrustedCompany, "Safety RequestsOfPrincipal BreachAddressee")]
    [InlineData(OperatorKind.PrivateMedicalInstitution, OperatorKind.MunicipalHospital,
        "Chapter Published FileRegister WhoAsks RequestForm DecisionForm RefusalGrounds StopGrounds Appeal Fee Help DisclosureClock CorrectionClock StopClock AfterDisclosure")]
    [InlineData(OperatorKind.Municipality, OperatorKind.MunicipalHospital,
        "PurposeBasis Holding PurposeChange OtherUse Chapter PurposeShown ConsentByLaw ForeignCountries Safety Guidance StopGrounds Complaints BreachAddressee NoticeToPersons ProvisionRecords PreliminaryReport FinalReport BreachSensitive BreachProperty BreachImproper BreachPersons BreachOrdinance")]
    public void Between_two_operators_differ(OperatorKind from, OperatorKind to, string topics)
    {
        var differing = RegimeDifferences.Between(Of(from), Of(to)).Select(d => d.Topic.ToString());
        Assert.Equal(topics.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), differing.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public void An_ordinance_changes_its_clock_alone_and_nothing_of_a_company()
    {
        var ordinance = new OrdinanceSettings { DisclosureDays = 15, StopExtensionDays = 10 };
        var differences = RegimeDifferences.Between(Of(OperatorKind.Municipality), LegalRegime.For(OperatorKind.Municipality, ordinance));
        Assert.Equal([DisclosureClock, StopClock], differences.Select(d => d.Topic));
        Assert.Equal(["clock-disclosure 15 30 60", "clock-stop 30 10"], differences.Select(d => Said(d.To)), StringComparer.Ordinal);
        Assert.Empty(RegimeDifferences.Between(Of(OperatorKind.Company), LegalRegime.For(OperatorKind.Company, ordinance)));
    }

    [Theory]
    [InlineData(nameof(OrdinanceSettings.DisclosureDays), 0)]
    [InlineData(nameof(OrdinanceSettings.DisclosureDays), 31)]
    [InlineData(nameof(OrdinanceSettings.DisclosureExtensionDays), 31)]
    [InlineData(nameof(OrdinanceSettings.CorrectionDays), 45)]
    [InlineData(nameof(OrdinanceSettings.CorrectionExtensionDays), -1)]
    [InlineData(nameof(OrdinanceSettings.StopDays), 0)]
    [InlineData(nameof(OrdinanceSettings.StopExtensionDays), 60)]
    [InlineData(nameof(OrdinanceSettings.AfterDisclosureDays), 89)]
    [InlineData(nameof(OrdinanceSettings.AfterDisclosureDays), 366)]
    [InlineData(nameof(OrdinanceSettings.RegisterPersons), 1001)]
    public void An_ordinance_beyond_the_law_is_refused_by_name(string setting, int value)
    {
        var wrong = setting switch
        {
            nameof(OrdinanceSettings.DisclosureDays) => new OrdinanceSettings { DisclosureDays = value },
            nameof(OrdinanceSettings.DisclosureExtensionDays) => new OrdinanceSettings { DisclosureExtensionDays = value },
            nameof(OrdinanceSettings.CorrectionDays) => new OrdinanceSettings { CorrectionDays = value },
            nameof(OrdinanceSettings.CorrectionExtensionDays) => new OrdinanceSettings { CorrectionExtensionDays = value },
            nameof(OrdinanceSettings.StopDays) => new OrdinanceSettings { StopDays = value },
            nameof(OrdinanceSettings.StopExtensionDays) => new OrdinanceSettings { StopExtensionDays = value },
            nameof(OrdinanceSettings.AfterDisclosureDays) => new OrdinanceSettings { AfterDisclosureDays = value },
            _ => new OrdinanceSettings { RegisterPersons = value },
        };
        Assert.True(new OrdinanceSettings().Check().IsOk);
        Assert.Equal("settings.ordinance", wrong.Check().Error?.Code);
        Assert.StartsWith($"{setting} is {value};", wrong.Check().Error!.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => LegalRegime.For(OperatorKind.Municipality, wrong));
    }

    [Theory]
    // One person is enough where the data is sensitive; 100 and 1,000 are "more than".
    [InlineData(OperatorKind.Municipality, true, false, false, false, 1, "Sensitive")]
    [InlineData(OperatorKind.Company, true, false, false, false, 1, "Sensitive")]
    [InlineData(OperatorKind.Municipality, false, false, false, false, 100, "")]
    [InlineData(OperatorKind.Municipality, false, false, false, false, 101, "ManyPersons")]
    [InlineData(OperatorKind.Company, false, false, false, false, 101, "")]
    [InlineData(OperatorKind.Company, false, false, false, false, 1000, "")]
    [InlineData(OperatorKind.Company, false, false, false, false, 1001, "ManyPersons")]
    [InlineData(OperatorKind.MunicipalHospital, false, false, false, false, 101, "")]
    [InlineData(OperatorKind.Company, false, true, true, false, null, "PropertyDamage ImproperPurpose")]
    [InlineData(OperatorKind.Municipality, false, false, false, true, 1, "OrdinanceSensitive")]
    [InlineData(OperatorKind.Company, false, false, false, true, 1, "")]
    public void A_breach_is_reported_because(OperatorKind kind, bool sensitive, bool property, bool improper, bool ordinance, int? persons, string triggers)
    {
        var rules = Of(kind).Breach;
        Assert.Equal(triggers, string.Join(' ', rules.Triggers(new BreachFacts(false, sensitive, property, improper, ordinance, persons))));
        Assert.Empty(rules.Triggers(new BreachFacts(true, sensitive, property, improper, ordinance, persons)));
    }

    [Theory, MemberData(nameof(Operators))]
    public void Every_rule_has_a_text_in_three_ways_of_reading_and_what_is_not_read_is_marked(OperatorKind kind)
    {
        var regime = Of(kind);
        Assert.Equal(regime.Rules.Count(), regime.Rules.Select(r => r.Topic).Distinct().Count());
        foreach (var rule in regime.Rules)
        {
            foreach (var texts in TextsIn.All<RegimeTexts>())
                Assert.NotEmpty(texts[$"rule-{rule.Id}", rule.Places]);
            // A rule of a municipality about reports is known from two cities' pages and by background alone.
            if (kind is OperatorKind.Municipality && rule.Area is RegimeArea.Thresholds)
                Assert.Equal(Certainty.ToBeChecked, rule.Certainty);
            if (rule.Clauses.Count == 0)
                Assert.Contains(rule.Topic, (RegimeTopic[])[ConsentByLaw, ConsentAsked, Guidance, RequestsOfPrincipal, ProvisionRecords]);
        }
    }

    [Fact]
    public void A_place_in_the_law_is_written_as_people_cite_it()
    {
        Assert.Equal(("法第61条第1項", "Act art. 61(1)"), (Clause.Act(61, 1).Japanese, Clause.Act(61, 1).English));
        Assert.Equal(("法第78条第1項第2号", "Act art. 78(1) item 2"), (Clause.Act(78, 1, 2).Japanese, Clause.Act(78, 1, 2).English));
        Assert.Equal(("規則第7条第4号", "Rules art. 7 item 4"), (Clause.Rule(7, 0, 4).Japanese, Clause.Rule(7, 0, 4).English));
        Assert.Equal(("法第32条から第39条まで", "Act arts. 32–39"), (Clause.Acts(32, 39).Japanese, Clause.Acts(32, 39).English));
    }

    private static LegalRegime Of(OperatorKind kind) => LegalRegime.For(kind, new OrdinanceSettings());

    private static string? Said(LegalRule? rule) => rule is null ? null : string.Join(' ', [rule.Id, .. rule.Values.Select(v => $"{v}")]);
}
