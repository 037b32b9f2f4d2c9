using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteRecordTests() : RecordContract(StoreKind.Sqlite);

public sealed class PostgresRecordTests() : RecordContract(StoreKind.Postgres);

/// <summary>One record through its life: create, read, update, patch, delete, its past.</summary>
public abstract class RecordContract(StoreKind store)
{
    [Fact]
    public async Task A_record_is_created_read_changed_and_deleted()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var created = await one.Ask("POST", "Observation", one.Observation("61.40", "2026-04-01"));
        Assert.Equal((201, 1), (created.Status, created.Version));
        Assert.Equal($"{Clinic.Root}/Observation/{created.Id}/_history/1", created.Location);

        var read = await one.Ask("GET", $"Observation/{created.Id}");
        Assert.Equal("61.40", read.Body.GetProperty("valueQuantity").GetProperty("value").GetRawText());
        Assert.Equal("1", read.Body.GetProperty("meta").GetProperty("versionId").GetString());
        Assert.Equal(304, (await one.Ask("GET", $"Observation/{created.Id}", headers: h => h["If-None-Match"] = "W/\"1\"")).Status);
        Assert.Equal(404, (await one.Ask("GET", $"Condition/{created.Id}")).Status);

        var updated = await one.Ask("PUT", $"Observation/{created.Id}", one.Observation("62", "2026-04-01", $",\"id\":\"{created.Id}\""), h => h["If-Match"] = "W/\"1\"");
        Assert.Equal((200, 2), (updated.Status, updated.Version));
        Assert.Equal(412, (await one.Ask("PUT", $"Observation/{created.Id}", one.Observation("63", "2026-04-01", $",\"id\":\"{created.Id}\""), h => h["If-Match"] = "W/\"1\"")).Status);
        var patched = await one.Ask("PATCH", $"Observation/{created.Id}", """[{"op":"test","path":"/status","value":"final"},{"op":"replace","path":"/valueQuantity/value","value":64.5},{"op":"add","path":"/note","value":[{"text":"t"}]}]""");
        Assert.Equal((200, 3), (patched.Status, patched.Version));
        Assert.Equal("64.5", patched.Body.GetProperty("valueQuantity").GetProperty("value").GetRawText());
        Assert.Equal(400, (await one.Ask("PATCH", $"Observation/{created.Id}", """[{"op":"remove","path":"/nothing"}]""")).Status);

