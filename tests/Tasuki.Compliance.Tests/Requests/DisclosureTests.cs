using System.IO.Compression;
using System.Text;
using Tasuki.Compliance.Requests;
using Tasuki.Data;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.Requests.OwnRequestTests;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Requests;

/// <summary>What was decided to be disclosed reaches the person from the vault, and nobody else reads it on the way.</summary>
public sealed class DisclosureTests
{
    private const string Vaccine = "橙のワクチン";
    private const string Medicine = "緑の薬";

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task What_is_disclosed_is_taken_on_the_persons_own_page_without_what_is_withheld(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        using var person = site.As(resident);
        var number = await File(person, RequestKind.Disclosure);
        await Work(desk, number, "identity", ("How", "SignedIn"));
        Assert.Contains("開示の一部を認めるときだけ", (await Work(desk, number, "decide", ("Decision", "Granted"), ("Withheld", "Medication"))).Text, StringComparison.Ordinal);
        (string, string)[] all = [.. Enum.GetNames<DataCategory>().Select(c => ("Withheld", c))];
        Assert.Contains("すべてではなく", (await Work(desk, number, "decide", [("Decision", "Partly"), ("Grounds", "harm-self"), ("Text", "理由"), .. all])).Text, StringComparison.Ordinal);
        await Work(desk, number, "decide", ("Decision", "Partly"), ("Grounds", "harm-self"), ("Text", "薬は除きます。"), ("Withheld", "Medication"));

        Assert.Contains("ここで受け取れるものはありません", (await person.Get($"/my-requests/{number}/receive")).Text, StringComparison.Ordinal);
        Assert.Contains("本人に知らせました", (await Work(desk, number, "release-account")).Text, StringComparison.Ordinal);
        Assert.Contains("開示する記録を受け取れます", await Subjects(site, resident), StringComparer.Ordinal);
        Assert.Contains("薬剤", (await person.Get($"/my-requests/{number}/letter")).Text, StringComparison.Ordinal);

        var page = await person.Get($"/my-requests/{number}/receive");
        foreach (var _ in new[] { 1, 2 })
        {
            var zip = await person.Submit(page, "/take");
            Assert.Equal((200, "application/zip"), (zip.Status, zip.Type));
            var text = Inside(zip.Bytes);
            Assert.Contains(Vaccine, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Medicine, text, StringComparison.Ordinal);
        }

        var row = await Row(site, number);
        Assert.Equal((RequestState.Done, RequestWay.Electronic), (row.State, row.Way));
        // What the person takes out by themselves at any time is untouched by it.
        var own = (await site.Vault.Search(Actor.Resident(resident), resident, Purpose.OwnUse, new RecordQuery { Types = ["MedicationStatement"] }, Cancel)).Value;
        Assert.Single(own.Records);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Without_a_fresh_factor_and_for_anybody_else_nothing_is_handed_out(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        using var person = site.As(resident);
        var number = await Granted(site, desk, person);
        await Work(desk, number, "release-account");
        var page = await person.Get($"/my-requests/{number}/receive");
        using var stale = site.AsStale(resident);
        using var other = site.As(await site.NewResident("other"));
        Assert.StartsWith("/sign-in", (await stale.Get($"/my-requests/{number}/receive")).Path, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await stale.Submit(page, "/take")).Path, StringComparison.Ordinal);
        Assert.True((await desk.Submit(page, "/take")).IsRefused);
        Assert.False((await other.Submit(page, "/take")).IsZip);
        Assert.Equal("request.missing", (await site.Do<HandOutDisclosure, Result<AccessClasses>>(
            h => h.ToPerson(new ResidentProfile(new ResidentNo(resident.Value + 1), "橙野 一", null, null, null, true), number, Cancel))).Error?.Code);
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_file_for_the_counter_is_taken_by_a_second_officer_and_stands_in_the_persons_history(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        var first = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var again = await site.NewStaff(StaffRole.Desk, "officer1b", "青木 守");
        var second = await site.NewStaff(StaffRole.Desk, "officer2", "白川 梓");
        using var desk = site.As(first);
        using var twin = site.As(again);
        using var puppet = site.As(await site.NewInvited(first, StaffRole.Desk, "officer3", "黒木 空"));
        using var other = site.As(second);
        using var stale = site.AsStale(second);
        using var person = site.As(resident);
        var number = await Granted(site, desk, person);
        Assert.Contains("取り出せるファイルはありません", (await other.Get($"/staff/requests/{number}/pack")).Text, StringComparison.Ordinal);
        await Work(desk, number, "release-pack");

        var page = await other.Get($"/staff/requests/{number}/pack");
        foreach (var same in new[] { desk, twin, puppet })
            Assert.Contains("とは別の職員が取り出してください", (await same.Submit(await same.Get($"/staff/requests/{number}/pack"), "/pack/take")).Text.Split("できませんでした")[1][..200], StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await stale.Submit(page, "/pack/take")).Path, StringComparison.Ordinal);
        Assert.True((await person.Submit(page, "/pack/take")).IsRefused);
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);

