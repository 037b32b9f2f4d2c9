using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Data;
using Tasuki.Delivery;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Records;
using Tasuki.Vault;
using Xunit;

namespace Tasuki.People.Tests;

/// <summary>What the municipality's list says of a person is what their account says: after a list, after a correction at the desk, and after a cut.</summary>
public sealed class RegistryFactsTests
{
    internal const string Married = "1001,青空　花子,ｱｵｿﾞﾗ ﾊﾅｺ,S30.4.2,女,123-4567,みどり市南町9,,";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;



    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task A_new_name_and_birth_date_of_the_list_are_the_accounts_at_once_and_the_person_is_told_once(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Empty(await Told(world, no));

        await world.TakeOver(officer, Married);
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);
        var patient = await Patient(world, no);
        Assert.Equal((2, "1955-04-02"), (patient.Version, patient.Json.GetProperty("birthDate").GetString()));
        Assert.Equal(["青空", "アオゾラ"], patient.Json.GetProperty("name").EnumerateArray().Select(name => name.GetProperty("family").GetString()), StringComparer.Ordinal);
        // She never gave an address: the list's does not come into a record that may be shared.
        Assert.False(patient.Json.TryGetProperty("address", out var _));
        Assert.Equal(["登録の内容が新しくなりました"], await Told(world, no), StringComparer.Ordinal);
        Assert.Contains(await Log(world, no), entry => entry is { Action: "registry", Detail: "facts", ActorKind: ActorKind.Job });
        Assert.Equal((1, 0), await FoundAtCounter(world));

        // The same list, and the hourly sweep, change nothing more.
        await world.TakeOver(officer, Married);
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal(2, (await Patient(world, no)).Version);
        Assert.Single(await Told(world, no));
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task An_officer_corrects_an_entry_after_a_look_at_a_document_and_the_account_follows(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        (string, string)[] said = [("Family", "青空"), ("Given", "花子"), ("FamilyKana", "あおぞら"), ("GivenKana", "はなこ"), ("Birth", "S30.4.1"), ("Gender", "female"), ("Postal", ""), ("Address", "みどり市南町9")];
        var entry = await DeskWorld.Entry(officer);
        var unchecked_ = await DeskWorld.Act(officer, entry, "correct", said);
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);
        var unreadable = await DeskWorld.Act(officer, unchecked_, "correct", [("Checked", "true"), .. said.Where(s => s.Item1 is not "FamilyKana"), ("FamilyKana", "青空")]);
        Assert.Contains("直せませんでした", unreadable.Body, StringComparison.Ordinal);
        Assert.Equal("緑山 花子", (await resident.Get("/home", Cancel)).Body);

