using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Tasuki.Kernel;

namespace Tasuki.FhirApi.Bulk;

/// <summary>The addresses of Bulk Data Access: two kick-offs, and below <c>/fhir/bulk/[export]</c> its state and its files.</summary>
internal static class BulkEndpoint
{
    public const string Exports = "bulk";

    /// <summary>The one group of every app: the residents whose live grants reach it.</summary>
    public const string Group = "granted";

    private const string Export = "$export";

    private static readonly Error NoGroup = new("record.missing", $"There is no such Group. Each app has one, '{Group}': the residents whose live grants reach it.");
    private static readonly Error NoMethod = new("interaction.method", "This address does not take this method.");

    public static bool Takes(IReadOnlyList<string> path) => path is [Exports, _] or [Exports, _, _] or ["Patient", Export] or ["Group", _, Export];

    /// <summary>A file is NDJSON, whatever else the client takes.</summary>
    public static bool IsFile(IReadOnlyList<string> path) => path is [Exports, _, _];

    public static Task<Answer> Run(HttpContext context, Call call, Interaction request, CancellationToken cancel)
    {
        var services = context.RequestServices;
        return (request.Path, request.Method) switch
        {
            (["Group", not Group, _], _) => Refused(NoGroup),
            // A HEAD would start what it could not tell of.
            ([_, .., Export], _) when HttpMethods.IsHead(context.Request.Method) => Refused(NoMethod),
            ([_, .., Export], "GET" or "POST") => services.GetRequiredService<StartExport>().Run(call, request, AcceptsJson(context.Request), cancel),
            ([_, var id], "GET") => services.GetRequiredService<ShowExport>().Status(call, id, cancel),
            ([_, var id], "DELETE") => services.GetRequiredService<ShowExport>().Cancel(call, id, cancel),
            ([_, var id, var file], "GET") => services.GetRequiredService<SendPiece>().Run(call, id, file, cancel),
            _ => Refused(NoMethod),
        };
    }

    private static bool AcceptsJson(HttpRequest request) =>
        request.Headers.Accept.SelectMany(one => (one ?? "").Split(',')).Any(one => one.Split(';')[0].Trim().Equals("application/fhir+json", StringComparison.OrdinalIgnoreCase));

    private static Task<Answer> Refused(Error error) => Task.FromResult(Failures.Answer(error));
}
