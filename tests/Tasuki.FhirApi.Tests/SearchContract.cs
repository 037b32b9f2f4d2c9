using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSearchTests() : SearchContract(StoreKind.Sqlite);

public sealed class PostgresSearchTests() : SearchContract(StoreKind.Postgres);

/// <summary>Searches as R4 writes them, and the loud refusal of what is not understood.</summary>
public abstract class SearchContract(StoreKind store)
{
    [Fact]
    public async Task A_summary_keeps_at_every_level_what_R4_marks_for_summaries()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var me = $"{{\"reference\":\"Patient/{one.Id}\"}}";
        await one.Make("DocumentReference", $$$"""
            "status":"current","subject":{{{me}}},"content":[{"attachment":{"contentType":"text/plain","data":"YQ==","title":"t","extension":[{"url":"urn:e","valueString":"v"}]},"format":{"code":"f"}}],
            "context":{"encounter":[{"display":"e"}],"period":{"start":"2026-01-01"},"related":[{"display":"r"}]},"type":{"text":"x","coding":[{"system":"urn:t","code":"c"}]}
            """);
        await one.Make("MedicationAdministration", $$$"""
            "status":"completed","medicationCodeableConcept":{"text":"x"},"subject":{{{me}}},"effectiveDateTime":"2026-01-01","_effectiveDateTime":{"extension":[{"url":"urn:e","valueString":"v"}]},
            "performer":[{"function":{"text":"f"},"actor":{"display":"a"}}],"dosage":{"text":"d","dose":{"value":1}}
            """);
        await one.Make("DocumentReference", $$$"""
            "status":"superseded","subject":{{{me}}},"content":[{"attachment":{"title":"t"}}],"context":{"related":[{"display":"r"}]}
            """);
        var document = await Summary("DocumentReference?status=current");
        Assert.Equal(["period"], Names(document.GetProperty("context")), StringComparer.Ordinal);
        var content = document.GetProperty("content")[0];
        Assert.Equal(["attachment", "format"], Names(content), StringComparer.Ordinal);
        Assert.Equal(["contentType", "extension", "title"], Names(content.GetProperty("attachment")), StringComparer.Ordinal);
        Assert.Equal(["coding", "text"], Names(document.GetProperty("type")), StringComparer.Ordinal);
        // What keeps nothing is not there.
        Assert.Equal(["content", "id", "meta", "resourceType", "status", "subject"], Names(await Summary("DocumentReference?status=superseded")), StringComparer.Ordinal);
        var given = await Summary("MedicationAdministration");
        Assert.Equal(["actor"], Names(given.GetProperty("performer")[0]), StringComparer.Ordinal);
        Assert.Equal(["_effectiveDateTime", "effectiveDateTime", "id", "medicationCodeableConcept", "meta", "performer", "resourceType", "status", "subject"], Names(given), StringComparer.Ordinal);
        Assert.Equal("SUBSETTED", given.GetProperty("meta").GetProperty("tag").EnumerateArray().Last().GetProperty("code").GetString());

        async Task<System.Text.Json.JsonElement> Summary(string address)
        {
            var reply = await one.Ask("GET", $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}_summary=true");
            return Assert.Single(reply.Entries).GetProperty("resource");
        }

        static IEnumerable<string> Names(System.Text.Json.JsonElement element) => element.EnumerateObject().Select(each => each.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public async Task Values_prefixes_and_modifiers_find_what_they_say()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var light = await one.Weigh("60", "2026-01-05");
        var heavy = await one.Weigh("70.5", "2026-03-05");
        (string Query, string[] Found)[] cases =
        [
            ("", [heavy, light]), ("_sort=date", [light, heavy]), ("_sort=-date", [heavy, light]), ($"patient={one.Id}", [heavy, light]), ($"patient=Patient/{one.Id}", [heavy, light]),
            ($"subject={Clinic.Root}/Patient/{one.Id}", [heavy, light]), ($"_id={light}", [light]), ("code=29463-7", [heavy, light]), ("code=http://loinc.org|29463-7", [heavy, light]),
            ("code=http://other|29463-7", []), ("code=8867-4,29463-7&date=ge2026-02", [heavy]), ("code:not=29463-7", []), ("date=2026-01-05", [light]), ("date=lt2026-02-01", [light]),
            ("value-quantity=gt65", [heavy]), ("value-quantity=60|http://unitsofmeasure.org|kg", [light]), ("value-quantity=60|http://unitsofmeasure.org|g", []),
            ("code-value-quantity=29463-7$gt65", [heavy]), ("status=final&status=final", [heavy, light]), ("status=amended", []), ("component-code:missing=true", [heavy, light]),
            ("component-code:missing=false", []), ("patient.name=山田", [heavy, light]), ("patient:Patient.family=やまだ", []), ("subject:Patient.family=山", [heavy, light]),
            ("_lastUpdated=gt2020", [heavy, light]), ("_lastUpdated=lt2020", []),
        ];
        foreach (var (query, found) in cases)
            Assert.True(found.SequenceEqual(await one.Found($"Observation?{query}"), StringComparer.Ordinal), query);
        Assert.Equal([one.Id], await one.Found("Patient?_has:Observation:patient:value-quantity=gt65"));
        Assert.Empty(await one.Found("Patient?_has:Observation:patient:value-quantity=gt99"));
        Assert.Equal(["match", "include"], (await one.Ask("GET", $"Observation?_id={light}&_include=Observation:patient")).Entries.Select(e => e.GetProperty("search").GetProperty("mode").GetString()!), StringComparer.Ordinal);
        Assert.True((await one.Ask("GET", $"Patient?_id={one.Id}&_revinclude=Observation:patient")).Included.ToHashSet(StringComparer.Ordinal).SetEquals([heavy, light]));
    }

