using System.Net;
using System.Text;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.FhirInterface;

/// <summary>Good requests with something broken in them, the same ones each run: never a fault, always a sentence, and the next good request is answered.</summary>
public sealed class FhirFuzzTests
{
    private const int Seed = 20261129;
    private const int Rounds = 300;

    private static readonly string[] Pieces =
    [
        "%00", "%zz", "%ff", "'", "\"", "\\", "{", "}", "[", "]", ",", ":", "|", "$", "&", "=", "?", "..%2f", "\u0000", "\ud83d\ude00", "\\ud800", "null", "true", "-1", "1e400", "99999999999999999999", "0000-13-45", "9999-12-31",
        "<!--", "]]>", "あ", "%F0%9F", "urn:uuid:", "Patient/", "_history", "$everything", "\r\n", "\t", "*", "%", "#", "~1", "/-", "\uFEFF",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite, 0)]
    [InlineData(StoreKind.Postgres, 1)]
    public async Task A_request_with_something_broken_in_it_is_answered_and_so_is_the_next_good_one(StoreKind store, int more)
    {
        await using var app = await (await ConnectedApp.Start(store)).Connect();
        var random = new Random(Seed + more);
        var id = (await ConnectedApp.Json(await app.Web.PostAsync("/fhir/Observation", ConnectedApp.Resource(app.Observation()), Cancel))).GetProperty("id").GetString()!;
        var seeds = Good(app, id);
        for (var round = 0; round < Rounds; round++)
        {
            var seed = seeds[random.Next(seeds.Count)];
            var broken = Broken(seed, random);
            var said = $"Round {round}: {broken.Method} {broken.Address} {broken.Type} {broken.Body?[..Math.Min(400, broken.Body.Length)]}";
            using var answer = await app.Web.SendAsync(Request(app.Site, broken), Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True((int)answer.StatusCode < 500, $"{said}\n{(int)answer.StatusCode} {text}\n{string.Join('\n', app.Faults.All)}");
            // What is no HTTP the server refuses before this interface sees it, without a body.
            if (answer.Headers.CacheControl is not { NoStore: true })
                Assert.True(answer.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestUriTooLong && text.Length == 0, $"{said}\n{(int)answer.StatusCode} {text}");
            else if ((int)answer.StatusCode >= 400 && broken.Method is not "HEAD")
                Assert.True(text.Contains("OperationOutcome", StringComparison.Ordinal), $"{said}\n{(int)answer.StatusCode} {text}");
            Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync($"/fhir/Patient/{app.Patient}", Cancel)).StatusCode);
        }

        Assert.Empty(app.Faults.All);
    }

    private sealed record Asked(string Method, string Address, string? Type, string? Body, (string Name, string Value)? Header = null);

    private static List<Asked> Good(ConnectedApp app, string id)
    {
        const string Json = "application/fhir+json";
        var observation = app.Observation();
        var parameters = $$"""{"resourceType":"Parameters","parameter":[{"name":"patient","valueId":"{{app.Patient}}"},{"name":"max","valueInteger":2}]}""";
        var bundle = $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"fullUrl":"urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001","resource":{{{observation}}},"request":{"method":"POST","url":"Observation","ifNoneExist":"identifier=a|b"}},{"request":{"method":"GET","url":"Observation?code=http://loinc.org|29463-7"}}]}""";
        return
        [
            new("POST", "/fhir/Observation", Json, observation), new("PUT", $"/fhir/Observation/{id}", Json, observation.Insert(1, $"\"id\":\"{id}\","), ("If-Match", "W/\"1\"")), new("POST", "/fhir/Observation", Json, observation, ("If-None-Exist", "identifier=urn:x|7")),
            new("PATCH", $"/fhir/Observation/{id}", "application/json-patch+json", """[{"op":"add","path":"/note","value":[{"text":"a"}]},{"op":"copy","from":"/note/0","path":"/note/-"},{"op":"test","path":"/status","value":"final"}]"""),
            new("POST", "/fhir", Json, bundle), new("POST", "/fhir", Json, bundle.Replace("transaction", "batch", StringComparison.Ordinal)), new("POST", "/fhir/Observation/$validate", Json, observation),
            new("POST", "/fhir/Observation/$lastn", Json, parameters), new("POST", $"/fhir/Patient/{app.Patient}/$everything", Json, parameters), new("POST", $"/fhir/Patient/{app.Patient}/$summary", Json, parameters),
            new("POST", "/fhir/DocumentReference/$docref", Json, parameters), new("POST", "/fhir/Observation", "application/fhir+xml", $"<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/><code><text value=\"t\"/></code><subject><reference value=\"Patient/{app.Patient}\"/></subject></Observation>"),
            new("POST", "/fhir/Observation/_search", "application/x-www-form-urlencoded", $"patient={app.Patient}&date=ge2026-01&_include=Observation:subject&_sort=-date"),
            new("GET", $"/fhir/Observation?patient={app.Patient}&code=http://loinc.org|29463-7&value-quantity=gt5.4|http://unitsofmeasure.org|kg&_revinclude=Observation:has-member&_summary=data", null, null),
            new("GET", $"/fhir/Observation?subject:Patient.name=山&_has:DiagnosticReport:result:status=final&code-value-quantity=29463-7$61&_elements=code", null, null), new("GET", $"/fhir/Observation/{id}?_format=xml&_summary=text", null, null, ("If-None-Match", "W/\"7\"")),
            new("GET", $"/fhir/Observation/{id}/_history/1", null, null), new("GET", "/fhir/Observation/_history?_since=2026-01-01T00:00:00Z&_count=3", null, null), new("GET", $"/fhir/Patient/{app.Patient}/Observation?_total=accurate", null, null, ("Prefer", "handling=lenient")),
            new("GET", $"/fhir/Patient/{app.Patient}/$everything?start=2026-01-01&_type=Observation,Patient&_count=2", null, null), new("GET", "/fhir/Observation/$lastn?max=3&category=vital-signs", null, null), new("GET", "/fhir/?_type=Observation,Condition&_lastUpdated=ge2026", null, null),
            new("DELETE", "/fhir/Observation?identifier=urn:x|none", null, null, ("If-Match", "W/\"1\"")), new("HEAD", $"/fhir/Observation/{id}", null, null),
        ];
    }

    private static Asked Broken(Asked one, Random random)
    {
        var (query, body) = (one.Address["/fhir".Length..], one.Body);
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            switch (random.Next(4))
            {
                case 0:
                    query = Changed(query, random);
                    break;
                case 1 when one.Header is { } header:
                    one = one with { Header = (header.Name, Changed(header.Value, random).Replace("\r\n", "", StringComparison.Ordinal)) };
                    break;
                default:
                    if (body is null)
                        query = Changed(query, random);
                    else
                        body = Changed(body, random);
                    break;
            }
        }

        // Not out of this interface: what stands before its addresses stays, and nothing leads up from it.
        var address = query.StartsWith('/') || query.StartsWith('?') || query.Length == 0 ? query : "/" + query;
        return one with { Address = "/fhir" + Escaped(address.Replace("/..", "/", StringComparison.Ordinal).Replace("/.", "/", StringComparison.Ordinal)), Body = body, Type = one.Type is not null && random.Next(20) == 0 ? Changed(one.Type, random) : one.Type };
    }

    private static string Changed(string text, Random random)
    {
        var at = random.Next(text.Length + 1);
        var length = random.Next(Math.Min(12, text.Length - at + 1));
        return random.Next(5) switch
        {
            0 => text[..at] + text[(at + length)..],
            1 => text[..at] + Pieces[random.Next(Pieces.Length)] + text[at..],
            2 => text[..at] + Pieces[random.Next(Pieces.Length)] + text[(at + length)..],
            3 => text[..at] + string.Concat(Enumerable.Repeat(text[at..(at + length)], random.Next(2, 40))) + text[(at + length)..],
            _ => at < text.Length ? text[..at] + (char)random.Next(1, 0x250) + text[(at + 1)..] : text + text,
        };
    }

    // What cannot stand in a request line at all is written as an escape.
    private static string Escaped(string address)
    {
        var text = new StringBuilder();
        foreach (var rune in address.EnumerateRunes())
        {
            if (rune.Value is > 0x20 and < 0x7F and not '#')
                text.Append((char)rune.Value);
            else
                text.Append(Uri.EscapeDataString(rune.ToString()));
        }

        return text.ToString();
    }

    private static HttpRequestMessage Request(Uri site, Asked asked)
    {
        var request = new HttpRequestMessage(
            new HttpMethod(asked.Method), new Uri(site.GetLeftPart(UriPartial.Authority) + asked.Address, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        if (asked.Body is { } body)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", new string([.. (asked.Type ?? "").Where(letter => letter is >= ' ' and < '\u007F')]));
        }

        if (asked.Header is { } header)
            request.Headers.TryAddWithoutValidation(header.Name, new string([.. header.Value.Where(letter => letter is >= ' ' and < '\u007F')]));
        return request;
    }
}
