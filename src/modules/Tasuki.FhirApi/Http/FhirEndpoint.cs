using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Fhir;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi;

/// <summary>Between HTTP and <see cref="Interaction"/>: who asks, what form, how large; and back.</summary>
internal static class FhirEndpoint
{
    public const string Base = "/fhir";

    /// <summary>A request's body at most. Larger amounts come by the operator's import-fhir.</summary>
    public const int LargestBody = 16 * 1024 * 1024;

    private const string Json = "application/fhir+json";
    private const string Xml = "application/fhir+xml";
    private const string Patch = "application/json-patch+json";
    private const string Form = "application/x-www-form-urlencoded";

    private static readonly HashSet<string> JsonNames = new(StringComparer.OrdinalIgnoreCase) { Json, "application/json", "text/json", "json", "*/*", "application/*", "text/html" };
    private static readonly HashSet<string> XmlNames = new(StringComparer.OrdinalIgnoreCase) { Xml, "application/xml", "text/xml", "xml" };

    public static async Task Answer(HttpContext context)
    {
        var cancel = context.RequestAborted;
        var form = WantedForm(context.Request) ?? (Bulk.BulkEndpoint.IsFile(PathOf(context.Request)) ? Json : null);
        if (form is null)
        {
            await Send(context, Failures.Answer(new Error("accept.media", "Answers come as application/fhir+json or application/fhir+xml.")), Json);
            return;
        }

        await Send(context, await Run(context, cancel), form);
    }

    private static async Task<Answer> Run(HttpContext context, CancellationToken cancel)
    {
        var request = context.Request;
        var root = $"{request.Scheme}://{request.Host}{request.PathBase}{Base}";
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var path = PathOf(request);
        if (path is ["metadata"] && request.Method is "GET")
            return Capability.CapabilityStatement.Answer(root, clock);

        var callers = context.RequestServices.GetRequiredService<ApiCallers>();
        var caller = await callers.Of(context, cancel);
        if (!caller.IsOk)
        {
            ApiCallers.Refuse(context, caller.Error);
            return new Answer(context.Response.StatusCode, Outcome.Of(new Issue("error", "login", caller.Error.Message)));
        }

        var body = await Body(request, cancel);
        if (!body.IsOk)
            return Failures.Answer(body.Error);
        var query = request.Query.SelectMany(pair => pair.Value.Select(value => (pair.Key, value ?? ""))).ToList();
        var interaction = new Interaction(request.Method, path, query, body.Value.Bytes)
        {
            ContentType = body.Value.Type, IfMatch = Header(request, "If-Match"), IfNoneMatch = Header(request, "If-None-Match"), IfNoneExist = Header(request, "If-None-Exist"),
            Prefer = Preference.Of(request.Headers["Prefer"]),
        };
        if (body.Value.Type is Form)
            interaction = interaction with { Query = [.. query, .. new FormReader(System.Text.Encoding.UTF8.GetString(body.Value.Bytes.Span)).ReadForm().SelectMany(pair => pair.Value.Select(value => (pair.Key, value ?? "")))], Body = default };
        var call = new Call(caller.Value, context.RequestServices.GetRequiredService<RecordVault>(), root, clock);
        if (Bulk.BulkEndpoint.Takes(path))
            return await Bulk.BulkEndpoint.Run(context, call, interaction, cancel);
        return await new Dispatcher(call, context.RequestServices.GetRequiredService<ISeal>()).Run(interaction, cancel);
    }

    private static async Task<Result<(ReadOnlyMemory<byte> Bytes, string? Type)>> Body(HttpRequest request, CancellationToken cancel)
    {
        if (request.Method is "GET" or "HEAD" or "DELETE")
            return (default, null);
        var type = request.ContentType?.Split(';')[0].Trim().ToLowerInvariant();
        var isSearch = request.Path.Value!.EndsWith("/_search", StringComparison.Ordinal);
        if (request.ContentLength is 0 or null && type is null)
            return (default, null);
        if (isSearch ? type is not Form : type is not (Json or "application/json" or Xml or "application/xml" or "text/xml" or Patch))
        {
            return new Error("body.media", isSearch ? "A search by POST has its parameters in a form: application/x-www-form-urlencoded."
                : "A resource comes as application/fhir+json or application/fhir+xml, a patch as application/json-patch+json.");
        }

        if (request.ContentLength > LargestBody)
            return TooLarge;
        var bytes = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength ?? 4096, LargestBody) + 1);
        while (true)
        {
            var read = await request.Body.ReadAsync(bytes.GetMemory(4096), cancel);
            if (read == 0)
                break;
            bytes.Advance(read);
            if (bytes.WrittenCount > LargestBody)
                return TooLarge;
        }

        if (type is not (Xml or "application/xml" or "text/xml"))
            return (bytes.WrittenMemory, type);
        var json = FhirXml.ToJson(bytes.WrittenMemory);
        return json.IsOk ? (json.Value, Json) : json.Error;
    }

    private static Error TooLarge => new("body.size", $"The body is larger than {LargestBody / 1024 / 1024} MB.");

    private static async Task Send(HttpContext context, Answer answer, string form)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (answer.Version is { } version)
            response.Headers.ETag = Interactions.Tags.Of(version);
        if (answer.LastModified is { } modified)
            response.Headers.LastModified = modified.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        if (answer.Location is { } location)
            response.Headers.Location = location;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        if (answer.Write is { } write)
        {
            response.ContentType = answer.Form;
            await write(response.Body, context.RequestAborted);
            return;
        }

        if (answer.Body.IsEmpty)
            return;
        form = answer.Form ?? form;
        var body = form is Xml ? FhirXml.FromJson(answer.Body) : answer.Body;
        response.ContentType = $"{form}; charset=utf-8";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted);
    }

    // '_format' says it before Accept does. Null: neither form is accepted.
    private static string? WantedForm(HttpRequest request)
    {
        var wanted = request.Query.TryGetValue("_format", out var named) && named.Count > 0 ? [named[0]!] : request.Headers.Accept.SelectMany(one => (one ?? "").Split(',')).ToArray();
        if (wanted.Length == 0)
            return Json;
        foreach (var one in wanted.Select(one => one.Split(';')[0].Trim()))
        {
            // A '+' in an address that was not escaped came as a blank.
            var name = one.Replace(' ', '+');
            if (JsonNames.Contains(name))
                return Json;
            if (XmlNames.Contains(name))
                return Xml;
        }

        return null;
    }

    private static string[] PathOf(HttpRequest request) => (request.Path.Value ?? "")[Base.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}