        var zip = await other.Submit(page, "/pack/take");
        Assert.Equal("application/zip", zip.Type);
        foreach (var inside in new[] { Vaccine, Medicine, "緑山 花子", "disclosure" })
            Assert.Contains(inside, Inside(zip.Bytes), StringComparison.Ordinal);
        foreach (var same in new[] { desk, twin, puppet })
            Assert.Contains("とは別の職員が取り出してください", (await same.Submit(await same.Get($"/staff/requests/{number}/pack"), "/pack/handed-over")).Text, StringComparison.Ordinal);
        Assert.StartsWith("/sign-in", (await stale.Submit(page, "/pack/handed-over")).Path, StringComparison.Ordinal);
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);
        Assert.Contains("実施を記録しました", (await other.Submit(page, "/pack/handed-over")).Text, StringComparison.Ordinal);
        Assert.False((await other.Submit(page, "/pack/take")).IsZip);
        var row = await Row(site, number);
        Assert.Equal((RequestState.Done, RequestWay.Pack), (row.State, row.Way));

        // No page of the desk shows a word of the records.
        foreach (var path in new[] { $"/staff/requests/{number}", $"/staff/requests/{number}/letter", $"/staff/requests/{number}/pack", "/staff/requests" })
        {
            var text = (await other.Get(path)).Text;
            Assert.DoesNotContain(Vaccine, text, StringComparison.Ordinal);
            Assert.DoesNotContain(Medicine, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Vaccine, site.Log.All, StringComparison.Ordinal);
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var seen = await session.AccessLog(200, Cancel);
        Assert.Single(seen, e => e is { Action: "disclosure", ActorKind: ActorKind.Officer, Purpose: Purpose.LegalRequest } && e.ActorId == second.No.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains(seen, e => e is { ActorKind: ActorKind.Job, Purpose: Purpose.LegalRequest, Action: "search" });
        Assert.DoesNotContain(seen, e => e is { ActorKind: ActorKind.Officer, Action: "search" or "read" or "open" });

        // What was handed over may be made ready once more; so two officers again.
        await Work(desk, number, "release-pack");
        Assert.Equal("application/zip", (await other.Submit(page, "/pack/take")).Type);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_transfer_that_breaks_off_fulfils_nothing_and_is_taken_again_until_it_was_handed_over(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        var second = await site.NewStaff(StaffRole.Desk, "officer2", "白川 梓");
        using var desk = site.As(await site.NewStaff(StaffRole.Desk, "officer1", "青木 守"));
        using var other = site.As(second);
        using var person = site.As(resident);
        var number = await Granted(site, desk, person);
        await Work(desk, number, "release-pack");
        var page = await other.Get($"/staff/requests/{number}/pack");
        Assert.Contains("まだ誰も取り出していません", (await other.Submit(page, "/pack/handed-over")).Text, StringComparison.Ordinal);

        site.Transfer.Breaks = true;
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => other.Submit(page, "/pack/take"));
        site.Transfer.Breaks = false;
        var row = await Row(site, number);
        Assert.Equal((RequestState.Decided, RequestWay.None, (DateOnly?)null), (row.State, row.Way, row.Settled));
        // The clock goes on: it is decided in time, and late all the same while nobody has it.
        Assert.False(row.IsOverdue(row.Due!.Day));
        Assert.True(row.IsOverdue(row.Due.Day.AddDays(3)));

        site.Clock.Now += TimeSpan.FromHours(HandOutDisclosure.PackHours - 1);
        Assert.Equal("application/zip", (await other.Submit(page, "/pack/take")).Type);
        Assert.Contains("取り出し直せます", (await other.Get($"/staff/requests/{number}/pack")).Text, StringComparison.Ordinal);
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        Assert.Equal(2, (await session.AccessLog(200, Cancel)).Count(e => e is { Action: "disclosure", ActorKind: ActorKind.Officer }));
        site.Clock.Now += TimeSpan.FromHours(1);
        Assert.Contains("24時間を過ぎました", (await other.Submit(page, "/pack/take")).Text, StringComparison.Ordinal);
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);

        // Made ready once more, a day begins anew.
        await Work(desk, number, "release-pack");
        Assert.Contains("まだ誰も取り出していません", (await other.Submit(page, "/pack/handed-over")).Text, StringComparison.Ordinal);
        Assert.Equal("application/zip", (await other.Submit(page, "/pack/take")).Type);
        await other.Submit(page, "/pack/handed-over");
        row = await Row(site, number);
        Assert.Equal((RequestState.Done, RequestWay.Pack, site.Clock.Today()), (row.State, row.Way, row.Settled));
        Assert.False(row.IsOverdue(row.Due!.Day.AddDays(3)));
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Only_a_disclosure_that_was_decided_of_somebody_known_is_made_ready(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(officer);
        using var person = site.As(resident);
        Task<Result<Done>> Release(StaffMember by, string number, RequestRelease release) => site.Do<WorkOnRequest, Result<Done>>(w => w.Release(by, number, release, Cancel));

        var open = await File(person, RequestKind.Disclosure);
        Assert.Equal("request.settled", (await Release(officer, open, RequestRelease.Account)).Error?.Code);
        Assert.Equal("request.missing", (await Release(admin, open, RequestRelease.Account)).Error?.Code);
        var partly = await File(person, RequestKind.Disclosure);
        await Work(desk, partly, "identity", ("How", "SignedIn"));
        await Work(desk, partly, "decide", ("Decision", "Partly"), ("Grounds", "other-person"), ("Text", "家族の記載を除きます。"));
        Assert.Equal("request.not-by-category", (await Release(officer, partly, RequestRelease.Account)).Error?.Code);
        var correction = await File(person, RequestKind.Correction, ("Disclosed", "2026-10-01"));
        await Work(desk, correction, "identity", ("How", "SignedIn"));
        await Work(desk, correction, "decide", ("Decision", "Granted"));
        Assert.Equal("request.way", (await Release(officer, correction, RequestRelease.Account)).Error?.Code);

        await desk.Submit(
            await desk.Get("/staff/requests/new"), "name=\"Kind\"", ("Kind", "Disclosure"), ("Channel", "Post"), ("By", "Person"), ("Received", "2026-11-02"), ("Name", "灰田 一"), ("Address", "ひびき市"), ("Text", "開示"));
        var unknown = (await site.Do<RequestBook, (IReadOnlyList<RequestRow> Rows, int)>(b => b.All(Cancel))).Rows.Single(r => r.ResidentNo is null).Number;
        await Work(desk, unknown, "identity", ("How", "Photo"));
        await Work(desk, unknown, "decide", ("Decision", "Granted"));
        Assert.Equal("request.no-account", (await Release(officer, unknown, RequestRelease.Pack)).Error?.Code);
        Assert.Contains("アカウントと結び付いていません", (await desk.Get($"/staff/requests/{unknown}")).Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_gate_opens_for_a_request_to_a_job_that_names_it_and_to_nobody_at_a_desk(DataStore store)
    {
        await using var site = await Start(store);
        var resident = await Resident(site);
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        foreach (var refused in new[] { officer.Actor, Actor.Operator("k", "a reason"), Actor.Resident(resident), Actor.Job("job", " ") })
            Assert.Equal("gate.refused", (await site.Vault.Open(refused, resident, Purpose.LegalRequest, Cancel)).Error?.Code);
        var session = (await site.Vault.Open(Actor.Job("job", "Request R-1."), resident, Purpose.LegalRequest, Cancel)).Value;
        Assert.False(session.MayWrite);
        Assert.NotEmpty(await session.AccessLog(10, Cancel));
        Assert.Empty(await session.Narrowed(AccessClasses.All.Without(DataCategory.Medication)).AccessLog(10, Cancel));
        Assert.Empty(await (await site.Vault.Open(Actor.Job("job", "Upkeep."), resident, Purpose.Operation, Cancel)).Value.AccessLog(10, Cancel));
    }

    private static async Task<string> Granted(RegimeSite site, Browser desk, Browser person)
    {
        var number = await File(person, RequestKind.Disclosure);
        await Work(desk, number, "identity", ("How", "SignedIn"));
        await Work(desk, number, "decide", ("Decision", "Granted"));
        Assert.Equal(RequestState.Decided, (await Row(site, number)).State);
        return number;
    }

    private static async Task<ResidentNo> Resident(RegimeSite site)
    {
        var resident = await site.NewResident();
        NewRecord Record(string json) => new(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, new RecordOrigin(SourceKind.Person, null, null, null, site.Clock.Now));
        var written = await site.Vault.Write(
            Actor.Resident(resident), resident, Purpose.OwnUse,
            [
                Record($$"""{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"{{Vaccine}}"},"patient":{"display":"x"},"occurrenceDateTime":"2025-10-01"}"""),
                Record($$"""{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"{{Medicine}}"},"subject":{"display":"x"},"effectiveDateTime":"2025-10-01"}"""),
            ], Cancel);
        Assert.True(written.IsOk, written.Error?.Message);
        return resident;
    }

    /// <summary>Every text of the archive, those of archives in it too.</summary>
    private static string Inside(byte[] zip)
    {
        var all = new StringBuilder();
        using var archive = new ZipArchive(new MemoryStream(zip));
        foreach (var entry in archive.Entries)
        {
            using var content = new MemoryStream();
            using (var stream = entry.Open())
                stream.CopyTo(content);
            all.Append(content.ToArray() is [(byte)'P', (byte)'K', ..] inner ? Inside(inner) : Encoding.UTF8.GetString(content.ToArray()));
        }

        return all.ToString();
    }
}
