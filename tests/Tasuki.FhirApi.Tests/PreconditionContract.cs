using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqlitePreconditionTests() : PreconditionContract(StoreKind.Sqlite);

public sealed class PostgresPreconditionTests() : PreconditionContract(StoreKind.Postgres);

/// <summary>What a request asks of the record that stands, and how it names it: entity tags, conditions, ids.</summary>
public abstract class PreconditionContract(StoreKind store)
{
    [Theory]
    [InlineData("If-Match", "*", true)]
    [InlineData("If-Match", "W/\"1\"", true)]
    [InlineData("If-Match", "\"1\"", true)]
    [InlineData("If-Match", "W/\"7\", W/\"a,b\" ,W/\"1\"", true)]
    [InlineData("If-Match", "W/\"2\"", false)]
    [InlineData("If-Match", "W/\"2\", W/\"3\"", false)]
    [InlineData("If-Match", "W/\"x\"", false)]
    [InlineData("If-Match", "1", false)]
    [InlineData("If-Match", "W/\"1\" W/\"2\"", false)]
    [InlineData("If-Match", "", false)]
    [InlineData("If-None-Match", "*", false)]
    [InlineData("If-None-Match", "W/\"1\"", false)]
    [InlineData("If-None-Match", "W/\"3\", W/\"1\"", false)]
    [InlineData("If-None-Match", "W/\"2\"", true)]
    public async Task A_change_is_made_where_its_precondition_holds_and_nowhere_else(string header, string tags, bool holds)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var byCondition in new[] { false, true })
        {
            foreach (var method in new[] { "PUT", "PATCH", "DELETE" })
            {
                var named = $"{method}-{byCondition}";
                var identifier = $",\"identifier\":[{{\"system\":\"urn:x\",\"value\":\"{named}\"}}]";
                var id = await one.Weigh("61", "2026-04-01", identifier);
                var body = method switch { "PUT" => one.Observation("62", "2026-04-01", $"{identifier},\"id\":\"{id}\""), "PATCH" => """[{"op":"add","path":"/language","value":"en"}]""", _ => null };
                var answer = await one.Ask(method, byCondition ? $"Observation?identifier=urn:x|{named}" : $"Observation/{id}", body, h => h[header] = tags);
                Assert.True((holds ? method is "DELETE" ? 204 : 200 : 412) == answer.Status, $"{method} {byCondition} {answer.Status} {answer.Body}");
                var after = await one.Ask("GET", $"Observation/{id}");
                Assert.Equal(!holds ? (200, 1) : method is "DELETE" ? (410, null) : (200, (int?)2), (after.Status, after.Version));
            }
        }
    }

    [Fact]
    public async Task A_condition_that_finds_nothing_meets_no_version_that_must_stand()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        foreach (var tags in new[] { "*", "W/\"1\"" })
        {
            Assert.Equal(412, (await one.Ask("PUT", "Observation?identifier=urn:x|none", one.Observation("61", "2026-04-01"), h => h["If-Match"] = tags)).Status);
            Assert.Equal(412, (await one.Ask("DELETE", "Observation?identifier=urn:x|none", null, h => h["If-Match"] = tags)).Status);
        }

        Assert.Empty(await one.Found("Observation"));
        Assert.Equal(201, (await one.Ask("PUT", "Observation?identifier=urn:x|none", one.Observation("61", "2026-04-01"), h => h["If-None-Match"] = "*")).Status);
    }

    [Fact]
    public async Task A_read_of_a_version_that_is_known_has_no_body()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        Assert.Equal(200, (await one.Ask("PATCH", $"Observation/{id}", """[{"op":"add","path":"/language","value":"en"}]""")).Status);
        foreach (var (address, tags, status) in new[]
        {
            ("", "W/\"3\", W/\"2\"", 304), ("", "*", 304), ("", "W/\"1\"", 200), ("", "nonsense", 200), ("/_history/2", "W/\"2\"", 304), ("/_history/1", "W/\"1\"", 304), ("/_history/1", "W/\"2\"", 200),
        })
            Assert.True((await one.Ask("GET", $"Observation/{id}{address}", headers: h => h["If-None-Match"] = tags)).Status == status, address + tags);
    }

    [Fact]
    public async Task A_version_is_read_in_the_shape_asked_for_and_what_is_unknown_is_refused()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01");
        await one.Ask("PATCH", $"Observation/{id}", """[{"op":"add","path":"/language","value":"en"}]""");
        foreach (var version in new[] { 1, 2 })
        {
            var some = await one.Ask("GET", $"Observation/{id}/_history/{version}?_elements=status&_format=json");
            Assert.Equal("SUBSETTED", some.Body.GetProperty("meta").GetProperty("tag")[0].GetProperty("code").GetString());
            Assert.False(some.Body.TryGetProperty("valueQuantity", out _));
            var refused = await one.Ask("GET", $"Observation/{id}/_history/{version}?foo=1");
            Assert.Equal((400, "not-supported"), (refused.Status, refused.Issue.Code));
        }
    }

    [Fact]
    public async Task An_update_has_the_id_of_its_address_in_its_body()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var id = await one.Weigh("61", "2026-04-01", ",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"7\"}]");
        foreach (var more in new[] { "", ",\"id\":\"another\"" })
        {
            var body = one.Observation("62", "2026-04-01", more);
            Assert.Equal(400, (await one.Ask("PUT", $"Observation/{id}", body)).Status);
            Assert.Equal(400, (await one.Ask("POST", "", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{body}}},"request":{"method":"PUT","url":"Observation/{{{id}}}"}}]}""")).Status);
        }

        Assert.Equal(400, (await one.Ask("PATCH", $"Observation/{id}", """[{"op":"remove","path":"/id"}]""")).Status);
        // The condition names the record; an id beside it must be the same.
        Assert.Equal(400, (await one.Ask("PUT", "Observation?identifier=urn:x|7", one.Observation("62", "2026-04-01", ",\"id\":\"another\""))).Status);
        Assert.Equal(1, (await one.Ask("GET", $"Observation/{id}")).Version);
        Assert.Equal(200, (await one.Ask("PUT", "Observation?identifier=urn:x|7", one.Observation("62", "2026-04-01", $",\"id\":\"{id}\""))).Status);

        var own = await one.Ask("PUT", "Observation?identifier=urn:x|8", one.Observation("62", "2026-04-01", ",\"id\":\"mine\""));
        Assert.Equal((405, "not-supported"), (own.Status, own.Issue.Code));
        Assert.Contains("updateCreate is false", own.Issue.Sentence, StringComparison.Ordinal);
        Assert.Single(await one.Found("Observation"));
    }

    [Theory]
    [InlineData("_include=Observation:subject")]
    [InlineData("_revinclude:iterate=Provenance:target")]
    [InlineData("_sort=date")]
    [InlineData("_count=1")]
    [InlineData("_total=accurate")]
    [InlineData("_elements=status")]
    [InlineData("_summary=true")]
    [InlineData("_type=Condition")]
    public async Task A_condition_is_made_of_search_parameters_alone(string other)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var condition = $"identifier=urn:x|7&{other}";
        var body = one.Observation("61", "2026-04-01");
        foreach (var refused in new[]
        {
            await one.Ask("POST", "Observation", body, h => h["If-None-Exist"] = condition), await one.Ask("PUT", $"Observation?{condition}", body), await one.Ask("PATCH", $"Observation?{condition}", "[]"), await one.Ask("DELETE", $"Observation?{condition}"),
        })
        {
            Assert.Equal((400, "not-supported"), (refused.Status, refused.Issue.Code));
            Assert.Contains(other.Split('=', ':')[0], refused.Issue.Sentence, StringComparison.Ordinal);
        }

        Assert.Empty(await one.Found("Observation"));
    }
}
