using Tasuki.Compliance.Catalogue;
using Tasuki.Compliance.Scope;
using Xunit;

namespace Tasuki.Compliance.Tests.Catalogue;

/// <summary>Which rows concern which service, and by which documents.</summary>
public sealed class CatalogueScopeTests
{
    private static readonly RequirementCatalogue Catalogue = RequirementCatalogue.Load();

    private static readonly ServiceScope City = new(
        OperatorKind.Municipality, ProviderType.ProvidesOnly, DeliveryForm.PublicBodyToPerson, ServiceFunctions.Record | ServiceFunctions.View | ServiceFunctions.Keep,
        HostingPlace.OwnMachines, Mynaportal: false, Institutions: false);

    [Theory]
    // A guideline row that speaks to everybody.
    [InlineData("OS-02", "Municipality WideAreaUnion Company MunicipalHospital PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    // Chapter 5, and Art. 58: a municipal hospital is private for the duties and public for the file register and people's requests.
    [InlineData("LW-02", "Municipality WideAreaUnion")]
    [InlineData("LW-07", "Municipality WideAreaUnion")]
    [InlineData("LW-10", "Municipality WideAreaUnion MunicipalHospital")]
    [InlineData("LW-13", "Municipality WideAreaUnion MunicipalHospital")]
    [InlineData("LW-18", "Municipality WideAreaUnion")]
    // Art. 66(2), 67: the duty reaches those who work for the municipality.
    [InlineData("LW-05", "Municipality WideAreaUnion EntrustedCompany")]
    [InlineData("LW-06", "Municipality WideAreaUnion EntrustedCompany")]
    // Chapter 4: breaches and third parties bind the hospital, Arts. 32 to 39 do not.
    [InlineData("LW-19", "Company PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    [InlineData("LW-20", "Company MunicipalHospital PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    [InlineData("PU-09", "Company PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    [InlineData("IR-05", "Company MunicipalHospital PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    [InlineData("IR-06", "Municipality WideAreaUnion")]
    // The guideline and the self-check list where they speak to municipalities.
    [InlineData("SC-06", "Municipality WideAreaUnion")]
    [InlineData("MU-01", "Municipality WideAreaUnion MunicipalHospital EntrustedCompany")]
    // Both chapters ask it, each of its own operators.
    [InlineData("PU-01", "Municipality WideAreaUnion Company MunicipalHospital PrivateMedicalInstitution HealthInsuranceSociety NationalHealthInsuranceSociety EntrustedCompany")]
    public void A_row_concerns_the_operators_its_documents_bind(string id, string operators)
    {
        var row = Catalogue.Find(id)!;
        Assert.Equal(operators.Split(' '), Enum.GetValues<OperatorKind>().Where(o => row.AppliesIf.Covers(City with { Operator = o })).Select(o => o.ToString()), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("CT-02", true)]
    [InlineData("CO-13", true)]
    [InlineData("MP-01", true)]
    [InlineData("MP-12", true)]
    [InlineData("CT-01", false)]
    [InlineData("IO-01", false)]
    public void Some_rows_concern_only_services_that_fetch_through_Mynaportal(string id, bool only)
    {
        var row = Catalogue.Find(id)!;
        Assert.Equal(!only, row.AppliesIf.Covers(City));
        Assert.True(row.AppliesIf.Covers(City with { Mynaportal = true }));
    }

    [Theory]
    [InlineData("NW-10")]
    [InlineData("PX-02")]
    public void Some_rows_concern_only_services_in_a_cloud(string id)
    {
        Assert.False(Catalogue.Find(id)!.AppliesIf.Covers(City));
        Assert.True(Catalogue.Find(id)!.AppliesIf.Covers(City with { Hosting = HostingPlace.Cloud }));
    }

    [Theory]
    [InlineData("PX-04")]
    [InlineData("IO-12")]
    public void Some_rows_concern_only_services_that_medical_institutions_are_connected_to(string id)
    {
        Assert.False(Catalogue.Find(id)!.AppliesIf.Covers(City));
        Assert.True(Catalogue.Find(id)!.AppliesIf.Covers(City with { Institutions = true }));
    }

    [Theory]
    [InlineData(OperatorKind.Municipality, "StatutePublic:62")]
    [InlineData(OperatorKind.WideAreaUnion, "StatutePublic:62")]
    [InlineData(OperatorKind.Company, "StatutePrivate:21(2)")]
    [InlineData(OperatorKind.MunicipalHospital, "StatutePrivate:21(2)")]
    [InlineData(OperatorKind.NationalHealthInsuranceSociety, "StatutePrivate:21(2)")]
    public void The_articles_are_those_of_the_operator(OperatorKind kind, string level)
    {
        var basis = Assert.Single(Catalogue.Find("PU-05")!.BasesFor(City with { Operator = kind }));
        Assert.Equal(level, $"{basis.Level}:{basis.Clause.En["Art. ".Length..]}");
    }

    [Fact]
    public void A_row_that_does_not_apply_rests_on_nothing() => Assert.Empty(Catalogue.Find("MP-01")!.BasesFor(City));

    [Fact]
    public void Every_row_applies_to_some_service_and_then_rests_on_something()
    {
        Assert.All(Catalogue.Rows, row =>
        {
            var covered = All().Where(row.AppliesIf.Covers).ToList();
            Assert.NotEmpty(covered);
            Assert.All(covered, scope => Assert.NotEmpty(row.BasesFor(scope)));
        });

        static IEnumerable<ServiceScope> All() =>
            from kind in Enum.GetValues<OperatorKind>()
            from hosting in Enum.GetValues<HostingPlace>()
            from linked in new[] { false, true }
            from connected in new[] { false, true }
            select City with { Operator = kind, Hosting = hosting, Mynaportal = linked, Institutions = connected };
    }

    [Fact]
    public void Provider_types_limit_too()
    {
        var limited = new AppliesIf([], null, null, null, [ProviderType.DevelopsOnly, ProviderType.DevelopsAndProvides]);
        Assert.False(limited.Covers(City));
        Assert.True(limited.Covers(City with { Provider = ProviderType.DevelopsAndProvides }));
    }

    [Fact]
    public void A_question_can_ask_for_no_as_well()
    {
        var without = new AppliesIf([], Mynaportal: false, null, Institutions: false, []);
        Assert.True(without.Covers(City));
        Assert.False(without.Covers(City with { Mynaportal = true }));
        Assert.False(without.Covers(City with { Institutions = true }));
    }
}
