using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tasuki.Testing;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.FhirInterface;

/// <summary>Bad input of every kind over HTTP: a status of 4xx and a sentence, never a fault, and nothing half-written.</summary>
public sealed class BadInputTests
{
    private const string Json = "application/fhir+json";
    private const string Form = "application/x-www-form-urlencoded";
    private const string Patch = "application/json-patch+json";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task Whatever_comes_is_answered_with_a_sentence_and_leaves_nothing_behind(StoreKind store)
    {
        await using var app = await (await ConnectedApp.Start(store)).Connect();
        var good = app.Observation();
        var standing = (await ConnectedApp.Json(await app.Web.PostAsync("/fhir/Observation", ConnectedApp.Resource(good), Cancel))).GetProperty("id").GetString()!;
        var wrong = new List<string>();
        foreach (var one in Bodies(good).Concat(Patches(standing)).Concat(Addresses()).Concat(Headers(good, standing)))
        {
            // As it stands, not as a client would put it right.
            one.Request.RequestUri = new Uri(app.Site.GetLeftPart(UriPartial.Authority) + one.Request.RequestUri!.OriginalString, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            using var answer = await app.Web.SendAsync(one.Request, Cancel);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            if (((int)answer.StatusCode != one.Status && (one.Status != Answered || (int)answer.StatusCode is not (200 or 400 or 422))) || ((int)answer.StatusCode >= 400 && !text.StartsWith("{\"resourceType\":\"OperationOutcome\"", StringComparison.Ordinal)) || !text.Contains(one.Says, StringComparison.Ordinal))
                wrong.Add($"{one.Name}: {(int)answer.StatusCode} {text[..Math.Min(300, text.Length)]}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Empty(app.Faults.All);
        var found = await ConnectedApp.Json(await app.Web.GetAsync("/fhir/Observation", Cancel));
        Assert.Equal(standing, Assert.Single(found.GetProperty("entry").EnumerateArray()).GetProperty("resource").GetProperty("id").GetString());
        Assert.Equal("1", found.GetProperty("entry")[0].GetProperty("resource").GetProperty("meta").GetProperty("versionId").GetString());
    }

    [Fact]
    public async Task A_mark_at_the_start_a_loop_of_references_and_the_edges_of_the_calendar_are_taken()
    {
        await using var app = await (await ConnectedApp.Start(StoreKind.Sqlite)).Connect();
        var marked = Request("POST", "/fhir/Observation", "\uFEFF" + app.Observation(), Json);
        Assert.Equal(HttpStatusCode.Created, (await app.Web.SendAsync(marked, Cancel)).StatusCode);
        foreach (var day in new[] { "0001-01-01", "9999-12-31", "0001", "9999", "9999-12-31T23:59:59+14:00", "0001-01-01T00:00:00+14:00" })
        {
            var answer = await app.Web.PostAsync("/fhir/Observation", ConnectedApp.Resource(app.Observation(day: day)), Cancel);
            Assert.True((int)answer.StatusCode is 201 or 422, $"{day}: {answer.StatusCode}");
        }

        static string Entry(string name, string observation, string other) =>
            $$$"""{"fullUrl":"{{{name}}}","resource":{{{observation[..^1]}}},"hasMember":[{"reference":"{{{other}}}"},{"reference":"{{{name}}}"}]},"request":{"method":"POST","url":"Observation"}}""";
        var (a, b) = ("urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000001", "urn:uuid:1b0fd0d6-1d0a-4f9e-8f56-000000000002");
        var loop = await app.Web.PostAsync("/fhir/", ConnectedApp.Resource($$"""{"resourceType":"Bundle","type":"transaction","entry":[{{Entry(a, app.Observation(), b)}},{{Entry(b, app.Observation(), a)}}]}"""), Cancel);
        Assert.Equal(HttpStatusCode.OK, loop.StatusCode);
        var made = (await ConnectedApp.Json(loop)).GetProperty("entry").EnumerateArray().Select(entry => entry.GetProperty("resource")).ToList();
        Assert.Equal(made.Select(one => $"Observation/{one.GetProperty("id").GetString()}"), made[0].GetProperty("hasMember").EnumerateArray().Select(member => member.GetProperty("reference").GetString()!).Reverse(), StringComparer.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync("/fhir/Observation?_include:iterate=Observation:has-member", Cancel)).StatusCode);
        Assert.Empty(app.Faults.All);
    }

    [Fact]
    public async Task A_number_or_a_text_at_an_edge_is_kept_as_it_is_or_refused_and_every_way_of_reading_it_answers()
    {
        await using var app = await (await ConnectedApp.Start(StoreKind.Sqlite)).Connect();
        var kept = new List<string>();
        foreach (var value in new[] { "1e400", "-1e400", "1e-400", "0e99999999999", "1E+2", "-0", "0.10000000000000000000000000000000000000000000000000001", "123456789012345678901234567890123456789", "9".PadRight(300, '9') })
            kept.Add(app.Observation(value));
        foreach (var text in new[] { "\\u0001", "\\u000b", "\\ufffe", "\\uffff", "]]>", "<!--", "&#0;", "\\ud83d\\ude00", "\\u2028", " " })
            kept.Add(app.Observation().Replace("\"unit\":\"kg\"", $"\"unit\":\"{text}\"", StringComparison.Ordinal));
        foreach (var body in kept)
        {
            var made = await app.Web.PostAsync("/fhir/Observation", ConnectedApp.Resource(body), Cancel);
            Assert.True((int)made.StatusCode is 201 or 400 or 422, $"{body}: {made.StatusCode}");
            if (made.Headers.Location is not { } location)
                continue;
            foreach (var form in new[] { "json", "xml" })
            {
                var read = await app.Web.GetAsync($"{location.AbsolutePath}?_format={form}", Cancel);
                Assert.True(read.StatusCode is HttpStatusCode.OK, $"{form} of {body}: {read.StatusCode} {string.Join('\n', app.Faults.All)}");
            }
        }

        foreach (var address in new[]
        {
            "Observation?value-quantity=gt1", "Observation?value-quantity=1e2||kg", "Observation?value-quantity=1|http://unitsofmeasure.org|kg", "Observation?_summary=true", "Observation?_format=xml", "Observation/$lastn", "Observation/_history?_format=xml",
            "Observation?code-value-quantity=29463-7$lt5", $"Patient/{app.Patient}/$summary?_format=xml", $"Patient/{app.Patient}/$everything",
        })
        {
            var answer = await app.Web.GetAsync("/fhir/" + address, Cancel);
            Assert.True(answer.StatusCode is HttpStatusCode.OK, $"{address}: {answer.StatusCode} {string.Join('\n', app.Faults.All)}");
        }

        Assert.Empty(app.Faults.All);
    }

    [Fact]
    public async Task A_head_is_a_get_without_its_body_and_an_app_of_another_origin_may_ask_first()
    {
        await using var app = await (await ConnectedApp.Start(StoreKind.Sqlite)).Connect();
        foreach (var address in new[] { "/fhir/metadata", $"/fhir/Patient/{app.Patient}", "/fhir/Observation", "/fhir/Observation/none" })
        {
            var (get, head) = (await app.Web.GetAsync(address, Cancel), await app.Web.SendAsync(new HttpRequestMessage(HttpMethod.Head, address), Cancel));
            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType, get.Headers.ETag), (head.StatusCode, head.Content.Headers.ContentType, head.Headers.ETag));
            Assert.Equal((await get.Content.ReadAsByteArrayAsync(Cancel)).Length, head.Content.Headers.ContentLength);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
        }

        var ask = new HttpRequestMessage(HttpMethod.Options, "/fhir/Observation");
        ask.Headers.Add("Origin", "https://app.test");
        ask.Headers.Add("Access-Control-Request-Method", "PATCH");
        var told = await app.Web.SendAsync(ask, Cancel);
        Assert.Equal((HttpStatusCode.NoContent, "*"), (told.StatusCode, told.Headers.GetValues("Access-Control-Allow-Origin").Single()));
        Assert.Contains("PATCH", told.Headers.GetValues("Access-Control-Allow-Methods").Single(), StringComparison.Ordinal);
        Assert.False(told.Headers.Contains("Access-Control-Allow-Credentials"));
        var bare = await app.Web.SendAsync(new HttpRequestMessage(HttpMethod.Options, "/fhir/Observation"), Cancel);
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "OperationOutcome"), (bare.StatusCode, (await ConnectedApp.Json(bare)).GetProperty("resourceType").GetString()));
    }

    [Fact]
    public async Task A_fault_is_answered_without_a_word_of_it()
    {
        var clock = new BrokenClock();
        await using var app = await (await ConnectedApp.Start(StoreKind.Sqlite, clock)).Connect();
        clock.IsBroken = true;
        var answer = await app.Web.GetAsync("/fhir/Observation", Cancel);
        clock.IsBroken = false;
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(Json, answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal("exception", JsonDocument.Parse(text).RootElement.GetProperty("issue")[0].GetProperty("code").GetString());
        Assert.DoesNotContain(BrokenClock.Secret, text, StringComparison.Ordinal);
        Assert.NotEmpty(app.Faults.All);
        Assert.Equal(HttpStatusCode.OK, (await app.Web.GetAsync("/fhir/Observation", Cancel)).StatusCode);
    }

    // A value at an edge: understood or refused, as the parameter has it.
    private const int Answered = 0;

    private sealed record Case(string Name, HttpRequestMessage Request, int Status, string Says = "");

    private static IEnumerable<Case> Bodies(string good)
    {
        Case Post(string name, string body, int status, string says = "", string type = Json, string address = "/fhir/Observation") => new(name, Request("POST", address, body, type), status, says);
        yield return Post("malformed", "{\"resourceType\":\"Observation\",\n  \"status\": }", 400, "line 2");
        yield return Post("cut off", good[..40], 400, "line 1");
        yield return Post("empty", "", 400);
        yield return Post("text", good, 415, type: "text/plain");
        yield return Post("no such type", good, 415, type: "nonsense");
        yield return Post("another charset", good, 415, "UTF-8", Json + "; charset=shift_jis");
        yield return Post("a resource as form", good, 415, type: Form);
        yield return Post("twice", good[..^1] + ",\"status\":\"final\"}", 400, "twice");
        yield return Post("twice within", good.Replace("\"unit\":\"kg\"", "\"unit\":\"kg\",\"unit\":\"g\"", StringComparison.Ordinal), 400, "twice");
        yield return Post("half a pair", good.Replace("\"kg\"", "\"\\ud800\"", StringComparison.Ordinal), 400, "line 1");
        yield return Post("a NUL", good.Replace("\"kg\"", "\"\\u0000\"", StringComparison.Ordinal), 400, "line 1");
        yield return Post("deep", new string('[', 10_000), 400);
        yield return Post("deep within", good[..^1] + ",\"extension\":" + string.Concat(Enumerable.Repeat("[{\"url\":\"u\",\"extension\":", 5_000)) + "1" + string.Concat(Enumerable.Repeat("}]", 5_000)) + "}", 400, "deeper");
        yield return Post("deep XML", string.Concat(Enumerable.Repeat("<extension xmlns=\"http://hl7.org/fhir\">", 10_000)), 400, "deeper", "application/fhir+xml");
        yield return Post("XML with an entity", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Observation xmlns=\"http://hl7.org/fhir\"><status value=\"&b;\"/></Observation>", 400, "XML", "application/fhir+xml");
        yield return Post("no XML", "<a", 400, "line 1", "application/xml");
        foreach (var day in new[] { "0000-13-45", "99999", "99999-01-01", "2026-02-30", "'; drop table record --", "../../etc/passwd" })
            yield return Post("the date " + day, good.Replace("2026-04-01", day, StringComparison.Ordinal), 422, "effectiveDateTime");
        var broken = Request("POST", "/fhir/Observation", "", Json);
        broken.Content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(good[..20]), 0xC3, 0x28, .. Encoding.UTF8.GetBytes(good[20..])]) { Headers = { ContentType = new MediaTypeHeaderValue(Json) } };
        yield return new Case("no UTF-8", broken, 400, "line 1");
        var zipped = Request("POST", "/fhir/Observation", good, Json);
        zipped.Content!.Headers.ContentEncoding.Add("gzip");
        yield return new Case("zipped", zipped, 415, "Content-Encoding");
        var unnamed = Request("POST", "/fhir/Observation", good, Json);
        unnamed.Content!.Headers.ContentType = null;
        yield return new Case("of no type", unnamed, 415);
        var large = Request("POST", "/fhir/Observation", $"{{\"resourceType\":\"Observation\",\"x\":\"{new string('a', 16 * 1024 * 1024)}\"}}", Json);
        large.Headers.TransferEncodingChunked = true;
        yield return new Case("large in pieces", large, 413);
        var entry = "{\"request\":{\"method\":\"GET\",\"url\":\"Observation\"}}";
        yield return Post("many entries", $"{{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{string.Join(',', Enumerable.Repeat(entry, 50_000))}]}}", 413, address: "/fhir");
        yield return Post("a transaction that breaks at its end", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{good}}},"request":{"method":"POST","url":"Observation"}},{"request":{"method":"DELETE","url":"Observation/none"}}]}""", 404, address: "/fhir");
        yield return Post("an entry twice within", "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"method\":\"GET\",\"url\":\"Observation\"}}]}", 400, "twice", address: "/fhir");
        yield return Post("an address within that is none", "{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":[{\"request\":{\"method\":\"GET\",\"url\":\"Observation?code=%zz\"}}]}", 400, "Entry 1", address: "/fhir");
        foreach (var value in new[] { "%zz", "%", "%f", "%ff", "%00", "%ed%a0%80" })
            yield return Post("the form value " + value, $"code={value}", 400, type: Form, address: "/fhir/Observation/_search");
        yield return Post("a long form", $"code={new string('x', 100_000)}", 200, type: Form, address: "/fhir/Observation/_search");
        yield return Post("a chain without end", string.Concat(Enumerable.Repeat("_has:Observation:subject:", 100_000)) + "code=1", 422, type: Form, address: "/fhir/Observation/_search");
        yield return Post("a chain of dots without end", string.Concat(Enumerable.Repeat("subject:Patient.", 100_000)) + "name=1", 422, type: Form, address: "/fhir/Observation/_search");
        yield return Post("values without end", "code=" + string.Concat(Enumerable.Repeat("a,", 500_000)), 422, type: Form, address: "/fhir/Observation/_search");
        yield return Post("includes without end", string.Join('&', Enumerable.Repeat("_include=Observation:subject", 5_000)), 422, type: Form, address: "/fhir/Observation/_search");
        yield return Post("parameters without end", $$$"""{"resourceType":"Parameters","parameter":[{"name":"code","valueString":"{{{string.Concat(Enumerable.Repeat("a,", 500_000))}}}"}]}""", 422, address: "/fhir/Observation/$lastn");
        yield return Post("a condition without end", $$$"""{"resourceType":"Bundle","type":"transaction","entry":[{"resource":{{{good}}},"request":{"method":"POST","url":"Observation","ifNoneExist":"code={{{string.Concat(Enumerable.Repeat("a,", 500_000))}}}"}}]}""", 422, address: "/fhir");
        yield return Post("a form of many", string.Join('&', Enumerable.Repeat("code=1", 50_000)), 422, type: Form, address: "/fhir/Observation/_search");
    }

    private static IEnumerable<Case> Patches(string id)
    {
        Case Apply(string name, string patch, int status, string says = "") => new(name, Request("PATCH", $"/fhir/Observation/{id}", patch, Patch), status, says);
        var copies = string.Join(',', Enumerable.Repeat("{\"op\":\"copy\",\"from\":\"/note\",\"path\":\"/note/-\"}", 60));
        yield return Apply("copies of copies", $"[{{\"op\":\"add\",\"path\":\"/note\",\"value\":[\"{new string('a', 4_000)}\"]}},{copies}]", 413, "more than a resource may hold");
        yield return Apply("a value in itself", $"[{string.Join(',', Enumerable.Repeat("{\"op\":\"copy\",\"from\":\"\",\"path\":\"/x\"}", 190))}]", 413);
        var deep = string.Concat(Enumerable.Repeat("[", 60)) + string.Concat(Enumerable.Repeat("]", 60));
        yield return Apply("deep", $"[{{\"op\":\"add\",\"path\":\"/a\",\"value\":{deep}}},{{\"op\":\"add\",\"path\":\"/a/{string.Join('/', Enumerable.Repeat("0", 59))}/-\",\"value\":{deep}}}]", 413, "deeper");
        yield return Apply("too many", $"[{string.Join(',', Enumerable.Repeat("{\"op\":\"remove\",\"path\":\"/status\"}", 201))}]", 400, "200");
        foreach (var path in new[] { "status", "/nothing/0", "/code/coding/01", "/code/coding/9", "/code/coding/-1", "/code/coding/99999999999999", "/code/coding/x", "/~2" })
            yield return Apply("the path " + path, $"[{{\"op\":\"replace\",\"path\":\"{path}\",\"value\":1}}]", 400, "Operation 1");
        foreach (var patch in new[]
        {
            "{}", "[1]", "[{}]", "[{\"op\":1,\"path\":2}]", "[{\"op\":\"add\",\"op\":\"add\",\"path\":\"/a\",\"value\":1}]", "[{\"op\":\"add\",\"path\":\"/a\",\"value\":\"\\ud800\"}]", "[", "[{\"op\":\"add\",\"path\":\"/a\"}]",
            "[{\"op\":\"test\",\"path\":\"/status\",\"value\":\"other\"}]", "[{\"op\":\"move\",\"path\":\"/code/x\",\"from\":\"/code\"}]", "[{\"op\":\"spin\",\"path\":\"/a\"}]", "[{\"op\":\"remove\",\"path\":\"\"}]",
            "[{\"op\":\"add\",\"path\":\"/status\",\"value\":{\"a\":1,\"a\":2}}]", "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]",
        })
            yield return Apply("the patch " + patch, patch, 400);
        yield return Apply("what is no resource any more", "[{\"op\":\"remove\",\"path\":\"/status\"}]", 422, "status");
        yield return new Case("a patch as resource", Request("PATCH", $"/fhir/Observation/{id}", "[]", Json), 415);
    }

    private static IEnumerable<Case> Addresses()
    {
        Case Get(string address, int status, string says = "") => new(address, Request("GET", address, null, null), status, says);
        foreach (var id in new[] { "a%20b", "..%2f..%2fetc%2fpasswd", "'%3B%20drop%20table%20record%20--", "%E3%81%82", new string('a', 1_500), "%F0%9F%98%80", "-1", "1%0d%0aX%3a%20y" })
        {
            foreach (var method in new[] { "GET", "DELETE" })
                yield return new Case($"{method} {id}", Request(method, $"/fhir/Observation/{id}", null, null), 404);
            yield return Get($"/fhir/Observation/{id}/_history", 404);
            yield return Get($"/fhir/Observation/{id}/_history/{id}", 404);
            yield return Get($"/fhir/Patient/{id}/$everything", 404);
            yield return Get($"/fhir/Patient/{id}/$summary", 404);
            yield return Get($"/fhir/Patient/{id}/Observation", 404);
            yield return Get($"/fhir/{id}", 404);
            yield return Get($"/fhir/Observation?_id={id}&patient={id}&code={id}&identifier={id}", 200);
        }

        foreach (var query in new[]
        {
            "date=ge0000-13-45", "date=ge99999-01-01", "date=", "_lastUpdated=0000", "_count=-1", "_count=99999999999", "_count=1.5", "_sort='", "_sort=date,date,date,x", "value-quantity=1e99999999999", "value-quantity=0e99999999999x",
            "value-quantity=%2B%2B1", "_include=*:*:*:*", "_include=Observation", "_revinclude=x", "_has:Observation:x:y=1", "_has:::=1", "code:nonsense=1", "code.code=1", "nothing=1", "_type=Nothing", "_page=", "_page=%2e%2e%2f",
            "_summary=perhaps", "_elements=,", "_total=some", "%27%20or%201%3D1=1", "code=%zz", "code=%ff", "combo-value-quantity:x=1", "code-value-quantity=1", "_format=application%2Fpdf",
        })
            yield return Get("/fhir/Observation?" + query, query.StartsWith("_format", StringComparison.Ordinal) ? 406 : 400);
        foreach (var query in new[]
        {
            "value-quantity=0e99999999999", "value-quantity=-0e-99999999999", "value-quantity=1e28", "value-quantity=ap-79228162514264337593543950335", "value-quantity=1|http://unitsofmeasure.org|((((", "value-quantity=1|http://unitsofmeasure.org|10*-99999999999",
            "value-quantity=1|http://unitsofmeasure.org|m99999999999", "value-quantity=1||", "date=ap0002-01-01", "date=ap9998-12-31", "date=sa9998", "date=eb0002", "date=ne0002", "date=le9999-12-31", "_lastUpdated=ap0002", "_lastUpdated=gt9998-12-31T23:59:59.9999999Z",
            "code=|", "code=a|b|c", "identifier=||", "code=%5c", "code=a%5c,b", "_id=,,,", "patient=Patient%2F", "subject=%2F", "subject:Patient=Observation%2F1", "patient:identifier=x|y", "_sort=-", "_elements=a.b.", "code-value-quantity=%24", "code-value-quantity=a%241e400",
            "code-value-date=a%24ge0000", "combo-code=a,,,b", "_total=accurate&_count=0", "_include:iterate=*&_revinclude:iterate=*", "code:text=%25", "_has:Observation:has-member:_has:Observation:has-member:code=1", "subject:Patient.organization:Organization.partof:Organization.name=x", "value-string:contains=%27%25_",
            "method:below=http:%2F%2F", "_profile:below=http:%2F%2Fa%2F%3Fb", "_tag=|&_security=|", "code:in=http:%2F%2Fnone", "code:not-in=http:%2F%2Fnone", "code:of-type=a|b|c", "code:above=a|b", "subject:above=Patient%2F1", "date:missing=1", "_format=json&_pretty=perhaps",
        })
            yield return new Case(query, Request("GET", "/fhir/Observation?" + query, null, null), Answered);
        yield return Get("/fhir/Observation/_history?_since=0000-13-45", 400);
        yield return Get("/fhir/Observation/_history?_count=0", 400);
        yield return Get("/fhir/Observation/$lastn?max=99999999999", 400);
        yield return Get("/fhir/$nothing", 400);
        // An update of a record whose id that would be: it is missing before its body is looked at.
        yield return new Case("another method", Request("PUT", "/fhir/Observation/_search", "x=1", Form), 404);
    }

    private static IEnumerable<Case> Headers(string good, string id)
    {
        foreach (var tag in new[] { "'; drop table record --", "W/\"x\"", "W/\"99999999999\"", "../../etc/passwd" })
            yield return Header("If-Match", tag, "PUT", $"/fhir/Observation/{id}", good, 412);
        // Whichever version stands will do, and the body has no id.
        yield return Header("If-Match", "*", "PUT", $"/fhir/Observation/{id}", good, 400);
        foreach (var condition in new[] { "code=%zz", "nothing=1", "", "_count=1", "date=0000-13-45", "code:x=1" })
            yield return Header("If-None-Exist", condition, "POST", "/fhir/Observation", good, 400);
        yield return Header("If-None-Match", "W/\"'\"", "GET", $"/fhir/Observation/{id}", null, 200);
        yield return Header("Prefer", "return=nonsense; handling=,,;;", "GET", $"/fhir/Observation/{id}", null, 200);
        yield return Header("Accept", "image/png", "GET", $"/fhir/Observation/{id}", null, 406);
        yield return Header("Authorization", "Bearer ../../etc/passwd", "GET", $"/fhir/Observation/{id}", null, 401);
    }

    private static Case Header(string name, string value, string method, string address, string? body, int status)
    {
        var request = Request(method, address, body, body is null ? null : Json);
        Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return new Case($"{name}: {value}", request, status);
    }

    private static HttpRequestMessage Request(string method, string address, string? body, string? type)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            Assert.True(request.Content.Headers.TryAddWithoutValidation("Content-Type", type));
        }

        return request;
    }

    private sealed class BrokenClock : TimeProvider
    {
        public const string Secret = "the clock stands still";

        private readonly MovedClock _clock = new();

        public bool IsBroken { get; set; }

        public override DateTimeOffset GetUtcNow() => IsBroken ? throw new InvalidOperationException(Secret) : _clock.GetUtcNow();
    }
}
