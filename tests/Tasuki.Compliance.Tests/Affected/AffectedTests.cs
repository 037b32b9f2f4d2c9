using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Compliance.Affected;
using Tasuki.Compliance.Incidents;
using Tasuki.Compliance.Regime;
using Tasuki.Compliance.Scope;
using Tasuki.Compliance.Tests.Regime;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;
using Xunit;
using static Tasuki.Compliance.Tests.RegimeSite;

namespace Tasuki.Compliance.Tests.Affected;

/// <summary>Whom an incident affects: who was read, by whom, in which span, and who is told.</summary>
public sealed class AffectedTests
{
    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Whose_records_were_read_is_found_by_account_app_category_and_span(DataStore store)
    {
        await using var site = await Start(store);
        var clinician = await site.NewStaff(StaffRole.Clinician, "doctor", "白川 梓");
        var (read, searched, untouched) = (await Resident(site, "person-a"), await Resident(site, "person-b"), await Resident(site, "person-c"));
        foreach (var one in new[] { read, searched })
            await Share(site, one, ActorKind.Clinician, Id(clinician), Purpose.Care);
        await Share(site, searched, ActorKind.Application, "77/5", Purpose.AppUse);
        var vaccination = (await site.Vault.Search(Actor.Resident(read), read, Purpose.OwnUse, new RecordQuery { Types = ["Immunization"] }, Cancel)).Value.Records[0].Id;

        Assert.True((await site.Vault.Read(clinician.Actor, read, Purpose.Care, vaccination, Cancel)).IsOk);
        Assert.True((await site.Vault.Search(clinician.Actor, searched, Purpose.Care, new RecordQuery(), Cancel)).IsOk);
        // Refused, and the person's own look: neither is an access of somebody else.
        Assert.False((await site.Vault.Open(clinician.Actor, untouched, Purpose.Care, Cancel)).IsOk);
        await site.Vault.Search(Actor.Resident(untouched), untouched, Purpose.OwnUse, new RecordQuery(), Cancel);
        site.Clock.Now = site.Clock.Now.AddHours(2);
        Assert.True((await site.Vault.Search(Actor.Application("77/5"), searched, Purpose.AppUse, new RecordQuery { Types = ["MedicationStatement"] }, Cancel)).IsOk);

        var (begin, end) = (site.Clock.Now.AddHours(-3), site.Clock.Now.AddMinutes(1));
        async Task<ResidentNo[]> Found(AccessBy by, string? who = null, DataCategory? category = null, DateTimeOffset? until = null) =>
            [.. (await site.Vault.WhoseWereRead(clinician.Actor, new AccessQuestion(begin, until ?? end, by, who, category), "test", Cancel)).Persons.Select(p => p.Resident)];
        Assert.Equal([read, searched], await Found(AccessBy.Staff, Id(clinician)));
        Assert.Empty(await Found(AccessBy.Staff, "999"));
        Assert.Equal([searched], await Found(AccessBy.App, "77"));
        Assert.Equal([searched], await Found(AccessBy.App, "77/5"));
        Assert.Empty(await Found(AccessBy.App, "77/6"));
        Assert.Empty(await Found(AccessBy.App, "7"));
        Assert.Equal([read, searched], await Found(AccessBy.Category, category: DataCategory.Immunization));
        Assert.Equal([searched], await Found(AccessBy.Category, category: DataCategory.Medication));
        Assert.Empty(await Found(AccessBy.Category, category: DataCategory.Lifelog));
        Assert.Empty(await Found(AccessBy.App, "77", until: end.AddHours(-1)));
        Assert.Equal([read, searched], await Found(AccessBy.Everything));

        // Who was only looked up in the registry counts, and is told apart.
        var officer = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        await site.Vault.LogRegistry(officer.Actor, untouched, "look-up", Cancel);
        var looked = (await site.Vault.WhoseWereRead(officer.Actor, new AccessQuestion(begin, end, AccessBy.Staff, Id(officer), null), "test", Cancel)).Persons;
        Assert.Equal([new AffectedPerson(untouched, 1, Records: false)], looked);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_number_counts_for_the_thresholds_of_the_operator(DataStore store)
    {
        await using var site = await Start(store);
        var insider = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実"));
        foreach (var resident in (await site.Vault.EnrolMany(Actor.Job("test", "People."), 101, Cancel)).Value)
            await site.Vault.LogRegistry(insider.Actor, resident, "look-up", Cancel);
        foreach (var (kind, triggers) in new[] { (OperatorKind.Municipality, new[] { BreachTrigger.ManyPersons }), (OperatorKind.Company, []) })
        {
            site.Scope.Operator = kind;
            var number = await Enter(desk);
            await Classify(desk, number);
            Assert.Empty((await Row(site, number)).Triggers);
            var page = await Find(desk, number, ("By", "Staff"), ("StaffNo", Id(insider)));
            Assert.Contains("調べました", page.Text, StringComparison.Ordinal);
            Assert.Contains("101人", page.Text, StringComparison.Ordinal);
            var row = await Row(site, number);
            Assert.Equal(101, row.Persons);
            Assert.Equal(triggers, row.Triggers);
            Assert.Contains("職員のアカウントが見たもの 101人（うち健康の記録 0人）", (await desk.Get($"/staff/incidents/{number}")).Text, StringComparison.Ordinal);
        }

        var stated = await Enter(desk);
        Assert.Contains("選んでください", (await Find(desk, stated, ("By", "Staff"), ("StaffNo", "12345"))).Text.Split("できませんでした")[1], StringComparison.Ordinal);
        Assert.Contains("期間は、始まりが先で", (await Find(desk, stated, ("By", "Everything"), ("From", "2026-11-02T13:00"))).Text, StringComparison.Ordinal);
        Assert.Contains("情報の種類を選んでください", (await Find(desk, stated, ("By", "Category"))).Text, StringComparison.Ordinal);
        Assert.Null((await Row(site, stated)).Persons);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Each_is_told_once_in_the_inbox_and_of_an_exercise_nobody(DataStore store)
    {
        await using var site = await Start(store);
        var insider = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(admin);
        using var stale = site.AsStale(admin);
        var resident = await site.NewResident();
        var nameless = (await site.Vault.EnrolMany(Actor.Job("test", "Somebody without an account."), 1, Cancel)).Value[0];
        foreach (var one in new[] { resident, nameless })
            await site.Vault.LogRegistry(insider.Actor, one, "look-up", Cancel);

        var drill = await Enter(desk, ("Drill", "true"));
        await Find(desk, drill, ("By", "Everything"));
        await Items(desk, drill);
        Assert.Contains("記録しました", (await Tell(desk, drill)).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(await Messages(site, resident), m => m.Subject.Contains("事故", StringComparison.Ordinal));
        Assert.Contains("訓練のため送っていません（受信箱1人、サインインしない人1人の予定）", (await desk.Get($"/staff/incidents/{drill}")).Text, StringComparison.Ordinal);
        Assert.Empty((await site.Do<TellAffected, Result<LetterBatch>>(t => t.Letters(admin, drill, 0, 10, Cancel))).Value.Letters);

        var number = await Enter(desk);
        Assert.Equal("incident.list", (await site.Do<TellAffected, Result<int>>(t => t.Send(admin, number, Cancel))).Error?.Code);
        await Find(desk, number, ("By", "Everything"));
        Assert.Contains("先に、事故の概要と、情報の項目を", (await Tell(desk, number)).Text, StringComparison.Ordinal);
        await Items(desk, number);
        foreach (var _ in new[] { 1, 2 })
            await Tell(desk, number);
        var told = Assert.Single(await Messages(site, resident), m => m.Subject.Contains("個人情報の事故", StringComparison.Ordinal));
        foreach (var said in new[] { "概要の文", "氏名と住所", "確認中" })
            Assert.Contains(said, told.Body, StringComparison.Ordinal);
        Assert.Contains("受信箱へ1人、サインインしない人1人", (await desk.Get($"/staff/incidents/{number}")).Text, StringComparison.Ordinal);
        Assert.Contains("1人は、住所がわからないか", (await desk.Submit(await desk.Get($"/staff/incidents/{number}/letters"), "value=\"letters\"")).Text, StringComparison.Ordinal);

        // Names only with a fresh factor, and each sees that they were shown.
        var page = await desk.Get($"/staff/incidents/{number}/persons");
        Assert.DoesNotContain("緑山", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain($">{resident}<", page.Text, StringComparison.Ordinal);
        foreach (var path in new[] { $"/staff/incidents/{number}/persons", $"/staff/incidents/{number}/letters" })
            Assert.StartsWith("/sign-in", (await stale.Get(path)).Path, StringComparison.Ordinal);
        using var other = site.As(insider);
        Assert.True((await other.Get($"/staff/incidents/{number}/persons")).IsRefused);
        Assert.Contains("緑山 花子", (await desk.Submit(page, "value=\"names\"", ("What", "names"))).Text, StringComparison.Ordinal);
        var session = (await site.Vault.Open(Actor.Resident(resident), resident, Purpose.OwnUse, Cancel)).Value;
        var seen = (await session.AccessLog(100, Cancel)).Where(e => e is { Action: "incident", ActorKind: ActorKind.Officer }).Select(e => e.Detail).ToList();
        Assert.Contains($"{number} names", seen, StringComparer.Ordinal);
        Assert.Contains($"{number} told", seen, StringComparer.Ordinal);
        Assert.DoesNotContain(seen, d => d!.Contains(drill, StringComparison.Ordinal));
        Assert.Equal("incident.missing", (await site.Do<TellAffected, Result<int>>(t => t.Send(insider, number, Cancel))).Error?.Code);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task Letters_come_in_batches_until_everybody_has_one(DataStore store)
    {
        await using var site = await Start(store);
        var insider = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        using var desk = site.As(admin);
        var people = (await site.Vault.EnrolMany(Actor.Job("test", "People without an account."), 205, Cancel)).Value;
        await Task.WhenAll(people.Select(p => site.Vault.LogRegistry(insider.Actor, p, "look-up", Cancel)));
        var number = await Enter(desk);
        await Find(desk, number, ("By", "Everything"));
        await Items(desk, number);

        var (after, batches, persons) = (0L, new List<int>(), 0);
        for (long? next = 0; next is not null;)
        {
            var batch = (await site.Do<TellAffected, Result<LetterBatch>>(t => t.Letters(admin, number, after, 90, Cancel))).Value;
            Assert.Equal((persons, 205), (batch.Before, batch.Persons));
            batches.Add(batch.Letters.Count + batch.Without);
            persons += batches[^1];
            next = batch.Next;
            after = next ?? after;
        }

        Assert.Equal([90, 90, 25], batches);
        var first = await desk.Submit(await desk.Get($"/staff/incidents/{number}/letters"), "value=\"letters\"");
        Assert.Contains("全205人のうち、1人目から200人目まで", first.Text, StringComparison.Ordinal);
        var last = await desk.Submit(first, "name=\"After\"");
        Assert.Contains("全205人のうち、201人目から205人目まで", last.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"After\"", last.Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task The_resident_of_the_probes_is_nobody_an_incident_affects(DataStore store)
    {
        await using var site = await Start(store);
        var admin = await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実");
        await using (var scope = site.Services.CreateAsyncScope())
            Assert.True((await site.Services.GetServices<Tasuki.Web.ProbeEntry>().Single(p => p.Id == "withdrawal.effective").Look(scope.ServiceProvider, Cancel)).Holds);
        var (from, until) = (site.Clock.Now.AddHours(-1), site.Clock.Now.AddMinutes(1));
        var read = (await site.Vault.WhoseWereRead(admin.Actor, new AccessQuestion(from, until, AccessBy.Everything, null, null), "test", Cancel)).Persons;
        Assert.Equal(await site.Do<ProbeResident, ResidentNo?>(p => p.Number(Cancel)), Assert.Single(read).Resident);

        using var desk = site.As(admin);
        var number = await Enter(desk);
        Assert.Equal(0, (await site.Do<FindAffected, Result<int>>(f => f.Find(admin, number, new AccessQuestion(from, until, AccessBy.Everything, null, null), Cancel))).Value);
    }

    [Theory, MemberData(nameof(RegimeStores.All), MemberType = typeof(RegimeStores))]
    public async Task A_list_that_was_altered_or_taken_away_is_said_to_be_missing(DataStore store)
    {
        await using var site = await Start(store);
        var insider = await site.NewStaff(StaffRole.Desk, "officer1", "青木 守");
        using var desk = site.As(await site.NewStaff(StaffRole.Administrator, "admin", "黒田 実"));
        await site.Vault.LogRegistry(insider.Actor, await site.NewResident(), "look-up", Cancel);
        var number = await Enter(desk);
        await Find(desk, number, ("By", "Everything"));
        Assert.DoesNotContain("書き換えられた疑い", (await desk.Get($"/staff/incidents/{number}/persons")).Text, StringComparison.Ordinal);
        // An older list in the place of a newer one opens no more than none.
        await Find(desk, number, ("By", "Staff"), ("StaffNo", Id(insider)));
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("UPDATE incident_affected SET content = (SELECT a.content FROM incident_affected a WHERE a.step = 2) WHERE step = 3", Cancel));
        Assert.Contains("書き換えられた疑い", (await desk.Get($"/staff/incidents/{number}/persons")).Text, StringComparison.Ordinal);
        await site.Do<TasukiDb, int>(db => db.Database.ExecuteSqlRawAsync("DELETE FROM incident_affected", Cancel));
        Assert.Contains("書き換えられた疑い", (await desk.Get($"/staff/incidents/{number}/persons")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_text_of_those_affected_is_there_and_asked_for() => RegimeHouseTests.TextsHold<AffectedTexts>(["Regime"], ["Affected"], [.. AffectedPage.Said.Select(s => $"did-{s}")]);

    private static string Id(StaffMember member) => member.No.ToString(CultureInfo.InvariantCulture);

    private static async Task<ResidentNo> Resident(RegimeSite site, string name)
    {
        var resident = await site.NewResident(name);
        NewRecord Record(string json) => new(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json)).Value, new RecordOrigin(SourceKind.Person, null, null, null, site.Clock.Now));
        Assert.True((await site.Vault.Write(
            Actor.Resident(resident), resident, Purpose.OwnUse,
            [
                Record("""{"resourceType":"Immunization","status":"completed","vaccineCode":{"text":"v"},"patient":{"display":"x"},"occurrenceDateTime":"2025-10-01"}"""),
                Record("""{"resourceType":"MedicationStatement","status":"active","medicationCodeableConcept":{"text":"m"},"subject":{"display":"x"},"effectiveDateTime":"2025-10-01"}"""),
            ], Cancel)).IsOk);
        return resident;
    }

    private static async Task Share(RegimeSite site, ResidentNo resident, ActorKind kind, string id, string purpose) => Assert.True((await site.Vault.Grant(
        Actor.Resident(resident), new NewGrant(resident, kind, id, purpose, AccessClasses.Of(DataCategory.Immunization, DataCategory.Medication), null, null, site.Clock.Now.AddDays(30)), Cancel)).IsOk);

    private static async Task<string> Enter(Browser desk, params (string Name, string Value)[] fields)
    {
        var entered = await desk.Submit(
            await desk.Get("/staff/incidents/new"), "name=\"Title\"", [("Title", "名簿の持ち出し"), ("Outline", "概要の文"), ("Known", "2026-11-02T11:00"), .. fields]);
        Assert.Matches("^/staff/incidents/[ID]-", entered.Path);
        return entered.Path["/staff/incidents/".Length..].Split('?')[0];
    }

    private static async Task Classify(Browser desk, string number) =>
        await desk.Submit(await desk.Get($"/staff/incidents/{number}"), "value=\"classify\"", ("What", "classify"), ("Event", "Leak"), ("Cause", "Mistake"));

    private static async Task Items(Browser desk, string number) => await desk.Submit(
        await desk.Get($"/staff/incidents/{number}"), "value=\"write\"", ("What", "write"), ("Title", "名簿の持ち出し"), ("Item0", "概要の文"), ("Item1", "氏名と住所"));

    private static async Task<Answer> Find(Browser desk, string number, params (string Name, string Value)[] fields)
    {
        (string Name, string Value)[] usual = [("What", "find"), ("From", "2026-11-02T09:00"), ("Until", "2026-11-02T12:01")];
        return await desk.Submit(await desk.Get($"/staff/incidents/{number}/persons"), "value=\"find\"", [.. usual.Where(u => fields.All(f => f.Name != u.Name)), .. fields]);
    }

    private static async Task<Answer> Tell(Browser desk, string number) =>
        await desk.Submit(await desk.Get($"/staff/incidents/{number}/persons"), "value=\"tell\"", ("What", "tell"));

    private static async Task<IncidentRow> Row(RegimeSite site, string number) => (await site.Do<IncidentBook, IncidentRow?>(b => b.Find(number, Cancel)))!;

    private static Task<IReadOnlyList<InboxMessage>> Messages(RegimeSite site, ResidentNo resident) => site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(resident, Cancel));
}