        Assert.Equal("61.40", (await one.Ask("GET", $"Observation/{created.Id}/_history/1")).Body.GetProperty("valueQuantity").GetProperty("value").GetRawText());
        Assert.Equal(["PUT", "PUT", "POST"], (await one.Ask("GET", $"Observation/{created.Id}/_history")).Entries.Select(entry => entry.GetProperty("request").GetProperty("method").GetString()!), StringComparer.Ordinal);

        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{created.Id}")).Status);
        Assert.Equal(410, (await one.Ask("GET", $"Observation/{created.Id}")).Status);
        Assert.Equal(410, (await one.Ask("GET", $"Observation/{created.Id}/_history/1")).Status);
        Assert.Equal("DELETE", Assert.Single((await one.Ask("GET", $"Observation/{created.Id}/_history")).Entries).GetProperty("request").GetProperty("method").GetString());
    }

    [Fact]
    public async Task Conditions_find_what_the_caller_sees_and_nothing_is_made_twice()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var like = "identifier=urn:x|7";
        var body = one.Observation("61", "2026-04-01", ",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"7\"}]");
        Assert.Equal(201, (await one.Ask("POST", "Observation", body, h => h["If-None-Exist"] = like)).Status);
        Assert.Equal(200, (await one.Ask("POST", "Observation", body, h => h["If-None-Exist"] = like)).Status);
        Assert.Single(await one.Found("Observation"));
        Assert.Equal((200, 2), (await one.Ask("PUT", "Observation?" + like, body) is var put ? (put.Status, put.Version) : default));
        Assert.Equal(201, (await one.Ask("PUT", "Observation?identifier=urn:x|8", body)).Status);
        Assert.Equal(412, (await one.Ask("DELETE", "Observation?" + like)).Status);
        Assert.Equal(400, (await one.Ask("DELETE", "Observation?_count=3")).Status);
        Assert.Equal(204, (await one.Ask("DELETE", "Observation?identifier=urn:x|none")).Status);
    }

    [Fact]
    public async Task Who_wrote_it_not_may_not_change_it_and_what_is_closed_says_which_way_is_open()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var own = (await clinic.Vault.Open(Actor.Resident(one.Resident), one.Resident, Purpose.Import, Clinic.Cancel)).Value;
        var official = Fhir.CanonicalResource.Parse(System.Text.Encoding.UTF8.GetBytes(one.Observation("60", "2026-01-01"))).Value;
        var id = (await own.Write([new NewRecord(official, new RecordOrigin(SourceKind.Mynaportal, null, null, null, TimeProvider.System.GetUtcNow()))], Clinic.Cancel)).Value[0].Id;
        foreach (var refused in new[] { await one.Ask("DELETE", $"Observation/{id}"), await one.Ask("PUT", $"Observation/{id}", one.Observation("1", "2026-01-01")) })
        {
            Assert.Equal((403, "business-rule"), (refused.Status, refused.Issue.Code));
            Assert.Contains("correction is a new record", refused.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal(403, (await one.Ask("PUT", $"Patient/{one.Id}", $$"""{"resourceType":"Patient","id":"{{one.Id}}"}""")).Status);
        Assert.Equal("60", (await one.Ask("GET", $"Observation/{id}")).Body.GetProperty("valueQuantity").GetProperty("value").GetRawText());

        // A caller cannot say of its record that it came from an official source, nor hide it in a category.
        var forged = await one.Ask("POST", "Observation", one.Observation("1", "2026-01-01", ",\"meta\":{\"tag\":[{\"system\":\"urn:x-tasuki:source\",\"code\":\"Mynaportal\"}]}"));
        Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{forged.Id}")).Status);
    }

    [Fact]
    public async Task Another_persons_record_and_a_missing_one_look_alike()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var theirs = await other.Weigh("61", "2026-04-01");
        var forged = new string('a', 26);
        foreach (var address in new[] { "Observation/{0}", "Observation/{0}/_history", "Observation/{0}/_history/1" })
        {
            var (hidden, missing) = (await one.Ask("GET", string.Format(null, address, theirs)), await one.Ask("GET", string.Format(null, address, forged)));
            Assert.Equal((404, missing.Body.GetRawText()), (hidden.Status, hidden.Body.GetRawText()));
        }

        Assert.Equal(404, (await one.Ask("DELETE", $"Observation/{theirs}")).Status);
        Assert.Equal(422, (await one.Ask("POST", "Observation", other.Observation("61", "2026-04-01"))).Status);
        Assert.Empty(await one.Found($"Observation?patient={other.Id}"));
        Assert.Equal(404, (await one.Ask("GET", $"Patient/{other.Id}/Observation")).Status);
        Assert.Single(await other.Found("Observation"));
    }

    [Fact]
    public async Task Scopes_narrow_what_the_grant_gives_and_never_widen_it()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var vital = await one.Weigh("61", "2026-04-01");
        var condition = (await one.Ask("POST", "Condition", $$$"""{"resourceType":"Condition","subject":{"reference":"Patient/{{{one.Id}}}"},"code":{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10","code":"I10"}]}}""")).Id;
        one.Scopes = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|laboratory";
        Assert.Empty(await one.Found("Observation"));
        Assert.Equal(404, (await one.Ask("GET", $"Observation/{vital}")).Status);
        Assert.Equal(403, (await one.Ask("GET", "Condition")).Status);
        Assert.Equal(403, (await one.Ask("POST", "Observation", one.Observation("1", "2026-01-01"))).Status);
        one.Scopes = "patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs patient/Condition.r";
        Assert.Equal([vital], await one.Found("Observation"));
        Assert.Equal(200, (await one.Ask("GET", $"Condition/{condition}")).Status);
        Assert.Equal(403, (await one.Ask("GET", "Condition")).Status);
    }
}
