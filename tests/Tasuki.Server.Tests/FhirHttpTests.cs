using System.Text;
using Tasuki.Server.Tests.FhirInterface;
using Tasuki.Vault;
using static Tasuki.Server.Tests.FhirInterface.ConnectedApp;

namespace Tasuki.Server.Tests;

/// <summary>The whole way: a person signs up, connects an app on the consent page, and the app asks <c>/fhir</c> over HTTP with the token it was given.</summary>
public sealed class FhirHttpTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_app_reads_and_writes_with_its_token_and_nothing_else(StoreKind store)
    {
        await using var app = await ConnectedApp.Start(store, null, "--Tasuki:Search:Heavy=100", "--Tasuki:Search:PerMinute=100");
        var (web, person) = (app.Web, app.Person);
        var open = await web.GetAsync("/fhir/metadata", Cancel);
        Assert.Equal("application/fhir+json", open.Content.Headers.ContentType?.MediaType);
        var refused = await web.GetAsync("/fhir/Observation", Cancel);
        Assert.Equal((401, "Bearer"), ((int)refused.StatusCode, refused.Headers.WwwAuthenticate.Single().Scheme));
        Assert.Equal("OperationOutcome", (await Json(refused)).GetProperty("resourceType").GetString());
        // The person's own cookies open nothing here.
        Assert.Equal(401, (await person.Get("/fhir/Patient")).Status);

        await app.Connect();
        var (token, patient, body) = (app.Token, app.Patient, app.Observation());
        var created = await web.PostAsync("/fhir/Observation", Resource(body), Cancel);
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("W/\"1\"", created.Headers.ETag?.ToString());
        var read = await web.GetAsync(created.Headers.Location!.PathAndQuery.Replace("/_history/1", "", StringComparison.Ordinal), Cancel);
        Assert.Contains("61.40", await read.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal("no-store", read.Headers.CacheControl?.ToString());

        var searched = await web.PostAsync("/fhir/Observation/_search", new FormUrlEncodedContent([KeyValuePair.Create("patient", patient), KeyValuePair.Create("_count", "10")]), Cancel);
        Assert.Single((await Json(searched)).GetProperty("entry").EnumerateArray());
        var xml = await web.GetAsync("/fhir/Observation?_format=xml", Cancel);
        Assert.StartsWith("<Bundle xmlns=\"http://hl7.org/fhir\">", (await xml.Content.ReadAsStringAsync(Cancel)).TrimStart('\uFEFF'), StringComparison.Ordinal);
        using var asXml = new StringContent($"<Observation xmlns=\"http://hl7.org/fhir\"><status value=\"final\"/><code><text value=\"t\"/></code><subject><reference value=\"Patient/{patient}\"/></subject></Observation>", Encoding.UTF8, "application/fhir+xml");
        Assert.Equal(201, (int)(await web.PostAsync("/fhir/Observation", asXml, Cancel)).StatusCode);

        (HttpContent Content, int Status)[] bad =
        [
            (new StringContent(body, Encoding.UTF8, "text/plain"), 415), (Resource("{"), 400), (Resource(body.Replace("final", "finished", StringComparison.Ordinal)), 422),
            (Resource($"{{\"resourceType\":\"Observation\",\"x\":\"{new string('a', 17 * 1024 * 1024)}\"}}"), 413),
        ];
        foreach (var (content, status) in bad)
        {
            var answer = await web.PostAsync("/fhir/Observation", content, Cancel);
            Assert.Equal((status, "OperationOutcome"), ((int)answer.StatusCode, (await Json(answer)).GetProperty("resourceType").GetString()));
        }

        Assert.Equal(406, (int)(await web.GetAsync("/fhir/Observation?_format=turtle", Cancel)).StatusCode);
        Assert.Equal(400, (int)(await web.GetAsync($"/fhir/Observation?access_token={token}", Cancel)).StatusCode);

        // More than the person's records may be looked through again at once.
        var many = string.Join(',', Enumerable.Range(1, 180).Select(i => $$$"""{"resource":{{{body.Replace("61.40", $"{i}", StringComparison.Ordinal)}}},"request":{"method":"POST","url":"Observation"}}"""));
        Assert.Equal(200, (int)(await web.PostAsync("/fhir", Resource($$$"""{"resourceType":"Bundle","type":"transaction","entry":[{{{many}}}]}"""), Cancel)).StatusCode);
        Assert.Equal(200, (int)(await web.GetAsync("/fhir/Observation?value-quantity=gt1000", Cancel)).StatusCode);
        var wait = await web.GetAsync("/fhir/Observation?value-quantity=gt1000", Cancel);
        Assert.Equal(429, (int)wait.StatusCode);
        Assert.True(wait.Headers.RetryAfter?.Delta > TimeSpan.Zero);

        // Cut off by the person: the next request is refused.
        var page = await person.Get("/connected-apps");
        await person.Submit(page, "cut-off");
        Assert.Equal(401, (int)(await web.GetAsync("/fhir/Observation", Cancel)).StatusCode);
    }
}
