using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tasuki.Fhir;
using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>Reads the body of a request, at most <see cref="FhirEndpoint.LargestBody"/> of it, in the forms that are taken and no other. XML becomes JSON.</summary>
internal static class IncomingBody
{
    public const string Json = "application/fhir+json";
    public const string Xml = "application/fhir+xml";
    public const string Patch = "application/json-patch+json";
    public const string Form = "application/x-www-form-urlencoded";

    private static readonly Error TooLarge = new("body.size", $"The body is larger than {FhirEndpoint.LargestBody / 1024 / 1024} MB.");

    /// <summary>Errors <c>body.media</c>, <c>body.size</c>, <c>body.broken</c>, and those of <see cref="FhirXml.ToJson"/>. Nothing for a request that has no body.</summary>
    public static async Task<Result<(ReadOnlyMemory<byte> Bytes, string? Type)>> Read(HttpRequest request, CancellationToken cancel)
    {
        if (request.Method is "GET" or "HEAD" or "DELETE" || (request.ContentLength is 0 or null && request.ContentType is null && request.Headers.TransferEncoding.Count == 0))
            return (default, null);
        var isSearch = request.Path.Value!.EndsWith("/_search", StringComparison.Ordinal);
        var type = TypeOf(request, isSearch);
        if (!type.IsOk)
            return type.Error;
        if (request.ContentLength > FhirEndpoint.LargestBody)
            return TooLarge;
        var bytes = new ArrayBufferWriter<byte>((int)Math.Min(request.ContentLength ?? 4096, FhirEndpoint.LargestBody) + 1);
        try
        {
            while (await request.Body.ReadAsync(bytes.GetMemory(4096), cancel) is > 0 and var read)
            {
                bytes.Advance(read);
                if (bytes.WrittenCount > FhirEndpoint.LargestBody)
                    return TooLarge;
            }
        }
        catch (BadHttpRequestException broken)
        {
            return broken.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge : new Error("body.broken", "The body does not come whole.");
        }

        var body = bytes.WrittenMemory;
        // A byte order mark says nothing that is not said already.
        if (body.Span.StartsWith("\uFEFF"u8))
            body = body[3..];
        if (type.Value is not Xml)
            return (body, type.Value);
        var json = FhirXml.ToJson(body);
        return json.IsOk ? (json.Value, Json) : json.Error;
    }

    private static Result<string> TypeOf(HttpRequest request, bool isSearch)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var said))
            return WrongType(isSearch);
        if (said.Charset.HasValue && !said.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !said.Charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase))
            return new Error("body.media", "A body is written in UTF-8.");
        if (request.Headers.ContentEncoding.Any(encoding => !string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase)))
            return new Error("body.media", "A body comes as it is: Content-Encoding is not taken.");
        if (!AnswerForm.IsR4(said))
            return new Error("body.media", "A body is of FHIR 4.0: its fhirVersion is 4.0.");
        return (said.MediaType.Value?.ToLowerInvariant(), isSearch) switch
        {
            (Form, true) => Form,
            (Json or "application/json", false) => Json,
            (Xml or "application/xml" or "text/xml", false) => Xml,
            (Patch, false) when HttpMethods.IsPatch(request.Method) => Patch,
            _ => WrongType(isSearch),
        };
    }

    private static Error WrongType(bool isSearch) => new("body.media", isSearch ? "A search by POST has its parameters in a form: application/x-www-form-urlencoded."
        : "A resource comes as application/fhir+json or application/fhir+xml, a patch as application/json-patch+json.");
}
