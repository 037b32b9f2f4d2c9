using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Fhir;
using Tasuki.FhirApi.Interactions;
using Tasuki.Kernel;
using Tasuki.Kernel.Seals;
using Tasuki.People;
using Tasuki.Vault;

namespace Tasuki.FhirApi;

/// <summary>Between HTTP and <see cref="Interaction"/>: who asks, what form, how large; and back.</summary>
internal static class FhirEndpoint
{
    public const string Base = "/fhir";

    /// <summary>A request's body at most. Larger amounts come by the command import-fhir.</summary>
    public const int LargestBody = 16 * 1024 * 1024;

    public static async Task Answer(HttpContext context)
    {
        var cancel = context.RequestAborted;
        var form = AnswerForm.Of(context.Request) ?? (Bulk.BulkEndpoint.IsFile(PathOf(context.Request)) ? IncomingBody.Json : null);
        var isNative = form is null && NativeBinary.Takes(context.Request, PathOf(context.Request));
        if (form is null && !isNative)
        {
            await Send(context, Failures.Answer(AnswerForm.Neither), IncomingBody.Json);
            return;
        }

        var (answer, named) = await Run(context, cancel);
        await Send(context, isNative ? NativeBinary.Of(context.Request, answer) : answer, named ?? form ?? IncomingBody.Json);
    }

    /// <summary>For a request that ended in a fault, before anything of an answer was sent. The status stands; nothing of the fault is said.</summary>
    public static Task AnswerFault(HttpContext context)
    {
        var sentence = context.Response.StatusCode < 500 ? "The request is not of its form." : "Something went wrong here. What was asked was not done, or not wholly; ask again.";
        return Send(context, new Answer(context.Response.StatusCode, Outcome.Of(new Issue("error", context.Response.StatusCode < 500 ? "structure" : "exception", sentence))), IncomingBody.Json);
    }

    // With the form that a search by POST names in its body; null for none.
    private static async Task<(Answer, string? Form)> Run(HttpContext context, CancellationToken cancel)
    {
        var request = context.Request;
        var root = SmartAddresses.Fhir(request, context.RequestServices.GetRequiredService<SmartIssuer>());
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var path = PathOf(request);
        // A HEAD is a GET whose body stays here.
        var method = request.Method is "HEAD" ? "GET" : request.Method;
        if (path is ["metadata"] && method is "GET")
            return (Capability.CapabilityStatement.Answer(root, clock), null);

        var callers = context.RequestServices.GetRequiredService<ApiCallers>();
        var caller = await callers.Of(context, cancel);
        if (!caller.IsOk)
        {
            ApiCallers.Refuse(context, caller.Error);
            return (new Answer(context.Response.StatusCode, Outcome.Of(new Issue("error", "login", caller.Error.Message))), null);
        }

        var body = await IncomingBody.Read(request, cancel);
        if (!body.IsOk)
            return (Failures.Answer(body.Error), null);
        if (QueryText.Fault(request.QueryString.Value ?? "") is { } broken)
            return (Failures.Answer(broken), null);
        var query = request.Query.SelectMany(pair => pair.Value.Select(value => (pair.Key, value ?? ""))).ToList();
        var interaction = new Interaction(method, path, query, body.Value.Bytes)
        {
            ContentType = body.Value.Type, IfMatch = Header(request, "If-Match"), IfNoneMatch = Header(request, "If-None-Match"), IfNoneExist = Header(request, "If-None-Exist"),
            Prefer = Preference.Of(request.Headers["Prefer"]),
        };
        string? form = null;
        if (body.Value.Type is IncomingBody.Form)
        {
            var text = System.Text.Encoding.UTF8.GetString(body.Value.Bytes.Span);
            if (QueryText.Fault(text) is { } fault)
                return (Failures.Answer(fault), null);
            interaction = interaction with { Query = [.. query, .. QueryText.Parse(text)], Body = default };
            if (interaction.Query.FirstOrDefault(one => one.Name is "_format") is { Value: { } named } && (form = AnswerForm.Named(named)) is null)
                return (Failures.Answer(AnswerForm.Neither), null);
        }

        using var call = new Call(caller.Value, context.RequestServices.GetRequiredService<RecordVault>(), root, clock, context.RequestServices.GetRequiredService<Searching.SearchBudget>())
        {
            Profiles = context.RequestServices.GetRequiredService<WrittenProfiles>(), NameOfApp = context.RequestServices.GetRequiredService<AppNames>().Of,
        };
        if (Bulk.BulkEndpoint.Takes(path))
            return (await Bulk.BulkEndpoint.Run(context, call, interaction with { Url = UrlOf(context, root) }, cancel), null);
        var answer = await new Dispatcher(call, context.RequestServices.GetRequiredService<ISeal>()).Run(interaction, cancel);
        return (answer.Status is StatusCodes.Status429TooManyRequests && call.Cost.RetryAfter is { } seconds
            ? answer with { Headers = [.. answer.Headers, ("Retry-After", seconds.ToString(CultureInfo.InvariantCulture))] } : answer, form);
    }

    private static async Task Send(HttpContext context, Answer answer, string form)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (answer.Version is { } version)
            response.Headers.ETag = Tags.Of(version);
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
        // What XML cannot hold is not held back: it comes as JSON.
        var xml = form is IncomingBody.Xml ? FhirXml.FromJson(answer.Body) : null;
        var body = xml ?? answer.Body;
        response.ContentType = $"{(form is IncomingBody.Xml && xml is null ? IncomingBody.Json : form)}; charset=utf-8";
        response.ContentLength = body.Length;
        if (context.Request.Method is not "HEAD")
            await response.Body.WriteAsync(body, context.RequestAborted);
    }

    private static string[] PathOf(HttpRequest request) => (request.Path.Value ?? "")[Base.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);

    // What the server was sent stands in the raw target alone: a path comes unescaped.
    private static string? UrlOf(HttpContext context, string root)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return target.IndexOf(Base + "/", StringComparison.Ordinal) is >= 0 and var at ? root + target[(at + Base.Length)..] : null;
    }

    private static string? Header(HttpRequest request, string name) => request.Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}