        var done = await DeskWorld.Act(officer, unreadable, "correct", [("Checked", "true"), .. said]);
        Assert.Contains("登録の内容を直しました", done.Body, StringComparison.Ordinal);
        Assert.Equal("青空 花子", (await resident.Get("/home", Cancel)).Body);
        Assert.Contains("青空 花子", (await DeskWorld.Find(officer, "あおぞらはなこ")).Body, StringComparison.Ordinal);
        Assert.Contains(await Log(world, account.Resident!.Value), e => e is { Action: "registry", Detail: "corrected", ActorKind: ActorKind.Officer });
        Assert.Single(await Told(world, account.Resident!.Value));
    }

    [Theory]
    [InlineData("1001,\uE001山　花子,ﾐﾄﾞﾘﾔﾏ ﾊﾅｺ,S30.4.1,女,,,,", "緑山 花子", "みどり市本町1")]
    [InlineData("1001,緑山　花子,ﾐﾄﾞﾘﾔﾏ ﾊﾅｺ,S30.4.1,,,みどり市南町9,,", "緑山 花子", "みどり市南町9")]
    [InlineData("1001,緑山　花子,ﾐﾄﾞﾘﾔﾏ ﾊﾅｺ,S30.4.1,女,,みどり市南町9,,1", "緑山 花子", "みどり市本町1")]
    [InlineData("1001,緑山　桜,ﾐﾄﾞﾘﾔﾏ ｻｸﾗ,S30.4.1,女,,みどり市南町9,,1", "緑山 桜", "みどり市本町1")]
    public async Task What_cannot_be_written_elsewhere_and_the_address_of_a_protected_person_do_not_follow(string line, string name, string address)
    {
        await using var world = await DeskWorld.Start(DataStore.Sqlite);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        var given = await Unmarried(world, no, "みどり市本町1");
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == no.Value).ExecuteUpdateAsync(s => s.SetProperty(r => r.Profile, given), Cancel));
        await world.TakeOver(officer, line);
        var row = await Row(world, no);
        var profile = (await world.Site.Do<AccountSeals, Result<SealedProfile>>(seals => seals.Open<SealedProfile>(no, "resident", "profile", no.Value, row.Profile, Cancel))).Value;
        Assert.Equal((name, address, "female"), (profile.FullName, profile.Address, profile.Gender));
    }

    // One officer and somebody with a document of their own: the entry is made to fit the document, and a second officer would see nothing wrong.
    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task Who_is_found_by_another_name_is_not_let_into_the_account_at_once(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        using var other = await world.Staff(StaffRole.Desk, "officer2", "白川 梓");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        await world.TakeOver(officer, Married);
        // An account that holds nothing is given back at once: there is nothing to get at.
        await using (var file = new MemoryStream("健診の結果"u8.ToArray()))
            Assert.True((await (await world.Own(no)).KeepFile("健診.txt", "text/plain", file, Cancel)).IsOk);
        using var person = world.Site.NewVisitor();
        var code = await RecoveryTests.Receipt(Act(await AtCounter(officer), officer, "hand-over"));
        await RecoveryTests.Receipt(RecoveryTests.Enter(person, code));

        Assert.Contains("30日以内に変わりました", (await Act(await AtCounter(other), other, "confirm")).Body, StringComparison.Ordinal);
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == no.Value).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.FoundBySince, world.Site.Clock.GetUtcNow() - CounterDesk.FactsAreNew), Cancel));
        Assert.Contains("確認しました", (await Act(await AtCounter(other), other, "confirm")).Body, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Stores.All), MemberType = typeof(Stores))]
    public async Task What_else_stands_in_the_own_record_stays_and_an_account_that_is_closing_follows_when_it_is_open_again(DataStore store)
    {
        await using var world = await DeskWorld.Start(store);
        using var officer = await world.Staff(StaffRole.Desk, "officer1", "青木 守");
        var (resident, account) = await world.Confirmed(officer);
        using var _ = resident;
        var no = account.Resident!.Value;
        var own = (await (await world.Own(no)).Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, Cancel)).Value.Records.Single();
        var json = JsonNode.Parse(own.Resource.Json.Span)!.AsObject();
        json["name"]!.AsArray().Add(JsonNode.Parse("""{"use":"nickname","text":"はなちゃん"}"""));
        json["gender"] = "unknown";
        var changed = new NewRecord(CanonicalResource.Parse(Encoding.UTF8.GetBytes(json.ToJsonString())).Value, own.Origin);
        Assert.True((await (await world.Own(no)).Change([new RecordChange.Update(own.Id, changed, own.Version)], null, Cancel)).IsOk);
        var profile = await Unmarried(world, no, "みどり市本町1-2-3");
        await world.Site.Do<TasukiDb>(db => db.Set<ResidentRow>().Where(r => r.ResidentNo == no.Value).ExecuteUpdateAsync(s => s.SetProperty(r => r.Profile, profile), Cancel));

        await world.TakeOver(officer, Married);
        var stored = (await (await world.Own(no)).Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, Cancel)).Value.Records.Single();
        var patient = JsonDocument.Parse(stored.Resource.Json).RootElement;
        Assert.Equal(["青空", "アオゾラ", null], patient.GetProperty("name").EnumerateArray().Select(name => name.TryGetProperty("family", out var family) ? family.GetString() : null), StringComparer.Ordinal);
        Assert.Equal("はなちゃん", patient.GetProperty("name")[2].GetProperty("text").GetString());
        Assert.Equal("female", patient.GetProperty("gender").GetString());
        Assert.Contains("みどり市南町9", patient.GetProperty("address")[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(SourceKind.Municipality, stored.Origin.Kind);

        var vault = world.Site.Services.GetRequiredService<RecordVault>();
        Assert.True((await vault.Close(Actor.Resident(no), no, Cancel)).IsOk);
        await world.TakeOver(officer, Married.Replace("青空", "朝日", StringComparison.Ordinal));
        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.True((await vault.CancelClosure(Actor.Resident(no), no, Cancel)).IsOk);
        Assert.Equal(1, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
        Assert.Equal("朝日", (await Patient(world, no)).Json.GetProperty("name")[0].GetProperty("family").GetString());
        Assert.Equal(0, await world.Site.Do<ChangeStanding, int>(s => s.Sweep(Cancel)));
    }

    // By the new name and birth date, and by the old.
    internal static Task<(int New, int Old)> FoundAtCounter(DeskWorld world) => world.Site.Do<CounterDesk, (int, int)>(async desk =>
    {
        var by = await world.Site.Do<TasukiDb, Account>(db => db.Set<Account>().AsNoTracking().FirstAsync(a => a.Kind == AccountKind.Staff, Cancel));
        return ((await desk.Find(by, "アオゾラ", "ハナコ", new DateOnly(1955, 4, 2), Cancel)).Count, (await desk.Find(by, "ミドリヤマ", "ハナコ", new DateOnly(1955, 4, 1), Cancel)).Count);
    });

    /// <summary>A profile as she gave it herself.</summary>
    internal static async Task<byte[]> Unmarried(DeskWorld world, ResidentNo no, string? address) => (await world.Site.Do<AccountSeals, Result<byte[]>>(seals => seals.Seal(
        no, "resident", "profile", no.Value, new SealedProfile("緑山", "花子", "ミドリヤマ", "ハナコ", new DateOnly(1955, 4, 1), "female", address), Cancel))).Value;

    internal static Task<ResidentRow> Row(DeskWorld world, ResidentNo no) =>
        world.Site.Do<TasukiDb, ResidentRow>(db => db.Set<ResidentRow>().AsNoTracking().SingleAsync(r => r.ResidentNo == no.Value, Cancel));

    private static async Task<Page> AtCounter(Visitor officer) => await officer.Submit(
        await officer.Get("/staff/accounts", Cancel), "name=\"FamilyKana\"", Walk.Fields(("FamilyKana", "アオゾラ"), ("GivenKana", "ハナコ"), ("Birth", "1955-04-02")), Cancel);

    private static Task<Page> Act(Page found, Visitor officer, string what) => officer.Submit(found, "name=\"Checked\"", Walk.Fields(("Checked", "true"), ("What", what)), Cancel);

    internal static async Task<IReadOnlyList<string>> Told(DeskWorld world, ResidentNo no) =>
        [.. (await world.Site.Do<Inbox, IReadOnlyList<InboxMessage>>(i => i.Messages(no, Cancel))).Select(m => m.Subject).Where(s => s.Contains("登録の内容", StringComparison.Ordinal))];

    private static async Task<IReadOnlyList<AccessEntry>> Log(DeskWorld world, ResidentNo no) => await (await world.Own(no)).AccessLog(50, Cancel);

    internal static async Task<(int Version, JsonElement Json)> Patient(DeskWorld world, ResidentNo no)
    {
        var found = (await (await world.Own(no)).Search(new RecordQuery { Types = ["Patient"], Order = RecordOrder.Stored, Limit = 1 }, Cancel)).Value.Records.Single();
        return (found.Version, JsonDocument.Parse(found.Resource.Json).RootElement);
    }
}
