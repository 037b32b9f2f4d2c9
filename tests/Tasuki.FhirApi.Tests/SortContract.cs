using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteSortTests() : SortContract(StoreKind.Sqlite);

public sealed class PostgresSortTests() : SortContract(StoreKind.Postgres);

/// <summary>Orders by any parameter, by several, and their pages.</summary>
public abstract class SortContract(StoreKind store)
{
    [Fact]
    public async Task Every_kind_of_parameter_orders_and_what_has_no_value_comes_last()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var middle = await one.Weigh("60", "2026-01-05");
        var least = (await one.Ask("POST", "Observation", one.Observation("58000", "2026-02-05").Replace("\"kg\"", "\"g\"", StringComparison.Ordinal))).Id;
        var most = await one.Weigh("70.5", "2026-01-20");
        var none = await one.Make("Observation", $$$"""
            "status":"amended","code":{"text":"x"},"subject":{"reference":"Patient/{{{one.Id}}}"},"effectivePeriod":{"start":"2026-01-10"},"valueString":"Ärger"
            """);
        var (asahi, izumi, aoi) = (await Named(one, "あさひ医院", "urn:b"), await Named(one, "いずみ薬局", "urn:a"), await Named(one, "アオイ病院", "urn:c"));
        var (second, first) = (await Form(one, "http://forms.example/2"), await Form(one, "http://forms.example/1"));
        var byId = new[] { least, middle, most, none }.Order(StringComparer.Ordinal).ToArray();
        (string Query, string[] Found)[] cases =
        [
            ("Observation?_sort=value-quantity", [least, middle, most, none]), ("Observation?_sort=-value-quantity", [most, middle, least, none]),
            ("Observation?_sort=status,-value-quantity", [none, most, middle, least]), ("Observation?_sort=-status,value-quantity", [least, middle, most, none]),
            ("Observation?_sort=value-string,date", [none, middle, most, least]), ("Observation?_sort=-value-string,-date", [none, least, most, middle]),
            ("Observation?_sort=date,_id", [middle, none, most, least]), ("Observation?_sort=-date,_id", [least, most, none, middle]),
            ("Observation?_sort=_lastUpdated,_id", [middle, least, most, none]), ("Observation?_sort=-_lastUpdated,_id", [none, most, least, middle]),
            ("Observation?_sort=_id", byId), ("Observation?_sort=-_id", [.. byId.Reverse()]), ("Observation?_sort=subject,-value-quantity", [most, middle, least, none]),
            ("Observation?_sort=-value-quantity&value-quantity=gt59|http://unitsofmeasure.org|kg", [most, middle]), ("Observation?_sort=code,-value-quantity", [most, middle, least, none]),
            ("Organization?_sort=name", [aoi, asahi, izumi]), ("Organization?_sort=-name", [izumi, asahi, aoi]), ("Organization?_sort=identifier", [izumi, asahi, aoi]),
            ("Questionnaire?_sort=url", [first, second]), ("Questionnaire?_sort=-url", [second, first]),
        ];
        foreach (var (query, found) in cases)
            Assert.True(found.SequenceEqual(await one.Found(query), StringComparer.Ordinal), query);
        foreach (var query in new[] { "Observation?_sort=nothing", "Observation?_sort=code-value-quantity", "Observation?_sort=", "Observation?_sort=date,", "Observation?_sort=date,date,date,date,date,date", "?_type=Observation,Patient&_sort=name" })
        {
            var refused = await one.Ask("GET", query);
            Assert.True(refused.Status == 400, query);
            Assert.Contains("'_lastUpdated'", refused.Issue.Sentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pages_of_an_order_hold_every_record_once_though_others_come_and_go()
    {
        await using var clinic = await Clinic.Open(store);
        var (one, other) = (await clinic.Patient(), await clinic.Patient());
        var made = new List<(string Id, int Value)>();
        for (var i = 0; i < 23; i++)
            made.Add((await one.Weigh($"{60 + (i * 7 % 5)}", $"2026-01-{1 + i:00}"), i * 7 % 5));
        var expected = made.OrderBy(each => each.Value).ThenBy(each => each.Id, StringComparer.Ordinal).Select(each => each.Id).ToList();
        var (seen, pages) = (new List<string>(), 0);
        for (string? next = "Observation?_count=4&_sort=value-quantity&_total=accurate&code=29463-7"; next is not null; pages++)
        {
            var page = await one.Ask("GET", next);
            Assert.Equal(200, page.Status);
            Assert.Equal(23, page.Body.GetProperty("total").GetInt32());
            seen.AddRange(page.Matches);
            next = page.Next;
            if (next is null)
                continue;
            Assert.Equal(400, (await other.Ask("GET", next)).Status);
            // One that was shown goes, and one that stands before the place comes: neither moves what follows.
            Assert.Equal(204, (await one.Ask("DELETE", $"Observation/{page.Matches[^1]}")).Status);
            await one.Weigh("1", "2026-02-01");
        }

        Assert.Equal(6, pages);
        Assert.Equal(expected, seen, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_hidden_record_stands_in_no_order()
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        await one.Weigh("60", "2026-01-05");
        Assert.Single((await one.Ask("GET", "Observation?_sort=value-quantity&_total=accurate")).Matches);
        one.App = "2";
        Assert.Empty((await one.Ask("GET", "Observation?_sort=value-quantity")).Matches);
        Assert.Equal(0, (await one.Ask("GET", "Observation?_sort=value-quantity&_total=accurate")).Body.GetProperty("total").GetInt32());
    }

    private static Task<string> Named(Patient one, string name, string system) => one.Make("Organization", $$$"""
        "name":"{{{name}}}","identifier":[{"system":"urn:z","value":"z"},{"system":"{{{system}}}","value":"{{{system[^1]}}}"}]
        """);

    private static Task<string> Form(Patient one, string url) => one.Make("Questionnaire", $"\"status\":\"active\",\"url\":\"{url}\"");
}
