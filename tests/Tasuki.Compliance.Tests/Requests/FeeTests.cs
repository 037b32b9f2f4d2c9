using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Requests;
using Tasuki.Compliance.Scope;
using Tasuki.Data;
using Tasuki.People;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;
using static Tasuki.Compliance.Tests.Requests.OwnRequestTests;

namespace Tasuki.Compliance.Tests.Requests;

/// <summary>What a disclosure costs is said before it is asked for, and the letter says what held on that day.</summary>
public sealed class FeeTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_fee_of_the_ordinance_is_shown_before_filing_and_stands_in_the_letter_as_it_was_then(DataStore store)
    {
        await using var site = await Start(store);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        using var person = site.As(await site.NewResident());
        Assert.Contains("窓口にお尋ねください", (await person.Get("/my-requests/new")).Text, StringComparison.Ordinal);
        site.Scope.Ordinance = new OrdinanceSettings { DisclosureFee = 1300 };
        foreach (var page in new[] { await person.Get("/my-requests/new"), await desk.Get("/staff/requests/new") })
            Assert.Contains("手数料は1,300円です（条例による。法第89条第2項。原典の確認が必要）", page.Text, StringComparison.Ordinal);
        var (paid, correction) = (await File(person, RequestKind.Disclosure), await File(person, RequestKind.Correction, ("Disclosed", "2026-10-01")));
        site.Scope.Ordinance = new OrdinanceSettings { DisclosureFee = 0 };
        Assert.Contains("手数料はかかりません", (await person.Get("/my-requests/new")).Text, StringComparison.Ordinal);
        var free = await File(person, RequestKind.Disclosure);
        foreach (var number in new[] { paid, free, correction })
        {
            await Work(desk, number, "identity", ("How", "SignedIn"));
            await Work(desk, number, "decide", ("Decision", "Granted"));
        }

        foreach (var (who, path) in new[] { (person, "/my-requests/"), (desk, "/staff/requests/") })
        {
            Assert.Contains("1,300円", (await who.Get($"{path}{paid}/letter")).Text, StringComparison.Ordinal);
            Assert.Contains("手数料はかかりません", (await who.Get($"{path}{free}/letter")).Text, StringComparison.Ordinal);
            Assert.DoesNotContain("手数料", (await who.Get($"{path}{correction}/letter")).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_company_is_not_told_of_chapter_five_and_its_letter_says_nothing_of_it()
    {
        await using var site = await Start(DataStore.Sqlite, OperatorKind.Company);
        site.Scope.Ordinance = new OrdinanceSettings { DisclosureFee = 1300 };
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        using var person = site.As(await site.NewResident());
        Assert.DoesNotContain("手数料", (await person.Get("/my-requests/new")).Text, StringComparison.Ordinal);
        var number = await File(person, RequestKind.Disclosure);
        await Work(desk, number, "identity", ("How", "SignedIn"));
        await Work(desk, number, "decide", ("Decision", "Granted"));
        Assert.DoesNotContain("手数料", (await person.Get($"/my-requests/{number}/letter")).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1, false)]
    [InlineData(0, true)]
    [InlineData(OrdinanceSettings.HighestFee, true)]
    [InlineData(OrdinanceSettings.HighestFee + 1, false)]
    [InlineData(null, true)]
    public void A_fee_is_free_or_an_amount(int? yen, bool holds) => Assert.Equal(holds, new OrdinanceSettings { DisclosureFee = yen }.Check().IsOk);

    [Fact]
    public async Task What_the_ordinance_sets_is_kept_with_the_scope_and_nothing_entered_stays_nothing()
    {
        await using var site = await Start(DataStore.Sqlite);
        using var administrator = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "結城 守"));
        (string, string)[] fields =
        [
            ("Operator", "Municipality"), ("Provider", "DevelopsAndProvides"), ("Delivery", "PublicBodyToPerson"), ("Hosting", "OwnMachines"), ("Chosen", "Record"), ("DisclosureDays", "30"),
            ("DisclosureExtensionDays", "30"), ("CorrectionDays", "30"), ("CorrectionExtensionDays", "30"), ("StopDays", "30"), ("StopExtensionDays", "30"), ("AfterDisclosureDays", "90"), ("RegisterPersons", "1000"),
        ];
        foreach (var (typed, kept) in new (string, int?)[] { ("", null), ("300", 300), ("0", 0) })
        {
            var decided = await administrator.Submit(await administrator.Get("/staff/compliance/scope"), "name=\"Operator\"", [.. fields, ("DisclosureFee", typed)]);
            Assert.Contains("記録しました", decided.Text, StringComparison.Ordinal);
            Assert.Equal(kept, await site.Do<ScopeBook, int?>(async b => (await b.Now(Cancel)).Decision.Ordinance.DisclosureFee));
        }
    }
}
