using Tasuki.Fhir;
using Tasuki.Kernel.Records;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteHiddenTests() : HiddenContract(StoreKind.Sqlite);

public sealed class PostgresHiddenTests() : HiddenContract(StoreKind.Postgres);

/// <summary>What is hidden is as if it were not there: in the past, under conditions, and by its id.</summary>
public abstract class HiddenContract(StoreKind store)
{
    private static readonly AccessClasses Plain = AccessClasses.Of(Enum.GetValues<DataCategory>());

    [Fact]
    public async Task An_earlier_version_of_a_closed_class_is_not_shown()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = (await one.Ask("POST", "Condition", Condition(one, "F32"))).Id;
        Assert.Equal(200, (await one.Ask("PUT", $"Condition/{id}", Condition(one, "I10").Insert(1, $"\"id\":\"{id}\","))).Status);
        Assert.Equal(2, (await one.Ask("GET", $"Condition/{id}/_history")).Entries.Count);

        await one.Connect("1", Plain);
        Assert.Equal(200, (await one.Ask("GET", $"Condition/{id}/_history/2")).Status);
        await Alike(one, "GET", $"Condition/{id}/_history/1", $"Condition/{id}/_history/7");
        foreach (var address in new[] { $"Condition/{id}/_history", "Condition/_history", "_history?_count=1" })
            Assert.DoesNotContain("F32", (await one.Ask("GET", address)).Body.GetRawText(), StringComparison.Ordinal);
        Assert.Single((await one.Ask("GET", $"Condition/{id}/_history")).Entries);
        Assert.Null((await one.Ask("GET", "Condition/_history?_count=1")).Next);
    }

    [Fact]
    public async Task An_earlier_version_that_a_scopes_condition_does_not_meet_is_not_shown()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        await one.Ask("PUT", $"Observation/{id}", one.Observation("62", "2026-04-01", $",\"id\":\"{id}\"").Replace("vital-signs", "laboratory", StringComparison.Ordinal));
        one.Scopes = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
        Assert.Equal(200, (await one.Ask("GET", $"Observation/{id}/_history/2")).Status);
        await Alike(one, "GET", $"Observation/{id}/_history/1", $"Observation/{id}/_history/7", 403);
    }

    [Fact]
    public async Task Every_interaction_with_a_hidden_record_is_answered_like_one_with_a_record_that_never_was()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var hidden = (await one.Ask("POST", "Condition", Condition(one, "F32"))).Id;
        var official = await one.Came(Condition(one, "F33"), new RecordOrigin(SourceKind.Mynaportal, null, null, null, default));
        var other = await (await clinic.Patient()).Weigh("61", "2026-04-01");
        await one.Connect("1", Plain);
        var never = new string('a', 26);
        foreach (var id in new[] { hidden, official, other })
        {
            foreach (var address in new[] { "", "/_history", "/_history/1", "/_history/x", "/_history?_since=2020-01-01", "/_history?_count=x", "/_history?_page=AAAA", "?_summary=true", "?nothing=1" })
                await Alike(one, "GET", $"Condition/{id}{address}", $"Condition/{never}{address}", address.Contains("_count=x", StringComparison.Ordinal) ? 400 : 404);
            foreach (var tag in new[] { "", "W/\"1\"", "W/\"9\"", "nonsense" })
            {
                foreach (var (method, body) in new[] { ("PUT", Condition(one, "I10")), ("PUT", "{}"), ("PATCH", """[{"op":"remove","path":"/nothing"}]"""), ("PATCH", "7"), ("DELETE", (string?)null) })
                    await Alike(one, method, $"Condition/{id}", $"Condition/{never}", body: body, headers: h => h["If-Match"] = tag.Length == 0 ? null! : tag);
            }

            await Alike(one, "POST", $"Condition/{id}/$validate", $"Condition/{never}/$validate", 404, "{}");
            foreach (var (method, resource) in new[] { ("PUT", $",\"resource\":{Condition(one, "I10")}"), ("DELETE", ""), ("GET", "") })
            {
                string Bundle(string kind, string whose) => $$"""{"resourceType":"Bundle","type":"{{kind}}","entry":[{"request":{"method":"{{method}}","url":"Condition/{{whose}}","ifMatch":"W/\"9\""}{{resource}}}]}""";
                foreach (var kind in new[] { "batch", "transaction" })
                {
                    var (first, second) = (await one.Ask("POST", "", Bundle(kind, id)), await one.Ask("POST", "", Bundle(kind, never)));
                    Assert.Equal((second.Status, second.Body.GetRawText()), (first.Status, first.Body.GetRawText()));
                }
            }
        }

        await one.Connect("1", AccessClasses.All);
        Assert.Equal((200, 1), (await one.Ask("GET", $"Condition/{hidden}") is var still ? (still.Status, still.Version) : default));
    }

    [Fact]
    public async Task A_write_beside_a_hidden_twin_makes_a_record_of_its_own()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var twin = Condition(one, "F32", "7");
        var hidden = await one.Came(twin, new RecordOrigin(SourceKind.MedicalInstitution, null, null, null, default));
        await one.Share(ApiCallerKind.ClinicianApp, Plain);
        var plain = Condition(one, "I10", "7");
        var made = await one.Ask("POST", "Condition", plain, h => h["If-None-Exist"] = "identifier=urn:x|7");
        Assert.Equal(201, made.Status);
        Assert.NotEqual(hidden, made.Id, StringComparer.Ordinal);
        Assert.Equal((200, made.Id), (await one.Ask("PUT", "Condition?identifier=urn:x|7", plain) is var put ? (put.Status, put.Id) : default));
        Assert.Equal([made.Id], await one.Found("Condition?identifier=urn:x|7"), StringComparer.Ordinal);
        // What it may write and not see it neither finds nor changes.
        await Grant(clinic, one, Purpose.CareEntry, AccessClasses.All);
        Assert.Equal(201, (await one.Ask("POST", "Condition", Condition(one, "I11", "8"), h => h["If-None-Exist"] = "code=F32")).Status);
        Assert.Equal(403, (await one.Ask("POST", "Condition", Condition(one, "F32", "9"))).Status);
        one.Kind = ApiCallerKind.ResidentApp;
        Assert.Equal(3, (await one.Found("Condition")).Count);
    }

    [Fact]
    public async Task Who_may_read_and_not_write_is_told_so_and_who_may_neither_is_told_nothing()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        one.Kind = ApiCallerKind.ClinicianApp;
        Assert.Equal(404, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"))).Status);
        await Grant(clinic, one, Purpose.Care, Plain);
        Assert.Equal(403, (await one.Ask("POST", "Observation", one.Observation("61", "2026-04-01"))).Status);
        Assert.Equal(200, (await one.Ask("GET", $"Observation/{id}")).Status);
    }

    internal static string Condition(Patient one, string code, string identifier = "1") =>
        $$$"""{"resourceType":"Condition","identifier":[{"system":"urn:x","value":"{{{identifier}}}"}],"subject":{"reference":"Patient/{{{one.Id}}}"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"{{{code}}}"}]}}""";

    private static async Task Grant(Clinic clinic, Patient one, string purpose, AccessClasses classes) =>
        Assert.True((await clinic.Vault.Grant(
            Actor.Resident(one.Resident), new NewGrant(one.Resident, one.Caller.Actor.Kind, one.Caller.Actor.Id, purpose, classes, null, null, TimeProvider.System.GetUtcNow().AddDays(1)), Clinic.Cancel)).IsOk);

    private static async Task Alike(Patient one, string method, string hidden, string never, int status = 404, string? body = null, Action<Dictionary<string, string>>? headers = null)
    {
        var (first, second) = (await one.Ask(method, hidden, body, headers), await one.Ask(method, never, body, headers));
        Assert.Equal((method, hidden, status, second.Body.GetRawText()), (method, hidden, first.Status, first.Body.GetRawText()));
        Assert.Equal((second.Status, second.Version, second.Location), (first.Status, first.Version, first.Location));
    }
}
