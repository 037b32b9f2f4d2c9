using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Tasuki.Kernel;

namespace Tasuki.FhirApi;

/// <summary>JSON or XML: <c>_format</c> says it before <c>Accept</c> does, and of what Accept takes the one it likes best (R4, http, 3.1.0.1.11).</summary>
internal static class AnswerForm
{
    public static readonly Error Neither = new("accept.media", "Answers come as application/fhir+json or application/fhir+xml, of FHIR 4.0.");

    /// <summary>Null: neither form is taken.</summary>
    public static string? Of(HttpRequest request)
    {
        if (request.Query.TryGetValue("_format", out var named) && named.Count > 0)
            return Named(named[0]!);
        var accept = request.Headers.Accept;
        // Nearly every client names one form in plain.
        if (accept.Count == 0 || accept is [IncomingBody.Json])
            return IncomingBody.Json;
        return MediaTypeHeaderValue.TryParseList(accept, out var parsed) ? Best(parsed) : accept.SelectMany(one => one!.Split(',')).Select(Named).FirstOrDefault(one => one is not null);
    }

    /// <param name="name">Of <c>_format</c>: a media type or a short word. A '+' that was not escaped came as a blank.</param>
    public static string? Named(string name) => MediaTypeHeaderValue.TryParse(name.Replace(' ', '+'), out var said) && IsR4(said) ? Form(said.MediaType)
        : name switch { "json" => IncomingBody.Json, "xml" => IncomingBody.Xml, _ => null };

    private static string? Best(IList<MediaTypeHeaderValue> accepted)
    {
        string? best = null;
        var liked = 0.0;
        foreach (var one in accepted)
        {
            var much = one.Quality ?? 1;
            if (much > liked && IsR4(one) && Form(one.MediaType) is { } form)
                (best, liked) = (form, much);
        }

        return best;
    }

    private static string? Form(StringSegment type) => type.Value?.ToLowerInvariant() switch
    {
        IncomingBody.Json or "application/json" or "text/json" or "*/*" or "application/*" or "text/html" => IncomingBody.Json,
        IncomingBody.Xml or "application/xml" or "text/xml" => IncomingBody.Xml,
        _ => null,
    };

    /// <summary>Another version of FHIR is another language.</summary>
    public static bool IsR4(MediaTypeHeaderValue said) =>
        said.Parameters.FirstOrDefault(one => one.Name.Equals("fhirVersion", StringComparison.OrdinalIgnoreCase)) is not { } version || version.GetUnescapedValue() is { Value: "4.0" or "4.0.1" };
}
