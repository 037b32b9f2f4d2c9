using Microsoft.EntityFrameworkCore;
using Tasuki.Compliance.Controls;
using Tasuki.Data;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Controls;

/// <summary>What binds the municipality is kept only for who proved their factors just now.</summary>
public sealed class FreshFactorTests
{
    public static TheoryData<string, string, string[]> Acts => new()
    {
        { "/staff/compliance/scope", "name=\"Operator\"", ["Operator=Municipality", "Provider=DevelopsAndProvides", "Delivery=PublicBodyToPerson", "Hosting=OwnMachines", "Chosen=Record", "Reason=確かめた言葉",
            "DisclosureDays=30", "DisclosureExtensionDays=30", "CorrectionDays=30", "CorrectionExtensionDays=30", "StopDays=30", "StopExtensionDays=30", "AfterDisclosureDays=90", "RegisterPersons=1000"] },
        { "/staff/compliance/sheets/provider", "name=\"Text\"", ["Rows=OS-02", "Text=確かめた言葉", "Owner=保健課", "By=2027-01-31"] },
        { "/staff/compliance/rows/PS-01", "name=\"What\"", ["What=確かめた言葉", "Role=保健課長", "Name=結城 守", "Until=2027-06-01"] },
        { "/staff/compliance/documents", "name=\"Key\"", ["Key=policy", "Title=確かめた言葉", "Version=1.0", "Place=文書管理", "Approved=2026-10-01", "ReviewBy=2027-10-01", "Requirements=OS-02"] },
        { "/staff/compliance/registers/risks", "name=\"Values\"", ["Values=確かめた言葉", "Values=健康記録", "Values=暗号化", "Values=情報政策課", "ReviewBy=2027-10-01"] },
    };

    [Theory, MemberData(nameof(Acts))]
    public async Task An_act_is_refused_after_the_proof_has_aged_and_what_was_typed_stays(string path, string mark, string[] fields)
    {
        await using var site = await Start(DataStore.Sqlite);
        var member = await site.NewStaff(StaffRole.Administrator, "admin", "結城 守");
        using var fresh = site.As(member);
        using var stale = site.AsStale(member);
        var sent = fields.Select(f => f.Split('=', 2)).Select(f => (f[0], f[1])).ToArray();
        var before = await Count(site);

        var shown = await stale.Get(path);
        Assert.Contains($"href=\"/sign-in/confirm?return={Uri.EscapeDataString(path)}\"", shown.Text, StringComparison.Ordinal);
        var refused = await stale.Submit(shown, mark, sent);
        Assert.Contains("まだ保存していません", refused.Text, StringComparison.Ordinal);
        Assert.Contains("確かめた言葉", refused.Text, StringComparison.Ordinal);
        Assert.Equal(before, await Count(site));

        var kept = await fresh.Submit(await fresh.Get(path), mark, sent);
        Assert.DoesNotContain("まだ保存していません", kept.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/sign-in/confirm", kept.Text, StringComparison.Ordinal);
        Assert.True(await Count(site) > before);
    }

    [Fact]
    public async Task Who_may_only_read_is_not_asked_to_prove_anything()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var auditor = site.AsStale(await site.NewStaff(StaffRole.Auditor, "audit1", "監 査子"));
        Assert.DoesNotContain("/sign-in/confirm", (await auditor.Get("/staff/compliance/sheets/provider")).Text, StringComparison.Ordinal);
    }

    private static Task<int> Count(RegimeSite site) => site.Do<TasukiDb, int>(db => db.Set<EvidenceRow>().CountAsync(Cancel));
}
