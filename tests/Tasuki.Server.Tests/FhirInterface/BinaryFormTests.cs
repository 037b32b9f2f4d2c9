using System.Net;
using System.Net.Http.Headers;
using Tasuki.Vault;

namespace Tasuki.Server.Tests.FhirInterface;

/// <summary>A Binary in its own form: for who asks for that, as a download, and for nobody who may not see it.</summary>
public sealed class BinaryFormTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Binary_comes_in_its_own_form_to_who_takes_no_form_of_FHIR()
    {
        await using var app = await (await ConnectedApp.Start(StoreKind.Sqlite)).Connect();
        var content = "<script>alert(1)</script>"u8.ToArray();
        var made = await app.Web.PostAsync("/fhir/Binary", ConnectedApp.Resource(
            $$"""{"resourceType":"Binary","contentType":"image/svg+xml","securityContext":{"reference":"Patient/{{app.Patient}}"},"data":"{{Convert.ToBase64String(content)}}"}"""), Cancel);
        var address = "/fhir/Binary/" + (await ConnectedApp.Json(made)).GetProperty("id").GetString();
        foreach (var (path, accept, type) in new[] { (address, "image/svg+xml", "image/svg+xml"), (address, "text/plain;q=0.5, image/*", "image/svg+xml"), (address + "/_history/1", "image/svg+xml", "image/svg+xml") })
        {
            using var answer = await Ask(app, HttpMethod.Get, path, accept);
            Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
            Assert.Equal(content, await answer.Content.ReadAsByteArrayAsync(Cancel));
            Assert.Equal("attachment", answer.Content.Headers.ContentDisposition?.ToString());
            Assert.StartsWith("sandbox", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("W/\"1\"", answer.Headers.ETag?.ToString());
        }

        using (var head = await Ask(app, HttpMethod.Head, address, "image/svg+xml"))
            Assert.Equal((HttpStatusCode.OK, (long?)content.Length, 0), (head.StatusCode, head.Content.Headers.ContentLength, (await head.Content.ReadAsByteArrayAsync(Cancel)).Length));
        foreach (var accept in new[] { "application/fhir+json", "image/svg+xml, application/fhir+json;q=0.1", "*/*" })
        {
            using var resource = await Ask(app, HttpMethod.Get, address, accept);
            Assert.Equal("Binary", (await ConnectedApp.Json(resource)).GetProperty("resourceType").GetString());
        }

        foreach (var (path, accept, status) in new[]
        {
            (address, "application/pdf", HttpStatusCode.NotAcceptable), (address, "image/svg+xml;q=0", HttpStatusCode.NotAcceptable), (address + "?_elements=data", "image/svg+xml", HttpStatusCode.NotAcceptable),
            ("/fhir/Binary/none", "image/svg+xml", HttpStatusCode.NotFound), ("/fhir/Binary", "image/svg+xml", HttpStatusCode.NotAcceptable),
        })
        {
            using var refused = await Ask(app, HttpMethod.Get, path, accept);
            Assert.Equal((path + accept, status), (path + accept, refused.StatusCode));
            Assert.Equal("OperationOutcome", (await ConnectedApp.Json(refused)).GetProperty("resourceType").GetString());
        }

        using var raw = await app.Web.PostAsync("/fhir/Binary", new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue("image/svg+xml") } }, Cancel);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, raw.StatusCode);
        app.Web.DefaultRequestHeaders.Authorization = null;
        using var stranger = await Ask(app, HttpMethod.Get, address, "image/svg+xml");
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);
        Assert.Empty(app.Faults.All);
    }

    private static async Task<HttpResponseMessage> Ask(ConnectedApp app, HttpMethod method, string address, string accept)
    {
        using var request = new HttpRequestMessage(method, address);
        Assert.True(request.Headers.TryAddWithoutValidation("Accept", accept));
        return await app.Web.SendAsync(request, Cancel);
    }
}
