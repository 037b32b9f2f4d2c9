using System.Text.Json;
using Tasuki.Data;
using Tasuki.Kernel.Records;
using Tasuki.Vault;

namespace Tasuki.FhirApi.Tests;

public sealed class SqliteManyPartsTests() : ManyPartsContract(StoreKind.Sqlite);

public sealed class PostgresManyPartsTests() : ManyPartsContract(StoreKind.Postgres);

/// <summary>A record of very many parts is written and read whole, in a time its size explains: one whose parts were each looked at against all others would not end here.</summary>
public abstract class ManyPartsContract(StoreKind store)
{
    [Theory]
    [InlineData("note", 400_000, "{\"text\":\"a$\"}")]
    [InlineData("identifier", 100_000, "{\"system\":\"urn:x\",\"value\":\"a$\"}")]
    [InlineData("extension", 100_000, "{\"url\":\"urn:x\",\"valueString\":\"a$\"}")]
    [InlineData("category", 100_000, "{\"coding\":[{\"system\":\"urn:x\",\"code\":\"a$\"}]}")]
    [InlineData("contained", 100_000, "{\"resourceType\":\"Observation\",\"id\":\"a$\",\"status\":\"final\",\"code\":{\"text\":\"x\"}}")]
    public async Task A_record_of_very_many_parts_is_written_and_read_whole(string element, int count, string part)
    {
        await using var clinic = await Clinic.Open(store);
        var one = await clinic.Patient();
        var parts = $"\"{element}\":[{Many(part, count)}]{(element is "contained" ? $",\"hasMember\":[{Many("{\"reference\":\"#a$\"}", count)}]" : "")}";
        var made = await Ask(one, "POST", "Observation", $$$"""{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/{{{one.Id}}}"},{{{parts}}}}""");
        Assert.True(made.Status == 201, made.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var wanted = made.Body.GetProperty(element).GetRawText();
        Assert.Equal(count, made.Body.GetProperty(element).GetArrayLength());
        Assert.True(JsonDocument.Parse(parts.Insert(0, "{") + "}").RootElement.GetProperty(element).GetRawText() == wanted);

        var xml = Fhir.FhirXml.FromJson(System.Text.Encoding.UTF8.GetBytes(made.Body.GetRawText()));
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(Fhir.FhirXml.ToJson(xml!.Value).Value).RootElement.GetProperty(element), made.Body.GetProperty(element)));

        foreach (var found in new[]
        {
            (await Ask(one, "GET", $"Observation/{made.Id}")).Body, Only(await Ask(one, "GET", "Observation")), Only(await Ask(one, "GET", $"Observation/{made.Id}/_history")),
            Only(await Ask(one, "GET", $"Patient/{one.Id}/$everything?_type=Observation")),
        })
            Assert.True(found.GetProperty(element).GetRawText() == wanted);

        var patched = await Ask(one, "PATCH", $"Observation/{made.Id}", """[{"op":"replace","path":"/status","value":"amended"}]""");
        Assert.Equal((200, 2), (patched.Status, patched.Version));
        Assert.True(patched.Body.GetProperty(element).GetRawText() == wanted);
        await clinic.LogHolds();
    }

    [Fact]
    public async Task A_record_of_twelve_megabytes_is_exported_whole()
    {
        var data = store is StoreKind.Sqlite ? DataStore.Sqlite : DataStore.Postgres;
        await using var world = await BulkWorld.Start(data);
        var app = await world.App();
        var resident = await world.Resident(AccessClasses.All, app);
        var notes = string.Join(',', Enumerable.Range(0, 700_000).Select(i => $"{{\"text\":\"{i * 7919L % 1_000_003}\"}}"));
        await world.Write(resident, BulkWorld.Weight(77).Replace("\"status\"", $"\"note\":[{notes}],\"status\"", StringComparison.Ordinal));
        Assert.True(notes.Length > 12_000_000);
        var (_, manifest) = await app.Export("Patient/$export?_type=Observation");
        var line = (await app.Lines(manifest, "Observation")).Single(one => one.TryGetProperty("note", out _));
        Assert.True(line.GetProperty("note").GetRawText() == $"[{notes}]");
    }

    // Half a second where a machine has nothing else to do; what grows with the square of the parts would take hours.
    private static Task<Reply> Ask(Patient one, string method, string address, string? body = null) =>
        Task.Run(() => one.Ask(method, address, body), Clinic.Cancel).WaitAsync(TimeSpan.FromMinutes(2), Clinic.Cancel);

    private static string Many(string part, int count) => string.Join(',', Enumerable.Range(0, count).Select(i => part.Replace("$", $"{i}", StringComparison.Ordinal)));

    private static JsonElement Only(Reply found) => Assert.Single(found.Entries).GetProperty("resource");
}
