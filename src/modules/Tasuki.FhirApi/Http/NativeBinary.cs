using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Tasuki.FhirApi;

/// <summary>
/// The content of a Binary in its own form, for who takes neither of FHIR's (R4, binary). What somebody wrote is never shown as a page of this server: it goes as a download.
/// </summary>
internal static class NativeBinary
{
    /// <summary>A read of one, whole. Which form it has is seen when it is read.</summary>
    public static bool Takes(HttpRequest request, string[] path) =>
        request.Method is "GET" or "HEAD" && request.Query.Count == 0 && path is ["Binary", _] or ["Binary", _, "_history", _];

    /// <summary>The content of the Binary that <paramref name="read"/> answers; what else it answers, as it is.</summary>
    public static Answer Of(HttpRequest request, Answer read)
    {
        if (read.Status != StatusCodes.Status200OK)
            return read;
        using var document = JsonDocument.Parse(read.Body);
        var binary = document.RootElement;
        if (!binary.TryGetProperty("contentType"u8, out var said) || !MediaTypeHeaderValue.TryParse(said.GetString(), out var type) || !IsTaken(request, type))
            return Failures.Answer(AnswerForm.Neither);
        var content = binary.TryGetProperty("data"u8, out var data) && data.TryGetBytesFromBase64(out var bytes) ? bytes : [];
        return read with
        {
            Body = default, Form = type.ToString(), Write = (body, cancel) => body.WriteAsync(content, cancel).AsTask(),
            Headers =
            [
                .. read.Headers, ("Content-Length", content.Length.ToString(CultureInfo.InvariantCulture)), ("Content-Disposition", "attachment"),
                ("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"),
            ],
        };
    }

    private static bool IsTaken(HttpRequest request, MediaTypeHeaderValue type) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var taken) && taken.Any(one => one.Quality is not 0 && one.MatchesMediaType(type.MediaType));
}