    [Fact]
    public async Task Who_refers_to_any_record_of_the_largest_page_is_included_once()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var ids = await one.CameAll([.. Enumerable.Range(0, 1_000).Select(i => one.Observation($"{i}", "2026-01-05"))]);
        string Report(params string[] results) => $"\"status\":\"final\",\"code\":{{\"text\":\"x\"}},\"subject\":{{\"reference\":\"Patient/{one.Id}\"}},\"result\":[{string.Join(',', results.Select(id => $"{{\"reference\":\"Observation/{id}\"}}"))}]";
        string[] reports = [await one.Make("DiagnosticReport", Report(ids[0], ids[^1])), await one.Make("DiagnosticReport", Report(ids[500])), await one.Make("DiagnosticReport", Report(ids[999]))];
        foreach (var rule in new[] { "DiagnosticReport:result", "DiagnosticReport:*" })
        {
            var found = await one.Ask("GET", $"Observation?_count=1000&_revinclude={rule}");
            Assert.True(found.Status == 200, rule);
            Assert.Equal(1_000, found.Matches.Count);
            Assert.Equal(reports.Order(StringComparer.Ordinal), found.Included.Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task What_is_not_understood_is_refused_by_name_and_left_out_only_when_told()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("60", "2026-01-05");
        (string Query, string Word)[] cases =
        [
            ("cod=29463-7", "'cod'"), ("code:above=1", "'code'"), ("date=yesterday", "'date'"), ("value-quantity=heavy", "'value-quantity'"), ("_sort=code-value-quantity", "_lastUpdated"),
            ("_include=Observation:nothing", "'_include'"), ("_total=some", "'_total'"), ("_has:Nothing:x:y=1", "'_has'"), ("subject.nothing=1", "'nothing'"), ("_filter=a", "_filter"),
            ("_count=many", "'_count'"), ("_elements=", "'_elements'"), ("date:missing=perhaps", "'date:missing'"),
        ];
        foreach (var (query, word) in cases)
        {
            var refused = await one.Ask("GET", $"Observation?{query}");
            Assert.True(refused.Status == 400, query);
            Assert.Contains(word, refused.Issue.Sentence, StringComparison.Ordinal);
        }

        var lenient = await one.Ask("GET", "Observation?cod=1", headers: h => h["Prefer"] = "handling=lenient");
        Assert.Single(lenient.Matches);
        Assert.Equal("outcome", lenient.Entries[^1].GetProperty("search").GetProperty("mode").GetString());
        Assert.Equal(400, (await one.Ask("GET", "Observation?date=yesterday", headers: h => h["Prefer"] = "handling=lenient")).Status);
    }

    [Fact]
    public async Task Pages_follow_each_other_whole_and_a_link_opens_for_its_caller_alone()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var made = new List<string>();
        for (var i = 0; i < 7; i++)
            made.Add(await one.Weigh($"{60 + i}", $"2026-01-{10 + i}"));
        var (seen, address, pages) = (new List<string>(), "Observation?_count=3&_total=accurate&value-quantity=gt59", 0);
        for (string? next = address; next is not null; pages++)
        {
            var page = await one.Ask("GET", next);
            Assert.Equal(7, page.Body.GetProperty("total").GetInt32());
            seen.AddRange(page.Matches);
            next = page.Next;
            if (next is null)
                continue;
            Assert.DoesNotContain("value-quantity", next, StringComparison.Ordinal);
            Assert.Equal(400, (await other.Ask("GET", next)).Status);
            Assert.Equal(400, (await one.Ask("GET", next + "A")).Status);
        }

        Assert.Equal(3, pages);
        Assert.Equal(made.AsEnumerable().Reverse(), seen, StringComparer.Ordinal);
        Assert.Equal(7, (await one.Ask("GET", "Observation?_summary=count")).Body.GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Parts_of_a_resource_are_marked_as_parts()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("60", "2026-01-05", ",\"note\":[{\"text\":\"x\"}]");
        var part = (await one.Ask("GET", "Observation?_elements=valueQuantity")).Entries[0].GetProperty("resource");
        Assert.Equal(["resourceType", "id", "meta", "status", "code", "valueQuantity"], part.EnumerateObject().Select(p => p.Name), StringComparer.Ordinal);
        Assert.Equal("SUBSETTED", part.GetProperty("meta").GetProperty("tag")[0].GetProperty("code").GetString());
        Assert.False((await one.Ask("GET", "Observation?_summary=true")).Entries[0].GetProperty("resource").TryGetProperty("note", out _));
    }

    [Fact]
    public async Task Operations_answer_for_one_person()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("60", "2026-01-05");
        var newest = await one.Weigh("61", "2026-02-05");
        Assert.Equal([newest], await one.Found($"Observation/$lastn?patient={one.Id}"));
        Assert.Equal(2, (await one.Found($"Observation/$lastn?patient={one.Id}&max=5")).Count);
        Assert.Equal(3, (await one.Found($"Patient/{one.Id}/$everything")).Count);
        Assert.Equal(2, (await one.Found($"Patient/{one.Id}/$everything?_type=Observation")).Count);
        Assert.Equal(2, (await one.Found($"Patient/{one.Id}/Observation?code=29463-7")).Count);
        Assert.Equal(3, (await one.Found($"Patient/{one.Id}/*")).Count);
        Assert.Equal("information", (await one.Ask("POST", "Observation/$validate", one.Observation("1", "2026-01-01"))).Body.GetProperty("issue")[0].GetProperty("severity").GetString());
        Assert.Equal("error", (await one.Ask("POST", "Observation/$validate", """{"resourceType":"Observation","wrong":1}""")).Body.GetProperty("issue")[0].GetProperty("severity").GetString());
    }
}
