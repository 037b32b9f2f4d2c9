using System.Reflection;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>Roles of staff and what they may do: one table.</summary>
public sealed class DeskRightsTests
{
    [Fact]
    public void Every_policy_an_attribute_can_name_is_one_of_the_table()
    {
        var policies = Enum.GetValues<DeskRight>().SelectMany(r => new[] { DeskRights.Policy(r), DeskRights.FreshPolicy(r) }).ToHashSet(StringComparer.Ordinal);
        Assert.All(typeof(DeskPolicies).GetFields(BindingFlags.Public | BindingFlags.Static), f => Assert.Contains((string)f.GetRawConstantValue()!, policies));
    }

    [Fact]
    public void Who_manages_staff_reaches_no_resident_and_who_audits_changes_nothing_but_whom_they_vouch_for()
    {
        Assert.DoesNotContain(DeskRights.Of(StaffRole.Administrator), r => r is DeskRight.Enrol or DeskRight.ImportList or DeskRight.RecoverAccounts or DeskRight.Protect);
        Assert.Equal([DeskRight.ReadAudit, DeskRight.VouchForStaff], DeskRights.Of(StaffRole.Auditor));
        Assert.Empty(DeskRights.Of(StaffRole.Clinician));
        Assert.All(Enum.GetValues<DeskRight>(), right => Assert.Contains(Enum.GetValues<StaffRole>(), role => DeskRights.Has(role, right)));
    }
}
