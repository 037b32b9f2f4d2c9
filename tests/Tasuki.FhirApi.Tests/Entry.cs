using System.Text;

namespace Tasuki.FhirApi.Tests;

/// <summary>Bundles to be sent to the base, and what their answers say.</summary>
internal static class Entry
{
    public static string Transaction(params string[] entries) => Bundle("transaction", entries);

    public static string Batch(params string[] entries) => Bundle("batch", entries);

    /// <param name="more">Further members of the request, from a comma on.</param>
    public static string Of(string method, string url, string? resource = null, string? fullUrl = null, string more = "") =>
        $$$"""{{{{(fullUrl is null ? "" : $"\"fullUrl\":\"{fullUrl}\",")}}}{{{(resource is null ? "" : $"\"resource\":{resource},")}}}"request":{"method":"{{{method}}}","url":"{{{url}}}"{{{more}}}}}""";

    /// <summary>A JSON Patch as an entry carries it.</summary>
    public static string Patch(string operations) =>
        $$"""{"resourceType":"Binary","contentType":"application/json-patch+json","data":"{{Convert.ToBase64String(Encoding.UTF8.GetBytes(operations))}}"}""";

    public static IReadOnlyList<string> Statuses(this Reply reply) => [.. reply.Entries.Select(entry => entry.GetProperty("response").GetProperty("status").GetString()!)];

    /// <summary>The id of what an entry made or found.</summary>
    public static string IdOf(this Reply reply, int entry) => reply.Entries[entry].GetProperty("resource").GetProperty("id").GetString()!;

    private static string Bundle(string type, string[] entries) => $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', entries)}}]}""";
}
