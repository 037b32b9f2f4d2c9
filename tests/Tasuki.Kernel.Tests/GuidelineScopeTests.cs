using Tasuki.Kernel.Records;
using Xunit;

namespace Tasuki.Kernel.Tests;

public sealed class GuidelineScopeTests
{
    public static TheoryData<DataCategory, SourceKind> Everything
    {
        get
        {
            var all = new TheoryData<DataCategory, SourceKind>();
            foreach (var category in Enum.GetValues<DataCategory>())
            {
                foreach (var source in Enum.GetValues<SourceKind>())
                    all.Add(category, source);
            }

            return all;
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_pair_is_health_checkup_information_and_special_care(DataCategory category, SourceKind source)
    {
        var row = GuidelineScope.Of(category, source);
        Assert.True(row.IsHealthCheckupInformation);
        Assert.True(row.SpecialCare);
    }

    [Theory]
    [InlineData(DataCategory.SpecificCheckup, SourceKind.Mynaportal, GuidelineClass.A)]
    [InlineData(DataCategory.SpecificCheckup, SourceKind.Insurer, GuidelineClass.A)]
    [InlineData(DataCategory.Medication, SourceKind.Person, GuidelineClass.A)]
    [InlineData(DataCategory.Chart, SourceKind.MedicalInstitution, GuidelineClass.B)]
    [InlineData(DataCategory.Chart, SourceKind.Mynaportal, GuidelineClass.A)]
    [InlineData(DataCategory.Lifelog, SourceKind.Device, GuidelineClass.C)]
    [InlineData(DataCategory.Lifelog, SourceKind.MedicalInstitution, GuidelineClass.B)]
    [InlineData(DataCategory.Immunization, SourceKind.Person, GuidelineClass.D)]
    [InlineData(DataCategory.Other, SourceKind.Unknown, GuidelineClass.A)]
    public void The_class_follows_category_and_source(DataCategory category, SourceKind source, GuidelineClass expected) =>
        Assert.Equal(expected, GuidelineScope.Of(category, source).Class);

    [Fact]
    public void A_category_nobody_has_named_yet_is_in_scope() =>
        Assert.Equal(new GuidelineScope.Row(GuidelineClass.A, SpecialCare: true), GuidelineScope.Of((DataCategory)31, (SourceKind)15));
}
